"""What the screens share that mend a dataset: a preview after every change, and a key that makes the version."""

from abc import abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input

from viva.errors import UserError
from viva.records.dataset import Dataset
from viva.text import display_line
from viva.tui.screens.base import VivaScreen
from viva.tui.widgets.status import StatusLine
from viva.workbench import Workbench


class MendingScreen(VivaScreen[Dataset]):
    """Ends with the version that was made, or with None.

    A screen says in `preview()` what is to be computed and in `making()` what makes the version; both return a call
    that runs in a thread and holds a copy of what the form says. Never more than one preview is under way: what
    changes meanwhile is looked at when it has ended.
    """

    CSS_PATH = "../styles/mending.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "apply", "Apply", key_display="^s", tooltip="Make the new version; the old one stays"),
    ]

    def __init__(self, workbench: Workbench, name: str) -> None:
        super().__init__(workbench)
        self.name_of_dataset = name
        self.dataset: Dataset | None = None
        self.found: Any = None
        self._looking = self._stale = self._making = False

    def on_mount(self) -> None:
        self.sub_title = display_line(self.name_of_dataset, 40)
        name = self.name_of_dataset
        self.ask(lambda: self.wb.datasets.get(name), then=self._open, group="dataset", doing="read the dataset")

    def _open(self, dataset: Dataset) -> None:
        self.dataset = dataset
        self.sub_title = f"{display_line(dataset.name, 40)} · version {dataset.version}"
        self.opened(dataset)
        self.look()

    def opened(self, dataset: Dataset) -> None:
        """Fill the form for a dataset, before the first preview."""

    @abstractmethod
    def preview(self) -> Callable[[], Any] | None:
        """Return the call that computes what is shown, or None where the form cannot be right."""

    def previewed(self, found: Any) -> None:
        """Show what a preview brought."""

    def refused(self, message: str) -> None:
        """Show why there is no preview; an empty text when there is one again."""

    @abstractmethod
    def making(self) -> Callable[[], tuple[Dataset, Any]]:
        """Return the call that makes the version."""

    def appliable(self) -> bool:
        """Tell whether the preview says that there is something to do."""
        return self.found is not None

    @property
    def status(self) -> StatusLine:
        return self.query_one("#counts", StatusLine)

    def look(self) -> None:
        """Compute the preview for what the form says now."""
        if self.dataset is None:
            return
        self._stale = True
        if not self._looking:
            self._look()

    def _look(self) -> None:
        self._stale = False
        self.found = None
        call = self.preview()
        if call is not None:
            self._looking = True
            self.status.right = "looking…"
            self.ask(call, then=self._looked, otherwise=self._failed, group="preview", doing="compute the preview")
        self.refresh_bindings()

    def _looked(self, found: Any) -> None:
        self._looking = False
        if self._stale:
            self._look()
            return
        self.found = found
        self.status.right = ""
        self.refused("")
        self.previewed(found)
        self.refresh_bindings()

    def _failed(self, error: Exception) -> bool:
        self._looking = False
        self.status.right = ""
        if self._stale:
            self._look()
            return True
        if not isinstance(error, UserError):
            return False
        self.refused(complaint(error))
        return True

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to apply only what has been looked at and does something."""
        if action == "apply":
            return self.found is not None and not self._making and self.appliable()
        return super().check_action(action, parameters)

    def action_apply(self) -> None:
        """Make the new version."""
        self._making = True
        self.refresh_bindings()
        self.status.right = "making the new version…"
        self.ask(self.making(), then=self._made, otherwise=self._not_made, group="apply", doing="make the new version")

    def _made(self, made: tuple[Dataset, Any]) -> None:
        self._making = False
        dataset = made[0]
        if self.dataset is not None and dataset.dataset_id == self.dataset.dataset_id:
            self.status.right = ""
            self.say("Nothing to change: the dataset stays as it is")
            self.refresh_bindings()
        else:
            self.dismiss(dataset)

    def _not_made(self, error: Exception) -> bool:
        self._making = False
        self.status.right = ""
        self.refresh_bindings()
        if isinstance(error, UserError):
            self.refused(complaint(error))
        return isinstance(error, UserError)

    def action_leave(self) -> None:
        """Go back, unless a version is being made."""
        if self._making:
            self.say("The new version is being made; a moment")
        else:
            self.dismiss(None)


def complaint(error: UserError) -> str:
    """Return an error in one line, with its hint."""
    hint = f": {display_line(error.hint, 160)}" if error.hint else ""
    return display_line(error.message, 200) + hint


def number_input(name: str, value: str = "", placeholder: str = "") -> Input:
    """Return a small field that takes digits only."""
    return Input(value, id=name, placeholder=placeholder, max_length=6, restrict=r"[0-9]*", compact=True)
