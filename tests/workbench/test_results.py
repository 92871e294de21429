"""Results: means with intervals, narrowed down, in parts, and which places systems can have."""

from dataclasses import replace

import pytest

from tests.fakes.results import rate
from viva.errors import NotFound
from viva.records.dataset import Example
from viva.records.generation import Generation, Score
from viva.records.model import Decoding, System
from viva.records.results import LeaderboardRow, MeasureKey
from viva.stats.mean_interval import mean_interval
from viva.store import datasets, generations, models
from viva.workbench import Workbench

ROUGE = MeasureKey("metric", "rouge_l")


def value(system: int, number: int) -> float:
    """`b` is ahead of `a` by a little on every question, `c` far ahead of both; questions differ more than these."""
    return 0.2 + 0.01 * number + (0.0, 0.004 + 0.001 * (number % 3), 0.25)[system]


@pytest.fixture
def many(bench: Workbench) -> Workbench:
    """Forty questions in two fields, one of which has subfields, and three systems."""
    examples = [
        Example(f"q{n}", "r", "energy" if n < 25 else None, f"part {n % 2}" if n < 25 else None, "test", {}, f"e{n}")
        for n in range(40)
    ]
    systems = [System(name, name, "{question}", Decoding()) for name in "abc"]
    with bench.store.write() as connection:
        datasets.add(connection, "many-id", "many", "many.csv", examples)
        for system in systems:
            models.add_system(connection, system)
        written = [
            Generation(f"{s}-{n}", system.system_id, f"e{n}", "text", "stop", 1, 1, 0.1)
            for s, system in enumerate(systems)
            for n in range(40)
        ]
        generations.add(connection, written)
        generations.add_scores(
            connection,
            [
                Score(g.generation_id, name, "1", "", value(*map(int, g.generation_id.split("-"))))
                for g in written
                for name in ("rouge_l", "length_ratio", "degenerate")
            ],
        )
    return bench


def one(rows: list[LeaderboardRow], system: str = "a", measure: str = "rouge_l", **named: str | None) -> LeaderboardRow:
    [found] = [
        row for row in rows
        if (row.system, row.measure) == (system, measure) and all(getattr(row, k) == v for k, v in named.items())
    ]  # fmt: skip
    return found


def test_from_thirty_questions_on_the_interval_is_that_of_t(many: Workbench) -> None:
    row = one(many.results.leaderboard("many"))
    expected = mean_interval([value(0, n) for n in range(40)])
    assert (row.n, row.interval, expected.method) == (40, "t", "t")
    assert (row.mean, row.low, row.high, row.half_width) == pytest.approx(
        (expected.mean, expected.low, expected.high, expected.half_width)
    )


def test_with_fewer_it_is_drawn_from_the_values_with_the_seed(many: Workbench) -> None:
    row = one(many.results.leaderboard("many", "test", "field", seed=5), field="energy")
    expected = mean_interval([value(0, n) for n in range(25)], seed=5)
    assert (row.n, row.interval, row.subfield) == (25, "bootstrap", None)
    assert (row.low, row.high) == pytest.approx((expected.low, expected.high), rel=1e-9)


def test_parts_add_up_and_those_without_a_field_are_one(many: Workbench) -> None:
    rows = [row for row in many.results.leaderboard("many", by="subfield") if row.measure == "rouge_l"]
    assert {(row.field, row.subfield): row.n for row in rows if row.system == "a"} == {
        ("energy", "part 0"): 13, ("energy", "part 1"): 12, (None, None): 15,
    }  # fmt: skip
    whole = one(many.results.leaderboard("many"))
    assert whole.mean is not None
    assert sum((row.mean or 0) * row.n for row in rows if row.system == "a") == pytest.approx(whole.mean * 40)


def test_narrowed_to_a_field_it_is_the_part_of_the_leaderboard_by_field(many: Workbench) -> None:
    parts = many.results.leaderboard("many", by="field")
    for field in ("energy", ""):
        narrowed = many.results.leaderboard("many", field=field)
        expected = [replace(row, field=None) for row in parts if (row.field or "") == field]
        assert [(r.system, r.measure, r.n) for r in narrowed] == [(r.system, r.measure, r.n) for r in expected]
        assert [r.low for r in narrowed] == pytest.approx([r.low for r in expected])
    subfield = many.results.leaderboard("many", subfield="part 1")
    assert one(subfield).n == 12


def test_narrowed_to_systems_only_they_are_there(many: Workbench) -> None:
    assert {row.system for row in many.results.leaderboard("many", systems=["c", "a"])} == {"a", "c"}


@pytest.mark.parametrize(
    "named", [{"field": "enrgy"}, {"subfield": "part 3"}, {"field": "", "subfield": "part 1"}, {"systems": ["d"]}]
)
def test_what_is_not_there_is_an_error_that_names_what_is(many: Workbench, named: dict[str, object]) -> None:
    with pytest.raises(NotFound):
        many.results.leaderboard("many", **named)  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        many.results.ranks("many", **named)  # type: ignore[arg-type]


def test_ranks_tell_apart_on_the_same_questions_what_intervals_do_not(many: Workbench) -> None:
    rows = many.results.leaderboard("many")
    a, b = one(rows), one(rows, "b")
    assert a.high is not None
    assert b.low is not None
    assert b.low < a.high
    [found] = many.results.ranks("many", keys=[ROUGE])
    assert (found.key, found.split, found.field, found.ranked) == (ROUGE, "test", None, 3)
    assert {rank.system: (rank.best, rank.worst) for rank in found.ranks} == {"a": (3, 3), "b": (2, 2), "c": (1, 1)}


def test_where_less_is_better_the_lowest_ranks_first_and_where_neither_is_nobody_does(many: Workbench) -> None:
    found = {ranks.key.measure: ranks for ranks in many.results.ranks("many")}
    assert set(found) == {"rouge_l", "degenerate"}
    assert {rank.system: rank.best for rank in found["degenerate"].ranks} == {"a": 1, "b": 2, "c": 3}


def test_ranks_come_by_part_as_well(many: Workbench) -> None:
    found = many.results.ranks("many", by="subfield", keys=[ROUGE])
    assert {(ranks.field, ranks.subfield) for ranks in found} == {
        ("energy", "part 0"), ("energy", "part 1"), (None, None),
    }  # fmt: skip
    [only] = many.results.ranks("many", systems=["a", "c"], subfield="part 0", keys=[ROUGE])
    assert {rank.system: (rank.best, rank.worst) for rank in only.ranks} == {"a": (2, 2), "c": (1, 1)}


def test_few_shared_questions_tell_nobody_apart(filled: Workbench) -> None:
    rate(filled)
    key = MeasureKey("human", "total", filled.studies.list()[0].name)
    [found] = filled.results.ranks("tiny", "test", keys=[key])
    assert [(rank.best, rank.worst, len(rank.alike)) for rank in found.ranks] == [(1, 2, 1), (1, 2, 1)]


def test_equal_values_have_no_interval(filled: Workbench) -> None:
    rate(filled)
    row = one(filled.results.leaderboard("tiny"), "tuned", "total")
    assert (row.mean, row.sd, row.low, row.high, row.interval) == (80.0, 0.0, None, None, "none")


def test_the_parts_are_told(many: Workbench) -> None:
    found = many.results.parts("many")
    assert found.fields == {"": ("",), "energy": ("part 0", "part 1")}
    assert found.systems == ("a", "b", "c")


def test_each_raters_verdict_is_read_with_its_total(filled: Workbench) -> None:
    rate(filled)
    found = filled.results.rater_verdicts("tiny", "example-5")
    assert [(one.system, one.rater, one.total, one.unscored) for one in found] == [
        ("starter", "ann", 20.0, None), ("tuned", "ann", 80.0, None),
    ]  # fmt: skip
    rubric = filled.studies.list()[0].rubric
    assert found[1].values == tuple((criterion.name, 4.0) for criterion in rubric.criteria)
    [skipped, _] = filled.results.rater_verdicts("tiny", "example-7")
    assert (skipped.system, skipped.total, skipped.unscored) == ("starter", None, "skipped: empty")
    with pytest.raises(NotFound):
        filled.results.rater_verdicts("tiny", "gone")
