"""The import form: what is unsure, what is chosen, what the first rows become; the forms for hub and export."""

from datetime import datetime
from pathlib import Path

import pytest

from tests.fakes.hostile import FORBIDDEN, HOSTILE
from viva.errors import BadInput
from viva.present import export_form, file_list, import_form
from viva.present.dataset_import import error_lines, import_lines
from viva.present.hub_form import HubForm, suggested_name
from viva.present.import_form import ImportForm
from viva.records.dataset import Dataset, Example
from viva.records.first_look import FirstLook
from viva.records.imports import Imported
from viva.records.reading import BadRow, ColumnMatch, ExportForm, Layout

SURE = ColumnMatch(Layout.COLUMNS, ("q", "r", "note"), {"question": "q", "reference": "r"})
UNSURE = ColumnMatch(Layout.COLUMNS, ("p", "q", "r"), {"question": "p", "reference": "r"}, {"question": ("p", "q")})
TALK = ColumnMatch(Layout.SHAREGPT, ("conversations",), {"sharegpt": "conversations"})


def looked(match: ColumnMatch | None, *bad: BadRow) -> FirstLook:
    columns = match.columns if match else ("a", "b")
    return FirstLook(Path("f.csv"), columns, match, (Example("q1", "r1", "physics"),), bad, 3, ({"a": 1, "b": None},))


def test_what_was_found_for_sure_needs_no_choice() -> None:
    form = ImportForm(looked(SURE))
    assert [form.value(word) for word in ("question", "reference", "field")] == ["q", "r", None]
    assert form.problem("name") is None
    assert form.match == SURE
    assert import_form.kept_line(form) == "Kept beside the texts: note"
    assert import_form.preview_rows(form) == (
        ("Question", "Reference", "Field", "Split"),
        [("q1", "r1", "physics", "")],
    )


def test_what_is_unsure_stays_open_until_it_is_chosen() -> None:
    form = ImportForm(looked(UNSURE))
    assert form.value("question") is None
    assert form.prompt("question") == "p or q?"
    assert form.match is None
    assert form.problem("name") == ("question", "Choose the column that holds the question")
    chosen = form.choosing("question", "q")
    assert chosen.problem("name") is None
    assert chosen.options().columns == {"question": "q"}


def test_as_long_as_a_column_is_missing_the_rows_are_shown_as_they_are() -> None:
    form = ImportForm(looked(None))
    assert form.open_words() == ("question", "reference")
    assert import_form.preview_rows(form) == (("a", "b"), [("1", "")])
    assert "question and reference" in import_form.kept_line(form)


def test_an_optional_word_can_be_left_without_a_column_but_a_needed_one_cannot() -> None:
    form = ImportForm(looked(SURE)).choosing("field", None).choosing("question", None)
    assert form.without == {"field"}
    assert form.open_words() == ("question",)
    assert form.options(" train ").split == "train"


def test_a_conversation_needs_neither_question_nor_reference() -> None:
    form = ImportForm(looked(TALK))
    assert form.open_words() == ()
    assert form.prompt("question") == import_form.IN_TURNS
    assert form.prompt("field") == import_form.NO_COLUMN


def test_rows_that_cannot_be_used_are_counted_and_the_first_is_told() -> None:
    form = ImportForm(looked(SURE, BadRow(3, "the question is empty"), BadRow(4, "x")))
    assert import_form.rows_line(form) == "2 rows of the first 3 cannot be used; line 3: the question is empty"


def test_a_hint_about_the_command_line_is_not_for_a_screen() -> None:
    assert error_lines(BadInput("no", "name it with --question")) == "no"
    assert error_lines(BadInput("no", "check the path")) == "no\ncheck the path"
    caused = BadInput("not UTF-8", "--encoding latin-1")
    caused.__cause__ = UnicodeError()
    assert error_lines(caused).endswith("such as latin-1 or utf-16, then Enter")


@pytest.mark.parametrize(
    ("form", "field"),
    [
        (HubForm(), "hub_id"),
        (HubForm("a/b"), "name"),
        (HubForm("a/b", "b", limit="x"), "limit"),
        (HubForm("a/b", "b", limit="0"), "limit"),
        (HubForm("a/b", "b", limit="²"), "limit"),
    ],
)
def test_the_hub_form_names_the_field_that_cannot_be_right(form: HubForm, field: str) -> None:
    problem = form.problem()
    assert problem is not None
    assert problem[0] == field


def test_the_hub_form_takes_rows_and_columns() -> None:
    form = HubForm("a/b", "b", limit="10,000", question="Q")
    assert (form.problem(), form.rows, form.columns) == (None, 10_000, {"question": "Q"})
    assert suggested_name("tatsu-lab/alpaca") == "alpaca"


def test_an_export_is_named_after_dataset_split_and_form() -> None:
    assert export_form.file_name("vad", ExportForm.CSV, None) == "vad-export.csv"
    assert export_form.file_name("vad", ExportForm.PARQUET, "te/st") == "vad-te-st-export.parquet"
    assert export_form.file_name("vad", ExportForm.MESSAGES, "") == "vad-export.json"


def test_the_splits_to_export_include_the_examples_without_one() -> None:
    dataset = Dataset("1", "vad", 1, "s", datetime(2026, 1, 1), {"train": 2, "": 1})
    keys = [key for _, key in export_form.split_choices(dataset)]
    assert [export_form.chosen_split(key) for key in keys] == [None, "train", ""]


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0 B"), (999, "999 B"), (1400, "1.4 kB"), (999_700, "1.0 MB"), (5 * 10**12, "5000 GB")]
)
def test_sizes_are_told_in_the_unit_that_fits(size: int, text: str) -> None:
    assert file_list.size_text(size) == text


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_foreign_text_is_cleaned_everywhere(number: int) -> None:
    text = HOSTILE[number]
    match = ColumnMatch(Layout.COLUMNS, (text, "r"), {"question": text, "reference": "r"}, {"question": (text,)})
    path = Path("/x") / (text.replace("/", "").replace("\0", "") or "y")
    look = FirstLook(
        path, (text, "r"), match, (Example(text, text, text, text, text),), (BadRow(1, text),), 1, ({text: text},)
    )
    dataset = Dataset(text, text, 1, text, datetime(2026, 1, 1), {text: 3, "": 1}, 1)
    forms = [ImportForm(look), ImportForm(look, {"question": text})]
    lines = [
        *(line for form in forms for line in (import_form.file_line(form), import_form.kept_line(form))),
        *(cell for form in forms for row in import_form.preview_rows(form)[1] for cell in row),
        *(heading for form in forms for heading in import_form.preview_rows(form)[0]),
        import_form.rows_line(forms[1]),
        forms[0].prompt("question"),
        *import_lines(Imported(dataset, False, 1, (BadRow(2, text),), path)),
        *(label for label, _ in export_form.split_choices(dataset)),
        export_form.written_text(text, text, 1),
        *file_list.cells(file_list.FileRow(path, True)),
        file_list.folder_line(text, path),
    ]
    assert not any(FORBIDDEN.search(line) or "\n" in line for line in lines)
