"""The lines of the form that lets models write."""

from collections.abc import Iterator, Sequence

from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Label, Select

from viva.present import generating as words
from viva.records.dataset import Dataset
from viva.records.prompt import PromptFile
from viva.tui.widgets.tick import Tick
from viva.tui.widgets.tick_list import TickList

VALUES_LENGTH = 80
NUMBER_LENGTH = 10

Options = list[tuple[Content, str]]


def generate_rows(
    datasets: Sequence[Dataset], prompts: Sequence[PromptFile], chosen: str, split: str
) -> Iterator[Widget]:
    """Yield the lines: whose questions, which models, the prompt, the grid in pairs, and the ticks."""
    dataset = next(dataset for dataset in datasets if dataset.name == chosen)
    yield _row(
        _label("Dataset"), _select("dataset", [(words.dataset_choice(each), each.name) for each in datasets], chosen),
        _label("Split"), _select("split", words.split_choices(dataset), split),
    )  # fmt: skip
    yield Horizontal(_label("Models"), TickList(id="models"), id="models-row")
    shots = Input(id="shots", placeholder="none", max_length=6, restrict="[0-9]*", compact=True)
    yield _row(
        _label("Prompt"), _select("prompt", words.prompt_choices(prompts), words.SUITS), _label("Shots"), shots,
    )  # fmt: skip
    fields: list[Widget] = []
    for known in words.FIELDS:
        length = VALUES_LENGTH if known.many else NUMBER_LENGTH
        field = Input(id=known.key, placeholder=known.usual, max_length=length, compact=True)
        # Coming back to a field must not mean that the next key replaces all of it.
        field.select_on_focus = False
        fields += [_label(known.label), field]
    fields += [_label("Then"), Tick(words.SCORE, True, id="score")]
    for number in range(0, len(fields), 4):
        yield _row(*fields[number : number + 4])
    yield _row(_label(""), Tick(words.SKIP, False, id="skip"))


def options(choices: Sequence[tuple[str, str]]) -> Options:
    """Return choices for a select; nothing in them is read as markup."""
    return [(Content(label), value) for label, value in choices]


def _select(name: str, choices: Sequence[tuple[str, str]], value: str) -> Select[str]:
    return Select(options(choices), value=value, allow_blank=False, id=name, compact=True)


def _row(*parts: Widget) -> Horizontal:
    return Horizontal(*parts, classes="row")


def _label(text: str) -> Label:
    return Label(text, markup=False)
