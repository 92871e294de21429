"""`viva generate`: let models write for the questions of a dataset."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from viva.cli.exits import say
from viva.cli.output import show, with_format
from viva.cli.session import Command, Session, pass_session
from viva.cli.several import Several, flat, listed
from viva.cli.watching import started
from viva.present import generation_plan
from viva.present.tables import Format, Table
from viva.records.generating import GenerationRequest, Grid

F = TypeVar("F", bound=Callable[..., Any])


def _several(flag: str, kind: click.ParamType[Any], help_text: str, name: str | None = None) -> Callable[[F], F]:
    """Return an option of the grid: several values, separated by commas."""
    names = (flag, name) if name else (flag,)
    return click.option(*names, type=Several(kind), multiple=True, metavar="VALUE[,VALUE]", help=help_text)


def _list_prompts(context: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    session = context.find_object(Session)
    if wanted and session is not None:
        files = session.workbench.generation.prompts()
        show(Table.of(["prompt", "text"], [(file.name, file.text) for file in files]), Format.TABLE)
        context.exit()


@click.command("generate", cls=Command)
@click.argument("dataset")
@click.option("--split", metavar="SPLIT", required=True, help="The split whose questions are put.")
@click.option("--model", "models", metavar="MODEL[,MODEL]", multiple=True, required=True, help="Who writes.")
@click.option(
    "--prompt",
    metavar="TEMPLATE",
    help="A template, its name (see --list-prompts), or a file (else what suits the model).",
)
@click.option(
    "--list-prompts",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_list_prompts,
    help="Show the names and texts of the templates there are, and nothing else.",
)
@click.option(
    "--shots", type=click.IntRange(0), default=0, metavar="N", help="Show this many examples of the training split."
)
@click.option("--shots-seed", type=click.IntRange(0), default=0, metavar="N", help="Draws other examples for --shots.")
@_several("--temperature", click.FLOAT, "0 is greedy, which is usual.")
@_several("--top-p", click.FLOAT, "Draw from the likeliest tokens that share this probability (else from all).")
@_several("--top-k", click.INT, "Draw from this many of the likeliest tokens; 0, which is usual, for all.")
@_several("--max-tokens", click.INT, "How long a text gets (else 320 tokens).", "max_new_tokens")
@_several("--repetition-penalty", click.FLOAT, "Above 1 for less repetition (else 1.1; endpoints: none).")
@_several("--seed", click.INT, "Where drawing begins (else 0).")
@click.option("--samples", type=click.IntRange(1), default=1, metavar="N", help="Texts for each question.")
@click.option(
    "--skip-impossible", is_flag=True, help="Leave out combinations that make no sense; else they are refused."
)
@click.option("--dry-run", is_flag=True, help="Show the systems, tokens, cost and time, and write nothing.")
@click.option("--score", is_flag=True, help="Compute the usual metrics afterwards.")
@click.option("--wait", is_flag=True, help="Stay until it is done; fail where it fails.")
@with_format
@pass_session
def command(
    session: Session,
    /,
    dataset: str,
    split: str,
    models: tuple[str, ...],
    prompt: str | None,
    shots: int,
    shots_seed: int,
    samples: int,
    skip_impossible: bool,
    dry_run: bool,
    score: bool,
    wait: bool,
    form: Format,
    **grid: tuple[tuple[Any, ...], ...],
) -> None:
    """Let models write for the questions of a dataset.

    A model with a prompt and decoding parameters is a system. Where an option has several values, every combination
    makes a system. What a system has written already is kept. Prints the job's id; with --dry-run what would be done:
    JSON and CSV have what all systems take in each row.
    """
    values = Grid(samples=samples, **{name: flat(given) for name, given in grid.items()})
    request = GenerationRequest(
        dataset, split, tuple(listed(models)), values, prompt, shots, shots_seed, skip_impossible
    )
    plan = session.workbench.generation.plan(request)
    for reason in plan.left_out:
        say(f"left out: {reason}")
    for warning in plan.warnings:
        say(f"warning: {warning}")
    for line in generation_plan.estimate_lines(plan):
        say(line)
    if dry_run:
        show(generation_plan.plan_table(plan, totals=form in {Format.JSON, Format.CSV}), form)
        return
    if not plan.texts:
        see = session.command(f"generation list {dataset} --split {split}")
        say(f"nothing is left to write, so no model is asked; what is there: {see}")
        if score:
            started(session, session.workbench.scoring.start(dataset, split), wait)
        return
    started(session, session.workbench.generation.start(request, score), wait)
