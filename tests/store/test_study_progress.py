"""How far a study and its raters are."""

from datetime import datetime, timedelta

from tests.store.hand_made import NOON, ask, comparison, fill_pairs, say, verdict
from viva.records.study import RaterProgress, StudyMode, StudyProgress
from viva.store import Store, studies, study_progress

BEST = {"accuracy": 5, "clarity": 3}


def progress(store: Store, name: str = "first", now: datetime = NOON) -> StudyProgress:
    with store.read() as connection:
        study = studies.get(connection, name)
        assert study is not None
        return study_progress.of(connection, study, now)


def claim(store: Store, item: str, rater: str, minutes: int) -> None:
    with store.write() as connection:
        connection.execute(
            "INSERT INTO claim VALUES ('study-1', ?, ?, ?, ?)", [item, rater, NOON + timedelta(minutes=minutes), NOON]
        )


def usual(store: Store, *, study: str | None = None, rater: str | None = None, mode: StudyMode | None = None) -> object:
    with store.read() as connection:
        return study_progress.usual_seconds(connection, study, rater, mode)


def test_a_study_nobody_has_begun_tells_of_those_who_were_asked(small: Store) -> None:
    fill_pairs(small, ("bob", "ann"))
    found = progress(small, "second")
    silent = tuple(RaterProgress(name, 0, 0, 0, None, None) for name in ("ann", "bob"))
    assert found == StudyProgress(found.study, 0, 0, 6, 0, 0, 0, silent, None)


def test_verdicts_count_up_to_the_quota_and_skips_never(small: Store) -> None:
    raters = ["ann", "bob", "cid"]
    say(small, *(verdict("b1", BEST, rater=rater) for rater in raters))
    say(small, verdict("b2", BEST), verdict("b2", skipped="so", rater="bob"), verdict("b3", skipped="so"))
    found = progress(small)
    assert (found.complete, found.given, found.wanted, found.skipped) == (1, 3, 12, 2)
    assert found.seconds_left == 9 * 4.5
    assert ask(small, "SELECT item, verdicts FROM study_items ORDER BY position LIMIT 3") == [
        ("item-b1", 3), ("item-b2", 1), ("item-b3", 0),
    ]  # fmt: skip


def test_only_the_last_word_of_a_rater_counts(small: Store) -> None:
    say(small, verdict("b1", BEST), verdict("b1", skipped="on second thoughts", minute=1))
    say(small, verdict("b2", skipped="later"), verdict("b2", BEST, minute=1))
    found = progress(small)
    assert (found.given, found.skipped) == (1, 1)
    [ann] = found.raters
    assert (ann.rated, ann.skipped, ann.last_at) == (1, 1, NOON + timedelta(minutes=1))


def test_items_are_held_while_a_lease_runs_and_nothing_was_said(small: Store) -> None:
    claim(small, "item-b1", "ann", 5)
    claim(small, "item-b1", "ann", 6)
    claim(small, "item-b1", "bob", 5)
    claim(small, "item-b2", "ann", 1)
    claim(small, "item-b3", "ann", 5)
    say(small, verdict("b3", BEST))
    assert progress(small, now=NOON + timedelta(minutes=2)).held == 2
    assert progress(small, now=NOON + timedelta(minutes=6)).held == 0


def test_a_full_study_takes_no_more_time(small: Store) -> None:
    fill_pairs(small)
    say(small, *(comparison(f"pair-{n}", "a", rater=rater) for n in (1, 2, 3) for rater in ("ann", "bob")))
    found = progress(small, "second")
    assert (found.complete, found.given, found.seconds_left) == (3, 6, 0.0)


def test_the_usual_time_is_ones_own_when_there_is_enough_of_it(small: Store) -> None:
    fill_pairs(small)
    assert usual(small) is None
    say(small, *(comparison(f"pair-{n}", "a") for n in (1, 2)), verdict("b1", BEST), verdict("b2", BEST, rater="bob"))
    assert usual(small, study="study-2") == 8.0
    assert usual(small, mode=StudyMode.RUBRIC) == 4.5
    assert usual(small) == 6.25
    say(small, verdict("b2", BEST), verdict("b3", BEST))
    with small.write() as connection:
        connection.execute("UPDATE rating SET seconds = 99 WHERE rater = 'bob'")
    assert usual(small, study="study-1", rater="ann") == 4.5
    assert usual(small, study="study-1", rater="bob") == 4.5
    assert usual(small, study="study-2", rater="ann") == 8.0


def test_without_a_time_nothing_is_foretold(small: Store) -> None:
    say(small, verdict("b1", BEST))
    with small.write() as connection:
        connection.execute("UPDATE rating SET seconds = 0")
    found = progress(small)
    assert found.seconds_left is None
    assert found.raters[0].seconds_each is None
