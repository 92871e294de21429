"""Judging: who judges whose texts, what that takes, and what the judges said."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from viva.errors import NotFound, UsageError
from viva.generate.opening import key_for
from viva.judge import prompts as templates
from viva.paths import shipped
from viva.records.dataset import Dataset
from viva.records.job import Job, JobKind
from viva.records.judging import (
    BASELINE,
    CriterionSpread,
    JudgeCall,
    JudgeMode,
    JudgePlan,
    JudgeRequest,
    JudgeSpend,
    Judgment,
    Protocol,
    Purpose,
    ReadCall,
    UnscoredVerdict,
)
from viva.records.model import Model
from viva.store import judge_calls, judgment_list, judgments
from viva.text import display_line
from viva.workbench import judging_estimate, names
from viva.workbench.judging_protocols import Commission, protocol_of
from viva.workbench.judging_requests import FOLDER as FOLDER
from viva.workbench.judging_requests import commission_of, commissioned, spec_of

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench

PAGE = 100


class Judging:
    """Have texts judged, and read what judges said."""

    def __init__(self, workbench: "Workbench") -> None:
        self._workbench = workbench
        self._store = workbench.store

    def judges(self) -> list[str | Model]:
        """Return who can judge: the baseline, which is no language model, and every model."""
        return [BASELINE, *self._workbench.models.list()]

    def prompts(self) -> dict[str, Path]:
        """Return the prompt files in use by name; the workspace's own in data/prompts/judge come before viva's."""
        found = {path.stem: path for path in sorted(shipped("prompts", FOLDER).glob("*.txt"))}
        own = {path.stem: path for path in sorted(self._prompt_folder.glob("*.txt")) if path.stem in found}
        return found | own

    def copy_prompts(self) -> list[Path]:
        """Copy viva's prompts into the workspace, to be edited there; files that are there already stay.

        A judge that is asked with another prompt is another examiner: what it said before stays apart.
        """
        self._prompt_folder.mkdir(parents=True, exist_ok=True)
        copied = []
        for path in sorted(shipped("prompts", FOLDER).glob("*.txt")):
            target = self._prompt_folder / path.name
            if not target.exists():
                shutil.copyfile(path, target)
                copied.append(target)
        return copied

    def plan(self, request: JudgeRequest) -> JudgePlan:
        """Return what a request comes to, judge by judge: verdicts, calls, tokens, money and time.

        Raises `NotFound`, `BadInput`, and `UsageError` for what cannot be asked for.
        """
        return judging_estimate.plan(self._workbench, commissioned(self._workbench, request))

    def start(self, request: JudgeRequest) -> Job:
        """Start judging; verdicts that are there already are kept, not asked for again.

        Raises what `plan` raises, and `UsageError` where an endpoint's key is not in the environment, or a job asks one
        of the judges the same already.
        """
        commission = commissioned(self._workbench, request)
        self._check_alone(commission)
        for judge in commission.request.judges:
            if judge != BASELINE:
                key_for(self._workbench.models.get(judge).settings)
            protocol_of(self._workbench, commission, judge)
        return self._workbench.jobs.start(spec_of(commission))

    def judged(self, dataset: str, split: str | None = None) -> Sequence[judgments.JudgedBy]:
        """Return who has judged a dataset, in which mode and by which rubric. Raises `NotFound`."""
        with self._reading(dataset, split) as (found, connection):
            return judgments.judges(connection, found.name, found.version, split)

    def spread(self, dataset: str, split: str | None, judge: str, mode: JudgeMode) -> Sequence[CriterionSpread]:
        """Return how a judge's values are spread, criterion by criterion; `judge` may be a panel. Raises `NotFound`."""
        with self._reading(dataset, split) as (found, connection):
            return judgments.spread(connection, found.name, found.version, split, judge, mode)

    def unscored(
        self,
        dataset: str,
        split: str | None = None,
        judge: str | None = None,
        mode: JudgeMode | None = None,
        limit: int = PAGE,
        offset: int = 0,
    ) -> Sequence[UnscoredVerdict]:
        """Return what judges were asked in vain, with the reasons. Raises `NotFound`."""
        with self._reading(dataset, split) as (found, connection):
            return judgments.unscored(connection, found.name, found.version, split, judge, mode, limit, offset)

    def calls(
        self,
        dataset: str,
        split: str | None = None,
        judge: str | None = None,
        mode: JudgeMode | None = None,
        limit: int = PAGE,
        offset: int = 0,
    ) -> Sequence[JudgeCall]:
        """Return calls to judges, the newest first. Raises `NotFound`."""
        with self._reading(dataset, split) as (found, connection):
            return judge_calls.listed(connection, found.dataset_id, split, judge, mode, limit, offset)

    def spend(self, dataset: str, judge: str | None = None) -> Sequence[JudgeSpend]:
        """Return what judges have cost so far. Raises `NotFound`."""
        with self._reading(dataset, None) as (found, connection):
            return judgments.spend(connection, found.dataset_id, judge)

    def listed(
        self,
        dataset: str,
        split: str | None = None,
        judge: str | None = None,
        mode: JudgeMode | None = None,
        system: str | None = None,
    ) -> Sequence[judgment_list.VerdictRow]:
        """Return the verdicts that count. Raises `NotFound`."""
        with self._reading(dataset, split) as (found, connection):
            rows = judgment_list.verdicts(connection, found.name, found.version, split, judge, mode, system)
        return rows or self._nothing(dataset, judge, system)

    def listed_pairs(
        self,
        dataset: str,
        split: str | None = None,
        judge: str | None = None,
        mode: JudgeMode | None = None,
        system: str | None = None,
    ) -> Sequence[judgment_list.PairRow]:
        """Return what judges said about pairs, each order by itself. Raises `NotFound`."""
        with self._reading(dataset, split) as (found, connection):
            rows = judgment_list.pairs(connection, found.name, found.version, split, judge, mode, system)
        return rows or self._nothing(dataset, judge, system)

    def verdicts(self, generation_id: str) -> Sequence[Judgment]:
        """Return the verdicts on one text that count, those of each judge and sample."""
        with self._store.read() as connection:
            return judgments.verdicts(connection, generation_id)

    def text(self, generation_id: str) -> judgment_list.JudgedText:
        """Return a text that can be judged, with its question and reference. Raises `NotFound`."""
        with self._store.read() as connection:
            found = judgment_list.judged_text(connection, generation_id)
        if found is None:
            raise NotFound(
                f"there is no text or call {display_line(generation_id, 40)!r}",
                "viva judgment list DATASET --format json has both",
            )
        return found

    def read_call(self, call_id: str) -> ReadCall:
        """Return a call with what was asked, word for word, and what came back. Raises `NotFound`."""
        with self._store.read() as connection:
            stored = judge_calls.read(connection, call_id)
        if stored is None:
            raise NotFound(
                f"there is no call {display_line(call_id, 40)!r}", "viva judgment list DATASET --format json has them"
            )
        return ReadCall(
            stored.call,
            tuple(asked_messages(stored)),
            stored.question,
            stored.reference,
            tuple(stored.texts),
            stored.created_at,
        )

    def protocol(self, protocol_id: str) -> Protocol:
        """Return the protocol of a call or verdict. Raises `NotFound`."""
        with self._store.read() as connection:
            found = judgments.protocol(connection, protocol_id)
        if found is None:
            raise NotFound(f"there is no protocol {display_line(protocol_id, 40)!r}", "viva judgment show has the ids")
        return found

    def _nothing(self, dataset: str, judge: str | None, system: str | None) -> list[Any]:
        """Return that there is nothing. Raises `NotFound` where nobody has the name that was asked for."""
        models = [model.name for model in self._workbench.models.list()]
        judges = dict.fromkeys([*(one.judge for one in self.judged(dataset)), BASELINE, *models])
        if judge is not None and judge not in judges:
            raise names.missing("judge", judge, judges, "")
        systems = [one.name for one in self._workbench.generation.systems(dataset)]
        if system is not None and system not in systems:
            raise names.missing("system", system, systems, "")
        return []

    @property
    def _prompt_folder(self) -> Path:
        return self._workbench.paths.prompts / FOLDER

    @contextmanager
    def _reading(self, dataset: str, split: str | None) -> Iterator[tuple[Dataset, judgments.Connection]]:
        """Give the version of a dataset that has results, and a connection to read with. Raises `NotFound`."""
        version = self._workbench.results.version(dataset)
        if split is not None:
            version = self._workbench.datasets.with_split(dataset, split, version.version)
        with self._store.read() as connection:
            yield version, connection

    def _check_alone(self, commission: Commission) -> None:
        """Raise `UsageError` where a job that is under way would pay for the same."""
        wanted = {protocol_of(self._workbench, commission, judge).protocol_id for judge in commission.request.judges}
        place = commission.dataset.name, commission.dataset.version, commission.request.split
        for job in self._workbench.jobs.list():
            said = job.spec.arguments
            if job.spec.kind is not JobKind.JUDGE or job.status.ended:
                continue
            if (said.get("dataset"), said.get("version"), said.get("split")) != place:
                continue
            other = commission_of(self._workbench, said, commission.embedding_model)
            for judge in other.request.judges:
                if protocol_of(self._workbench, other, judge).protocol_id in wanted:
                    raise UsageError(
                        f"job {job.job_id} asks {display_line(judge, 40)} this already",
                        f"follow it: viva job follow {job.job_id}",
                    )


def asked_messages(stored: judge_calls.StoredCall) -> Sequence[dict[str, str]]:
    """Return the conversation that a stored call put to its judge."""
    call, protocol, used = stored.call, stored.protocol, stored.prompts
    if call.purpose is Purpose.DRAFT:
        return templates.draft_messages(used, stored.question, call.marker)
    against = stored.reference if protocol.mode is JudgeMode.REFERENCE else stored.draft or ""
    if call.purpose is Purpose.PAIR:
        first, second = stored.texts
        return templates.pair_messages(
            used, protocol.mode, stored.rubric, stored.question, against, first, second, call.marker,
            protocol.per_criterion,
        )  # fmt: skip
    [text] = stored.texts
    return templates.score_messages(used, protocol.mode, stored.rubric, stored.question, against, text, call.marker)
