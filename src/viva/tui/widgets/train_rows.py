"""The lines of the form that starts a training."""

from collections.abc import Iterator, Sequence

from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Input, Label, Select

from viva.present import train as words
from viva.present.recipe_settings import searched
from viva.records.recipe import Recipe
from viva.tui.widgets.tick import Tick

SEARCHED = "\0searched"
"""The choice that leaves a setting to the sweep; no setting has this value."""
NAME_LENGTH = 64
TEXT_LENGTH = 1000
NUMBER_LENGTH = 20


def train_rows(
    form: words.TrainForm,
    recipe: Recipe,
    datasets: Sequence[tuple[str, str]],
    models: Sequence[tuple[str, str]],
) -> Iterator[Widget]:
    """Yield the lines: what is trained, the settings in pairs where they are numbers, and what comes after."""
    yield _row("Dataset", _select("dataset", datasets, form.dataset))
    yield _row("Base model", _select("model", models, form.model))
    yield _row("Name", _input("name", form.name, "empty: one is made up", NAME_LENGTH))
    spans = searched(recipe)
    numbers: list[Widget] = []
    for field in words.form_fields(recipe):
        value, span = form.values.get(field.key, ""), spans.get(field.key, "")
        if field.number:
            numbers += [_label(field.label), _input(field.key, value, span, NUMBER_LENGTH)]
            continue
        if field.choices:
            options = [*([(f"searched: {span}", SEARCHED)] if span else []), *field.choices]
            yield _row(field.label, _select(field.key, options, value or SEARCHED))
        else:
            yield _row(field.label, _input(field.key, value, "a question of your own", TEXT_LENGTH))
    for number in range(0, len(numbers), 4):
        yield Horizontal(*numbers[number : number + 4], classes="row numbers")
    yield Tick(words.EXAMINE, form.examine, id="examine")
    yield Button("Start training", id="start", variant="primary", compact=True)


def _row(label: str, widget: Widget) -> Horizontal:
    return Horizontal(_label(label), widget, classes="row")


def _label(text: str) -> Label:
    return Label(text, markup=False)


def _select(name: str, options: Sequence[tuple[str, str]], value: str) -> Select[str]:
    shown = [(Content(label), value) for label, value in options]
    return Select(shown, value=value, allow_blank=False, id=name, compact=True)


def _input(name: str, value: str, placeholder: str = "", length: int = NUMBER_LENGTH) -> Input:
    return Input(value, placeholder=placeholder, id=name, max_length=length, compact=True)
