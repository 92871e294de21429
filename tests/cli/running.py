"""Running `viva` in this process, with its streams captured, or as a program of its own."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from click.testing import CliRunner

from viva.cli.main import run
from viva.records.serving import SshOptions, WebOptions
from viva.settings import Settings
from viva.workbench import Workbench


@dataclass
class Outcome:
    """What a command line left behind.

    `screens` are the studies at which the workbench was opened, `served` the options with which it was offered.
    """

    code: int
    out: str
    err: str
    screens: list[str | None] = field(default_factory=list)
    served: list[SshOptions | WebOptions] = field(default_factory=list)


Viva = Callable[..., Outcome]


@dataclass
class NoFrontEnds:
    """Notes what would be opened, and opens nothing."""

    screens: list[str | None] = field(default_factory=list)
    served: list[SshOptions | WebOptions] = field(default_factory=list)

    def open_screens(self, workbench: Workbench, study: str | None = None) -> int:
        self.screens.append(study)
        return 0

    def serve_ssh(self, settings: Settings, options: SshOptions) -> int:
        self.served.append(options)
        return 0

    def serve_web(self, settings: Settings, options: WebOptions) -> int:
        self.served.append(options)
        return 0


def command_line(arguments: tuple[Any, ...], stdin: str = "") -> Outcome:
    noted = NoFrontEnds()
    with CliRunner().isolation(input=stdin) as (out, err, _):
        code = run([str(argument) for argument in arguments], noted)
        return Outcome(code, out.getvalue().decode(), err.getvalue().decode(), noted.screens, noted.served)


def program_command(*arguments: Any) -> list[str]:
    return [sys.executable, "-m", "viva", *map(str, arguments)]
