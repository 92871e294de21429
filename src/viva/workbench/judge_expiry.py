"""What has changed since a judge was checked: verdicts and ratings, or how it would be asked now."""

from typing import TYPE_CHECKING

from viva.errors import BadInput, NotFound, UsageError
from viva.judge import prompts as templates
from viva.metrics.models import resolve
from viva.records.dataset import Dataset
from viva.records.judge_check import JudgeCheck
from viva.records.judging import BASELINE, JudgeRequest, Protocol
from viva.records.rubric import Rubric
from viva.store import judge_checks as table
from viva.store import judgments, rubrics
from viva.text import display_line, plural
from viva.workbench import judge_agreement
from viva.workbench.judging_protocols import Commission, protocol_of
from viva.workbench.judging_requests import FOLDER

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench


def expired(workbench: "Workbench", check: JudgeCheck, now: Dataset) -> str | None:
    """Return what has changed since a check was made, None where nothing has; `now` is the version that counts."""
    if check.version != now.version:
        return f"version {now.version} of the dataset has results now, this was version {check.version}"
    scope = now.name, now.version, check.split
    with workbench.store.read() as connection:
        basis = table.basis(connection, *scope, check.judge, check.mode)
        if basis is None:
            return "its verdicts are gone"
        rubric = rubrics.get(connection, basis.rubric_id)
        if basis.basis != check.basis:
            return _other_basis(connection, check, basis, rubric)
        asked = table.members(connection, now.name, now.version, check.judge, check.mode) or (check.judge,)
        # A judge that is no panel rests on the basis that was just found.
        ways = (
            [basis]
            if asked == (check.judge,)
            else [table.basis(connection, *scope, judge, check.mode) for judge in asked]
        )
        used = [judgments.protocol(connection, way.protocol_id) for way in ways if way is not None]
    known = [one for one in used if one is not None]
    return next((said for one in known if (said := _asked_otherwise(workbench, now, rubric, one))), None)


def _other_basis(connection: table.Connection, check: JudgeCheck, basis: table.Basis, rubric: Rubric) -> str:
    if rubric.name != check.rubric:
        return f"it judges by the rubric {display_line(rubric.name, 60)} now"
    if basis.protocol_id != check.protocol_id:
        return "the judge, its prompt, its settings or the rubric have changed"
    scope = check.dataset, check.version, check.split, check.judge, check.mode
    rows = judge_agreement.by_criterion(table.people_and_judge(connection, *scope))
    rated = {criterion: sum(bool(row["people"]) for row in group) for criterion, group in rows.items()}
    said = [
        f"{plural(more, 'further text')} {what}"
        for what, counts, before in (
            ("rated by people", rated, {one.criterion: one.rated for one in check.criteria}),
            ("judged", table.judged(connection, *scope), {one.criterion: one.judged for one in check.criteria}),
        )
        if (more := max((count - before.get(criterion, 0) for criterion, count in counts.items()), default=0)) > 0
    ]
    if said:
        return " and ".join(said)
    return f"ratings or verdicts, of {BASELINE} among them, have changed"


def _asked_otherwise(workbench: "Workbench", dataset: Dataset, rubric: Rubric, used: Protocol) -> str | None:
    """Return how a judge would be asked in another way now than by the protocol that it used.

    None where nothing has changed, and for a judge or a rubric that is not here any more: neither can be asked for.
    """
    try:
        current = workbench.rubrics.get(rubric.name)
        prompts = templates.load(workbench.paths.prompts / FOLDER)
        request = JudgeRequest(dataset.name, "", (used.judge,), used.mode, rubric.name, settings=used.settings)
        model, _ = resolve(workbench.settings.embedding_model)
        now = protocol_of(workbench, Commission(request, dataset, current, prompts, (), None, model), used.judge)
    except NotFound:
        return None
    except (BadInput, UsageError) as error:
        return f"{display_line(used.judge, 60)} cannot be asked that way any more: {display_line(error.message, 100)}"
    changed = [
        what
        for what, before, after in (
            ("rubric", used.rubric_id, now.rubric_id),
            ("prompt", used.prompts, now.prompts),
            ("model behind it", used.model, now.model),
        )
        if before != after
    ]
    return f"the {' and the '.join(changed)} {'have' if len(changed) > 1 else 'has'} changed since" if changed else None
