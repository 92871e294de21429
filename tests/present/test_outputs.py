"""Texts made elsewhere, and all texts as a list, in words."""

from dataclasses import replace
from pathlib import Path

from viva.present.outputs import import_lines, plain_table, text_table
from viva.present.tables import Format, write
from viva.records.dataset import Dataset
from viva.records.ids import utc_now
from viva.records.outputs import GenerationRow, OutputsImported
from viva.records.reading import BadRow

DATASET = Dataset("id", "tiny", 2, "tiny.csv", utc_now(), {"test": 4})


def row(text: str = "A camera.", failed: str | None = None, sample: int = 0) -> GenerationRow:
    return GenerationRow("g1", "gpt-4o", "e1", 6, "test", sample, "stop", 20, 5, 0.126, failed, text)


def test_an_import_is_told_with_what_could_not_be_used() -> None:
    bad = (BadRow(3, "there is no text\x1b[2J"),)
    imported = OutputsImported(DATASET, 1, 2, ("gpt-4o", "x\x1b[2J"), ("gpt-4o",), 1, bad, Path("a.bad-rows.jsonl"))
    assert import_lines(imported) == [
        "1 text for tiny version 2 by gpt-4o, x␛[2J",
        "2 texts there already: passed over",
        "1 row could not be used, see a.bad-rows.jsonl",
        "  line 3: there is no text␛[2J",
    ]


def test_a_text_is_a_row_with_its_first_words() -> None:
    rows = [row("Ein\n\x1b[2J" + "Satz " * 50), row(""), row(failed="HTTP 500")]
    text = "".join(write(text_table(rows), Format.TABLE, width=160))
    lines = text.splitlines()
    assert lines[0].split() == ["generation", "system", "nr", "finish", "tokens", "s", "text"]
    assert lines[2].split()[:7] == ["g1", "gpt-4o", "6", "stop", "5", "0.13", "Ein"]
    assert "\x1b" not in text
    assert "(it wrote nothing)" in lines[3]
    assert "no text: HTTP 500" in lines[4]


def test_samples_are_numbered_where_there_are_several() -> None:
    lines = "".join(write(text_table([row(), row(sample=1)]), Format.TABLE)).splitlines()
    assert "sample" in lines[0]


def test_programs_get_every_value() -> None:
    [rows] = plain_table([row()]).pages
    names = [column.name for column in plain_table([]).columns]
    assert dict(zip(names, rows[0], strict=True)) == {
        "generation": "g1", "system": "gpt-4o", "example": "e1", "position": 6, "split": "test", "sample": 0,
        "finish_reason": "stop", "prompt_tokens": 20, "completion_tokens": 5, "seconds": 0.126, "failed": None,
        "start": "A camera.",
    }  # fmt: skip


def test_tokens_and_seconds_that_nobody_told_are_blank() -> None:
    untold = replace(row(), finish_reason="unknown", prompt_tokens=0, completion_tokens=0, seconds=0.0)
    [rows] = text_table([untold, replace(row(""), completion_tokens=0)]).pages
    assert [each[4:6] for each in rows] == [(None, None), (0, 0.126)]


def test_many_systems_of_an_import_are_counted() -> None:
    imported = OutputsImported(DATASET, 8, 0, tuple(f"s{number}" for number in range(8)))
    assert import_lines(imported) == ["8 texts for tiny version 2 by s0, s1, s2, s3, s4 and 3 more"]
