"""Before a file is imported: how it is understood, which column is what, and what its first rows become."""

from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.events import Resize
from textual.widgets import Input, Select, Static

from viva.present import import_form as words
from viva.present.datasets import suggested_name
from viva.present.import_form import ImportForm
from viva.records.first_look import FirstLook
from viva.records.reading import Layout, ReadOptions
from viva.text import display_line
from viva.tui.screens.dataset_import import ImportingScreen, row, text_field
from viva.tui.widgets.row_table import RowTable
from viva.workbench import Workbench

_TEXTS = ("utf-8", ".parquet", ".pq")


class PreviewScreen(ImportingScreen):
    """Ends with the imported dataset; what is unsure has to be chosen first."""

    TITLE = "Import a file"
    AUTO_FOCUS = "#name"
    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(self, workbench: Workbench, path: Path) -> None:
        super().__init__(workbench)
        self.sub_title = path.name
        self._path = path
        self._form: ImportForm | None = None
        self._layout: Layout | None = None
        self._encoding = ""

    def body(self) -> ComposeResult:
        yield Static(id="file", markup=False)
        with Vertical(id="form"):
            name = text_field("name", "letters, digits, . - _", value=suggested_name(self._path.name))
            yield row(("Name", name), ("Encoding", text_field("encoding", "UTF-8")))
            layouts = [(Content(title), layout) for layout, title in words.LAYOUTS.items()]
            layout: Select[Layout] = Select(layouts, prompt="…", id="layout", compact=True)
            yield row(("Read as", layout), ("Split if none", text_field("split_of_all", "none either")))
            for left, right in zip(words.WORDS[::2], words.WORDS[1::2], strict=True):
                yield row(*((_LABELS[word], _column(word)) for word in (left, right)))
        yield Static(id="kept", markup=False)
        yield Static(id="problem", markup=False)
        yield Static(id="rows-line", markup=False)
        table = RowTable(id="first-rows")
        table.can_focus = False
        yield table

    def on_mount(self) -> None:
        self.query_one("#encoding").disabled = self._path.suffix.lower() in _TEXTS
        self._look({})

    def _look(self, chosen: dict[str, str | None]) -> None:
        """Read the first rows again, the way it is chosen now."""
        form = self._form
        asked = ImportForm(form.look, chosen, self._encoding, self._layout) if form else None
        options = asked.options() if asked else ReadOptions(encoding=self._encoding or None, layout=self._layout)
        without = asked.without if asked else frozenset()

        def show(found: FirstLook) -> None:
            self._show(ImportForm(found, chosen, self._encoding, self._layout))

        self.ask(
            lambda: self.wb.datasets.look(self._path, options, without),
            then=show,
            otherwise=self._unread,
            group="look",
            doing="look into a file",
        )

    def _unread(self, error: Exception) -> bool:
        if isinstance(error.__cause__, UnicodeError | LookupError):
            self.query_one("#encoding").focus()
        return self.complain(error)

    def _show(self, form: ImportForm) -> None:
        self._form = form
        if not self.importing:
            self.tell("")
        self.query_one("#file", Static).update(Content.styled(words.file_line(form), "bold"))
        self._line("#kept", words.kept_line(form), "bold $warning" if form.open_words() else "$text-muted")
        self._line("#rows-line", words.rows_line(form), "bold $warning" if form.look.bad and form.match else "bold")
        layout: Select[Layout] = self.query_one("#layout", Select)
        layout.value = form.layout_now
        options = [(Content(display_line(column, 40) or "(no name)"), column) for column in form.look.columns]
        for word in words.WORDS:
            select: Select[str] = self.query_one(f"#{word}", Select)
            select.disabled = word not in form.words
            select.prompt = form.prompt(word)
            select.set_class(word in form.open_words(), "-open")
            select.set_options(options)
            value = form.value(word) if word in form.words else None
            if value is not None:
                select.value = value
        self._fill()

    def _line(self, selector: str, text: str, style: str) -> None:
        line = self.query_one(selector, Static)
        line.display = bool(text)
        line.update(Content.styled(text, style))

    def _fill(self) -> None:
        """Show the first rows; the columns share the room, short ones leave theirs to the second."""
        headings, rows = words.preview_rows(self._form) if self._form else ((), [])
        table = self.query_one(RowTable)
        table.display = bool(rows)
        share = max((self.size.width - 8) // max(len(headings), 1), 12)
        share = share if len(headings) > 4 else max(share, (self.size.width - 28) // 2)
        cells = [[_cut(cell, share) for cell in row] for row in rows]
        if rows:
            table.show(
                [_cut(heading, share) for heading in headings], cells, fill=(len(headings) > 1, self.size.width - 2)
            )

    def on_resize(self, _event: Resize) -> None:
        self._fill()

    def on_select_changed(self, event: Select.Changed) -> None:
        """Look again where a person has chosen otherwise; filling the form changes the fields too."""
        form, word = self._form, event.select.id or ""
        if form is None or event.value != event.select.value:
            # Told late: the field has been filled again since, by the form itself.
            return
        value = None if event.select.is_blank() else event.value
        if word == "layout":
            if isinstance(value, Layout) and value is not form.layout_now:
                self._layout = value
                self._look({})
        elif word in form.words and value != form.value(word):
            self._look({**form.chosen, word: None if value is None else str(value)})

    def on_input_blurred(self, event: Input.Blurred) -> None:
        if event.input.id == "encoding":
            self._read_encoding(event.input.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if event.input.id == "encoding" and event.value.strip() != self._encoding:
            self._read_encoding(event.value)
        else:
            self.action_import()

    def _read_encoding(self, text: str) -> None:
        if text.strip() != self._encoding:
            self._encoding = text.strip()
            self._look({})

    def action_import(self) -> None:
        """Import, or say what is missing and go there."""
        form = self._form
        if self.importing or form is None:
            return
        name = self.query_one("#name", Input).value.strip()
        if found := form.problem(name):
            field, complaint = found
            self.tell(complaint)
            self.query_one(f"#{field}").focus()
            return
        options = form.options(self.query_one("#split_of_all", Input).value)
        self.begin(
            lambda told: self.wb.datasets.import_file(
                self._path, name, options=options, match=form.match, progress=told
            )
        )

    def _refused(self, error: Exception) -> bool:
        if isinstance(error.__cause__, UnicodeError):
            self.query_one("#encoding").focus()
        return super()._refused(error)


_LABELS = {
    "question": "Question",
    "reference": "Reference",
    "field": "Field",
    "subfield": "Subfield",
    "split": "Split",
    "source": "Source",
}


def _column(word: str) -> Select[str]:
    return Select([], prompt="…", id=word, compact=True, disabled=True)


def _cut(text: str, width: int) -> Text:
    cut = Text(text, no_wrap=True)
    cut.truncate(width, overflow="ellipsis")
    return cut
