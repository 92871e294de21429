"""One text of an example beside others: who wrote it, the text, and below it what is known of it."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from viva.present import measures, texts
from viva.records.generation import ScoredText
from viva.text import display_line
from viva.tui.widgets.text_pane import TextPane

NAME_WIDTH = 20
FACT_WIDTH = 36
"""Columns of a measure's name, and of a measure with its value where several stand in a line."""


class TextColumn(Vertical):
    """A pane with a text and its metrics; `system` is a raw name, cleaned here."""

    def __init__(self, system: str) -> None:
        super().__init__(classes="column")
        self.system = system
        self._title = display_line(system, 100) or "(no name)"
        self.pane = TextPane(title=self._title)
        self._samples: Sequence[ScoredText] = ()
        self._text: ScoredText | None = None
        self._number = 0

    def compose(self) -> ComposeResult:
        yield self.pane
        yield Static(classes="facts", markup=False)

    def set_name(self, name: str) -> None:
        """Call the column by another name, such as one that it has room for; cleaned here."""
        self._title = display_line(name, 100) or "(no name)"
        self.pane.set_title(self._titled())

    def _titled(self) -> str:
        count = len(self._samples)
        return f"{self._title} · {self._number + 1} of {count}" if count > 1 else self._title

    def show_reference(self, text: str, rendered: bool) -> None:
        """Show the reference approach, of which nothing is measured."""
        self.pane.show(text, rendered=rendered, empty="(no reference)")

    def show(self, samples: Sequence[ScoredText], sample: int, rendered: bool) -> None:
        """Show one of the texts that the system wrote for an example, or that it wrote none.

        `sample` counts on past the last one, to the first.
        """
        self._samples = samples
        self._number = sample % len(samples) if samples else 0
        self._text = text = samples[self._number] if samples else None
        self.pane.set_title(self._titled())
        self.set_class(text is not None and text.failed is not None, "-failed")
        if text is None:
            self.pane.show("", rendered=rendered, empty="(not generated for this example)")
        elif text.failed is not None:
            self.pane.show("", rendered=rendered, empty="(no text could be had)")
        else:
            self.pane.show(text.text, rendered=rendered, empty="(it wrote nothing)")

    def show_facts(self, measure: str, *, abreast: int, everything: bool = False) -> None:
        """Show the metrics with `measure` in bold, so many in a line."""
        facts = self.query_one(".facts", Static)
        facts.display = self._text is not None
        if self._text is None:
            return
        parts: list[str | tuple[str, str]] = []
        if remark := texts.remarks(self._text):
            parts.append((f"{remark}\n", "bold $warning"))
        if mean := texts.mean_line(self._samples, measure):
            parts.append((f"{mean}\n", "bold"))
        lines = texts.measure_lines(self._text, measure, everything=everything)
        for number, (name, value) in enumerate(lines):
            if number:
                parts.append("  " if number % abreast else "\n")
            title = measures.short_title(name, NAME_WIDTH)
            fact = f"{title:<{NAME_WIDTH}} {value}"
            parts.append((f"{fact:<{FACT_WIDTH}}" if abreast > 1 else fact, "bold" if name == measure else ""))
        facts.update(Content.assemble(*parts))
