"""`viva ranking`: which of two texts was found better, and what ranking of systems comes of that."""

import click

from viva.cli.exits import say
from viva.cli.output import show, with_format, with_seed
from viva.cli.session import Command, Session, pass_session
from viva.present import ranking
from viva.present.tables import Format
from viva.records.judging import JudgeMode


@click.command("ranking", cls=Command)
@click.argument("dataset")
@click.option("--split", metavar="SPLIT", help="Only this split (else all).")
@click.option("--study", metavar="STUDY", help="What people said in this study.")
@click.option("--judge", metavar="JUDGE", help="What this judge said, both orders taken together.")
@click.option("--mode", type=click.Choice([mode.value for mode in JudgeMode]), help="The judge's mode.")
@click.option(
    "--source", type=click.Choice(["human", "judge"]), help="People, or judges (else people where there are)."
)
@click.option("--criterion", metavar="NAME", help="On this criterion (else on the whole).")
@click.option("--baseline", metavar="SYSTEM", help="Win rates against this system (else against all others).")
@click.option("--pairs", is_flag=True, help="A line for each two systems.")
@with_seed("Of the bootstrap below 30 questions.")
@with_format
@pass_session
def command(
    session: Session,
    dataset: str,
    split: str | None,
    study: str | None,
    judge: str | None,
    mode: str | None,
    source: str | None,
    criterion: str | None,
    baseline: str | None,
    pairs: bool,
    seed: int,
    form: Format,
) -> None:
    """Rank systems by which of two texts was found better.

    Strengths are Bradley–Terry's, with 95% intervals clustered by question; a tie is half a win, and a judge's verdict
    that turns with the order is a tie. Win rates stand beside, against one system also at equal lengths (AlpacaEval 2).
    A question counts once for each two systems. JSON and CSV carry all numbers, unrounded.
    """
    session.deliver()
    if source is None and (study or judge):
        source = "human" if study else "judge"
    found = session.workbench.ranking.of(dataset, split, source, study, judge, mode, criterion, baseline, seed)
    say(ranking.headline(found))
    if form in {Format.TABLE, Format.MD}:
        width = ranking.NAME_WIDTH if form is Format.TABLE else ranking.WHOLE_NAME
        show((ranking.pairs_for_eyes if pairs else ranking.for_eyes)(found, width), form)
    else:
        show((ranking.pairs_for_programs if pairs else ranking.for_programs)(found), form)
    for note in ranking.notes(found, by_pair=pairs):
        say(note)
    if others := [one for one in found.choices if one != found.of]:
        say("also there: " + "; ".join(ranking.source_title(one) for one in others[: ranking.SHOWN]))
