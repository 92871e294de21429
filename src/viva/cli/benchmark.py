"""`viva benchmark`: put questions with a right answer to models, and tell how often they are right."""

from collections.abc import Callable

import click

from viva.cli.exits import say
from viva.cli.output import show, with_format
from viva.cli.session import Noun, Session, pass_session
from viva.cli.watching import started
from viva.present import benchmarks
from viva.present.tables import Format
from viva.records.job import Job


@click.group("benchmark", cls=Noun)
def command() -> None:
    """Put multiple-choice questions and function calls to models, and tell how often they are right."""


@command.command("choices")
@click.argument("file")
@click.option("--model", "models", metavar="MODEL", multiple=True, required=True, help="Who answers; can be repeated.")
@click.option("--name", metavar="NAME", help="The benchmark's name (else that of the file).")
@click.option("--limit", metavar="N", type=click.IntRange(1), help="Only the first N questions.")
@click.option("--wait", is_flag=True, help="Stay until it is done; fail where it fails.")
@pass_session
def choices(
    session: Session, file: str, models: tuple[str, ...], name: str | None, limit: int | None, wait: bool
) -> None:
    """Put the multiple-choice questions in FILE to models.

    FILE holds JSON lines, or a JSON list, in the form of ARC: {"id", "question", "choices": {"text": [...], "label":
    [...]}, "answerKey"}. Where there is no such file, it is the name of a multiple-choice task of lm_eval, such as
    arc_challenge. A local model chooses the likeliest answer (acc, and acc_norm by likelihood per character, as lm_eval
    has them), an endpoint names a letter; a reply that names none is unscored. What a model has answered is kept.
    Prints the job's id.
    """
    _started(session, lambda: session.workbench.benchmarks.choices(file, list(models), name, limit), wait)


@command.command("calls")
@click.argument("dataset")
@click.option("--split", metavar="SPLIT", required=True, help="The split whose conversations are put.")
@click.option("--model", "models", metavar="MODEL", multiple=True, required=True, help="Who answers; can be repeated.")
@click.option("--name", metavar="NAME", help="The benchmark's name (else DATASET-SPLIT-calls).")
@click.option("--limit", metavar="N", type=click.IntRange(1), help="Only the first N turns.")
@click.option("--wait", is_flag=True, help="Stay until it is done; fail where it fails.")
@pass_session
def calls(
    session: Session,
    dataset: str,
    split: str,
    models: tuple[str, ...],
    name: str | None,
    limit: int | None,
    wait: bool,
) -> None:
    """Check whether models call the right functions.

    Every turn of the assistant in a conversation of DATASET with tools on offer is an item: a model gets the turns
    before it, and should call what is called there with the same arguments, or rightly nothing. What a model has
    answered is kept. Prints the job's id.
    """
    _started(session, lambda: session.workbench.benchmarks.calls(dataset, split, list(models), name, limit), wait)


@command.command("list")
@with_format
@pass_session
def list_(session: Session, form: Format) -> None:
    """List the benchmarks."""
    found = list(session.workbench.benchmarks.list())
    show(benchmarks.listed(found), form)
    if not found:
        say(benchmarks.EMPTY)


@command.command("show")
@click.argument("name")
@click.option("--against", metavar="MODEL", help="The model that the others are compared to (else the first).")
@with_format
@pass_session
def show_(session: Session, name: str, against: str | None, form: Format) -> None:
    """Show how often each model was right in the benchmark NAME, and whether models differ by more than noise.

    Each mean stands with its 95% interval and n scored / n attempted. The table has per cent, JSON and CSV carry
    unrounded numbers between 0 and 1.
    """
    results = session.workbench.benchmarks.results(name, against)
    people = form in {Format.TABLE, Format.MD}
    show(benchmarks.for_eyes(results) if people else benchmarks.for_programs(results), form)
    if not results.rows:
        say("no model has answered yet")
    for note in benchmarks.notes(results):
        say(note)


def _started(session: Session, start: Callable[[], Job], wait: bool) -> None:
    from viva.workbench.benchmarks import Answered

    try:
        job = start()
    except Answered as answered:
        say(f"{answered.message}, so no job is started: {session.command(f'benchmark show {answered.hint}')}")
        return
    started(session, job, wait)
    if name := job.spec.arguments.get("benchmark"):
        say(f"what came of it: {session.command(f'benchmark show {name}')}")
