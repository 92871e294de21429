"""A small form that adds a model behind an address; it has no field for a key."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from viva.errors import UserError
from viva.present import writers as words
from viva.present.writers import EndpointForm
from viva.records.model import Model
from viva.tui.screens.base import VivaModal
from viva.tui.screens.dataset_import import row, text_field
from viva.tui.widgets.status import KeysFooter

_FIELDS = ("name", "url", "model", "key_env", "price_prompt", "price_completion")
_LONGEST = 400


class EndpointAddScreen(VivaModal[str]):
    """Ends with the name of the model that was added, or with None."""

    CSS_PATH = "../styles/synthesis.tcss"
    AUTO_FOCUS = "#url"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "add", "Add", priority=True),
        # With priority, so that what somebody types fast over a slow line does not land in the field before.
        Binding("tab,down", "app.focus_next", "Next field", key_display="tab", priority=True),
        Binding("shift+tab,up", "app.focus_previous", "Previous field", show=False, priority=True),
        Binding("escape", "dismiss", "Cancel"),
    ]
    _adding = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="window") as window:
            window.border_title = "Add a model behind an address"
            window.border_subtitle = "Ollama, vLLM, OpenAI and all that speak like it"
            yield row(("Address", text_field("url", "http://127.0.0.1:11434/v1", _LONGEST)))
            yield row(("Model there", text_field("model", "as the server calls it", _LONGEST)))
            yield row(("Name here", text_field("name", "letters, digits, . - _")))
            yield row(("Key in", text_field("key_env", "none, or the name of an environment variable")))
            yield Static(id="key-note", markup=False)
            yield row(
                ("Price read", text_field("price_prompt", "unknown", 20)),
                ("written", text_field("price_completion", "unknown", 20)),
            )
            yield Static("per million tokens, in any currency", id="price-note", markup=False)
            yield Static(id="problem", markup=False)
        yield KeysFooter()

    def on_mount(self) -> None:
        self._tell("")
        self._tell_key()

    def _form(self) -> EndpointForm:
        return EndpointForm(**{name: self.query_one(f"#{name}", Input).value.strip() for name in _FIELDS})

    def on_input_changed(self, event: Input.Changed) -> None:
        self._tell("")
        if event.input.id == "key_env":
            self._tell_key()

    def _tell_key(self) -> None:
        """Say whether the environment holds the variable that is named."""
        variable = self._form().key_env

        def tell(there: bool) -> None:
            text, warns = words.key_line(variable, there)
            self.query_one("#key-note", Static).update(Content.styled(text, "$warning" if warns else "$muted"))

        self.ask(lambda: self.wb.synthesis.key_is_set(variable), then=tell, group="key", doing="look for a variable")

    def on_input_submitted(self) -> None:
        self.action_add()

    def action_add(self) -> None:
        """Add it, or say which field cannot be right and go there."""
        if self._adding:
            return
        form = self._form()
        if found := form.problem():
            self._tell(found[1])
            self.query_one(f"#{found[0]}").focus()
            return
        self._adding = True
        self.ask(
            lambda: self.wb.models.add_endpoint(form.name, form.url, form.model, form.key_env or None, form.prices),
            then=self._added,
            otherwise=self._refused,
            group="add",
            doing="add a model",
        )

    def _added(self, model: Model) -> None:
        self.dismiss(model.name)

    def _refused(self, error: Exception) -> bool:
        self._adding = False
        if isinstance(error, UserError):
            self._tell(words.refusal(error))
            self.query_one("#name").focus()
        return isinstance(error, UserError)

    def _tell(self, text: str) -> None:
        line = self.query_one("#problem", Static)
        line.display = bool(text)
        line.update(Content.styled(text, "bold $warning"))
