"""The leaderboard says which system is ahead, how sure that is, and what has no number."""

import io
from dataclasses import replace
from datetime import datetime

import pytest
from rich.console import Console

from tests.fakes.hostile import FORBIDDEN, HOSTILE
from viva.present import leaderboard, leaderboard_table, measures, results
from viva.present.leaderboard import Leaderboard
from viva.records.leaderboard import MeasureRanks, SystemRank
from viva.records.results import LeaderboardRow, MeasureKey
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
        low=None if mean is None or half_width is None else mean - half_width,
        high=None if mean is None or half_width is None else mean + half_width, subfield=values.get("subfield"),
    )  # fmt: skip


def human(measure: str, mean: float = 10.0, system: str = "starter", study: str = "vad-test") -> LeaderboardRow:
    return row(system, measure, mean, 1.0, source="human", study=study)


def printed(board: Leaderboard, width: int = 100) -> str:
    out = io.StringIO()
    Console(file=out, width=width).print(leaderboard_table.to_text_table(board))
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


def test_an_interval_may_reach_further_to_one_side() -> None:
    (entry,) = leaderboard.build([replace(row(), low=0.45, high=0.75, interval="bootstrap")]).groups[0].entries
    assert entry.bar(20) == "█████████▒▒▒▒▒▒·····"
    assert entry.interval == "95% interval 0.450 to 0.750 (bootstrap)"

    assert entry.value == "0.500 (0.450…0.750)"


def test_an_interval_that_covers_its_scale_is_said_and_programs_get_it_whole() -> None:
    rows = [replace(human("total", 45.7, name), low=-68.7, high=160.1, half_width=114.4, n=2) for name in "ab"]
    board = leaderboard.build(rows, [STUDY])
    entry = board.groups[0].entries[0]
    assert (entry.value, entry.bounds, entry.interval) == ("45.7 (too few)", measures.TOO_FEW, measures.TOO_FEW)
    assert {(one["low"], one["high"]) for one in leaderboard_table.plain_rows(board)} == {(-68.7, 160.1)}


def test_ends_that_are_not_known_cut_nothing() -> None:
    rows = [replace(row(measure=name, mean=0.1), low=-0.3, high=0.5) for name in ("context_relevance", "rouge_l")]
    rows += [replace(row(measure="length_ratio"), low=-3.0, high=4.0)]
    rows += [replace(human("accuracy", 2.0, study="gone"), low=-9.0, high=13.0)]
    shown = [group.entries[0].value for group in leaderboard.build(rows).groups]
    assert shown == ["2.0 ± 11.0", "0.100 ± 0.400", "0.100 (0.000…0.500)", "0.50 ± 3.50"]


@pytest.mark.parametrize("splits", [["test"], ["test", "validation"]])
@pytest.mark.parametrize("width", [80, 100])
def test_by_field_neither_headings_nor_numbers_are_cut(splits: list[str], width: int) -> None:
    systems = ("base", "tuned-on-all-of-it-8b")
    rows = [
        replace(row(name, measure, 0.412, 0.05, 100, 100, field=field, split=split), low=0.39, high=0.5)
        for split in splits
        for name in systems
        for measure in ("semantic_similarity", "rouge_l")
        for field in ("artificial intelligence", "biology")
    ]
    places = tuple(SystemRank(name, 1, 2) for name in systems)
    ranks = [MeasureRanks(one.key, one.split, one.field, None, places) for one in rows]
    text = printed(leaderboard.build(rows, by="field", ranks=ranks), width)
    assert max(map(len, text.splitlines())) <= width
    assert "Scored" in text
    lines = [line for line in text.splitlines() if "0.412" in line]
    assert len(lines) == len(rows)
    assert all("1–2" in line and "0.412 (0.390…0.500)" in line and line.rstrip().endswith("100/100") for line in lines)


def ranked(*places: tuple[str, int, int, tuple[str, ...]], measure: str = "rouge_l") -> MeasureRanks:
    ranks = tuple(SystemRank(*place) for place in places)
    return MeasureRanks(MeasureKey("metric", measure), "test", None, None, ranks)


def test_ranks_say_who_cannot_be_told_apart() -> None:
    rows = [row("a", mean=0.60), row("b", mean=0.59), row("c", mean=0.1), row("d", mean=None, half_width=None)]
    ranks = ranked(("a", 1, 2, ("b",)), ("b", 1, 2, ("a",)), ("c", 3, 3, ()))
    entries = leaderboard.build(rows, ranks=[ranks]).groups[0].entries
    assert [(entry.system, entry.rank, entry.mark, entry.remark) for entry in entries] == [
        ("a", "1–2", leaderboard.CLOSE, "highest mean, cannot be told apart from b"),
        ("b", "1–2", "", "cannot be told apart from a"),
        ("c", "3", "", "told apart from every other"),
        ("d", "", "", "none scored"),
    ]


def test_ranks_of_paired_questions_outdo_intervals_that_meet() -> None:
    rows = [row("a", mean=0.60), row("b", mean=0.59)]
    board = leaderboard.build(rows, ranks=[ranked(("a", 1, 1, ()), ("b", 2, 2, ()))])
    assert [(entry.mark, entry.remark) for entry in board.groups[0].entries] == [
        (leaderboard.AHEAD, "highest mean, told apart from the other"), ("", "told apart from the other"),
    ]  # fmt: skip
    text = printed(board)
    assert "Rank" in text
    assert "▲ 1" in text
    assert "Rank" not in printed(leaderboard.build(rows)).replace("Rank 1–2", "")


def test_the_best_mean_may_be_behind_on_shared_questions() -> None:
    """`a` has values only of easy questions; on these `b` does better."""
    rows = [row("a", mean=0.60), row("b", mean=0.50)]
    board = leaderboard.build(rows, ranks=[ranked(("a", 2, 2, ()), ("b", 1, 1, ()))])
    assert [(entry.mark, entry.remark) for entry in board.groups[0].entries] == [
        (leaderboard.CLOSE, "highest mean, but behind on shared questions, told apart from the other"),
        ("", "told apart from the other"),
    ]  # fmt: skip


def test_ranks_belong_to_their_measure_split_and_part() -> None:
    ranks = ranked(("a", 1, 1, ()), ("b", 2, 2, ()), measure="meteor")
    board = leaderboard.build([row("a"), row("b", mean=0.9)], ranks=[ranks])
    assert not board.ranked


def test_a_single_system_has_no_rank() -> None:
    assert not leaderboard.build([row("a")], ranks=[ranked(("a", 1, 1, ()))]).ranked


def test_who_is_like_all_others_is_said_shortly() -> None:
    names = "abcdef"
    rows = [row(name, mean=0.5) for name in names]
    ranks = ranked(*((name, 1, 6, tuple(other for other in names if other != name)) for name in names))
    entries = leaderboard.build(rows, ranks=[ranks]).groups[0].entries
    assert {entry.remark for entry in entries} == {"highest mean, cannot be told apart from any other"}


def test_by_subfield_each_has_a_group_within_its_field() -> None:
    rows = [row(field="energy", subfield="wind"), row(field="energy", subfield="solar"), row(), row(field="energy")]
    board = leaderboard.build(rows, by="subfield")
    assert [leaderboard.part_name(group, board.by) for group in board.groups] == [
        "solar", "wind", "(no subfield)", "(no subfield)",
    ]  # fmt: skip
    assert "Subfield" in printed(board)
    assert {"field", "subfield"} <= set(leaderboard_table.plain_rows(board)[0])
    group = board.groups[0]
    assert "in solar of energy" in results.sentence(group, group.entries[0], board.by)


def test_a_mean_without_interval_says_why() -> None:
    equal = replace(row(half_width=None), sd=0.0)
    alone = row(half_width=None, n=1)
    said = [leaderboard.build([one]).groups[0].entries[0].interval for one in (equal, alone)]
    assert said == ["all 20 values are equal, no interval", "one value, no interval"]


def test_by_field_there_is_a_group_for_each_field_and_the_one_without_comes_last() -> None:
    board = leaderboard.build([row(field="retail"), row(), row(field="energy")], by="field")
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
    assert "Measure" not in [column.heading for column in leaderboard_table.columns(single)]
    assert all(len(line.cells) == len(leaderboard_table.columns(single)) for line in leaderboard_table.lines(single))


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


JUDGED = [
    row(name, measure, 12.0, 3.0, 100, 128, source="judge", scorer="judge-7b (reference)", field=field)
    for name in ("starter", "starter-vad-lora", "starter-vad-lora-2")
    for measure in ("total", "accuracy")
    for field in ("sports and crowds", "industrial machinery")
]


@pytest.mark.parametrize("by", [None, "field"])
def test_where_names_of_measures_take_much_they_stand_above_and_nothing_is_cut(by: leaderboard.Part | None) -> None:
    rows = JUDGED if by else [replace(one, field=None) for one in JUDGED if one.field == "sports and crowds"]
    board = leaderboard.build(rows, by=by, ranks=[
        MeasureRanks(MeasureKey("judge", measure, "", "judge-7b (reference)"), "test", one.field, None, tuple(
            SystemRank(name, 1, 3) for name in ("starter", "starter-vad-lora", "starter-vad-lora-2")
        ))
        for one in rows for measure in ("total", "accuracy")
    ])  # fmt: skip
    text = printed(board, 80)
    assert max(map(len, text.splitlines())) <= 80
    assert text.count("Judge total /100 · judge-7b (reference)\n") == 1
    assert text.count("Rank   System") == 1
    lines = [line for line in text.splitlines() if "100/128" in line]
    assert len(lines) == len(board.groups) * 3
    assert all("1–3" in line and "12.0 ± 3.0" in line for line in lines)
    assert ("sports and crowds" in text.replace("\n", " ")) == bool(by)


def test_on_a_narrow_screen_the_only_judge_is_not_named() -> None:
    board = leaderboard.build([replace(one, field=None) for one in JUDGED])
    assert leaderboard_table.is_tight(board, 80, leaderboard_table.NARROWEST_BAR)
    assert not leaderboard_table.is_tight(board, 120, leaderboard_table.NARROWEST_BAR)
    number = len(leaderboard_table.columns(board)) - 6
    cells = {line.cells[number] for line in leaderboard_table.lines(board, short=True)}
    assert cells == {"Judge total /100", "accuracy, points, judge", ""}
    two = [*JUDGED, *(replace(one, scorer="judge-70b (reference)") for one in JUDGED)]
    short = [measure.short for measure in leaderboard.build(two).measures]
    assert len(set(short)) == 4
    assert max(map(len, short)) <= 32


def test_the_field_loses_its_end_before_the_numbers_do() -> None:
    board = leaderboard.build(JUDGED, by="field").only(leaderboard.build(JUDGED).measures[0])
    assert leaderboard_table.on_screen(board, 60)[2] == (0, 60)
    assert leaderboard_table.on_screen(board, 120)[2] is None


def test_papers_get_the_interval_itself() -> None:
    """Which may reach further to one side: a mean ± half of it would be another one."""
    board = leaderboard.build([replace(row(), low=0.45, high=0.75, interval="bootstrap"), row("b", half_width=None)])
    table = leaderboard_table.for_papers(board)
    assert [column.name for column in table.columns][-3:] == ["mean", "95% interval", "scored"]
    [rows] = table.pages
    assert [cells[-3:] for cells in rows] == [("0.500", "", "20/20"), ("0.500", "0.450 to 0.750", "20/20")]


def test_an_empty_leaderboard_says_so() -> None:
    assert leaderboard_table.EMPTY in printed(leaderboard.build([]))


def test_plain_rows_keep_numbers_and_names_as_they_are() -> None:
    (found,) = leaderboard_table.plain_rows(leaderboard.build([row("[/a]", mean=0.123456789)]))
    assert found["mean"] == 0.123456789
    assert found["system"] == "[/a]"
    assert found["half_width"] == 0.1
    assert "field" not in found
    assert "field" in leaderboard_table.plain_rows(leaderboard.build([row(field="x")], by="field"))[0]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_are_shown_harmlessly(text: str) -> None:
    rows = [row(text, text, field=text, split=text), row(text, "total", 5.0, source="judge", scorer=text, field=text)]
    board = leaderboard.build(rows, by="field")
    shown = printed(board) + "".join(
        results.sentence(group, entry) for group in board.groups for entry in group.entries
    )
    assert not FORBIDDEN.search(shown)
    assert not FORBIDDEN.search(str(results.steps_to_results(text, text)))


def test_before_there_are_results_the_way_to_them_is_told() -> None:
    assert "viva dataset import" in results.steps_to_results(None, "")[0][1]
    assert results.steps_to_results("vad", "test")[0][1].startswith("viva generate vad --split test")


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
