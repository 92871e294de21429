"""The browser's words tell what a page holds, and never take unscored for a number."""

from dataclasses import replace

from viva.present import measures, texts
from viva.records.browsing import BrowsedExample, BrowseOrder, BrowsePage, BrowseQuery, BrowseRow
from viva.records.generation import ScoredText
from viva.records.metric import MEASURES

QUERY = BrowseQuery("d", "test", measure="rouge_l", limit=2)


def text(value: float | None, total: float | None = None, written: str = "words", **others: float | None) -> ScoredText:
    metrics = {"rouge_l": value, "my_own": 7.0, **others}
    return ScoredText("g", "a", written, "stop", metrics, total, int(total is not None))


def page(*values: tuple[float | None, ...], query: BrowseQuery = QUERY, total: int = 5) -> BrowsePage:
    rows = tuple(BrowseRow(f"e{n}", n, f"question {n}", None, row) for n, row in enumerate(values))
    return BrowsePage(query, ("a", "b"), ("rouge_l", "my_own"), rows, total)


def test_values_and_their_difference_stand_on_the_measures_scale() -> None:
    found = page((0.4, 0.5), (None, 0.9))
    assert [texts.value_texts(found, row) for row in found.rows] == [["0.400", "0.500"], ["–", "0.900"]]
    assert [texts.difference_text(found, row) for row in found.rows] == ["-0.100", "–"]
    back = page((0.5, 0.4), (0.5, 0.5), (0.5, 0.5001))
    assert [texts.difference_text(back, row) for row in back.rows] == ["+0.100", "0.000", "0.000"]


def test_the_difference_of_two_systems_says_which_is_taken_from_which() -> None:
    two, three = page((0.4, 0.5)), replace(page((0.4, 0.5, 0.9)), systems=("a", "b", "c"))
    assert texts.difference_heading(two, {"a": "base", "b": "tuned"}) == "base − tuned"
    assert texts.difference_heading(two, {"a": "a" * 9, "b": "b" * 9}) == "1st − 2nd"
    assert texts.difference_heading(three, {"a": "a", "b": "b", "c": "c"}) == "Difference"
    assert texts.difference_text(three, three.rows[0]) == "0.500"


def test_an_unknown_measure_is_written_on_the_scale_of_its_values() -> None:
    found = page((7.0, 1.0), query=replace(QUERY, measure="my_own"))
    assert texts.value_texts(found, found.rows[0]) == ["7.00", "1.00"]


def test_what_nobody_rated_is_said_to_be_so() -> None:
    found = page((61.25, None), query=replace(QUERY, measure=measures.HUMAN_TOTAL))
    assert texts.value_texts(found, found.rows[0]) == ["61.2", "not rated"]
    one = page((1.0, None), query=replace(QUERY, measure="human total ext"))
    assert texts.value_texts(one, one.rows[0]) == ["1.0", "not rated"]
    assert texts.caption(one).startswith("Human total · ext · in")


def test_a_page_says_what_it_shows_and_where_it_lies() -> None:
    found = page((0.4, 0.5), query=replace(QUERY, order=BrowseOrder.HIGHEST, text="[/foo]\x1b", offset=2))
    assert texts.caption(found) == "ROUGE-L · highest ROUGE-L first · with “[/foo]␛”"
    assert texts.range_text(found) == "3–3 of 5"
    assert texts.caption(page(query=replace(QUERY, measure=""))) == "Nothing is scored · in the dataset's order"
    assert texts.range_text(page(total=0)) == ""


def test_pages_end_at_both_ends() -> None:
    assert texts.turned(page((0.1, 0.2), (0.1, 0.2)), -1) is None
    on = texts.turned(page((0.1, 0.2), (0.1, 0.2)), 1)
    assert on == replace(QUERY, offset=2)
    assert texts.turned(page((0.1, 0.2), query=replace(QUERY, offset=4)), 1) is None
    assert texts.turned(page((0.1, 0.2), query=replace(QUERY, offset=1)), -1) == QUERY


def test_nothing_found_says_what_to_do() -> None:
    assert "x shows all" in texts.nothing_found(replace(QUERY, text="foo"))
    assert "g lets models write" in texts.nothing_found(QUERY)
    assert "No system that is shown" in texts.nothing_found(replace(QUERY, field="energy"))


def test_facts_of_a_text_say_who_rated_it_and_what_is_unscored() -> None:
    assert texts.measure_lines(text(None, 61.25)) == [
        (measures.HUMAN_TOTAL, "61.2 (1 rater)"), ("rouge_l", "unscored"), ("my_own", "7.00"),
    ]  # fmt: skip
    assert texts.measure_lines(text(0.5))[0] == (measures.HUMAN_TOTAL, "not rated")


def test_a_metric_is_told_by_its_first_number_unless_more_is_asked_for() -> None:
    long = text(0.5, rouge_l_recall=0.25, rouge_l_precision=0.75)
    names = [name for name, _ in texts.measure_lines(long, "rouge_l_recall", everything=False)]
    assert sorted(names) == sorted([measures.HUMAN_TOTAL, "rouge_l", "rouge_l_recall", "my_own"])
    assert texts.has_details([text(0.5), long], "rouge_l")
    assert not texts.has_details([text(0.5)], "rouge_l")


def test_the_total_of_a_study_is_told_where_it_is_asked_for_and_stands_after_that_of_all() -> None:
    rated = text(0.5, 61.25, **{"human total ext": 70.0, "human total rat": 50.0})
    every = [name for name, _ in texts.measure_lines(rated)]
    assert every[:3] == [measures.HUMAN_TOTAL, "human total ext", "human total rat"]
    brief = texts.measure_lines(rated, "human total ext", everything=False)
    assert brief[:2] == [(measures.HUMAN_TOTAL, "61.2 (1 rater)"), ("human total ext", "70.0")]
    assert "human total rat" not in dict(brief)
    assert texts.value_of(rated, "human total ext") == 70.0


def test_samples_of_a_system_are_counted_and_their_values_averaged() -> None:
    samples = [text(0.2), text(0.4), text(None)]
    example = BrowsedExample("e", 0, "q", "r", None, (*samples, replace(samples[0], system="b")))
    assert texts.sample_count(example) == 3
    assert texts.samples_of(example, "a") == samples
    assert texts.mean_line(samples, "rouge_l") == "ROUGE-L, mean of 2 of 3 samples: 0.300"
    assert texts.mean_line(samples[:1], "rouge_l") == ""
    assert texts.sample_count(replace(example, texts=())) == 0


def test_a_reader_is_told_of_empty_cut_flawed_and_missing_texts() -> None:
    assert texts.remarks(text(0.5, written=" \n")) == "It wrote nothing"
    assert texts.remarks(ScoredText("g", "a", "words", "length", {}, None, 0)) == "Cut off at the length limit"
    assert texts.remarks(text(0.5)) == ""
    flawed = replace(text(0.5, repetitive=1.0, cut_off=1.0, echoes_prompt=0.0), finish_reason="length")
    assert texts.remarks(flawed) == "Cut off at the length limit · Repeats itself"
    failed = replace(text(0.5, written=""), failed="status 429\n\x1b[2J")
    assert texts.remarks(failed) == "No text: status 429 ␛[2J"
    assert texts.measure_lines(failed) == []


def test_no_measure_is_wider_than_its_column() -> None:
    assert measures.short_title("reference_perplexity", 20) == "Reference perplexity"
    assert all(len(measures.short_title(name, 20)) <= 20 for name in MEASURES)
    assert measures.short_title("rouge_l", 20) == "ROUGE-L"
