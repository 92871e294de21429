"""One text of an example beside others: who wrote it, the text, and below it what is known of it."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from viva.present import measures, texts
from viva.records.generation import ScoredText
from viva.text import display_line
from viva.tui.widgets.text_pane import TextPane


class TextColumn(Vertical):
    """A pane with a text and its metrics; `system` is a raw name, cleaned here."""

    def __init__(self, system: str) -> None:
        super().__init__(classes="column")
        self.system = system
        self.pane = TextPane(title=display_line(system, 40) or "(no name)")
        self._text: ScoredText | None = None
        self._reference = False

    def compose(self) -> ComposeResult:
        yield self.pane
        yield Static(classes="facts", markup=False)

    def show_reference(self, text: str, rendered: bool) -> None:
        """Show the reference approach, of which nothing is measured."""
        self._reference = True
        self.pane.show(text, rendered=rendered, empty="(no reference)")

    def show(self, text: ScoredText | None, rendered: bool) -> None:
        """Show what the system wrote for an example, or that it wrote nothing for it."""
        self._text = text
        if text is None:
            self.pane.show("", rendered=rendered, empty="(not generated for this example)")
        else:
            self.pane.show(text.text, rendered=rendered, empty="(it wrote nothing)")

    def show_facts(self, measure: str, *, abreast: int) -> None:
        """Show the metrics with `measure` in bold, so many in a line."""
        facts = self.query_one(".facts", Static)
        facts.display = self._text is not None
        if self._text is None:
            return
        parts: list[str | tuple[str, str]] = []
        if remark := texts.remarks(self._text):
            parts.append((f"{remark}\n", "bold $warning"))
        for number, (name, value) in enumerate(texts.measure_lines(self._text)):
            if number:
                parts.append("   " if number % abreast else "\n")
            pad = 14 if abreast > 1 else 0
            parts.append((f"{measures.title(name):<19} {value:<{pad}}", "bold" if name == measure else ""))
        facts.update(Content.assemble(*parts))
