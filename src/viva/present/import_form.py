"""The form before an import: which column is what, what is unsure and has to be chosen, what the first rows become."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from viva.present.dataset_import import bad_row_line, layout_text
from viva.records.first_look import FirstLook
from viva.records.reading import ColumnMatch, Layout, ReadOptions
from viva.text import display_line, plural

WORDS = ("question", "reference", "field", "subfield", "split", "source")
NEEDED = ("question", "reference")
NO_COLUMN = "none"
IN_TURNS = "in the turns"
"""Stands where a conversation tells something itself."""
LAYOUTS = {
    Layout.COLUMNS: "a table",
    Layout.SHAREGPT: "ShareGPT",
    Layout.MESSAGES: "messages",
    Layout.ALPACA: "Alpaca",
}
COLUMNS_SHOWN = 5


@dataclass(frozen=True)
class ImportForm:
    """What a first look found, and what the person chose otherwise: a column for a word, or None for no column."""

    look: FirstLook
    chosen: Mapping[str, str | None] = field(default_factory=dict)
    encoding: str = ""
    layout: Layout | None = None

    @property
    def layout_now(self) -> Layout:
        """How the rows are understood."""
        return self.look.match.layout if self.look.match else self.layout or Layout.COLUMNS

    @property
    def words(self) -> tuple[str, ...]:
        """The words whose column can be chosen; a conversation has its question and reference in its turns."""
        return WORDS if self.layout_now is Layout.COLUMNS else WORDS[len(NEEDED) :]

    def value(self, word: str) -> str | None:
        """Return the column that stands for a word: none as long as it is unsure."""
        if word in self.chosen:
            return self.chosen[word]
        if self.look.match is None or word in self.look.match.unsure:
            return None
        return self.look.match.mapping.get(word)

    def prompt(self, word: str) -> str:
        """Return what stands in the place of a column that is not chosen."""
        if word not in self.words:
            return IN_TURNS if self.layout_now is not Layout.ALPACA else "as Alpaca has it"
        unsure = self.look.match.unsure.get(word, ()) if self.look.match else ()
        if word in self.chosen or not unsure:
            return "choose a column" if word in NEEDED else NO_COLUMN
        return f"{' or '.join(display_line(column, 16) for column in unsure[:3])}?"

    def choosing(self, word: str, column: str | None) -> "ImportForm":
        """Return the form with another column for a word."""
        return replace(self, chosen={**self.chosen, word: column})

    def options(self, split: str = "") -> ReadOptions:
        """Return how the file is to be read."""
        columns = {word: column for word, column in self.chosen.items() if column is not None and word in self.words}
        return ReadOptions(columns, split.strip() or None, self.encoding.strip() or None, self.layout)

    @property
    def without(self) -> frozenset[str]:
        """The words that are to have no column."""
        return frozenset(word for word, column in self.chosen.items() if column is None and word not in NEEDED)

    @property
    def match(self) -> ColumnMatch | None:
        """How the file is understood, once that is settled."""
        return self.look.match if not self.open_words() else None

    def open_words(self) -> tuple[str, ...]:
        """Return the words that still need a column."""
        return tuple(word for word in NEEDED if word in self.words and self.value(word) is None)

    def problem(self, name: str) -> tuple[str, str] | None:
        """Return the first field that cannot be right, and what is wrong with it."""
        for word in self.open_words():
            return word, f"Choose the column that holds the {word}"
        if not name.strip():
            return "name", "Give the dataset a name"
        return None


def file_line(form: ImportForm) -> str:
    """Return the line about the file: its name, how it is understood, its columns."""
    look = form.look
    return f"{display_line(look.path.name, 50)}: {layout_text(form.layout_now)}, {plural(len(look.columns), 'column')}"


def kept_line(form: ImportForm) -> str:
    """Return which columns come along as they are, or what has to be settled first."""
    if form.open_words():
        words = " and ".join(form.open_words())
        return f"Which column holds the {words}? Choose before importing."
    used = set(form.look.match.mapping.values()) if form.look.match else set()
    kept = [display_line(column, 20) for column in form.look.columns if column not in used]
    if not kept:
        return ""
    return f"Kept beside the texts: {', '.join(kept[:6])}{' …' if len(kept) > 6 else ''}"


def rows_line(form: ImportForm) -> str:
    """Return how many of the rows looked at can be used."""
    look = form.look
    if form.open_words():
        return "First rows of the file" if look.raw else ""
    if not look.bad:
        return "First rows as they will come in"
    head = f"{plural(len(look.bad), 'row')} of the first {look.rows:,} cannot be used"
    return f"{head}; {bad_row_line(look.bad[0])}"


def preview_rows(form: ImportForm) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return headings and first rows, each cell on one line: as they would come in, or as they are in the file.

    The latter as long as a column has to be chosen: what it holds tells which it is.
    """
    if form.open_words():
        columns = form.look.columns[:COLUMNS_SHOWN]
        cells = [tuple(_cell(row.get(column)) for column in columns) for row in form.look.raw]
        return tuple(display_line(column, 30) or "(no name)" for column in columns), cells
    rows = [
        (
            display_line(example.question, 200) or "(empty)",
            display_line(example.reference, 200) or "(empty)",
            *(display_line(value or "", 16) for value in (example.field, example.split)),
        )
        for example in form.look.examples
    ]
    return ("Question", "Reference", "Field", "Split"), rows


def _cell(value: object) -> str:
    return "" if value is None else display_line(value if isinstance(value, str) else repr(value), 200)
