"""`viva compare`: two systems on the same questions, measure by measure."""

import click

from viva.cli.exits import say
from viva.cli.output import show, table_width, with_format, with_seed
from viva.cli.session import Command, Session, pass_session
from viva.cli.several import listed
from viva.errors import UsageError
from viva.present import system_comparison as words
from viva.present.tables import Format
from viva.records.comparison import Comparison
from viva.text import plural

WIDE = 120
"""Cells from which the table has all its columns."""


@click.command("compare", cls=Command)
@click.argument("first")
@click.argument("second")
@click.option("--dataset", metavar="DATASET", required=True, help="The dataset whose questions both wrote for.")
@click.option("--split", metavar="SPLIT", help="Only this split (else all).")
@click.option("--field", metavar="FIELD", help="Only questions of this field.")
@click.option("--subfield", metavar="SUBFIELD", help="Only questions of this subfield.")
@click.option(
    "--measure", "measures", metavar="NAME[,NAME]", multiple=True, help="Only these measures, such as total,meteor."
)
@click.option("--all", "every", is_flag=True, help="Every measure: precision and recall too, and what is much alike.")
@click.option(
    "--texts", type=click.IntRange(1), metavar="N", help="The N questions on which they differ most, with both texts."
)
@with_seed("Of the bootstrap and sign flips.")
@with_format
@pass_session
def command(
    session: Session,
    first: str,
    second: str,
    dataset: str,
    split: str | None,
    field: str | None,
    subfield: str | None,
    measures: tuple[str, ...],
    every: bool,
    texts: int | None,
    seed: int,
    form: Format,
) -> None:
    """Compare two systems on the same questions, on every measure.

    For each measure: the mean difference FIRST − SECOND with its 95% interval, the p of a sign-flip test, alone and
    corrected (Holm), the effect size, and how many questions each one won. The corrected p counts all main measures,
    with --all every one, whichever are shown. Both means, p alone and the effect size stand in tables of 120 columns
    and in the other formats. Only questions that both have a value for count; several texts or raters of a question
    count as one. With --texts: the questions on which the first measure shown (or the one named by --measure) differs
    most. JSON and CSV carry unrounded numbers.
    """
    session.deliver()
    comparisons = session.workbench.comparisons
    found = comparisons.compare(
        first, second, dataset, split, listed(measures) or None, field, subfield, seed, every=every
    )
    say(words.caption(found))
    if texts is not None:
        _show_texts(session, found, texts, form)
        return
    wide = form is Format.MD or table_width() >= WIDE
    if form in {Format.JSON, Format.CSV}:
        show(words.for_programs(found), form)
    elif found.measures or form is Format.MD:
        show(words.for_eyes(found, wide), form)
    if not found.measures:
        say(f"the two have been scored or rated on nothing together yet: {session.command(f'score {dataset}')}")
        return
    if form is Format.TABLE:
        for line in words.legend(wide):
            say(line)
    say(words.summary(found))
    for note in words.notes(found):
        say(f"note: {note}")
    if found.hidden:
        say(f"{plural(found.hidden, 'more measure')}: --all")


def _show_texts(session: Session, found: Comparison, count: int, form: Format) -> None:
    if not found.measures:
        raise UsageError("the two have been scored or rated on nothing together yet", "viva score computes metrics")
    one = found.measures[0]
    rows = session.workbench.comparisons.apart(
        found.first, found.second, found.dataset, one.key, found.split, count, found.field, found.subfield
    )
    people = form in {Format.TABLE, Format.MD}
    show(words.apart_for_eyes(rows, one, found) if people else words.apart_for_programs(rows, one.key, found), form)
    for line in words.sentences(one, found):
        say(line)
    if not rows:
        say("they differ on no question that both have a value for")
