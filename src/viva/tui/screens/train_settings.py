"""Every setting of a recipe in a list, each of which can be changed."""

from collections.abc import Mapping
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import DataTable, Input, Static
from textual.widgets.input import Selection

from viva.errors import UserError
from viva.present import recipe_settings as words
from viva.records.recipe import Recipe
from viva.text import display_line
from viva.tui.screens.base import VivaScreen
from viva.tui.widgets.row_table import RowTable
from viva.tui.widgets.tones import tone, when_theme_changes
from viva.workbench import Workbench

LENGTH = 2000
VALUE_WIDTH = 34
WIDE = 100
"""Columns from which on there is room for what each setting means beside it."""


class SettingInput(Input):
    """A field for `setting=value`; Enter sets it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "submit", "Set")]

    def edit(self, key: str, value: str) -> None:
        """Write a setting with its value, of which the next key typed takes the place."""
        self.select_on_focus = False
        self.value = f"{key}={value}"
        self.selection = Selection(len(key) + 1, len(self.value))
        self.focus()


class SettingTable(RowTable):
    """Settings are edited with Enter."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "select_cursor", "Edit")]


class TrainSettingsScreen(VivaScreen[Mapping[str, str]]):
    """Ends with what is set otherwise than in the recipe, as `--set` takes it."""

    TITLE = "All settings"
    CSS_PATH = "../styles/train.tcss"
    AUTO_FOCUS = "#settings"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("delete,backspace", "reset", "As in the recipe", key_display="del", tooltip="Undo the change"),
    ]

    def __init__(self, workbench: Workbench, recipe: Recipe, changed: Mapping[str, str]) -> None:
        super().__init__(workbench)
        self._recipe = recipe
        self._changed = dict(changed)
        self._settings: list[words.Setting] = []

    def body(self) -> ComposeResult:
        yield SettingTable(id="settings")
        yield Static(id="note", markup=False)
        yield SettingInput(id="edit", max_length=LENGTH, compact=True, placeholder="setting=value")
        yield Static(id="problem", markup=False)

    def on_mount(self) -> None:
        self.sub_title = display_line(self._recipe.name, 40)
        self.query_one("#problem").display = False
        self.query_one("#edit").display = False
        when_theme_changes(self, self._paint)
        self._apply(self._changed)

    def on_resize(self) -> None:
        self._paint()

    def _apply(self, changed: Mapping[str, str], key: str = "") -> None:
        """Check settings, in a thread, and show them where they are right; `key` is the one that was typed."""
        self.ask(
            self._checked,
            dict(changed),
            key,
            then=lambda found: self._accepted(*found, key),
            otherwise=self._refused,
            group="settings",
            doing="check the settings",
        )

    def _checked(self, changed: dict[str, str], key: str) -> tuple[Recipe, dict[str, str]]:
        """Return the recipe with the changes, and those of them that change something. Raises `UsageError`."""
        found = self.wb.training.settings(self._recipe.name, changed)
        if key in changed:
            without = {name: value for name, value in changed.items() if name != key}
            before = self.wb.training.settings(self._recipe.name, without)
            if before == found:
                return before, without
        return found, changed

    def _accepted(self, recipe: Recipe, changed: dict[str, str], key: str) -> None:
        self._changed = changed
        self._settings = words.settings(recipe, changed)
        self._complain("")
        rows = [setting.key for setting in self._settings]
        self._paint(rows.index(key) if key in rows else None)
        self.query_one("#edit").display = False
        self.query_one(SettingTable).focus()

    def _refused(self, error: Exception) -> bool:
        if isinstance(error, UserError):
            hint = f" · {display_line(error.hint, 200)}" if error.hint else ""
            self._complain(display_line(error.message, 200) + hint)
        return isinstance(error, UserError)

    def _complain(self, text: str) -> None:
        line = self.query_one("#problem", Static)
        line.display = bool(text)
        line.update(Content(text))

    def _paint(self, row: int | None = None) -> None:
        """Fill the table; the cursor goes to `row`, or stays."""
        if not self._settings:
            return
        table = self.query_one(SettingTable)
        wide = self.size.width >= WIDE
        bold = tone(self.app, "primary", bold=True)
        rows = []
        for setting in self._settings:
            value = Text(setting.shown, bold if setting.changed else "", no_wrap=True)
            if wide:
                value.truncate(VALUE_WIDTH, overflow="ellipsis")
            cells = [Text("•" if setting.changed else " ", bold), Text(setting.key), value]
            rows.append([*cells, *([Text(setting.note, "dim", no_wrap=True)] if wide else [])])
        headings = [Text(" "), Text("Setting"), Text("Value"), *([Text("Meaning")] if wide else [])]
        cursor = table.cursor_row if row is None else row
        table.show(headings, rows, cursor, fill=(3 if wide else 2, self.size.width - 2))

    def _setting(self) -> words.Setting | None:
        row = self.query_one(SettingTable).cursor_row
        return self._settings[row] if 0 <= row < len(self._settings) else None

    def on_data_table_row_highlighted(self, _event: DataTable.RowHighlighted) -> None:
        setting = self._setting()
        if setting is not None:
            value = display_line(setting.shown, 600)
            self.query_one("#note", Static).update(
                Content.assemble((f"{setting.key} = {value}", "bold"), "\n", (setting.note, "$muted"))
            )
        self.refresh_bindings()

    def on_data_table_row_selected(self, _event: DataTable.RowSelected) -> None:
        setting = self._setting()
        if setting is not None:
            field = self.query_one("#edit", SettingInput)
            field.display = True
            field.edit(setting.key, "" if setting.searched else setting.text)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        key, value = words.typed(event.value)
        setting = self._setting()
        if not key and value and setting is not None:
            # The row under the cursor says what the value is for.
            key = setting.key
        if key:
            self._apply({**self._changed, key: value}, key)
        else:
            self._complain("Write a setting and its value with = between them, such as epochs=3")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to undo only what was changed."""
        if action == "reset":
            setting = self._setting() if self.is_mounted else None
            return setting is not None and setting.changed and not self.query_one("#edit").has_focus
        return super().check_action(action, parameters)

    def action_reset(self) -> None:
        """Set what the recipe sets."""
        setting = self._setting()
        if setting is not None:
            self._apply({key: value for key, value in self._changed.items() if key != setting.key})

    def action_leave(self) -> None:
        """Go back from the field to the list, and from there to the form, with what was changed."""
        if self.query_one("#edit").has_focus:
            self._complain("")
            self.query_one("#edit").display = False
            self.query_one(SettingTable).focus()
        else:
            self.dismiss(self._changed)
