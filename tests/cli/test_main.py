import importlib
import subprocess
import sys

import click
import pytest

from tests.cli.running import Viva, command_line
from viva import __version__
from viva.cli.main import COMMANDS
from viva.cli.main import viva as whole
from viva.workbench import Workbench

HEAVY = ("textual", "duckdb", "torch", "rich", "transformers", "viva.workbench", "viva.store", "viva.cli.dataset")


def every_command() -> list[tuple[str, click.Command]]:
    """Return each command that can be run with the words that call it."""
    found = []
    for name in COMMANDS:
        command = importlib.import_module(f"viva.cli.{name}").command
        if isinstance(command, click.Group):
            found += [(f"{name} {verb}", command.commands[verb]) for verb in command.commands]
        else:
            found.append((name, command))
    return found


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["nonsense"]])
def test_help_loads_no_heavy_library_and_no_command(arguments: list[str]) -> None:
    program = (
        "import sys; from viva.__main__ import main; sys.argv = ['viva', *sys.argv[1:]]; main();"
        f"print('loaded:', *(name for name in {HEAVY!r} if name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1].strip() == "loaded:"


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_says_in_the_list_what_it_says_itself(name: str) -> None:
    command = importlib.import_module(f"viva.cli.{name}").command
    assert command.name == name
    assert (command.help or "").split("\n\n")[0] == COMMANDS[name]


@pytest.mark.parametrize("name", [name for name, _ in every_command()] + [""])
def test_every_command_has_help(viva: Viva, name: str) -> None:
    outcome = viva(*name.split(), "--help")
    assert outcome.code == 0
    assert f"Usage: viva {name}".rstrip() in outcome.out
    assert outcome.err == ""


@pytest.mark.parametrize(("name", "command"), every_command())
def test_every_option_of_every_command_says_what_it_is_for(name: str, command: click.Command) -> None:
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{name} {parameter.opts}"


@pytest.mark.parametrize(
    "name", ["dataset list", "dataset show", "model list", "recipe list", "recipe show", "study list", "study show",
             "leaderboard", "sql", "job list", "job show", "job follow", "doctor"],
)  # fmt: skip
def test_every_reading_command_takes_a_format(name: str) -> None:
    command = dict(every_command())[name]
    [option] = [parameter for parameter in command.params if parameter.name == "form"]
    assert isinstance(option.type, click.Choice)
    assert list(option.type.choices) == ["table", "json", "csv", "md"]


def test_version() -> None:
    assert command_line(("--version",)).out == f"viva {__version__}\n"


def test_an_unknown_command_is_answered_with_what_was_perhaps_meant() -> None:
    outcome = command_line(("datset", "list"))
    assert outcome.code == 2
    assert outcome.err == "error: viva has no command 'datset'\nhint: did you mean viva dataset?\n"
    assert outcome.out == ""


def test_an_unknown_command_of_a_noun_names_the_help() -> None:
    outcome = command_line(("dataset", "zzz"))
    assert outcome.err.splitlines()[1] == "hint: viva dataset --help lists the commands"


@pytest.mark.parametrize(
    "arguments",
    [
        ["--workspace", "W", "dataset", "list"],
        ["dataset", "--workspace", "W", "list"],
        ["dataset", "list", "--workspace", "W"],
    ],
)
def test_global_options_can_stand_anywhere(filled: Workbench, arguments: list[str]) -> None:
    outcome = command_line(tuple(filled.paths.root if word == "W" else word for word in arguments))
    assert outcome.code == 0, outcome.err
    assert "tiny" in outcome.out


CREATE = ("study", "create", "s", "--dataset", "tiny", "--split", "test", "--system", "tuned")


def test_the_next_command_names_the_workspace_where_this_one_did(
    filled: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(filled.paths.root.parent)
    outcome = command_line((*CREATE, "--workspace", filled.paths.root))
    assert outcome.err.endswith(": viva rate s --workspace workspace\n")


def test_the_next_command_names_no_workspace_where_one_stands_in_it(
    filled: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(filled.paths.root)
    assert command_line(CREATE).err.endswith(": viva rate s\n")


def test_a_noun_alone_shows_its_commands() -> None:
    outcome = command_line(("job",))
    assert outcome.code == 2
    assert "follow" in outcome.out + outcome.err


def test_a_workspace_that_is_not_there_is_not_made(tmp_path: object) -> None:
    outcome = command_line(("dataset", "list", "--workspace", f"{tmp_path}/nowhere"))
    assert outcome.code == 2
    assert "there is no directory" in outcome.err


def test_alone_it_opens_the_workbench(viva: Viva, at_a_terminal: None) -> None:
    assert viva().screens == [None]


def test_alone_without_a_terminal_it_says_so(viva: Viva) -> None:
    outcome = viva()
    assert (outcome.code, outcome.screens) == (2, [])
    assert outcome.err.startswith("error: this needs a terminal\nhint: ")


def test_the_group_is_called_viva() -> None:
    assert whole.name == "viva"


@pytest.mark.parametrize(
    "option",
    [
        pytest.param(option, id=words)
        for words, command in every_command()
        for option in command.params
        # These two are passed on to a model, which may take others.
        if option.name in {"seed", "shots_seed"} and (words, option.name) != ("generate", "seed")
        if words != "dataset synthesize"
    ],
)
def test_a_seed_below_zero_is_refused(option: click.Parameter) -> None:
    option.type.convert("0", option, None)
    with pytest.raises(click.BadParameter):
        option.type.convert("-1", option, None)
