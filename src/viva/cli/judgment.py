"""`viva judgment`: what judges said."""

from collections.abc import Sequence
from typing import Any

import click

from viva.cli import judgment_check, judgment_files
from viva.cli.exits import say
from viva.cli.output import show, with_format
from viva.cli.session import Noun, Session, pass_session
from viva.errors import NotFound
from viva.present import judgments
from viva.present.tables import Format, Table
from viva.records.judging import JudgeMode, Judgment


@click.group("judgment", cls=Noun)
def command() -> None:
    """Read what judges said, import and export it, and check judges against people."""


command.add_command(judgment_files.import_command)
command.add_command(judgment_files.export_command)
command.add_command(judgment_check.check_command)
command.add_command(judgment_check.injection_command)

_SPLIT = click.option("--split", metavar="SPLIT", help="Only texts for this split.")
_JUDGE = click.option("--judge", metavar="JUDGE", help="Only what this judge, or panel, said.")
_MODE = click.option("--mode", type=click.Choice([mode.value for mode in JudgeMode]), help="Only in this mode.")


@command.command("list")
@click.argument("dataset")
@_SPLIT
@_JUDGE
@_MODE
@click.option("--system", metavar="SYSTEM", help="Only on texts of this system.")
@click.option("--pairwise", is_flag=True, help="Comparisons of two texts, each order by itself.")
@with_format
@pass_session
def list_(
    session: Session,
    dataset: str,
    split: str | None,
    judge: str | None,
    mode: str | None,
    system: str | None,
    pairwise: bool,
    form: Format,
) -> None:
    """List what judges said about the texts for DATASET, a row for each text, judge and criterion.

    Of several protocols of a judge (another prompt, another temperature) the one last used counts. The value is the
    mean over the samples.
    """
    judging, wanted = session.workbench.judging, None if mode is None else JudgeMode(mode)
    people = form in {Format.TABLE, Format.MD}
    found: Sequence[tuple[Any, ...]]
    if pairwise:
        found = judging.listed_pairs(dataset, split, judge, wanted, system)
        show(judgments.pair_table(found) if people else Table.of(judgments.PAIR_COLUMNS, found), form)
    else:
        found = judging.listed(dataset, split, judge, wanted, system)
        show(judgments.verdict_table(found) if people else Table.of(judgments.VERDICT_COLUMNS, found), form)
    if not found:
        say(f"nothing was judged yet: {session.command(f'judge {dataset} --split SPLIT --judge MODEL')}")


@command.command("show")
@click.argument("identifier", metavar="GENERATION-OR-CALL")
@with_format
@pass_session
def show_(session: Session, identifier: str, form: Format) -> None:
    """Show verdicts in full: what was asked, word for word, what came back, and what was made of it.

    GENERATION-OR-CALL is the id of a text, for all that judges said about it, or of one call to a judge. Texts stand in
    viva judgment list, with their calls in --format json, and in viva judgment unscored.
    """
    judging = session.workbench.judging
    try:
        read = judging.read_call(identifier)
    except NotFound:
        rows = _of_text(session, identifier)
    else:
        rows = [judgments.call_row(read, judging.protocol(read.call.protocol_id))]
    show(judgments.call_table(rows), form)


def _of_text(session: Session, generation_id: str) -> list[tuple[object, ...]]:
    """Return a row for each verdict on a text. Raises `NotFound`."""
    judging = session.workbench.judging
    text = judging.text(generation_id)
    events: dict[str, list[Judgment]] = {}
    for verdict in judging.verdicts(generation_id):
        events.setdefault(verdict.event_id, []).append(verdict)
    if not events:
        say("no judge has said anything about this text")
    rows = []
    for verdicts in events.values():
        call = verdicts[0].call_id
        if call is None:
            rows.append(judgments.computed_row(text.question, text.reference, text.text, verdicts))
            continue
        said = [judgments.said(verdict) for verdict in verdicts]
        read = judging.read_call(call)
        rows.append(judgments.call_row(read, judging.protocol(read.call.protocol_id), said))
    return rows


@command.command("unscored")
@click.argument("dataset")
@_SPLIT
@_JUDGE
@_MODE
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True, metavar="N", help="At most N rows.")
@with_format
@pass_session
def unscored(
    session: Session, dataset: str, split: str | None, judge: str | None, mode: str | None, limit: int, form: Format
) -> None:
    """List where a judge gave no value, with the reason, the newest first.

    They are asked for again with viva judge … --retry.
    """
    wanted = None if mode is None else JudgeMode(mode)
    found = session.workbench.judging.unscored(dataset, split, judge, wanted, limit + 1)
    people = form in {Format.TABLE, Format.MD}
    shown = found[:limit]
    show(judgments.unscored_table(shown) if people else judgments.unscored_plain(shown), form)
    if len(found) > limit:
        say(f"there are more than {limit:,}: --limit shows them")


@command.command("spend")
@click.argument("dataset")
@_JUDGE
@with_format
@pass_session
def spend(session: Session, dataset: str, judge: str | None, form: Format) -> None:
    """Show what judges have cost so far: calls, attempts beyond the first, tokens, money and seconds."""
    show(judgments.spend_table(session.workbench.judging.spend(dataset, judge)), form)
