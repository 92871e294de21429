"""Small studies for the rating and the comparing screen: what is handed out, verdicts on it, and a desk in memory."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from viva.errors import Forbidden, Outdated, UserError
from viva.present.comparing import CompareState
from viva.present.rating import RatingState
from viva.present.track import Track
from viva.records.rating import (
    Choice,
    Draft,
    GuessEvent,
    KnownAnswer,
    Lease,
    PreferenceEvent,
    RatingEvent,
    RatingItem,
    RatingTask,
    Served,
    Sitting,
    TaskProgress,
    Verdict,
)
from viva.records.rubric import Criterion, Rubric
from viva.records.study import StudyMode, StudyOptions, StudyState

LEVELS = {0: "useless", 3: "fair", 5: "perfect"}
RUBRIC = Rubric(
    "two",
    "Two criteria",
    (
        Criterion("accuracy", 60, "Is it right?", 0, 5, LEVELS),
        Criterion("brevity", 40, "Is it short?", 1, 3, {1: "long", 3: "short"}),
    ),
)
NOW = datetime(2026, 1, 1)
LATER = NOW + timedelta(days=3650)
RATED = {"accuracy": 4, "brevity": 2}
IDS = tuple("abcdefghijklmnopqrstuvwxyz")


def task(
    mode: StudyMode = StudyMode.RUBRIC, rubric: Rubric = RUBRIC, state: StudyState = StudyState.OPEN, **options: object
) -> RatingTask:
    return RatingTask("study-1", "falls", mode, rubric, StudyOptions(**options), state)  # type: ignore[arg-type]


def item(item_id: str, *, pair: bool = False, first: str = "a", practice: bool = False) -> RatingItem:
    other = f"other of {item_id}" if pair else None
    return RatingItem(item_id, f"question {item_id}", "the reference", f"text of {item_id}", other, first, practice)  # type: ignore[arg-type]


def served(*ids: str, left: int | None = None, elsewhere: int = 0, state: StudyState = StudyState.OPEN) -> Served:
    return Served(state, tuple(Lease(i, LATER) for i in ids), len(ids) if left is None else left, elsewhere)


def event(
    item_id: str, values: dict[str, int] | None = None, skipped: str | None = None, **named: object
) -> RatingEvent:
    given = {"comment": "", "flagged": False, "seconds": 7.0, **named}
    return RatingEvent(
        f"event-{item_id}", "study-1", item_id, "ann", values or {}, skipped, created_at=NOW, **given,  # type: ignore[arg-type]
    )  # fmt: skip


def preference(
    item_id: str,
    choices: dict[str, Choice] | None = None,
    skipped: str | None = None,
    first: str = "a",
    **named: object,
) -> PreferenceEvent:
    given = {"comment": "", "flagged": False, "seconds": 7.0, **named}
    return PreferenceEvent(
        f"event-{item_id}", "study-1", item_id, "ann", first, choices or {}, skipped, created_at=NOW, **given,  # type: ignore[arg-type]
    )  # fmt: skip


def sitting(
    held: Served, done: Sequence[Verdict] = (), drafts: dict[str, Draft] | None = None, of: RatingTask | None = None
) -> Sitting:
    return Sitting(of or task(), "ann", tuple(done), drafts or {}, held)


def here(track: Track, first: str = "a") -> None:
    """Have every item on the track fetched."""
    pair = isinstance(track, CompareState)
    ids = track.order
    track.take(ids, {item_id: item(item_id, pair=pair, first=first) for item_id in ids})


def state(
    *ids: str,
    done: Sequence[Verdict] = (),
    drafts: dict[str, Draft] | None = None,
    of: RatingTask | None = None,
    left: int | None = None,
    now: float = 0.0,
) -> RatingState:
    """Return a rater who holds these items, fetched."""
    rating = RatingState(sitting(served(*ids, left=left), done, drafts, of), now)
    here(rating)
    return rating


def comparison(
    *ids: str,
    done: Sequence[Verdict] = (),
    drafts: dict[str, Draft] | None = None,
    first: str = "a",
    **options: object,
) -> CompareState:
    """Return a rater who holds these pairs, fetched, of which the side `first` is shown first."""
    of = task(StudyMode.PAIRWISE, **options)
    comparing = CompareState(sitting(served(*ids), done, drafts, of))
    here(comparing, first)
    return comparing


def save(rating: RatingState, skipped: str | None = None) -> None:
    """Save what stands on the screen, and go on."""
    assert rating.item_id is not None
    entry = rating.entry
    verdict = event(
        rating.item_id, {} if skipped else rating.values, skipped,
        comment=entry.comment, flagged=entry.flagged, seconds=rating.seconds,
    )  # fmt: skip
    rating.go_on(rating.record(verdict))


class FakeDesk:
    """A desk in memory for one rater: hands out `items` in order, `want` at a time; `elsewhere` others hold.

    `refuse` is raised by `serve` and by the saving of what is not held as long as it is set; `taken` are items that
    others have now, though this rater may believe to hold them.
    """

    def __init__(self, of: RatingTask, items: Sequence[RatingItem]) -> None:
        self.task = of
        self.all = {each.item_id: each for each in items}
        self.done: dict[str, Verdict] = {}
        self.drafts: dict[str, Draft] = {}
        self.guesses: list[GuessEvent] = []
        self.holds: list[str] = []
        self.elsewhere: set[str] = set()
        self.taken: set[str] = set()
        self.refuse: UserError | None = None
        self.saves = self.served = self.released = 0

    def tasks(self) -> list[TaskProgress]:
        return [TaskProgress(self.task, len(self.done), 0, len(self.all) - len(self.done))]

    def sit_down(self, study: str) -> Sitting:
        held = self.serve("", 2, list(self.drafts), ())
        return Sitting(self.task, "ann", tuple(self.done.values()), dict(self.drafts), held)

    def serve(
        self, study_id: str, want: int = 2, keep: Sequence[str] = (), known: Collection[str] | None = None
    ) -> Served:
        self.served += 1
        if self.refuse is not None:
            raise self.refuse
        again = [item_id for item_id in keep if item_id not in self.holds]
        self.holds = [i for i in [*self.holds, *again] if i not in self.done and i not in self.taken]
        if self.task.state is StudyState.OPEN:
            for item_id in self.all:
                free = item_id not in (*self.done, *self.holds, *self.elsewhere, *self.taken)
                if free and len(self.holds) < want:
                    self.holds.append(item_id)
        left = len(self.all) - len(self.done)
        held = served(*self.holds, left=left, elsewhere=len(self.elsewhere), state=self.task.state)
        items = {} if known is None else self.items(study_id, [one for one in self.holds if one not in known])
        return replace(held, items=items)

    def items(self, study_id: str, item_ids: Sequence[str]) -> dict[str, RatingItem]:
        return {item_id: self.all[item_id] for item_id in item_ids if item_id in self.all}

    def release(self, study_id: str, item_ids: Sequence[str] | None = None) -> None:
        self.released += 1
        self.holds.clear()

    def _keep(self, verdict: Verdict) -> None:
        if self.task.state is StudyState.CLOSED:
            raise Forbidden("falls is closed: it takes no more verdicts")
        if verdict.item_id not in (*self.holds, *self.done) and self.refuse is not None:
            raise self.refuse
        if verdict.item_id in self.taken:
            raise Outdated("others have this item by now")
        self.saves += 1
        self.done[verdict.item_id] = verdict
        self.drafts.pop(verdict.item_id, None)

    def save(
        self, of: RatingTask, item_id: str, values: Mapping[str, int], *, skipped: str | None = None, **named: object
    ) -> RatingEvent:  # fmt: skip
        verdict = replace(event(item_id, dict(values), skipped, **named), study_id=of.study_id)
        self._keep(verdict)
        return verdict

    def save_preference(
        self, of: RatingTask, shown: RatingItem, choices: Mapping[str, Choice],
        *, skipped: str | None = None, **named: object,
    ) -> PreferenceEvent:  # fmt: skip
        verdict = preference(shown.item_id, dict(choices), skipped, shown.shown_first, **named)
        self._keep(replace(verdict, study_id=of.study_id))
        return verdict

    def save_guess(self, of: RatingTask, item_id: str, label: str | None) -> None:
        self.guesses.append(GuessEvent(f"guess-{len(self.guesses)}", of.study_id, item_id, "ann", label, NOW))

    def save_draft(self, study_id: str, item_id: str, draft: Draft) -> None:
        if draft.empty:
            self.drafts.pop(item_id, None)
        else:
            self.drafts[item_id] = draft

    def known_answer(self, study_id: str, item_id: str) -> KnownAnswer | None:
        verdict = self.done[item_id]
        if not self.all[item_id].practice or not isinstance(verdict, RatingEvent):
            return None
        return KnownAnswer(item_id, dict(RATED), dict(verdict.values), "because it is")

    def practice_report(self, study_id: str) -> list[KnownAnswer]:
        known = [self.known_answer(study_id, item_id) for item_id in self.done]
        return [answer for answer in known if answer is not None]

    def deliver(self, timeout: float | None = None) -> int:
        return 0

    def undelivered(self) -> int:
        return 0
