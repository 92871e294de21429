"""`viva agreement`: how far raters agree, and whether they can tell who wrote a text."""

import click

from viva.cli.exits import say
from viva.cli.output import show, with_format
from viva.cli.session import Command, Session, pass_session
from viva.present import rater_agreement
from viva.present.tables import Format


@click.command("agreement", cls=Command)
@click.argument("study")
@click.option("--raters", "by_rater", is_flag=True, help="A line for each rater: known answers, guesses.")
@with_format
@pass_session
def command(session: Session, study: str, by_rater: bool, form: Format) -> None:
    """Tell how far raters agree, and whether they can tell who wrote a text.

    For each criterion: Krippendorff's α, how often two raters say the same, and by how many steps they differ. Guesses
    at who wrote a text are held against chance: who wrote which text of a question is shuffled, and what raters guessed
    stays. p is how often that brings as many right, or more, beyond what saying one label more often brings.
    Raters never see this; leads do. JSON and CSV carry all numbers, unrounded.
    """
    session.deliver()
    found = session.workbench.rater_agreement.of(study)
    say(rater_agreement.headline(found))
    people = form in {Format.TABLE, Format.MD}
    if by_rater:
        table = rater_agreement.raters_for_eyes if people else rater_agreement.raters_for_programs
    else:
        table = rater_agreement.for_eyes if people else rater_agreement.for_programs
    show(table(found), form)
    for note in rater_agreement.notes(found):
        say(note)
