"""`viva plan`: how sure a study is, and what more ratings would bring."""

import click

from viva.cli.exits import say
from viva.cli.output import show, with_format
from viva.cli.session import Command, Session, pass_session
from viva.present import precision as words
from viva.present import precision_steps
from viva.present.tables import Format


@click.command("plan", cls=Command)
@click.argument("study")
@click.option(
    "--margin",
    type=float,
    metavar="H",
    help="Half the 95% interval that is wished for, in points (else 5% of the scale).",
)
@click.option("--measure", metavar="NAME", default="total", show_default=True, help="The total, or one criterion.")
@click.option("--layers", is_flag=True, help="Where the next questions tell most, by layer of the random sample.")
@with_format
@pass_session
def command(session: Session, study: str, margin: float | None, measure: str, layers: bool, form: Format) -> None:
    """Tell how many more ratings a study needs, and of which items.

    For each system and each pair: half the 95% interval now, and how many more rated questions bring it to the margin,
    or off zero; by people alone, and with the judge by the study's rubric that has judged most. What is not to be had
    with every question of the split rated is said. Values are taken to spread as they do now, so these are estimates;
    only the random sample counts. Until the study is closed leads see letters instead of systems, and how wide
    intervals are, but not where they lie; what they have rated themselves is left out of these.
    """
    session.deliver()
    plan = session.workbench.precision.of(study, margin, measure)
    say(words.caption(plan))
    people = form in {Format.TABLE, Format.MD}
    if layers:
        show((words.strata_for_eyes if people else words.strata_for_programs)(plan), form)
        if step := precision_steps.by_layer(plan):
            say(step)
        return
    show((words.for_eyes if people else words.for_programs)(plan), form)
    for row in words.least_sure(plan):
        for line in words.sentences(row, plan):
            say(line)
    for line in [*precision_steps.steps(plan), *words.notes(plan)]:
        say(line)
