"""The lines of the form that makes a study, and what they say."""

from collections.abc import Iterator, Sequence

from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Checkbox, Input, Label, Select, Static

from viva.present import generating
from viva.present import study_form as words
from viva.present.judging_form import first_rubric, rubric_choices
from viva.present.study_form import StudyForm
from viva.records.dataset import Dataset
from viva.records.rubric import Rubric
from viva.records.study import Stratify, StudyMode
from viva.tui.widgets.generate_rows import options
from viva.tui.widgets.judge_rows import chosen
from viva.tui.widgets.tick import Tick
from viva.tui.widgets.tick_list import TickList


def study_rows(datasets: Sequence[Dataset], rubrics: Sequence[Rubric], first: str, split: str) -> Iterator[Widget]:
    """Yield the lines: whose texts, how they are rated, how many, and what else is asked."""
    dataset = next(dataset for dataset in datasets if dataset.name == first)
    named = [(generating.dataset_choice(each), each.name) for each in datasets]
    yield _row(
        _label("Dataset"), _select("dataset", named, first),
        _label("Split"), _select("split", generating.split_choices(dataset), split),
    )  # fmt: skip
    yield Horizontal(
        _label("Systems"), TickList(id="systems"), Static(words.NO_SYSTEMS, id="no-systems", markup=False),
        classes="list",
    )  # fmt: skip
    yield _row(
        _label("Mode"), _select("mode", words.MODES, StudyMode.RUBRIC.value),
        _label("Rubric"), _select("rubric", rubric_choices(rubrics), first_rubric(rubrics)),
    )  # fmt: skip
    yield _row(*_field("raters"), *_field("who"))
    yield _row(*_field("questions"), _label("Layers"), _select("stratify", words.STRATIFY, Stratify.FIELD.value))
    yield _row(*_field("calibration"), *_field("seed"))
    yield _row(
        _label("Pairs"), Tick(words.STRENGTH, False, id="strength"),
        _label(""), Tick(words.PER_CRITERION, False, id="per_criterion"),
    )  # fmt: skip
    yield _row(_label("Blindness"), Tick(words.GUESS, False, id="guess"), *_field("labels"))
    yield _row(*_field("practice"), *_field("gold"))
    name = Input(id="name", max_length=64, compact=True)
    name.select_on_focus = False
    yield _row(_label("Name"), name, *_field("gold_every"))
    yield _row(*_field("told"))


def read_form(form: Widget, written: tuple[str, ...] | None) -> StudyForm:
    """Return what the lines say; `written` are the systems that have written for the split, None if not known yet."""

    def is_ticked(name: str) -> bool:
        return form.query_one(f"#{name}", Checkbox).value

    return StudyForm(
        form.query_one("#name", Input).value.strip(),
        chosen(form, "dataset"),
        chosen(form, "split"),
        written,
        form.query_one("#systems", TickList).ticked,
        StudyMode(chosen(form, "mode")),
        chosen(form, "rubric"),
        Stratify(chosen(form, "stratify")),
        is_ticked("strength"),
        is_ticked("per_criterion"),
        is_ticked("guess"),
        {known.key: form.query_one(f"#{known.key}", Input).value.strip() for known in words.FIELDS},
    )


def _field(key: str) -> tuple[Widget, Widget]:
    known = words.BY_KEY[key]
    field = Input(id=key, placeholder=known.placeholder, max_length=known.length, compact=True)
    # Coming back to a field must not mean that the next key replaces all of it.
    field.select_on_focus = False
    return _label(known.label), field


def _select(name: str, choices: Sequence[tuple[str, str]], value: str) -> Select[str]:
    return Select(options(choices), value=value, allow_blank=False, id=name, compact=True)


def _row(*parts: Widget) -> Horizontal:
    return Horizontal(*parts, classes="row")


def _label(text: str) -> Label:
    return Label(text, markup=False)
