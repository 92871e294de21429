"""Datasets and examples in words, and the way through their pages."""

from dataclasses import replace
from datetime import datetime

import pytest

from tests.fakes.hostile import FORBIDDEN, HOSTILE
from viva.present import datasets
from viva.present.datasets import ExamplePage, ExampleQuery, waiting_note
from viva.records.dataset import Dataset, Example, Leakage

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
    assert datasets.dataset_facts(VAD) == (
        "230 examples · train 200 · (none) 30 · 8 fields · from vad.csv · version 1 · "
        "not checked for leaks between its splits"
    )
    bare = Dataset("2", "bare", 3, "b.csv", datetime(2026, 1, 1), {"": 1})
    assert datasets.dataset_facts(bare) == "1 example · no splits · from b.csv · version 3"


def test_an_import_tells_the_version_of_what_was_there_before() -> None:
    assert datasets.imported_text(VAD) == "Imported vad: 230 examples"
    again = Dataset("2", "vad", 2, "b.csv", datetime(2026, 1, 1), {"": 1})
    assert datasets.imported_text(again) == "Imported vad: 1 example, version 2"


def test_the_list_tells_size_splits_version_and_leaks() -> None:
    assert datasets.dataset_row(VAD) == ("vad", "230", "train 200 · (none) 30", "1", "not checked")
    leaky = replace(VAD, leakage=Leakage(1200, 3, 0.8, datetime(2026, 1, 1)))
    assert datasets.dataset_row(leaky)[-1] == "1,203 found"
    assert datasets.dataset_row(replace(VAD, leakage=Leakage(0, 0, 0.8, datetime(2026, 1, 1))))[-1] == "none"
    assert datasets.dataset_row(replace(VAD, splits={"": 1}))[-1] == ""


def test_what_has_happened_to_a_dataset_is_one_line() -> None:
    after = replace(VAD, version=2, change="cleaned: 3 changed")
    assert datasets.changed_text(VAD, after) == "vad version 2: cleaned: 3 changed"
    assert datasets.changed_text(VAD, VAD) == ""
    checked = replace(VAD, leakage=Leakage(0, 0, 0.8, datetime(2026, 1, 1)))
    assert datasets.changed_text(VAD, checked) == "vad: no leaks between its splits"


def test_a_version_tells_of_which_it_was_made() -> None:
    second = replace(VAD, dataset_id="2", version=2, change="split: 80/20", parent="1")
    assert datasets.version_row(second) == ("2", "230", "not checked", "2026-01-01 00:00", "split: 80/20")
    assert datasets.version_lines(second, [second, VAD]).endswith("Change: split: 80/20 · made of version 1")


def test_clearing_the_filters_stays_in_the_version() -> None:
    assert ExampleQuery("vad", "train", "x", version=3).cleared() == ExampleQuery("vad", version=3)


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


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_foreign_text_is_cleaned_everywhere(number: int) -> None:
    text = HOSTILE[number]
    example = Example(text, text, text, text, text)
    dataset = Dataset(text, text, 1, text, datetime(2026, 1, 1), {text: 3}, 1)
    query = ExampleQuery(text, text, text)
    lines = [
        datasets.dataset_facts(dataset),
        *datasets.dataset_row(dataset),
        *datasets.version_row(replace(dataset, change=text)),
        datasets.changed_text(None, replace(dataset, change=text)),
        datasets.imported_text(dataset),
        ExamplePage.of(query, [example]).caption(dataset),
        datasets.example_heading(example, 1),
        *datasets.example_row(example, 1),
    ]
    assert not any(FORBIDDEN.search(line) or "\n" in line for line in lines)


@pytest.mark.parametrize(
    ("waiting", "split", "note"),
    [
        ([], None, ""),
        ([("train", "a", 3)], "test", ""),
        ([("test", "a", 1)], "test", "1 text not scored yet (a): go"),
        (
            [*(("test", name, 10) for name in "abcd"), ("train", "a", 2)], None,
            "42 texts not scored yet (a, b, c and 1 more): go",
        ),
    ],
)  # fmt: skip
def test_texts_that_no_metric_was_tried_on_are_told(
    waiting: list[tuple[str, str, int]], split: str | None, note: str
) -> None:
    assert waiting_note(waiting, split, "go") == note
    assert waiting_note(waiting, split, "go", ["z"]) == ""
    assert waiting_note(waiting, split, "go", [system for _, system, _ in waiting]) == note
