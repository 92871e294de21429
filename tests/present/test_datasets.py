"""Datasets and examples in words, and the way through their pages."""

from datetime import datetime

import pytest

from tests.fakes.hostile import FORBIDDEN, HOSTILE
from viva.present import datasets
from viva.present.datasets import ExamplePage, ExampleQuery
from viva.records.dataset import Dataset, Example

VAD = Dataset("1", "vad", 1, "vad.csv", datetime(2026, 1, 1), {"train": 200, "": 30}, 8)


def examples(count: int) -> list[Example]:
    return [Example(f"question {number}", "reference") for number in range(count)]


def test_one_example_more_than_a_page_says_that_more_follow_and_is_not_shown() -> None:
    page = ExamplePage.of(ExampleQuery("vad"), examples(101))
    assert (len(page.examples), page.more) == (100, True)
    assert ExamplePage.of(ExampleQuery("vad"), examples(100)).more is False


def test_paging_stops_at_both_ends() -> None:
    first = ExampleQuery("vad")
    assert first.previous_page() == first
    assert first.next_page(False) == first
    assert first.next_page(True).offset == 100
    assert first.next_page(True).previous_page() == first


def test_the_split_filter_goes_round_through_all_splits_and_back_to_all() -> None:
    query = ExampleQuery("vad", offset=100)
    seen = [(query := query.next_split(["train", ""])).split for _ in range(3)]
    assert seen == ["train", "", None]
    assert query.offset == 0


def test_a_filter_starts_on_the_first_page() -> None:
    assert ExampleQuery("vad", "train", offset=200).searching(" fog ") == ExampleQuery("vad", "train", "fog", 0)
    assert ExampleQuery("vad", "train", "fog", 100).cleared() == ExampleQuery("vad")


def test_the_caption_tells_which_examples_these_are() -> None:
    assert ExamplePage.of(ExampleQuery("vad"), examples(101)).caption(VAD) == "1–100 of 230"
    second = ExamplePage.of(ExampleQuery("vad", "train", offset=100), examples(100))
    assert second.caption(VAD) == "101–200 of 200 · split train"
    assert ExamplePage.of(ExampleQuery("vad", ""), examples(30)).caption(VAD) == "1–30 of 30 · split (none)"


def test_the_caption_of_a_search_says_that_more_follow_as_long_as_nobody_has_counted() -> None:
    found = ExamplePage.of(ExampleQuery("vad", search="fog"), examples(101))
    assert found.caption(VAD) == "1–100, more follow · containing “fog”"
    assert ExamplePage.of(found.query, examples(7)).caption(VAD) == "1–7 of 7 · containing “fog”"
    assert ExamplePage.of(found.query, []).caption(VAD) == "no example · containing “fog”"


def test_a_dataset_tells_its_splits_and_fields() -> None:
    assert datasets.dataset_facts(VAD) == "train 200 · (none) 30 · 8 fields · from vad.csv"
    bare = Dataset("2", "bare", 3, "b.csv", datetime(2026, 1, 1), {"": 1})
    assert datasets.dataset_facts(bare) == "no splits · from b.csv · version 3"


def test_an_import_tells_the_version_of_what_was_there_before() -> None:
    assert datasets.imported_text(VAD) == "Imported vad: 230 examples"
    again = Dataset("2", "vad", 2, "b.csv", datetime(2026, 1, 1), {"": 1})
    assert datasets.imported_text(again) == "Imported vad: 1 example, version 2"


def test_the_list_tells_size_and_fields() -> None:
    assert datasets.dataset_option(VAD) == ("vad", "230 examples · 8 fields")


def test_what_is_empty_says_so() -> None:
    assert datasets.example_row(Example("  ", ""), 3) == ("3", "(none)", "", "(empty)")


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/tmp/My pairs (new).csv", "My-pairs-new"),
        ("pairs.jsonl", "pairs"),
        ("a.b.CSV", "a.b"),
        ("C:\\data\\x.json", "x"),
        ("/", ""),
        ("視頻.csv", ""),
    ],
)
def test_a_name_is_suggested_from_the_file(path: str, name: str) -> None:
    assert datasets.suggested_name(path) == name


def test_only_columns_that_are_named_are_given() -> None:
    assert datasets.columns_given("", " ") == {}
    assert datasets.columns_given(" Q ", "") == {"question": "Q"}


def test_the_import_form_asks_for_what_is_missing() -> None:
    assert datasets.import_problem(" ", "x") == ("path", "Type the path of a CSV or JSON Lines file")
    assert datasets.import_problem("a.csv", "") == ("name", "Give the dataset a name")
    assert datasets.import_problem("a.csv", "a") is None


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_foreign_text_is_cleaned_everywhere(number: int) -> None:
    text = HOSTILE[number]
    example = Example(text, text, text, text, text)
    dataset = Dataset(text, text, 1, text, datetime(2026, 1, 1), {text: 3}, 1)
    query = ExampleQuery(text, text, text)
    lines = [
        datasets.dataset_facts(dataset),
        *datasets.dataset_option(dataset),
        datasets.imported_text(dataset),
        ExamplePage.of(query, [example]).caption(dataset),
        datasets.example_heading(example, 1),
        *datasets.example_row(example, 1),
    ]
    assert not any(FORBIDDEN.search(line) or "\n" in line for line in lines)
