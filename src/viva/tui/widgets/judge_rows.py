"""The lines of the form that has texts judged, and what they say."""

from collections.abc import Iterator, Sequence

from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Checkbox, Input, Label, Select, Static

from viva.present import generating
from viva.present import judging_form as words
from viva.present.judging_form import JudgeForm
from viva.records.dataset import Dataset
from viva.records.judging import JudgeMode
from viva.records.rubric import Rubric
from viva.tui.widgets.generate_rows import options
from viva.tui.widgets.tick import Tick
from viva.tui.widgets.tick_list import TickList


def judge_rows(datasets: Sequence[Dataset], rubrics: Sequence[Rubric], first: str, split: str) -> Iterator[Widget]:
    """Yield the lines: whose texts, who judges, by which rubric and how, and what it may cost."""
    dataset = next(dataset for dataset in datasets if dataset.name == first)
    named = [(generating.dataset_choice(each), each.name) for each in datasets]
    yield _row(
        _label("Dataset"), _select("dataset", named, first),
        _label("Split"), _select("split", generating.split_choices(dataset), split),
    )  # fmt: skip
    yield Horizontal(_label("Judges"), TickList(id="judges"), classes="list")
    yield Horizontal(
        _label("Systems"), TickList(id="systems"), Static(words.NO_SYSTEMS, id="no-systems", markup=False),
        classes="list",
    )  # fmt: skip
    yield _row(
        _label("Rubric"), _select("rubric", words.rubric_choices(rubrics), words.first_rubric(rubrics)),
        _label("Mode"), _select("mode", words.MODES, JudgeMode.REFERENCE.value),
    )  # fmt: skip
    yield _row(
        _label("Pairs"), Tick(words.PAIRWISE, False, id="pairwise"),
        _label(""), Tick(words.PER_CRITERION, False, id="per_criterion"),
    )  # fmt: skip
    fields = {known.key: _field(known) for known in words.FIELDS}
    yield _row(_label("Samples"), fields["samples"], _label("Temperature"), fields["temperature"])
    yield _row(_label("Values"), Tick(words.EXPECTED, False, id="expected"), _label("Limit"), fields["limit"])
    yield _row(_label("Panel"), fields["panel"], _label("Budget"), fields["budget"])


def read_form(form: Widget, written: tuple[str, ...] | None) -> JudgeForm:
    """Return what the lines say; `written` are the systems that have written for the split, None if not known yet."""

    def is_ticked(name: str) -> bool:
        return form.query_one(f"#{name}", Checkbox).value

    return JudgeForm(
        chosen(form, "dataset"),
        chosen(form, "split"),
        form.query_one("#judges", TickList).ticked,
        written,
        form.query_one("#systems", TickList).ticked,
        chosen(form, "rubric"),
        JudgeMode(chosen(form, "mode")),
        is_ticked("pairwise"),
        is_ticked("per_criterion"),
        is_ticked("expected"),
        {known.key: form.query_one(f"#{known.key}", Input).value.strip() for known in words.FIELDS},
    )


def chosen(form: Widget, name: str) -> str:
    """Return what is chosen in one of the lines."""
    value = form.query_one(f"#{name}", Select).value
    return value if isinstance(value, str) else ""


def _field(known: words.Field) -> Input:
    field = Input(id=known.key, placeholder=known.placeholder, max_length=known.length, compact=True)
    # Coming back to a field must not mean that the next key replaces all of it.
    field.select_on_focus = False
    return field


def _select(name: str, choices: Sequence[tuple[str, str]], value: str) -> Select[str]:
    return Select(options(choices), value=value, allow_blank=False, id=name, compact=True)


def _row(*parts: Widget) -> Horizontal:
    return Horizontal(*parts, classes="row")


def _label(text: str) -> Label:
    return Label(text, markup=False)
