"""A counted form about what systems have written for a split: dataset and split, then the systems with texts there."""

from abc import abstractmethod
from typing import Any

from textual.widgets import Select

from viva.present import generating
from viva.records.browsing import BrowseQuery
from viva.records.dataset import Dataset
from viva.tui.screens.counting import CountingScreen
from viva.tui.widgets.generate_rows import options
from viva.tui.widgets.judge_rows import chosen
from viva.workbench import Workbench


class WrittenFormScreen(CountingScreen):
    """The fields `dataset` and `split`, and the tick list `systems`, which follows them.

    A form over it mounts its fields in `open_form`, and says in `form()` what they hold.
    """

    def __init__(self, workbench: Workbench, dataset: str = "", split: str | None = None) -> None:
        super().__init__(workbench)
        self._wanted = dataset, split
        self._datasets: list[Dataset] = []
        self._written: tuple[str, ...] | None = None
        self._opened = False

    @abstractmethod
    def form(self) -> Any:
        """Return what the form says now: with `problem(datasets)` and `request()`."""

    @abstractmethod
    async def open_form(self, datasets: list[Dataset], first: Dataset, split: str) -> None:
        """Mount the fields, `first` and its `split` chosen among `datasets`."""

    @abstractmethod
    def fill_systems(self, systems: tuple[str, ...], ticked: tuple[str, ...]) -> None:
        """Fill the tick list of systems."""

    def on_screen_resume(self) -> None:
        if self._opened:
            # Texts may have been written meanwhile, and judged.
            self.read_systems()
            self.counted.look_again()

    def opened(self, datasets: list[Dataset], nothing: str) -> None:
        """Show the form for these datasets, or `nothing` where none has a split."""
        self._datasets = [dataset for dataset in datasets if generating.split_choices(dataset)]
        if self._datasets:
            self.call_next(self._show_form)
        else:
            self.show_empty(nothing)

    async def _show_form(self) -> None:
        name, split = self._wanted
        first = next((dataset for dataset in self._datasets if dataset.name == name), self._datasets[0])
        await self.open_form(self._datasets, first, generating.first_split(first, split))
        self._opened = True
        self.remove_class("-reading")
        self.query_one("#dataset").focus()
        self.read_systems()
        self.refresh_bindings()

    def read_systems(self) -> None:
        """Read which systems have texts for the split."""
        query = BrowseQuery(chosen(self, "dataset"), chosen(self, "split"), limit=1)
        self.ask(
            lambda: self.wb.results.browse(query).systems,
            then=self._systems_came, group="systems", doing="read the systems",
        )  # fmt: skip

    def _systems_came(self, systems: tuple[str, ...]) -> None:
        if systems != self._written:
            self._written = systems
            self.fill_systems(systems, systems)
            self.set_class(not systems, "-nobody")
        self.changed(soon=True)

    def request(self) -> Any:
        form = self.form()
        return None if self._written is None or form.problem(self._datasets) else form.request()

    def sound_request(self) -> Any:
        """Return what the form asks for; where that cannot be right, say so, go to the field and return None."""
        if not self._opened or self._written is None:
            return None
        form = self.form()
        found = form.problem(self._datasets)
        self.complain(found[1] if found else "")
        if found:
            self.query_one(f"#{found[0]}").focus()
        return None if found else form.request()

    def changed(self, *, soon: bool = False) -> None:
        """Say what is wrong with the form now, and count it anew."""
        if self._opened:
            found = self.form().problem(self._datasets)
            self.complain(found[1] if found else "")
            self.counted.look(soon=soon)

    def on_input_changed(self) -> None:
        self.changed()

    def on_tick_list_changed(self) -> None:
        self.changed()

    def on_checkbox_changed(self) -> None:
        self.changed()

    def on_select_changed(self, event: Select.Changed) -> None:
        if not self._opened:
            return
        if event.select.id == "dataset":
            split: Select[str] = self.query_one("#split", Select)
            dataset = next(one for one in self._datasets if one.name == event.value)
            wanted = generating.first_split(dataset, str(split.value))
            with self.prevent(Select.Changed):
                split.set_options(options(generating.split_choices(dataset)))
                split.value = wanted
        if event.select.id in {"dataset", "split"}:
            self._written = None
            self.read_systems()
        self.changed()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what can be done with what there is."""
        if action in {"start", "app.focus_next", "app.focus_previous"}:
            return self._opened
        return super().check_action(action, parameters)
