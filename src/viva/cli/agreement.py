"""`viva agreement`: how far raters agree, and whether they can tell who wrote a text."""

import click

from viva.cli.exits import say
from viva.cli.output import show, with_format, with_seed
from viva.cli.session import Command, Session, pass_session
from viva.present import agreement_view, rater_agreement
from viva.present.tables import Format


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
    of = agreement_view.part(part or "criteria")
    show((of.table if form in {Format.TABLE, Format.MD} else of.plain)(found), form)
    for note in of.notes(found):
        say(note)
    if of.name == "raters":
        say(rater_agreement.guesses(found))
