"""The statistics in the order in which they are read."""

from rich.cells import cell_len

from tests.fakes.mending import plain
from viva.dataset.statistics import statistics
from viva.present import statistics_sections as words
from viva.records.dataset import Example


def test_every_key_has_a_table_where_it_was_counted() -> None:
    with_tokens = statistics(plain(12), len)
    assert all(words.asked(with_tokens, key) is not None for key in words.KEYS)
    without = statistics(plain(12))
    assert [key for key in words.KEYS if words.asked(without, key) is None] == ["tokens"]
    keys = [section.key for section in words.sections(without)]
    assert keys == ["fields", "lengths", "", "vocabulary", "overlap", "subfields"]


def test_rows_add_up_to_all_examples() -> None:
    examples = [*plain(12), Example("q", "r", "field", None, "train"), Example("q", "r")]
    [rows] = words.rows_table(statistics(examples)).pages
    assert sum(row[3] for row in rows) == 14
    assert ("field", None, "train", 1) in rows
    assert (None, None, None, 1) in rows


def test_lines_are_as_wide_as_asked_and_histograms_stand_side_by_side_where_there_is_room() -> None:
    stats = statistics(plain(12))
    for width in (60, 78, 118):
        for section in words.sections(stats):
            assert all(cell_len(line) <= width for line in words.section_lines(section, width))
    [histograms] = [section for section in words.sections(stats) if section.histograms]
    assert words.section_lines(histograms, 118)[0].split() == ["Questions", "References"]
    assert words.section_lines(histograms, 60)[0] == "Questions"
