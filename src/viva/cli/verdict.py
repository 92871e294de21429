"""`viva verdict`: people's ratings and a judge's put together into one verdict."""

import click

from viva.cli.exits import say
from viva.cli.output import emit, show, with_format, with_seed
from viva.cli.session import Command, Session, pass_session
from viva.present import calibration
from viva.present.tables import Format


@click.command("verdict", cls=Command)
@click.argument("study")
@click.option("--judge", metavar="JUDGE", help="This judge (else the one by the study's rubric that judged most).")
@click.option("--mode", type=click.Choice(["reference", "independent"]), help="Only what it said in this mode.")
@with_seed("Of the bootstrap below 30 questions.")
@with_format
@pass_session
def command(session: Session, study: str, judge: str | None, mode: str | None, seed: int, form: Format) -> None:
    """Put people's ratings and a judge's together into one verdict.

    People rated some of the questions, drawn at random, a judge has judged all of them. Where the two were asked the
    same, one sees how the judge errs; so what people would say of all questions can be told more surely than from
    their ratings alone, and without the judge's bias: prediction-powered inference (PPI++, arXiv 2311.01453), with the
    judge followed as far as it goes with people, and 95% intervals by t, below 30 questions bent by a bootstrap.
    The total and each criterion: every system's mean, and every pair's difference on the same questions, by people
    alone, by the judge alone, and by both. At least 20 questions of the random sample must be rated.
    Leads see it once the study is closed, and every other one of such texts that they may rate in. JSON and CSV carry
    all numbers, unrounded.
    """
    session.deliver()
    dataset = session.workbench.studies.get(study).dataset
    found = session.workbench.calibration.of(dataset, study, judge, mode, seed=seed)
    say(calibration.headline(found))
    if form is Format.TABLE:
        for number, (title, table) in enumerate(calibration.sections(found)):
            emit(f"{'' if not number else chr(10)}{title}\n")
            show(table, form)
    else:
        show(calibration.for_papers(found) if form is Format.MD else calibration.for_programs(found), form)
    say(calibration.sentence(found))
    if step := calibration.next_step(found):
        say(f"next: {step}")
    if form in {Format.TABLE, Format.MD}:
        say(calibration.LEGEND)
    for note in calibration.notes(found):
        say(f"note: {note}")
