"""How many texts are degenerate, in words."""

from viva.present import leaderboard
from viva.present.degenerate import degenerate_line, degenerate_measures, degenerate_note, degenerate_notes
from viva.records.results import LeaderboardRow


def row(system: str, measure: str, mean: float | None, n: int = 20) -> LeaderboardRow:
    return LeaderboardRow("d", "test", system, "metric", measure, n, n, mean, 0.1, 0.02, half_width=0.01)


def test_each_system_with_degenerate_texts_gets_a_line() -> None:
    rows = [
        row("a", "degenerate", 0.15),
        row("a", "cut_off", 0.1),
        row("a", "repetitive", 0.05),
        row("a", "empty", 0.0),
    ]
    rows += [row("b", "degenerate", 0.0), row("c", "degenerate", None, 0), row("d", "rouge_l", 0.5)]
    rows += [row("e", "degenerate", 0.05), row("e", "empty", 0.05)]
    assert degenerate_notes(rows, "test") == [
        "a: 3 of 20 texts are degenerate (2 cut off at the limit, 1 repetitive)",
        "e: 1 of 20 texts is degenerate (1 empty)",
    ]
    assert degenerate_notes(rows, "train") == []


def test_where_less_is_better_the_lowest_mean_comes_first() -> None:
    board = leaderboard.build([row("a", "degenerate", 0.5), row("b", "degenerate", 0.1)])
    assert [(e.system, e.mark, e.remark) for e in board.groups[0].entries] == [
        ("b", leaderboard.AHEAD, "lowest mean"),
        ("a", "", ""),
    ]
    board = leaderboard.build([row("a", "length_ratio", 2.5), row("b", "length_ratio", 0.1)])
    assert [e.mark for e in board.groups[0].entries] == ["", ""]


def test_the_short_leaderboard_shows_the_first_measure_of_what_is_not_much_alike() -> None:
    rows = [row("a", name, 0.5) for name in ("rouge_l", "rouge_l_recall", "rouge_1", "degenerate", "empty", "foreign")]
    assert leaderboard.brief(rows) == {"rouge_l", "degenerate", "foreign"}
    assert leaderboard.brief([row("a", "rouge_1", 0.5)]) == {"rouge_1"}


def test_several_systems_with_degenerate_texts_are_one_line() -> None:
    rows = [row("a", "degenerate", 0.15), row("a", "cut_off", 0.15), row("b", "degenerate", 0.0)]
    assert degenerate_note(rows, "test", "more") == "a: 3 of 20 texts are degenerate (3 cut off at the limit)"
    assert degenerate_line(rows, "test", "a") == "", "the note says it"
    assert degenerate_note([row("b", "degenerate", 0.0)], "test", "more") == ""
    rows += [row(f"c{number}", "degenerate", 0.5) for number in range(9)]
    assert degenerate_note(rows, "test", "more") == "10 of 11 systems have degenerate texts: more"
    assert degenerate_line(rows, "test", "a") == "3 of 20 texts are degenerate (3 cut off at the limit)"
    assert degenerate_line(rows, "test", "b") == ""
    assert degenerate_measures(rows, "test") == ["degenerate", "cut_off"]
