"""Statistics as tables, bars and points."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.hostile import FORBIDDEN, HOSTILE
from viva.present import dataset_statistics as shown
from viva.present.tables import Format, Table, write
from viva.records.statistics import DatasetStatistics, FieldRows, Lengths, Overlap, Vocabulary


def lengths(*counts: int, start: int = 10, width: int = 5) -> Lengths:
    edges = tuple(start + number * width for number in range(len(counts) + 1))
    percentiles = {5: 10.5, 25: 12.0, 50: 20.0, 75: 22.0, 95: 30.0, 99: 31.25}
    return Lengths(sum(counts), start, edges[-1] - 1, 17.25, percentiles, edges, counts)


EMPTY = Lengths(0, 0, 0, 0.0, {}, (), ())


def stats(splits: dict[str, int], names: list[str], **options: object) -> DatasetStatistics:
    values: dict[str, object] = {
        "rows": sum(splits.values()),
        "splits": splits,
        "fields": tuple(FieldRows(name, "", splits) for name in names),
        "subfields": tuple(FieldRows(name, name, splits) for name in names),
        "question_words": lengths(1, 2, 3),
        "reference_words": lengths(3, 2, 1),
        "question_tokens": None,
        "reference_tokens": None,
        "vocabulary": tuple(Vocabulary(split, 1_000, 100) for split in splits),
        "overlaps": tuple(Overlap(one, two, 0.5, None) for one in splits for two in splits if one != two),
        "conversations": 0,
        "sources": 0,
        "sourced": 0,
    }
    return DatasetStatistics(**(values | options))  # type: ignore[arg-type]


def text(table: Table, width: int = 80) -> str:
    return "".join(write(table, Format.TABLE, width=width))


def test_fields_are_rows_and_splits_are_columns_with_sums() -> None:
    found = text(shown.fields_table(stats({"train": 6, "": 2}, ["retail", ""])))
    assert found.splitlines() == [
        "field    train   (none)   all",
        "─" * 29,
        "retail       6        2     8",
        "(none)       6        2     8",
        "all         12        4    16",
    ]


def test_many_fields_fit_into_eighty_columns() -> None:
    many = stats({"train": 60_000, "validation": 5_000, "test": 5_000}, [f"logistics and field {n}" for n in range(30)])
    for table in (shown.fields_table(many), shown.subfields_table(many), shown.overlap_table(many)):
        found = text(table)
        assert max(map(len, found.splitlines())) <= 80
        assert "row 1" not in found


def test_many_splits_become_rows() -> None:
    found = text(shown.fields_table(stats({f"fold {n}": 3 for n in range(10)}, ["a", "b"])))
    assert found.splitlines()[0].split() == ["field", "split", "examples"]
    assert len(found.splitlines()) == 2 + 20


def test_lengths_stand_side_by_side() -> None:
    found = text(shown.word_lengths_table(stats({"": 6}, ["a"]))).splitlines()
    assert found[0].split() == ["words", "question", "reference"]
    assert ["median", "20.0", "20.0"] in [line.split() for line in found]
    assert ["99%", "below", "31.2", "31.2"] in [line.split() for line in found]
    assert shown.token_lengths_table(stats({"": 6}, ["a"])) is None
    counted = stats({"": 6}, ["a"], question_tokens=lengths(1), reference_tokens=lengths(1))
    tokens = shown.token_lengths_table(counted)
    assert tokens is not None
    assert text(tokens).startswith("tokens")


def test_programs_get_numbers_unrounded() -> None:
    found = "".join(write(shown.overlap_table(stats({"a": 1, "b": 1}, [])), Format.JSON))
    assert '"different words": 0.5, "all words": null' in found
    assert "no words" in text(shown.overlap_table(stats({"a": 1, "b": 1}, [])))


def test_the_facts_leave_out_what_there_is_not() -> None:
    assert shown.facts_line(stats({"": 3}, [""])) == "3 examples"
    full = stats({"train": 2, "test": 1}, ["a"], conversations=1, sources=2, sourced=2)
    assert shown.facts_line(full) == (
        "3 examples · 2 splits · 1 field · 1 subfield · 1 conversation · 2 sources · 1 without a source"
    )


def test_a_histogram_has_a_bar_for_each_bin() -> None:
    assert shown.histogram_lines(lengths(4, 0, 8, 1), 26) == [
        "words │ texts",
        "10–14 │████████▌ 4",
        "15–19 │0",
        "20–24 │█████████████████ 8",
        "25–29 │██▏ 1",
    ]
    assert shown.bin_labels(lengths(1, 1, width=1)) == ["10", "11"]
    assert shown.histogram_lines(EMPTY, 40, "tokens") == ["no texts, so no lengths in tokens"]


@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=20), st.integers(0, 10**6), st.integers(40, 120))
def test_a_histogram_keeps_its_width_and_hides_no_bin(counts: list[int], start: int, width: int) -> None:
    lines = shown.histogram_lines(lengths(*counts, start=start, width=1_000), width)
    if not sum(counts):
        return
    assert all(len(line) <= width for line in lines)
    assert len({line.index("│") for line in lines}) == 1
    for line, count in zip(lines[1:], counts, strict=True):
        bar = line.split("│")[1].removesuffix(f"{count:,}").strip()
        assert bool(bar) is (count > 0)


def test_points_for_a_plot_are_the_middles_of_the_bins() -> None:
    assert shown.histogram_points(lengths(4, 0, 8)) == ([12, 17, 22], [4, 0, 8])
    assert shown.histogram_points(EMPTY) == ([], [])


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_foreign_names_are_cleaned(number: int) -> None:
    name = HOSTILE[number]
    hostile = stats({name: 2, "b": 1}, [name])
    tables = [shown.fields_table, shown.subfields_table, shown.vocabulary_table, shown.overlap_table]
    assert not any(FORBIDDEN.search(text(table(hostile))) for table in tables)
