"""The form that has a model write a dataset: after a taxonomy, or over the domains of a topic."""

from collections.abc import Callable, Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Label, Select, Static, TextArea

from viva.present import synthesis as words
from viva.present.datasets import suggested_name
from viva.present.synthesis import AFTER_TAXONOMY, OVER_DOMAINS, SynthesisForm
from viva.present.writers import start_question
from viva.records.job import Job
from viva.records.synthesis import Estimate
from viva.text import display_line
from viva.tui.screens.dataset_import import row, text_field
from viva.tui.screens.mending import number_input
from viva.tui.screens.writing import WritingScreen
from viva.tui.widgets.status import StatusLine
from viva.tui.widgets.tick_list import TickList
from viva.tui.widgets.writing_form import facts, noted, writing_rows
from viva.workbench import Workbench

TOPIC_LENGTH = 200


class SynthesiseScreen(WritingScreen):
    """What is to be written on top, what it will take below."""

    TITLE = "Have a dataset written"
    AUTO_FOCUS = "#way"
    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(self, workbench: Workbench) -> None:
        super().__init__(workbench)
        self._taxonomy: Mapping[str, tuple[str, ...]] = {}

    def body(self) -> ComposeResult:
        first = SynthesisForm()
        ways = [(Content(label), way) for way, label in words.WAYS]
        way: Select[str] = Select(ways, value=AFTER_TAXONOMY, allow_blank=False, id="way", compact=True)
        taxonomy: Select[str] = Select([(Content("…"), "")], value="", allow_blank=False, id="taxonomy", compact=True)
        with VerticalScroll(id="form", can_focus=False):
            yield row(("What", way))
            with Vertical(id="after-taxonomy"):
                yield row(("Taxonomy", taxonomy))
                with Horizontal(id="ticks"):
                    yield Label("Fields", markup=False)
                    yield TickList(id="fields")
                yield noted("Questions", number_input("questions", first.questions))
            with Vertical(id="over-domains"):
                yield row(("Topic", text_field("topic", "such as video anomaly detection", TOPIC_LENGTH, first.topic)))
                with Container(id="lists"):
                    yield _area("domains", first.domains)
                    yield _area("components", first.components)
                yield noted("Pairs in all", number_input("pairs", first.pairs))
            yield from writing_rows()
        yield StatusLine(id="takes")
        yield Static(id="problem", markup=False)
        yield Static(id="estimate", markup=False)

    def on_mount(self) -> None:
        self.query_one("#takes", StatusLine).text = "What it will take"
        self.query_one("#over-domains").display = False
        self.ask(lambda: list(self.wb.synthesis.taxonomies()), then=self._offer, group="taxonomies")

    def _offer(self, names: list[str]) -> None:
        select: Select[str] = self.query_one("#taxonomy", Select)
        if names:
            select.set_options([(Content(display_line(name, 60)), name) for name in names])

    def form(self) -> SynthesisForm:
        """Return what the form says now."""
        return SynthesisForm(
            str(self.query_one("#way", Select).value),
            self._taxonomy,
            self.query_one(TickList).ticked,
            self._typed("questions"),
            " ".join(self._typed("topic").split()),
            self.query_one("#domains", TextArea).text,
            self.query_one("#components", TextArea).text,
            self._typed("pairs"),
        )

    def _typed(self, name: str) -> str:
        return self.query_one(f"#{name}", Input).value.strip()

    def on_select_changed(self, event: Select.Changed) -> None:
        if event.select.id == "taxonomy" and event.value:
            name = str(event.value)
            self.ask(
                lambda: self.wb.synthesis.taxonomy(name),
                then=self._show_fields,
                otherwise=self._no_fields,
                group="taxonomy",
                doing="read a taxonomy",
            )

    def _show_fields(self, taxonomy: Mapping[str, tuple[str, ...]]) -> None:
        self._taxonomy = taxonomy
        self.query_one(TickList).fill(words.taxonomy_fields(taxonomy), taxonomy)
        self.changed()

    def _no_fields(self, error: Exception) -> bool:
        self._show_fields({})
        return self.refused(error)

    def on_tick_list_changed(self) -> None:
        self.changed()

    def on_text_area_changed(self) -> None:
        self.changed()

    def changed(self) -> None:
        """Show the half of the form that is meant, and what its number comes to."""
        form = self.form()
        over = form.way == OVER_DOMAINS
        self.query_one("#over-domains").display = over
        self.query_one("#after-taxonomy").display = not over
        self.note("pairs-note" if over else "questions-note", Content.styled(words.amount_text(form), "$muted"))
        titles = words.lists_titles(form)
        for name, title in zip(("domains", "components"), titles, strict=True):
            self.query_one(f"#{name}").border_title = title
        about = form.topic if over else str(self.query_one("#taxonomy", Select).value)
        with self.prevent(Input.Changed):
            self.suggest(suggested_name(about) if about else "")
        super().changed()

    def prompt_files(self) -> tuple[str, ...]:
        return self.form().prompts

    def problem(self) -> tuple[str, str] | None:
        return self.form().problem()

    def counting(self) -> Callable[[], Estimate]:
        plan, model = self.form().plan(), self.model
        assert model is not None
        return lambda: self.wb.synthesis.estimate(plan, model.name)

    def counted(self, found: Estimate | None) -> None:
        self.note("estimate", facts(self._rows(found)))

    def _rows(self, found: Estimate | None) -> list[tuple[str, str, str]]:
        return [] if found is None or self.model is None else words.estimate_rows(found, self.model)

    def asking(self, found: Estimate) -> tuple[str, str]:
        assert self.model is not None
        return start_question(self.dataset, self.model.name), words.start_detail(self._rows(found))

    def starting(self) -> Callable[[], Job]:
        plan, model, dataset = self.form().plan(), self.model, self.dataset
        assert model is not None
        return lambda: self.wb.synthesis.start(dataset, model.name, plan)


def _area(name: str, text: str) -> TextArea:
    area = TextArea(text, soft_wrap=False, show_line_numbers=False, tab_behavior="focus", id=name)
    area.border_title = name.capitalize()
    return area
