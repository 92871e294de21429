"""`viva` itself: the global options, and the commands, each imported when it is used."""

import importlib
from collections.abc import Sequence

import click

from viva import __version__
from viva.cli import output
from viva.cli.exits import ExitCode, ReaderGone, report, say
from viva.cli.session import FrontEnds, Session, global_options, pass_session, unknown_command

COMMANDS = {
    "demo": "The main job, end to end, on bundled data, offline.",
    "dataset": "Bring in datasets, look at them, mend them, have them written.",
    "model": "Add models, tell what they need, merge and export them.",
    "recipe": "Show the training recipes.",
    "train": "Fine-tune a model on a dataset.",
    "run": "List, show and compare trainings and sweeps.",
    "generate": "Let models write for the questions of a dataset.",
    "generation": "Import texts made elsewhere, list texts, and export them.",
    "score": "Compute metrics for what has been generated.",
    "judge": "Have texts judged on a rubric, or in pairs.",
    "judgment": "Read what judges said, import and export it, and check judges against people.",
    "rubric": "Show the rubrics, and copy one to be edited.",
    "benchmark": "Put multiple-choice questions and function calls to models, and tell how often they are right.",
    "metric": "Tell which metrics there are.",
    "study": "Make studies for raters, follow them, pause and close them.",
    "rater": "Say who may rate over SSH, and with which key.",
    "rate": "Go straight to the rating screen.",
    "rating": "Import and export what raters said.",
    "preference": "Import and export which of two texts raters found better.",
    "agreement": "Tell how far raters agree, and whether they can tell who wrote a text.",
    "adjudicate": "Settle an item on which raters disagree.",
    "plan": "Tell how many more ratings a study needs, and of which items.",
    "leaderboard": "Compare systems on what was measured and rated.",
    "compare": "Compare two systems on the same questions, on every measure.",
    "ranking": "Rank systems by which of two texts was found better.",
    "verdict": "Put people's ratings and a judge's together into one verdict.",
    "weights": "Tell whether the best system stays the best when criteria weigh differently.",
    "histogram": "Show how the values of a measure spread, for each system.",
    "sql": "Query the workspace with SQL.",
    "report": "Write a report of a dataset's results as one HTML or Markdown file.",
    "capsule": "Pack results so that another machine can compute every number anew.",
    "experiment": "Run a whole experiment that a file describes.",
    "serve": "Offer the workbench to others, over SSH or to a browser.",
    "job": "List, follow, pause, cancel and resume background jobs.",
    "doctor": "Tell what this machine can do, and what is wrong.",
}
"""Each command and its one line of help; the module of the same name in this package holds it."""


class Commands(click.Group):
    """The commands of `viva`; listing them imports none of them."""

    def list_commands(self, _context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            if name.startswith("-"):
                return None
            raise unknown_command(context, name, list(COMMANDS))
        command = importlib.import_module(f"viva.cli.{name}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, _context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group("viva", cls=Commands, invoke_without_command=True, params=global_options(hidden=False))
@click.version_option(__version__, prog_name="viva", message="%(prog)s %(version)s")
@pass_session
@click.pass_context
def viva(context: click.Context, session: Session) -> int | None:
    """Find out whether a fine-tuned language model is any good.

    Without a command, viva opens the workbench in the terminal.
    The global options --workspace, --rater and --debug can stand anywhere.
    """
    return session.show_screens() if context.invoked_subcommand is None else None


def run(arguments: Sequence[str], front_ends: FrontEnds) -> int:
    """Run one command line and return its exit code; `front_ends` opens the workbench, and serves it."""
    session = Session(front_ends)
    output.prepare_streams()
    try:
        code = viva.main(list(arguments), prog_name="viva", standalone_mode=False, obj=session)
        output.flush()
    except ReaderGone:
        code = ExitCode.DONE
    except (click.Abort, KeyboardInterrupt):
        say("interrupted")
        code = ExitCode.INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the one place where whatever went wrong becomes a line and an exit code
        code = report(error, session.debug)
    output.settle()
    return int(code or ExitCode.DONE)
