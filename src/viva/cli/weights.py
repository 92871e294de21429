"""`viva weights`: whether the best system stays the best when criteria weigh differently."""

import click

from viva.cli.exits import say
from viva.cli.output import show, table_width, with_format, with_seed
from viva.cli.session import Command, Session, pass_session
from viva.present import weights
from viva.present.tables import Format
from viva.records.judging import JudgeMode

TABLES = {
    "system": (weights.for_eyes, weights.for_programs),
    "criterion": (weights.criteria_for_eyes, weights.criteria_for_programs),
    "pair": (weights.pairs_for_eyes, weights.pairs_for_programs),
}


@click.command("weights", cls=Command)
@click.argument("dataset")
@click.option("--split", metavar="SPLIT", help="Only this split (else all).")
@click.option("--study", metavar="STUDY", help="What people rated in this study (else the one rated most).")
@click.option("--judge", metavar="JUDGE", help="What this judge, or panel, gave.")
@click.option(
    "--mode", type=click.Choice([mode.value for mode in JudgeMode]), default=JudgeMode.REFERENCE.value,
    show_default=True, help="The judge's mode.",
)  # fmt: skip
@click.option(
    "--by", type=click.Choice(list(TABLES)), default="system", show_default=True,
    help="A line for each system, each criterion (how much it may weigh), or each two systems.",
)  # fmt: skip
@with_seed("Of the weightings drawn for three systems or more.")
@with_format
@pass_session
def command(
    session: Session,
    dataset: str,
    split: str | None,
    study: str | None,
    judge: str | None,
    mode: str,
    by: str,
    seed: int,
    form: Format,
) -> None:
    """Tell whether the best system stays the best when criteria weigh differently.

    For each system: for what share of all ways of weighing the rubric's criteria it has the highest total, exact for
    two systems, of 20,000 weightings drawn for more. For each criterion: how much it may weigh while the leader stays
    first. JSON and CSV carry all numbers, unrounded.
    """
    session.deliver()
    found = session.workbench.weights.of(dataset, split, study, f"{judge} ({mode})" if judge else None, seed)
    say(weights.headline(found))
    if by == "system" and form is Format.TABLE:
        show(weights.for_eyes(found, table_width()), form)
    else:
        for_eyes, for_programs = TABLES[by]
        show((for_eyes if form in {Format.TABLE, Format.MD} else for_programs)(found), form)
    for note in weights.notes(found):
        say(note)
