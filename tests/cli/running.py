"""Running `viva` in this process, with its streams captured, or as a program of its own."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from click.testing import CliRunner

from viva.cli.main import run
from viva.workbench import Workbench


@dataclass
class Outcome:
    """What a command line left behind; `screens` are the studies at which the workbench was opened."""

    code: int
    out: str
    err: str
    screens: list[str | None] = field(default_factory=list)


Viva = Callable[..., Outcome]


def command_line(arguments: tuple[Any, ...], stdin: str = "") -> Outcome:
    screens: list[str | None] = []

    def open_screens(workbench: Workbench, study: str | None) -> int:
        screens.append(study)
        return 0

    with CliRunner().isolation(input=stdin) as (out, err, _):
        code = run([str(argument) for argument in arguments], open_screens)
        return Outcome(code, out.getvalue().decode(), err.getvalue().decode(), screens)


def program_command(*arguments: Any) -> list[str]:
    return [sys.executable, "-m", "viva", *map(str, arguments)]
