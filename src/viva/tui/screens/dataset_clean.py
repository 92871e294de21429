"""Cleaning a dataset: rules on the left, what they would change on the right, before anything is written."""

from collections.abc import Callable
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Label, Static

from viva.present import dataset_cleaning as words
from viva.present.dataset_changes import Kind
from viva.records.cleaning import CleanReport, CleanRules
from viva.records.dataset import Dataset
from viva.tui.screens.mending import MendingScreen, number_input
from viva.tui.widgets.status import StatusLine
from viva.tui.widgets.tick import Tick

MOST_PREVIEWED = 20_000
"""So many examples are looked at while the rules change; applying them goes through all."""
SAMPLES = 20

_MARKED = {
    Kind.KEPT: ("", "", ""),
    Kind.REMOVED: ("[-", "-]", "$error"),
    Kind.ADDED: ("{+", "+}", "$success"),
    Kind.NOTE: ("", "", "$muted"),
}

Previewed = tuple[CleanReport, list[words.Sample]]


class CleanScreen(MendingScreen):
    """Ends with the cleaned version."""

    TITLE = "Clean"
    AUTO_FOCUS = "Tick"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab,down", "app.focus_next", "Next", key_display="tab", tooltip="Go to the next rule (also down)"),
        Binding("shift+tab,up", "app.focus_previous", "Previous", show=False, tooltip="Go to the rule before"),
    ]

    def body(self) -> ComposeResult:
        with Container(id="columns"):
            with Vertical(id="rules"):
                defaults = CleanRules()
                width = max(len(rule.label) for rule in words.RULES)
                for rule in words.RULES:
                    on = getattr(defaults, rule.key)
                    yield Tick(rule.label.ljust(width), on, id=rule.key, note=rule.note)
                yield Static("Drop what has fewer or more words than", id="limits", markup=False)
                for limit in words.LIMITS:
                    with Horizontal(classes="row"):
                        yield Label(limit.label, markup=False)
                        yield number_input(limit.least, placeholder="any")
                        yield Label("to", markup=False, classes="to")
                        yield number_input(limit.most, placeholder="any")
                        yield Label("words", markup=False, classes="unit")
            with Vertical(id="preview"):
                yield StatusLine(id="counts")
                yield Static(id="problem", markup=False)
                yield Static(id="reasons", markup=False)
                with VerticalScroll(id="samples") as samples:
                    samples.border_title = Content(f"What changes · {words.MARKS}")
                    yield Static(id="spots", markup=False)

    def opened(self, dataset: Dataset) -> None:  # noqa: ARG002
        self.status.text = "Looking through the examples"

    def on_checkbox_changed(self) -> None:
        self.look()

    def on_input_changed(self) -> None:
        self.look()

    def _rules(self) -> CleanRules:
        switches = {rule.key: self.query_one(f"#{rule.key}", Tick).value for rule in words.RULES}
        keys = [key for limit in words.LIMITS for key in (limit.least, limit.most)]
        return words.clean_rules(switches, {key: self.query_one(f"#{key}", Input).value for key in keys})

    def preview(self) -> Callable[[], Previewed]:
        name, rules = self.name_of_dataset, self._rules()
        width = max(self.query_one("#samples").size.width - 28, 40)

        def look() -> Previewed:
            report = self.wb.datasets.preview_clean(name, rules, SAMPLES, MOST_PREVIEWED)
            # Comparing long texts takes time as well, which the event loop has not.
            return report, words.samples(report.samples, width)

        return look

    def making(self) -> Callable[[], tuple[Dataset, Any]]:
        name, rules = self.name_of_dataset, self._rules()
        return lambda: self.wb.datasets.clean(name, rules)

    def appliable(self) -> bool:
        return self.dataset is not None and (words.cleans(self.found[0]) or self.found[0].examined < self.dataset.size)

    def previewed(self, found: Previewed) -> None:
        report, samples = found
        assert self.dataset is not None
        self.status.text = words.clean_counts(report, self.dataset.size)
        self.query_one("#reasons", Static).update(words.clean_reasons(report))
        self.query_one("#reasons").display = bool(report.reasons)
        if not samples:
            nothing = words.NOTHING_TO_CLEAN if report.examined else words.NO_EXAMPLES
            self.query_one("#spots", Static).update(Content(nothing))
        else:
            self.query_one("#spots", Static).update(Content("\n\n").join(map(_drawn, samples)))
        self.query_one("#samples").scroll_home(animate=False)

    def refused(self, message: str) -> None:
        problem = self.query_one("#problem", Static)
        problem.update(Content(message))
        problem.display = bool(message)
        if message:
            self.status.text = "No preview"


def _drawn(sample: words.Sample) -> Content:
    """Return a sample with what goes and what comes between marks of its own, in colour too."""
    parts: list[str | tuple[str, str]] = [(sample.heading, "bold")]
    for line in sample.lines:
        parts.append("\n")
        for segment in line:
            before, behind, style = _MARKED[segment.kind]
            parts.append((f"{before}{segment.text}{behind}", style) if style else segment.text)
    return Content.assemble(*parts)
