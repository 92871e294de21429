"""Is a judge any good? What it says beside what people say, and what attempts at injection do to it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from viva.errors import UsageError
from viva.records.dataset import Dataset
from viva.records.ids import utc_now
from viva.records.judge_check import InjectionEffect, JudgeCheck, PairHabits
from viva.records.judging import BASELINE, JudgeMode
from viva.records.results import place_name
from viva.stats.intervals import wilson
from viva.store import judge_checks as table
from viva.store import judge_pairs, judgments, rubrics
from viva.text import display_line
from viva.workbench import judge_agreement, judge_expiry, judge_injection, names
from viva.workbench.judge_families import Families
from viva.workbench.judge_standing import judged

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench


class JudgeChecks:
    """Measure judges against people, and say what their word may be used for."""

    def __init__(self, workbench: "Workbench") -> None:
        self._workbench = workbench
        self._store = workbench.store

    def check(self, dataset: str, split: str | None, judge: str, mode: JudgeMode = JudgeMode.REFERENCE) -> JudgeCheck:
        """Measure a judge (or a panel) against people's ratings by the same rubric; the finding is stored.

        `split` None takes all splits. What the embedding baseline said is held beside it, where it has judged. Raises
        `NotFound` for an unknown dataset or split, `UsageError` where this judge has judged nothing there.
        """
        found = self._version(dataset, split)
        scope = found.name, found.version, split
        with self._store.read() as connection:
            basis = table.basis(connection, *scope, judge, mode)
            if basis is None:
                raise self._nothing_judged(connection, scope, judge, mode)
            rubric = rubrics.get(connection, basis.rubric_id)
            rows = table.people_and_judge(connection, *scope, judge, mode)
            plain = None if judge == BASELINE else table.basis(connection, *scope, BASELINE, JudgeMode.REFERENCE)
            baseline = []
            if plain is not None and plain.rubric_id == basis.rubric_id:
                baseline = table.people_and_judge(connection, *scope, BASELINE, JudgeMode.REFERENCE)
            counts = table.judged(connection, *scope, judge, mode)
            panel = table.members(connection, found.name, found.version, judge, mode)
            habits = _habits(connection, scope, judge, mode, panel)
            repeated = table.samples(connection, *scope, judge, mode)
        families = Families(self._workbench)
        own = families.common(panel or (judge,))
        kinship = {model: families.of(model) for model in {row["model"] for row in rows}}

        def kin(model: str) -> bool | None:
            return None if own is None or kinship[model] is None else kinship[model] == own

        plain_rows = judge_agreement.by_criterion(baseline)
        rated = judge_agreement.by_criterion(rows)
        criteria, beside = [], {}
        for criterion, count in counts.items():
            group = rated.get(criterion, [])
            measured = judge_agreement.agreement(criterion, group, count, rubric, kin)
            compared = judge_agreement.beside_baseline(group, plain_rows.get(criterion, []))
            if compared is not None:
                beside[criterion] = compared.baseline
            weight = judge_agreement.weight_of(rubric, criterion)
            criteria.append(judged(measured, weight, habits, compared))
        check = JudgeCheck(
            found.name, found.version, split, judge, mode, rubric.name, basis.protocol_id, basis.basis,
            tuple(criteria), habits, judge_agreement.consistency(repeated), beside, utc_now(),
        )  # fmt: skip
        with self._store.write() as connection:
            table.add(connection, found.dataset_id, check, basis.rubric_id)
        return check

    def latest(
        self, dataset: str, split: str | None, judge: str, mode: JudgeMode = JudgeMode.REFERENCE
    ) -> JudgeCheck | None:
        """Return what was measured last of a judge, None where it was not; `expired` says what has changed since.

        Raises `NotFound`.
        """
        found = self._version(dataset, split)
        versions = self._workbench.datasets.versions(dataset)
        with self._store.read() as connection:
            # One for the version that counts now comes first.
            for version in sorted(versions, key=lambda one: (one.version != found.version, -one.version)):
                check = table.latest(connection, version.dataset_id, split, judge, mode)
                if check is not None:
                    break
            else:
                return None
        return replace(check, expired=judge_expiry.expired(self._workbench, check, found))

    def injection(
        self,
        dataset: str,
        split: str,
        judge: str,
        mode: JudgeMode = JudgeMode.REFERENCE,
        texts: int = judge_injection.TEXTS,
        rubric: str = "default",
        budget: float | None = None,
    ) -> list[InjectionEffect]:
        """Return what attempts at injection in texts do to a judge's points, attack by attack.

        `texts` of those written for the split, drawn by their ids, are judged as they are and with each attack in
        them, `injection_calls(texts)` calls in all, or fewer where the `budget` ends before; nothing of that is stored.
        It waits until the judge is done. Raises `NotFound`, `UsageError`, and
        `UserError` or `JobError` where the judge cannot be asked.
        """
        return judge_injection.measured(self._workbench, dataset, split, judge, mode, texts, rubric, budget)

    def injection_calls(self, texts: int) -> int:
        """Return how many calls `injection` takes with so many texts, drafts of the judge's own aside."""
        return judge_injection.calls(texts)

    def _version(self, dataset: str, split: str | None) -> Dataset:
        found = self._workbench.results.version(dataset)
        return found if split is None else self._workbench.datasets.with_split(dataset, split, found.version)

    def _nothing_judged(
        self, connection: table.Connection, scope: tuple[str, int, str | None], judge: str, mode: JudgeMode
    ) -> UsageError:
        """Return the error for a judge without verdicts, with those that have some."""
        dataset, _, split = scope
        known = judgments.judges(connection, *scope)
        place = display_line(place_name(dataset, split), 80)
        message = f"{display_line(judge, 60)} has judged nothing in {place} in the mode {mode}"
        if modes := sorted({one.mode for one in known if one.judge == judge}):
            return UsageError(message, f"it has in the mode {modes[0]}: --mode {modes[0]}")
        part = f" --split {split}" if split else " --split SPLIT"
        return UsageError(message, names.meant(judge, {one.judge for one in known},
                                               f"viva judge {dataset}{part} --judge {judge}"))  # fmt: skip


def _habits(
    connection: table.Connection,
    scope: tuple[str, int, str | None],
    judge: str,
    mode: JudgeMode,
    panel: Sequence[str],
) -> PairHabits | None:
    """Return a judge's habits, of a panel those of the member whom a swap flips most, by its interval's lower end."""
    if not panel:
        return judge_pairs.habits(connection, *scope, judge, mode)
    known = [(name, judge_pairs.habits(connection, *scope, name, mode)) for name in panel]
    found = [replace(habits, judge=name) for name, habits in known if habits is not None]
    return max(found, key=lambda one: (wilson(one.flips, one.pairs) or (-1.0,))[0], default=None)
