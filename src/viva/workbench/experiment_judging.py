"""The judge steps of an experiment: who judges, what they are asked, and the tables that come of it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from viva.errors import UsageError
from viva.generate.opening import key_for
from viva.records.dataset import Dataset
from viva.records.experiment import ASKED_FOR, Experiment, ExperimentTable, JudgeStep, Shown
from viva.records.job import Job, JobKind
from viva.records.judging import BASELINE, JudgeMode, JudgePlan, JudgeRequest
from viva.store import judge_results
from viva.text import display_line
from viva.workbench.experiment_points import criterion_points, pair_counts, unscored_pairs
from viva.workbench.judging_protocols import protocol_of
from viva.workbench.judging_requests import check_judge, check_values, commissioned

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench

Written = Callable[[str], Mapping[str, Sequence[str]]]
"""Returns who wrote for each split: the systems of the step of that name, or with an empty one of all steps."""

_ADD = "viva model add far --endpoint URL --model NAME adds one"
_MODES = {JudgeMode.REFERENCE: "against the reference", JudgeMode.INDEPENDENT: "against the judge's own approach"}


@dataclass(frozen=True)
class Asked:
    """What is said about judges when an experiment is run.

    `judges` are those that stand for `$judge`. All judging of the run may cost `budget` together. `planned` is told
    what each judging comes to before it starts.
    """

    judges: tuple[str, ...] = ()
    budget: float | None = None
    planned: Callable[[JudgePlan], None] = lambda _: None


class JudgeSteps:
    """The judge steps of one run of an experiment; `left_out` says what judges cannot do that were asked for it.

    Raises `UsageError` where nobody is named who judges, or none of those can do any step.
    """

    def __init__(
        self,
        workbench: "Workbench",
        experiment: Experiment,
        asked: Asked,
        wait: Callable[[Job], Job],
        tell: Callable[[str], None],
    ) -> None:
        self._workbench = workbench
        self._asked = asked
        self._left = asked.budget
        self._wait = wait
        self._tell = tell
        _check_asked(experiment, asked)
        named = [replace(step, judges=_judges(step, asked)) for step in experiment.judge]
        able = [replace(step, judges=tuple(one for one in step.judges if not _unable(one, step))) for step in named]
        self._steps = [step for step in able if step.judges]
        reasons = [_unable(judge, step) for step in named for judge in step.judges]
        self.left_out = tuple(dict.fromkeys(reason for reason in reasons if reason))
        if experiment.judge and not self._steps:
            raise UsageError(self.left_out[0], f"name a judge that is a language model: {_ADD}")

    def check(self, dataset: Dataset) -> None:
        """Raise what stands against the judging before a model is trained for it."""
        for step in self._steps:
            request = replace(_request(dataset, step, "", ()), budget=self._asked.budget)
            check_values(request)
            self._workbench.rubrics.get(step.rubric)
            for judge in step.judges:
                check_judge(self._workbench, judge, request)
                if judge != BASELINE:
                    key_for(self._workbench.models.get(judge).settings)

    def run(self, dataset: Dataset, written: Written) -> None:
        """Let the judges judge what they have not judged yet, as long as there is money."""
        for reason in self.left_out:
            self._tell(f"left out: {reason}")
        for step in self._steps:
            for split, systems in written(step.of).items():
                self._judge(dataset, step, split, systems)

    def tables(self, dataset: Dataset, shown: Shown, written: Written) -> Iterator[ExperimentTable]:
        """Yield a table for each judge and each split."""
        for step in self._steps:
            wanted = step.pairwise if shown.pairs else not step.pairwise and step.mode is shown.judge
            if not wanted or (shown.of and step.of not in {"", shown.of}):
                continue
            for split, systems in written(shown.of or step.of).items():
                request = _request(dataset, step, split, written(step.of)[split])
                for judge in step.judges:
                    yield self._table(dataset, shown, request, judge, systems)

    def _judge(self, dataset: Dataset, step: JudgeStep, split: str, systems: Sequence[str]) -> None:
        judging, request = self._workbench.judging, _request(dataset, step, split, systems)
        for job in self._workbench.jobs.list():
            said = job.spec.arguments
            same = (said.get("dataset"), said.get("split")) == (dataset.name, split)
            if job.spec.kind is JobKind.JUDGE and not job.status.ended and same:
                self._tell(f"judge: job {job.job_id} is at it")
                self._wait(job)
        plan = judging.plan(request)
        what = "compare" if step.pairwise else "judge"
        self._tell(f"{what} {dataset.name}/{split}, {_MODES[step.mode]}: {', '.join(step.judges)}")
        if plan.calls and self._left is not None:
            if self._left <= 0:
                self._tell(f"nobody is asked: the budget of {self._asked.budget:,.4g} is spent")
                return
            request = replace(request, budget=self._left)
        self._asked.planned(replace(plan, request=request))
        cost = self._wait(judging.start(request)).result.get("cost")
        if self._left is not None and cost is not None:
            self._left -= float(cost)

    def _table(
        self, dataset: Dataset, shown: Shown, request: JudgeRequest, judge: str, systems: Sequence[str]
    ) -> ExperimentTable:
        commission = commissioned(self._workbench, request)
        [planned] = self._workbench.judging.plan(replace(request, judges=(judge,))).judges
        protocol = protocol_of(self._workbench, commission, judge)
        scope = judge_results.Scope(
            dataset.name, dataset.version, request.split, judge, request.mode, protocol.protocol_id, systems
        )
        table = ExperimentTable(
            shown, request.split, tuple(systems), judge=judge, mode=request.mode,
            missing=planned.verdicts - planned.done, wanted=planned.verdicts,
        )  # fmt: skip
        criteria = [criterion.name for criterion in commission.rubric.criteria]
        with self._workbench.store.read() as connection:
            if request.pairwise:
                tallies, orders = judge_results.pairs(connection, scope), judge_results.orders(connection, scope)
            else:
                rows = judge_results.points(connection, scope) + judge_results.totals(connection, scope, len(criteria))
                reasons = judge_results.reasons(connection, scope)
        if not request.pairwise:
            points = criterion_points(commission.rubric, systems, rows)
            return replace(table, points=tuple(points), unscored=tuple(reasons))
        compared_on = [None, *(criteria if request.per_criterion else [])]
        pairs = pair_counts(systems, compared_on, tallies, orders)
        return replace(table, pairs=tuple(pairs), unscored=tuple(unscored_pairs(tallies)))


def _request(dataset: Dataset, step: JudgeStep, split: str, systems: Sequence[str]) -> JudgeRequest:
    return JudgeRequest(
        dataset.name, split, step.judges, step.mode, step.rubric, tuple(systems), step.pairwise, step.per_criterion,
        step.settings,
    )  # fmt: skip


def _check_asked(experiment: Experiment, asked: Asked) -> None:
    """Raise `UsageError` where a judge is missing, or where something is said about judges and there are none."""
    name = display_line(experiment.name, 60)
    open_ = any(ASKED_FOR in step.judges for step in experiment.judge)
    if open_ and not asked.judges:
        raise UsageError(
            f"the experiment {name} needs a judge: --judge NAME",
            f"a model of viva model list; {_ADD}; --judge {BASELINE} needs none",
        )
    if asked.judges and not open_:
        raise UsageError(f"the experiment {name} takes no judge", f"viva experiment show {name} says who judges")
    if asked.budget is not None and not experiment.judge:
        raise UsageError(f"the experiment {name} asks no judge, so there is nothing to spend", "leave out --budget")


def _judges(step: JudgeStep, asked: Asked) -> tuple[str, ...]:
    named = [one for judge in step.judges for one in (asked.judges if judge == ASKED_FOR else (judge,))]
    return tuple(dict.fromkeys(named))


def _unable(judge: str, step: JudgeStep) -> str:
    """Return why a judge cannot do a step, nothing where it can."""
    if judge != BASELINE or not (step.pairwise or step.mode is JudgeMode.INDEPENDENT):
        return ""
    what = "compare two texts" if step.pairwise else "draft an approach of its own to judge by"
    return f"{BASELINE} is no language model and cannot {what}"
