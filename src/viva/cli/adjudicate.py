"""`viva adjudicate`: settle an item on which raters disagree."""

import click

from viva.cli.exits import say
from viva.cli.output import show, with_format
from viva.cli.session import Command, Session, pass_session
from viva.errors import UsageError
from viva.present import adjudication
from viva.present.tables import Format
from viva.records.rating import OVERALL
from viva.records.study import StudyMode
from viva.text import display_line


@click.command("adjudicate", cls=Command)
@click.argument("study")
@click.argument("item", required=False)
@click.argument("values", nargs=-1, metavar="[CRITERION=VALUE]…")
@click.option("--note", default="", help="Why it was settled in this way.")
@with_format
@pass_session
def command(
    session: Session, study: str, item: str | None, values: tuple[str, ...], note: str, form: Format
) -> None:  # fmt: skip
    """Settle an item on which raters disagree.

    With a study alone: the items that two raters or more have rated, those furthest apart first. With an item's number:
    its texts and what each rater said. With values, it is settled: `accuracy=3`; of a pair `a`, `b` or `tie` for the
    whole, `accuracy=b` for a criterion. What is left out stays open, and a later decision takes the place of this one.

    A decision stands beside what raters said: no rating, mean or total is made of it. Before a study is closed only
    items with all their ratings are shown, and none to leads who may rate in it. Whose texts they are is not told.
    """
    session.deliver()
    adjudications = session.workbench.adjudication
    if item is None:
        disputes = adjudications.list(study)
        say(adjudication.caption(disputes))
        show(adjudication.list_table(disputes, eyes=form in {Format.TABLE, Format.MD}), form)
        if not disputes.items:
            say(adjudication.nothing_text(disputes))
        return
    if values:
        pairs = adjudications.get(study, item).study.mode is StudyMode.PAIRWISE
        decision = adjudications.decide(study, item, _read(values, pairs=pairs), note)
        say(f"item {display_line(item, 40)}: {adjudication.decision_text(decision)}")
    elif note:
        raise UsageError("a note alone settles nothing", "give at least one criterion a value: accuracy=3")
    show(adjudication.item_table(adjudications.get(study, item)), form)


def _read(values: tuple[str, ...], *, pairs: bool) -> dict[str, float | str]:
    """Return values by criterion. Raises `UsageError`."""
    found: dict[str, float | str] = {}
    for one in values:
        name, is_there, value = one.rpartition("=")
        if not is_there and not pairs:
            raise UsageError(f"{display_line(one, 40)!r} names no criterion", "write CRITERION=VALUE: accuracy=3")
        name = name if is_there else OVERALL
        if name in found:
            raise UsageError(f"{display_line(name, 40) or 'the whole'} is given twice", "give each a single value")
        if pairs:
            found[name] = value.lower()
            continue
        try:
            found[name] = int(value)
        except ValueError:
            raise UsageError(
                f"{display_line(value, 40)!r} is no value", "values are whole numbers of the scale"
            ) from None
    return found
