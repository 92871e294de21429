"""What the Results screen looks at, and what it says of it, without a screen."""

from dataclasses import replace

import pytest

from tests.fakes.hostile import FORBIDDEN, HOSTILE
from viva.present import leaderboard, leaderboard_table, results
from viva.present.results import Narrowed, View
from viva.records.leaderboard import ResultParts
from viva.records.results import LeaderboardRow

PARTS = ResultParts({"": ("",), "energy": ("solar", "wind"), "retail": ("", "shops")}, ("a", "b", "c"))


def row(
    system: str,
    measure: str = "rouge_l",
    mean: float = 0.5,
    source: str = "metric",
    field: str | None = None,
    subfield: str | None = None,
) -> LeaderboardRow:
    return LeaderboardRow(
        "d", "test", system, source, measure, 9, 9, mean, 0.1, 0.02, field, low=mean - 0.1, high=mean + 0.1,
        subfield=subfield,
    )  # fmt: skip


BOARD = leaderboard.build([row("a"), row("b", mean=0.9), row("c", mean=0.7), row("a", "meteor")])


def test_parts_go_round_by_field_then_by_subfield_then_all() -> None:
    view = View("d")
    seen = []
    for _ in range(4):
        view = view.turned(PARTS)
        seen.append(view.by)
    assert seen == ["field", "subfield", None, "field"]


def test_without_subfields_only_fields_are_offered() -> None:
    bare = ResultParts({"energy": ("",)}, ("a",))
    assert View("d", by="field").turned(bare).by is None


def test_another_dataset_is_not_narrowed_down() -> None:
    view = View("d", "test", "field", narrowed=Narrowed("energy")).of("e")
    assert (view.dataset, view.by, bool(view.narrowed)) == ("e", "field", False)


def test_measures_go_round_and_stay_where_they_are_found_again() -> None:
    view = View("d", by="field").measured(BOARD)
    assert view.measure is not None
    first = view.measure.name
    other = view.measured(BOARD, 1)
    assert other.measure is not None
    assert other.measure.name != first
    assert other.measured(BOARD).measure == other.measure
    assert other.measured(BOARD, 1).measure == view.measure
    assert view.measured(leaderboard.build([])).measure is None


def test_the_split_is_test_where_there_is_one() -> None:
    assert View("d").in_split(["train", "test"], ["train", "test"]).split == "test"
    assert View("d", "train").in_split(["train", "test"], []).split == "train"
    assert View("d", "train").in_split(["train", "test"], [], 1).split == "test"
    assert View("d").in_split([], ["dev"]).split == "dev"
    assert View("d").in_split([], []).split == ""


def test_what_is_looked_at_is_said_in_one_line() -> None:
    narrowed = Narrowed("energy", "", ("a",))
    view = View("d", "test", "field", narrowed=narrowed).measured(BOARD)
    assert view.where("d") == (
        f"d · test · by field · {BOARD.measures[0].title} · only energy · only (no subfield) · only 1 system"
    )


def test_fields_and_subfields_to_choose_from() -> None:
    assert results.field_choices(PARTS) == [
        ("all", None), ("energy", "energy"), ("retail", "retail"), ("(no field)", ""),
    ]  # fmt: skip
    assert results.subfield_choices(PARTS, "energy") == [("all", None), ("solar", "solar"), ("wind", "wind")]
    assert results.subfield_choices(PARTS, "retail") == [("all", None), ("shops", "shops"), ("(no subfield)", "")]
    assert results.subfield_choices(PARTS, "") == [("all", None)]
    assert results.place_of(results.field_choices(PARTS), "retail") == 2
    assert results.place_of(results.field_choices(PARTS), "gone") == 0


def test_a_system_is_compared_with_the_best_other() -> None:
    group = next(group for group in BOARD.groups if group.measure.name == "rouge_l")
    by_name = {entry.system: entry for entry in group.entries}
    assert results.rivals(BOARD, group, by_name["a"]) == ("a", "b")
    assert results.rivals(BOARD, group, by_name["b"]) == ("b", "c")
    alone = leaderboard.build([row("a")])
    assert results.rivals(alone, alone.groups[0], alone.groups[0].entries[0]) is None


def test_systems_are_compared_on_the_questions_of_the_line_they_stand_in() -> None:
    group = leaderboard.build([row("a", field="energy", subfield="wind")], by="subfield").groups[0]
    none = leaderboard.build([row("a")], by="subfield").groups[0]
    narrowed = Narrowed("retail", "shops")
    assert View("d").part_of(group) == (None, None)
    assert View("d", narrowed=narrowed).part_of(group) == ("retail", "shops")
    assert View("d", by="field").part_of(group) == ("energy", None)
    assert View("d", by="subfield").part_of(group) == ("energy", "wind")
    assert View("d", by="subfield").part_of(none) == ("", "")


def test_views_of_the_same_values() -> None:
    view = View("d", "test", every=True)
    assert view.reads_as(View("d", "train"))
    assert not view.reads_as(View("e", "test"))
    assert not view.reads_as(View("d", "test", "field"))
    assert not view.reads_as(View("d", "test", narrowed=Narrowed("energy")))


def test_a_filter_that_leaves_nothing_says_how_to_undo_it() -> None:
    heading, steps, end = results.nothing(View("d", narrowed=Narrowed("energy")), None)
    assert heading == "There is no result with only energy"
    assert not steps
    assert "f changes" in end


def test_points_are_browsed_by_their_total() -> None:
    judged = leaderboard.build([row("a", "accuracy", source="judge")]).measures[0]
    human = leaderboard.build([row("a", "accuracy", source="human")]).measures[0]
    assert results.browsed_measure(judged).startswith("judge total")
    assert results.browsed_measure(human) == "human total"
    assert results.browsed_measure(BOARD.measures[0]) == BOARD.measures[0].name
    study = leaderboard.build([replace(row("a", "accuracy", source="human"), study="ext")]).measures[0]
    assert results.browsed_measure(study) == "human total ext"


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_are_shown_harmlessly(text: str) -> None:
    parts = ResultParts({text: (text,)}, (text,))
    choices = results.field_choices(parts) + results.subfield_choices(parts, None)
    view = View(text, text, narrowed=Narrowed(text, text, (text,)))
    said = [view.where(text), results.caption(text, text, view.narrowed, 0), results.nothing(view, None)[0]]
    assert not FORBIDDEN.search(" ".join([name for name, _ in choices] + said))


def test_where_there_is_little_room_a_study_is_named_rather_than_its_scale() -> None:
    rows = [replace(row("a", measure, source="human"), study=study) for measure in ("total", "depth") for study in "xy"]
    board = leaderboard.build(rows)
    assert [measure.title for measure in board.measures[:2]] == ["Human total /100 · x", "depth, points · x"]
    assert [measure.short for measure in board.measures[:2]] == ["Human total · x", "depth · x"]
    [alone] = leaderboard.build([rows[0]]).measures
    assert alone.short == alone.title == "Human total /100"


def test_the_legend_tells_of_what_is_there() -> None:
    one, two = leaderboard.build([row("a")]), leaderboard.build([row("a"), row("b", mean=0.1)])
    assert "Rank" not in leaderboard_table.legend(two)
    assert leaderboard.AHEAD in leaderboard_table.legend(two)
    assert leaderboard_table.legend(one) == leaderboard_table.BAR_LEGEND
    assert max(map(len, leaderboard_table.legend(two).splitlines())) <= 78
