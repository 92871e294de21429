"""`viva agreement`: how far raters agree, and whether they can tell who wrote a text."""

from collections.abc import Callable

import click

from viva.cli.exits import say
from viva.cli.output import show, with_format, with_seed
from viva.cli.session import Command, Session, pass_session
from viva.present import rater_agreement, rater_standing
from viva.present.tables import Format, Table
from viva.records.rater_agreement import StudyAgreement

Part = tuple[
    Callable[[StudyAgreement], Table], Callable[[StudyAgreement], Table], Callable[[StudyAgreement], list[str]]
]
"""A table for eyes, one for programs, and what is said below."""
PARTS: dict[str, Part] = {
    "criteria": (rater_agreement.for_eyes, rater_agreement.for_programs, rater_agreement.notes),
    "raters": (
        rater_standing.for_eyes,
        rater_standing.for_programs,
        lambda found: [*rater_standing.notes(found), rater_agreement.guesses(found)],
    ),
    "pairs": (rater_standing.matrix_for_eyes, rater_standing.pairs_for_programs, rater_standing.pair_notes),
    "items": (rater_standing.items_for_eyes, rater_standing.items_for_programs, rater_standing.item_notes),
}


@click.command("agreement", cls=Command)
@click.argument("study")
@click.option("--raters", "part", flag_value="raters", help="A line for each rater: severity, order, spread, guesses.")
@click.option("--pairs", "part", flag_value="pairs", help="Cohen's κ of each two raters.")
@click.option("--items", "part", flag_value="items", help="The items on which raters are furthest apart.")
@with_seed("Of the draws behind the interval of α.")
@with_format
@pass_session
def command(session: Session, study: str, part: str | None, seed: int, form: Format) -> None:
    """Tell how far raters agree, and whether they can tell who wrote a text.

    For each criterion: Krippendorff's α with a 95% interval from drawing questions anew, Cohen's κ (of ratings with
    quadratic weights, the mean over pairs of raters), how often two raters say the same, and by how many steps they
    differ. Of the total the ICC for absolute agreement, of one rater and of the mean of several.

    A rater's severity is by how many points their totals are lower, by a model in which texts and raters both vary.
    Those who stand out are named: 5 points of 100 or more with an interval that leaves out 0, a correlation with the
    others below .3, a spread more than twice or less than half of theirs, κ below 0.

    Guesses at who wrote a text are held against chance: who wrote which text of a question is shuffled, and what raters
    guessed stays. p is how often that brings as many right, or more, beyond what saying one label more often brings.
    Raters never see this; leads do. JSON and CSV carry all numbers, unrounded.
    """
    session.deliver()
    found = session.workbench.rater_agreement.of(study, seed)
    say(rater_agreement.headline(found))
    for_eyes, for_programs, notes = PARTS[part or "criteria"]
    show((for_eyes if form in {Format.TABLE, Format.MD} else for_programs)(found), form)
    for note in notes(found):
        say(note)
