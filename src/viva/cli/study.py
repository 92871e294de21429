"""`viva study`: make studies for raters, follow them, change and end them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from viva.cli.exits import say
from viva.cli.output import show, with_format, with_seed
from viva.cli.session import Noun, Session, pass_session
from viva.cli.several import listed
from viva.errors import BadInput, UsageError
from viva.present import studies as words
from viva.present.study_form import read_labels
from viva.present.tables import Format
from viva.records.person import Role
from viva.records.study import Stratify, Study, StudyMode, StudyRequest
from viva.text import display_line, plural

_EYES = {Format.TABLE, Format.MD}
"""The forms that people read."""


@click.group("study", cls=Noun)
def command() -> None:
    """Make studies for raters, follow them, pause and close them."""


def _with_request(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say what a study is to be."""
    options = [
        click.option("--dataset", metavar="DATASET", required=True, help="The dataset whose questions are rated."),
        click.option("--split", metavar="SPLIT", required=True, help="The split of it."),
        click.option(
            "--system", "systems", metavar="SYSTEM", multiple=True, required=True, help="Whose texts; can be repeated."
        ),
        click.option(
            "--mode",
            type=click.Choice([mode.value for mode in StudyMode]),
            default=StudyMode.RUBRIC.value,
            show_default=True,
            help="Rate each text on the rubric, or say which of two is better.",
        ),
        click.option("--rubric", metavar="RUBRIC", default="default", show_default=True, help="What is rated."),
        click.option(
            "--raters-per-item", type=click.IntRange(1), default=1, show_default=True, help="How many rate each item."
        ),
        click.option("--raters", metavar="NAMES", multiple=True, help="Who may rate, by commas (else everybody)."),
        click.option("--questions", type=click.IntRange(1), help="How many questions are drawn (else all)."),
        click.option(
            "--stratify",
            type=click.Choice([each.value for each in Stratify]),
            default=Stratify.FIELD.value,
            show_default=True,
            help="By what questions are sorted into layers, each drawn in proportion.",
        ),
        click.option(
            "--calibration",
            type=click.FloatRange(0, 1),
            default=1.0,
            show_default=True,
            help="The share of the questions that is a random sample; the rest are those that tell most.",
        ),
        with_seed("Draws the questions and their order."),
        click.option("--strength", is_flag=True, help="Ask of pairs whether a text is clearly or slightly better."),
        click.option("--per-criterion", is_flag=True, help="Ask of pairs for each criterion too."),
        click.option("--guess", is_flag=True, help="Ask afterwards who wrote it."),
        click.option(
            "--label", "labels", metavar="SYSTEM=LABEL", multiple=True, help="What is guessed of a system; repeatable."
        ),
        click.option("--practice", metavar="FILE", help="Items with known answers that come first (CSV, JSON Lines)."),
        click.option("--gold", metavar="FILE", help="Items with known answers, mixed in unseen."),
        click.option(
            "--gold-every", type=click.IntRange(1), default=10, show_default=True, help="After how many others."
        ),
        click.option("--note", metavar="TEXT", default="", help="What raters are told before they begin."),
    ]
    for option in reversed(options):
        function = option(function)
    return function


def _request(name: str, given: dict[str, Any]) -> StudyRequest:
    systems, said = given.pop("systems"), given.pop("labels")
    labels = read_labels(said, systems)
    if labels is None:
        wrong = next(each for each in said if read_labels([each], systems) is None)
        raise UsageError(f"--label {display_line(wrong, 40)} names no label", "write --label SYSTEM=LABEL")
    named = given.pop("raters")
    return StudyRequest(
        name,
        systems=systems,
        mode=StudyMode(given.pop("mode")),
        stratify=Stratify(given.pop("stratify")),
        raters=tuple(listed(named)) if named else None,
        labels=labels,
        **given,
    )


def _tell_strangers(session: Session, study: Study) -> None:
    """Say who may rate but is not let in over SSH, where others are: a name may be misspelt."""
    try:
        known = {rater.name for rater in session.workbench.raters.list()}
    except BadInput as error:
        say(f"raters.toml cannot be read: {error.message}")
        return
    strangers = [name for name in study.raters or () if known and name not in known]
    if strangers:
        shown = ", ".join(display_line(name, 64) for name in strangers)
        say(f"not let in over SSH yet: {shown} (viva rater list)")


@command.command("create")
@click.argument("name")
@_with_request
@pass_session
def create(session: Session, /, name: str, **given: Any) -> None:
    """Make the study NAME of the texts that systems wrote for a split.

    Raters see the texts, or pairs of them, in random order and never learn which system wrote what. `viva study plan`
    with the same options tells what would come of it.
    """
    study = session.workbench.studies.create(_request(name, given))
    _tell_strangers(session, study)
    say(f"{words.made_text(study)}: {session.command(f'rate {study.name}')}")


@command.command("plan")
@_with_request
@with_format
@pass_session
def plan(session: Session, /, form: Format, **given: Any) -> None:
    """Tell what making a study would bring: questions drawn, items, verdicts, and the time they take."""
    request = _request("study", given)
    found = session.workbench.studies.plan(request)
    show(words.plan_table(found, form in _EYES), form)
    for line in words.plan_lines(found, request.mode):
        say(line)


@command.command("list")
@with_format
@pass_session
def list_(session: Session, form: Format) -> None:
    """List the studies, and how far they are; raters see their own, and how far they are themselves."""
    workbench = session.workbench
    session.deliver()
    if not workbench.person.role.includes(Role.LEAD):
        tasks = workbench.desk.tasks()
        show(words.task_table(tasks, form in _EYES), form)
        if not tasks:
            say("no study is open to you yet")
        return
    progress = workbench.studies.progress_of_all()
    show(words.list_table(progress, form in _EYES), form)
    if not progress:
        say("no study yet: viva study create NAME --dataset DATASET --split SPLIT --system SYSTEM")


@command.command("show")
@click.argument("name")
@with_format
@pass_session
def show_(session: Session, name: str, form: Format) -> None:
    """Show the study NAME: what is asked of whom, its rubric, and what was changed of it."""
    studies = session.workbench.studies
    show(words.study_table(studies.get(name), studies.changes(name)), form)


@command.command("progress")
@click.argument("name")
@with_format
@pass_session
def progress(session: Session, name: str, form: Format) -> None:
    """Tell how far the study NAME and each of its raters are.

    `off` is by how much a rater missed known answers on average: steps of the scale, of pairs the share missed.
    """
    session.deliver()
    found = session.workbench.studies.progress(name)
    show(words.progress_table(found), form)
    say(words.progress_line(found))


@command.command("assign")
@click.argument("name")
@click.argument("raters", nargs=-1, metavar="[RATER]...")
@click.option("--everybody", is_flag=True, help="Let everybody rate.")
@pass_session
def assign(session: Session, name: str, raters: tuple[str, ...], everybody: bool) -> None:
    """Say who may rate in the study NAME from now on; verdicts of those left out stay."""
    if bool(raters) == everybody:
        raise UsageError("say who may rate: names, or --everybody")
    study = session.workbench.studies.assign(name, None if everybody else raters)
    _tell_strangers(session, study)
    say(f"{study.name}: open to {words.raters_text(study)}")


@command.command("pause")
@click.argument("name")
@pass_session
def pause(session: Session, name: str) -> None:
    """Hand out no more items of the study NAME; what raters have before them they can still save."""
    study = session.workbench.studies.pause(name)
    say(f"{study.name} is paused: {session.command(f'study resume {study.name}')}")


@command.command("resume")
@click.argument("name")
@pass_session
def resume(session: Session, name: str) -> None:
    """Let the paused study NAME go on."""
    say(f"{session.workbench.studies.resume(name).name} goes on")


@command.command("close")
@click.argument("name")
@pass_session
def close(session: Session, name: str) -> None:
    """End the study NAME: nothing can be rated or revised in it any more."""
    session.deliver()
    study = session.workbench.studies.close(name)
    say(f"{study.name} is closed: {session.command(f'agreement {study.name}')}")


@command.command("reopen")
@click.argument("name")
@pass_session
def reopen(session: Session, name: str) -> None:
    """Let the closed study NAME go on."""
    say(f"{session.workbench.studies.reopen(name).name} is open again")


@command.command("extend")
@click.argument("name")
@click.option("--questions", type=click.IntRange(1), help="How many further questions are drawn.")
@click.option("--by-spread", is_flag=True, help="Draw them where they tell most, as viva plan --layers advises.")
@click.option("--raters-per-item", type=click.IntRange(1), help="How many are to rate each item from now on.")
@pass_session
def extend(
    session: Session, name: str, questions: int | None, raters_per_item: int | None, *, by_spread: bool
) -> None:  # fmt: skip
    """Draw further questions for the study NAME, or have more people rate each item; what it has stays.

    Questions come from each layer in proportion to its size. With `--by-spread` they come from the layers where values
    of the pair that is least sure spread most. Either way they are drawn at random: `viva verdict` and `viva plan`
    weigh each layer by its size. The leaderboard counts every rated question alike, and so leans to such layers.
    """
    session.deliver()
    study = session.workbench.studies.extend(name, questions, raters_per_item, by_spread=by_spread)
    say(words.made_text(study))


@command.command("export")
@click.argument("name")
@click.argument("file")
@click.option("--overwrite", is_flag=True, help="Replace FILE where it exists.")
@pass_session
def export(session: Session, name: str, file: str, overwrite: bool) -> None:
    """Write the items of the study NAME with everybody's verdicts to FILE (.csv or .jsonl).

    A row is an item, a rater and a criterion: the item's stream and inclusion probability, its systems, the verdict.
    An item without a verdict has a row of its own.
    """
    session.deliver()
    path = Path(file)
    count = session.workbench.studies.export(name, path, overwrite=overwrite)
    say(f"{path}: {plural(count, 'row')}")
