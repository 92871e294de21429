"""The drill-down sorts examples by what the reader looks for, and never takes unscored for a number."""

from viva.present import measures, texts
from viva.present.texts import Order
from viva.records.generation import ExampleResult, ScoredText


def text(system: str, value: float | None, total: float | None = None, written: str = "words") -> ScoredText:
    return ScoredText("g", system, written, "stop", {"rouge_l": value, "my_own": 7.0}, total, int(total is not None))


def example(position: int, *found: ScoredText) -> ExampleResult:
    return ExampleResult(f"e{position}", position, f"question {position}", "reference", None, list(found))


EXAMPLES = [
    example(2, text("a", 0.4), text("b", 0.5)),
    example(0, text("a", 0.3), text("b", 0.9, 60.0)),
    example(1, text("a", None), text("b", None)),
    example(3, text("a", 0.2)),
]


def positions(found: texts.Drilldown) -> list[int]:
    return [row.position for row in found.rows]


def test_measures_are_those_that_some_text_has_the_human_total_first() -> None:
    assert texts.drilldown(EXAMPLES).measures == (measures.HUMAN_TOTAL, "rouge_l", "my_own")
    assert texts.drilldown([example(0, text("a", 0.1))]).measures == ("rouge_l", "my_own")
    assert texts.drilldown([]).measures == ()


def test_a_measure_that_no_text_has_gives_way_to_the_first() -> None:
    assert texts.drilldown(EXAMPLES, "bleu").measure == measures.HUMAN_TOTAL
    assert texts.drilldown(EXAMPLES, "rouge_l").measure == "rouge_l"


def test_examples_are_sorted_by_position_by_the_lowest_value_and_by_difference() -> None:
    found = texts.drilldown(EXAMPLES, "rouge_l")
    assert positions(found) == [0, 1, 2, 3]
    found = found.next_order()
    assert (found.order, positions(found)) == (Order.MEASURE, [3, 0, 2, 1])
    found = found.next_order()
    assert (found.order, positions(found)) == (Order.DIFFERENCE, [0, 2, 1, 3])
    assert found.next_order().order is Order.POSITION


def test_measures_go_round() -> None:
    found = texts.drilldown(EXAMPLES, "rouge_l").next_measure()
    assert found.measure == "my_own"
    assert found.next_measure().measure == measures.HUMAN_TOTAL
    assert texts.drilldown([]).next_measure().measure == ""


def test_a_text_without_a_value_has_a_word_and_one_that_is_not_there_has_nothing() -> None:
    found = texts.drilldown(EXAMPLES, "rouge_l")
    assert found.value(EXAMPLES[0], "a") == "0.400"
    assert found.value(EXAMPLES[2], "a") == "unscored"
    assert found.value(EXAMPLES[3], "b") == ""
    assert found.with_measure(measures.HUMAN_TOTAL).value(EXAMPLES[0], "a") == "not rated"
    assert found.difference_text(EXAMPLES[0]) == "0.100"
    assert found.difference_text(EXAMPLES[2]) == "–"


def test_an_unknown_measure_is_written_on_the_scale_of_its_values() -> None:
    assert texts.drilldown(EXAMPLES, "my_own").value(EXAMPLES[0], "a") == "7.00"


def test_facts_of_a_text_say_who_rated_it_and_what_is_unscored() -> None:
    assert texts.measure_lines(text("a", None, 61.25)) == [
        (measures.HUMAN_TOTAL, "61.2 (1 rater)"), ("rouge_l", "unscored"), ("my_own", "7.00"),
    ]  # fmt: skip
    assert texts.measure_lines(text("a", 0.5))[0] == (measures.HUMAN_TOTAL, "not rated")


def test_a_reader_is_told_of_empty_and_cut_texts() -> None:
    assert texts.remarks(text("a", 0.5, written=" \n")) == "It wrote nothing"
    assert texts.remarks(ScoredText("g", "a", "words", "length", {}, None, 0)) == "Cut off at the length limit"
    assert texts.remarks(text("a", 0.5)) == ""
