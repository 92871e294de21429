"""Many raters at once: whatever they do and whenever they vanish, no quota is exceeded and nothing said is lost."""

import random
import shutil
from pathlib import Path

import pytest

from tests.fakes.desk import GOOD, LEASE, NAME, STUDY, Clock, add_study, change, desk_of, workbench_of
from tests.fakes.rater_process import RaterProcess
from viva.errors import Forbidden, Outdated
from viva.records.rating import RatingTask
from viva.records.study import StudyState
from viva.store.outbox import apply_all
from viva.workbench import Workbench
from viva.workbench.desk import Desk

QUESTIONS = 8
Seat = tuple[Desk, RatingTask, set[str]]


class Schedule:
    """Raters who do one thing after another at random, some of them in two sessions, and what they were told."""

    def __init__(self, workbench: Workbench, clock: Clock, seed: int) -> None:
        self.workbench = workbench
        self.clock = clock
        self.draw = random.Random(seed)
        self.quota = 1
        self.sessions: list[Seat] = []
        self.acknowledged: set[str] = set()
        self.answered: dict[str, set[str]] = {}
        add_study(workbench, QUESTIONS, systems=2, practice=1, raters_per_item=self.quota)

    def step(self) -> None:
        actions = [self.serve, self.serve, self.save, self.save, self.save, self.skip, self.revise, self.time_goes_by]
        actions += [self.leave, self.vanish, self.change_state, self.more_raters, self.come_back_late, self.leave_one]
        weights = [4, 4, 2, 2, 2, 2, 2, 2, 1, 1, 0.7, 0.1, 4, 4]
        if len(self.sessions) < 4:
            self.sit_down()
        if self.draw.random() < 0.1:
            change(self.workbench, "state", "open")
        self.draw.choices(actions, weights)[0]()

    def sit_down(self) -> None:
        desk = desk_of(self.workbench.paths.root, self.draw.choice(["ann", "bob", "eve"]), self.clock)
        sitting = desk.sit_down(NAME, self.draw.randint(0, 3))
        self.sessions.append((desk, sitting.task, set()))
        self.seen(*self.sessions[-1][::2], [lease.item_id for lease in sitting.served.leases])

    def seen(self, desk: Desk, items: set[str], given: list[str]) -> None:
        assert not set(given) & self.answered.get(desk.rater, set())
        items.update(given)

    def serve(self) -> None:
        desk, _, items = self.draw.choice(self.sessions)
        keep = self.draw.sample(sorted(items), min(len(items), 2))
        served = desk.serve(STUDY, self.draw.randint(0, 4), keep)
        self.seen(desk, items, [lease.item_id for lease in served.leases])
        assert len(served.leases) <= served.left or served.state is StudyState.PAUSED

    def save(
        self,
        skipped: str | None = None,
        *,
        again: bool = False,
        session: Seat | None = None,
    ) -> None:
        desk, task, items = session or self.draw.choice(self.sessions)
        done = self.answered.setdefault(desk.rater, set())
        if wanted := sorted(items & done if again else items - done):
            item = self.draw.choice(wanted)
            try:
                event = desk.save(task, item, GOOD, skipped=skipped)
            except (Outdated, Forbidden):
                return
            self.acknowledged.add(event.event_id)
            done.add(item)

    def skip(self) -> None:
        self.save("tired", again=self.draw.random() < 0.3)

    def revise(self) -> None:
        self.save(again=True)

    def time_goes_by(self) -> None:
        self.clock.go(self.draw.choice([1, 20, 40, LEASE / 2, LEASE + 15, LEASE + 40, LEASE + 40, 3 * LEASE]))

    def leave(self) -> None:
        desk, _, _ = self.draw.choice(self.sessions)
        desk.release(STUDY)

    def come_back_late(self) -> None:
        """Save what was held, after others could have been given it."""
        session = self.draw.choice(self.sessions)
        self.clock.go(LEASE + 40)
        for _ in range(2):
            self.serve()
        self.save(session=session)

    def leave_one(self) -> None:
        """Leave or pass over in one session what is then saved in another."""
        sitting_down = [desk_of(self.workbench.paths.root, "ann", self.clock) for _ in range(2)]
        sessions = [(desk, desk.sit_down(NAME, 2).task, set[str]()) for desk in sitting_down]
        self.sessions += sessions
        for desk, _, items in sessions:
            self.seen(desk, items, [lease.item_id for lease in desk.serve(STUDY).leases])
        if self.draw.random() < 0.5:
            sitting_down[0].release(STUDY)
        else:
            self.save("tired", session=sessions[0])
            sitting_down[0].serve(STUDY)
            self.clock.go(40)
        other = desk_of(self.workbench.paths.root, "bob", self.clock)
        self.sessions.append((other, sessions[0][1], set()))
        self.seen(other, self.sessions[-1][2], [lease.item_id for lease in other.serve(STUDY, 30).leases])
        for item in sorted(sessions[1][2]):
            self.save(session=(*sessions[1][:2], {item}), again=item in self.answered.get("ann", set()))

    def vanish(self) -> None:
        self.sessions.pop(self.draw.randrange(len(self.sessions)))

    def change_state(self) -> None:
        change(self.workbench, "state", self.draw.choice(["open", "open", "open", "paused", "closed"]))

    def more_raters(self) -> None:
        self.quota = min(self.quota + self.draw.randint(0, 1), 2)
        change(self.workbench, "raters_per_item", self.quota)

    def check(self) -> None:
        apply_all(self.workbench.paths.outboxes, self.workbench.store)
        with self.workbench.store.read() as connection:
            stored = connection.execute(
                "SELECT event_id, count(*) FROM rating GROUP BY ALL UNION ALL SELECT event_id, 2 FROM known_verdict"
            ).fetchall()
            taken = connection.execute(
                """
                SELECT item_id, count(DISTINCT rater) FROM (
                    SELECT item_id, rater FROM item_verdict WHERE NOT skipped
                    UNION ALL SELECT item_id, rater FROM claim WHERE until > ?)
                JOIN study_item USING (item_id) WHERE known_id IS NULL GROUP BY item_id
                """,
                [self.clock()],
            ).fetchall()
            twice = connection.execute("SELECT 1 FROM claim GROUP BY item_id, rater HAVING count(*) > 1").fetchall()
        assert sorted(stored) == sorted((event_id, 2) for event_id in self.acknowledged)
        assert max((count for _, count in taken), default=0) <= self.quota
        assert twice == []

    def end(self) -> None:
        """Have everybody vanish: whatever still needs verdicts is free when the leases have run out."""
        self.sessions.clear()
        self.clock.go(LEASE + 31)
        change(self.workbench, "state", "open")
        desk = desk_of(self.workbench.paths.root, "zoe", self.clock)
        served = desk.serve(STUDY, 100)
        assert (served.elsewhere, len(served.leases)) == (0, served.left)
        with self.workbench.store.read() as connection:
            missing = connection.execute(
                "SELECT count(*) FROM study_items WHERE stream <> 'practice' AND verdicts < ?", [self.quota]
            ).fetchall()
        assert missing == [(served.left - 1,)]


def run(workspace: Path, written: Path, monkeypatch: pytest.MonkeyPatch, seed: int, steps: int) -> None:
    shutil.copytree(written, workspace, dirs_exist_ok=True)
    schedule = Schedule(workbench_of(workspace, "nobody"), Clock(monkeypatch), seed)
    for _ in range(steps):
        schedule.step()
        schedule.check()
    schedule.end()


@pytest.mark.parametrize("seed", range(2))
def test_any_schedule_keeps_the_quota_and_every_verdict(
    workspace: Path, written: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    run(workspace, written, monkeypatch, seed, 15)


@pytest.mark.slow
@pytest.mark.parallel
@pytest.mark.parametrize("seed", range(100, 112))
def test_many_long_schedules_keep_the_quota_and_every_verdict(
    workspace: Path, written: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    run(workspace, written, monkeypatch, seed, 120)


@pytest.mark.slow
@pytest.mark.parallel
def test_raters_killed_at_random_lose_nothing_and_exceed_no_quota(workspace: Path, written: Path) -> None:
    shutil.copytree(written, workspace, dirs_exist_ok=True)
    workbench = workbench_of(workspace, "nobody")
    items = add_study(workbench, 10, raters_per_item=2)
    draw = random.Random(5)
    names = [f"rater{number}" for number in range(6)]
    acknowledged: list[str] = []
    for _ in range(4):
        raters = [RaterProcess(workspace, name) for name in names]
        for rater in draw.sample(raters, 4):
            rater.kill_after(draw.randint(0, 4), draw.uniform(0, 0.2))
        for rater in raters:
            rater.stop_after(6)
            acknowledged += rater.finish()
    # All that is left, by raters who stay, once the leases of the killed have run out.
    raters = [RaterProcess(workspace, name) for name in names]
    for rater in raters:
        acknowledged += rater.finish()
    apply_all(workbench.paths.outboxes, workbench.store)
    with workbench.store.read() as connection:
        stored = dict(connection.execute("SELECT event_id, count(*) FROM rating GROUP BY ALL").fetchall())
        verdicts = connection.execute("SELECT item, verdicts FROM study_items").fetchall()
        given = connection.execute("SELECT count(*) FROM (SELECT DISTINCT rater, item_id FROM rating)").fetchall()
    assert set(acknowledged) <= set(stored)
    assert set(stored.values()) == {2}
    assert sorted(verdicts) == sorted((item, 2) for item in items)
    assert given == [(len(stored),)]
