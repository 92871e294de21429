"""The leaderboard says which system is ahead, how sure that is, and what has no number."""

import io
from dataclasses import replace
from datetime import datetime

import pytest
from rich.console import Console

from tests.fakes.hostile import FORBIDDEN, HOSTILE
from viva.present import leaderboard, measures
from viva.present.leaderboard import Leaderboard
from viva.records.results import LeaderboardRow
from viva.records.rubric import Criterion, Rubric
from viva.records.study import Study, StudyMode

RUBRIC = Rubric(
    "default",
    "Research approach",
    (Criterion("clarity", 60, "Clear?", 0, 5, {}), Criterion("accuracy", 40, "Right?", 0, 5, {})),
)
STUDY = Study("s", "vad-test", "vad", 1, "test", StudyMode.RUBRIC, RUBRIC, 1, 4, datetime(2026, 1, 1))


def row(
    system: str = "starter",
    measure: str = "rouge_l",
    mean: float | None = 0.5,
    half_width: float | None = 0.1,
    n: int = 20,
    attempted: int = 20,
    **named: str,
) -> LeaderboardRow:
    values = {"source": "metric", "split": "test", **named}
    return LeaderboardRow(
        "vad", values["split"], system, values["source"], measure, n, attempted, mean, None, None,
        values.get("field"), values.get("study"), values.get("scorer"), half_width=half_width,
    )  # fmt: skip


def human(measure: str, mean: float = 10.0, system: str = "starter", study: str = "vad-test") -> LeaderboardRow:
    return row(system, measure, mean, 1.0, source="human", study=study)


def printed(board: Leaderboard, width: int = 100) -> str:
    out = io.StringIO()
    Console(file=out, width=width).print(leaderboard.to_text_table(board))
    return out.getvalue()


def test_people_come_first_then_their_criteria_then_metrics() -> None:
    names = ["rouge_l_recall", "rouge_l", "rouge_l_precision", "context_relevance", "semantic_similarity", "my_own"]
    board = leaderboard.build(
        [*(row(measure=name) for name in names), human("accuracy"), human("clarity"), human("total")], [STUDY]
    )
    assert [measure.title for measure in board.measures] == [
        "Human total /100", "clarity /60", "accuracy /40", "Semantic similarity", "Context relevance",
        "ROUGE-L", "ROUGE-L precision", "ROUGE-L recall", "my_own",
    ]  # fmt: skip


def test_points_of_an_unknown_study_have_no_invented_weight() -> None:
    board = leaderboard.build([human("accuracy", study="gone"), human("total", study="gone")])
    assert [measure.title for measure in board.measures] == ["Human total /100", "accuracy, points"]


def test_two_studies_are_told_apart_by_name() -> None:
    board = leaderboard.build([human("total"), human("total", study="again")], [STUDY])
    assert [measure.title for measure in board.measures] == ["Human total /100 · again", "Human total /100 · vad-test"]


def test_the_highest_mean_comes_first_with_its_mark() -> None:
    board = leaderboard.build([row("a", mean=0.2), row("b", mean=0.9), row("c", mean=0.5)])
    (group,) = board.groups
    assert [(entry.system, entry.mark) for entry in group.entries] == [("b", leaderboard.AHEAD), ("c", ""), ("a", "")]
    assert group.entries[0].remark == "highest mean"


def test_intervals_that_meet_are_said_to_meet() -> None:
    board = leaderboard.build([row("a", mean=0.5), row("b", mean=0.6), row("c", mean=0.1)])
    first = board.groups[0].entries[0]
    assert first.mark == leaderboard.CLOSE
    assert first.remark == "highest mean, within each other's intervals (a)"


def test_without_an_interval_nobody_is_ahead_for_sure() -> None:
    board = leaderboard.build([row("a", mean=0.1, half_width=None, n=1), row("b", mean=0.9)])
    first = board.groups[0].entries[0]
    assert first.mark == leaderboard.CLOSE
    assert "too few values" in first.remark


def test_a_system_alone_is_not_marked() -> None:
    (entry,) = leaderboard.build([row()]).groups[0].entries
    assert (entry.mark, entry.remark) == ("", "")


def test_equal_means_are_both_marked_and_neither_is_ahead() -> None:
    entries = leaderboard.build([row("a"), row("b")]).groups[0].entries
    assert [entry.mark for entry in entries] == [leaderboard.CLOSE, leaderboard.CLOSE]


def test_nothing_scored_is_a_dash_with_its_reason_and_never_a_number() -> None:
    board = leaderboard.build([row("a", mean=None, half_width=None, n=0), row("b")])
    entry = board.groups[0].entries[-1]
    assert (entry.value, entry.scored, entry.remark, entry.bar(10)) == ("–", "0/20", "none scored", "")
    assert board.groups[0].entries[0].mark == ""
    text = printed(board)
    assert "none scored" in text
    assert "nan" not in text.lower()


@pytest.mark.parametrize(
    ("mean", "half", "highest", "shown"),
    [
        (0.41234, 0.0216, 1.0, "0.412 ± 0.022"),
        (71.25, 4.06, 100.0, "71.2 ± 4.1"),
        (0.5, None, 1.0, "0.500"),
        (0.5, 0.0001, 1.0, "0.500 ± <0.001"),
        (0.5, 0.0, 1.0, "0.500 ± 0.000"),
        (3.14159, 0.2, 5.0, "3.14 ± 0.20"),
    ],
)
def test_numbers_have_the_digits_of_their_scale(mean: float, half: float | None, highest: float, shown: str) -> None:
    assert f"{measures.number(mean, highest)} {measures.margin(half, highest)}".strip() == shown


@pytest.mark.parametrize(
    ("mean", "half", "bar"),
    [
        (0.5, 0.1, "████▒▒····"),
        (0.5, None, "█████·····"),
        (0.5, 0.0001, "████▒·····"),
        (0.0, 0.0, "▒·········"),
        (1.0, 0.2, "████████▒▒"),
        (-0.4, 0.1, "▒·········"),
        (0.5, 9.0, "▒▒▒▒▒▒▒▒▒▒"),
    ],
)
def test_the_bar_shows_mean_and_interval_on_its_scale(mean: float, half: float | None, bar: str) -> None:
    (entry,) = leaderboard.build([row(mean=mean, half_width=half)]).groups[0].entries
    assert entry.bar(10) == bar


def test_by_field_there_is_a_group_for_each_field_and_the_one_without_comes_last() -> None:
    board = leaderboard.build([row(field="retail"), row(), row(field="energy")], by_field=True)
    assert [group.field for group in board.groups] == ["energy", "retail", None]
    text = printed(board)
    assert text.index("energy") < text.index("retail") < text.index("(no field)")


def test_splits_are_named_only_where_there_are_several() -> None:
    assert "Split" not in printed(leaderboard.build([row()]))
    both = printed(leaderboard.build([row(), row(split="validation"), row(split="")]))
    assert "Split" in both
    assert "validation" in both
    assert "(none)" in both


def test_one_measure_alone_leaves_its_name_to_the_screen() -> None:
    board = leaderboard.build([row(), row(measure="semantic_similarity")])
    single = board.only(board.measures[0])
    assert [group.measure.name for group in single.groups] == ["semantic_similarity"]
    assert "Measure" not in [column.heading for column in leaderboard.columns(single)]
    assert all(len(line.cells) == len(leaderboard.columns(single)) for line in leaderboard.lines(single))


def test_the_table_fits_eighty_columns() -> None:
    board = leaderboard.build(
        [
            row(name, measure, 0.123, 0.045, 100, 128)
            for name in ("starter", "starter-vad-lora")
            for measure in ("semantic_similarity", "rouge_l_precision")
        ]
    )
    lines = printed(board, 80).splitlines()
    assert "starter-vad-lora" in "\n".join(lines)
    assert "Semantic similarity" in "\n".join(lines)
    assert max(map(len, lines)) <= 80


def test_an_empty_leaderboard_says_so() -> None:
    assert leaderboard.EMPTY in printed(leaderboard.build([]))


def test_plain_rows_keep_numbers_and_names_as_they_are() -> None:
    (found,) = leaderboard.plain_rows(leaderboard.build([row("[/a]", mean=0.123456789)]))
    assert found["mean"] == 0.123456789
    assert found["system"] == "[/a]"
    assert found["half_width"] == 0.1
    assert "field" not in found
    assert "field" in leaderboard.plain_rows(leaderboard.build([row(field="x")], by_field=True))[0]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_are_shown_harmlessly(text: str) -> None:
    rows = [row(text, text, field=text, split=text), row(text, "total", 5.0, source="judge", scorer=text, field=text)]
    board = leaderboard.build(rows, by_field=True)
    shown = printed(board) + "".join(
        leaderboard.sentence(group, entry) for group in board.groups for entry in group.entries
    )
    assert not FORBIDDEN.search(shown)
    assert not FORBIDDEN.search(str(leaderboard.steps_to_results(text, text)))


def test_before_there_are_results_the_way_to_them_is_told() -> None:
    assert "viva dataset import" in leaderboard.steps_to_results(None, "")[0][1]
    assert leaderboard.steps_to_results("vad", "test")[0][1].startswith("viva generate vad --split test")


def test_long_names_keep_their_ends_apart() -> None:
    names = ["starter-vad-lora", "starter-vad-lora-run-2"]
    assert [leaderboard.system_name(name, 9) for name in names] == ["star…lora", "star…un-2"]
    assert leaderboard.system_name("starter", 9) == "starter"


def test_points_of_a_judge_stand_in_the_rubrics_order_out_of_their_weights() -> None:
    rubric = Rubric("r", "R", tuple(Criterion(name, weight, "?", 0, 5, {}) for name, weight in (("b", 40), ("a", 60))))
    rows = [
        replace(row("tuned", measure, 12.0), source="judge", scorer="far (reference)")
        for measure in ("a", "b", "total")
    ]
    board = leaderboard.build(rows, judges={"far (reference)": rubric})
    assert [measure.title for measure in board.measures] == [
        "Judge total /100 · far (reference)", "b /40 · far (reference)", "a /60 · far (reference)",
    ]  # fmt: skip
    assert [measure.highest for measure in board.measures] == [100, 40, 60]


def test_texts_are_counted_where_an_example_has_several() -> None:
    [group] = leaderboard.build([replace(row("tuned", "rouge_l", 0.5), texts_scored=12, texts=20)]).groups
    assert group.entries[0].scored == "12/20"
