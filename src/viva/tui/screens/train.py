"""Train: choose a recipe to start a training, or a training to see its curve."""

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import DataTable, OptionList, Static
from textual.widgets.option_list import Option

from viva.errors import UserError
from viva.present import train as words
from viva.records.job import Job, JobStatus
from viva.records.recipe import Recipe
from viva.text import display_line
from viva.tui.screens.pausing import PausesTrainings
from viva.tui.screens.train_form import TrainFormScreen
from viva.tui.screens.watching import WatchingScreen
from viva.tui.widgets.choices import ChoiceList
from viva.tui.widgets.job_table import JobTable
from viva.workbench import Workbench

CHOOSE = "New training: choose a recipe"
NO_RECIPES = "There is no recipe: put one into data/recipes/"
TITLE_WIDTH = 42
LINE_WIDTH = 76
"""Cells of a recipe in the menu, so that each takes one line at 80 columns."""


class TrainScreen(PausesTrainings, WatchingScreen):
    """Recipes on top, what the highlighted one does below them, then the trainings; leaving never stops a training."""

    TITLE = "Train"
    CSS_PATH = "../styles/train.tcss"
    AUTO_FOCUS = "#recipes"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-short"), (32, "-tall")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "switch", "Switch", key_display="tab", tooltip="Go from the recipes to the trainings, or back"),
        Binding("k", "cancel", "Cancel", tooltip="Stop the training; it can be resumed"),
        Binding("r", "resume", "Resume", tooltip="Go on from the last checkpoint"),
        Binding("u", "runs", "Runs", tooltip="All trainings as a table, to order and to compare"),
    ]

    def __init__(self, workbench: Workbench, dataset: str = "") -> None:
        super().__init__(workbench)
        self._dataset = dataset
        self._recipes: list[Recipe] = []
        self._states: list[tuple[str, JobStatus]] = []

    def body(self) -> ComposeResult:
        yield Static("Reading the recipes …", classes="heading", id="recipes-heading", markup=False)
        yield ChoiceList(id="recipes")
        yield Static(id="left-out", markup=False)
        yield Static(id="about", markup=False)
        yield Static("Trainings", classes="heading", id="trainings-heading", markup=False)
        yield JobTable(kinds=False, id="trainings")

    def on_mount(self) -> None:
        self.query_one(JobTable).display = self.query_one("#trainings-heading").display = False
        self.query_one("#left-out").display = False
        self.ask(
            lambda: (self.wb.recipes.list(), self.wb.recipes.problems()),
            then=self._show_recipes,
            group="recipes",
            doing="read the recipes",
        )

    def _show_recipes(self, found: tuple[list[Recipe], Sequence[UserError]]) -> None:
        recipes, problems = found
        said = self.query_one("#left-out", Static)
        said.display = bool(problems)
        said.update(Content("\n".join(f"Left out: {display_line(problem.message, 300)}" for problem in problems)))
        self._recipes = words.in_menu_order(recipes)
        options = self.query_one(OptionList)
        options.clear_options()
        for recipe in self._recipes:
            title = display_line(recipe.title, TITLE_WIDTH)
            gap = " " * max(TITLE_WIDTH - cell_len(title), 0)
            line = Content.assemble((title, "bold"), gap, "  ", (words.recipe_line(recipe), "$muted"))
            options.add_option(Option(line.truncate(LINE_WIDTH, ellipsis=True)))
        options.highlighted = 0 if recipes else None
        self.query_one("#recipes-heading", Static).update(CHOOSE if recipes else NO_RECIPES)

    def jobs_came(self, jobs: Sequence[Job]) -> None:
        trainings = words.trainings(jobs)
        table = self.query_one(JobTable)
        appeared = bool(trainings) and not table.display
        table.display = self.query_one("#trainings-heading").display = bool(trainings)
        table.show(trainings)
        if appeared and trainings[0].status is JobStatus.RUNNING:
            table.focus()
        states = [(job.job_id, job.status) for job in trainings]
        if states != self._states:
            self._states = states
            self.refresh_bindings()

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        recipe = self._recipes[event.option_index]
        facts, description = words.recipe_facts(recipe), display_line(recipe.description, 600)
        self.query_one("#about", Static).update(Content.assemble(facts, "\n", (description, "$muted")))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        recipe = self._recipes[event.option_index]
        self.app.push_screen(TrainFormScreen(self.wb, recipe, self._dataset), self._started)

    def on_data_table_row_selected(self, _event: DataTable.RowSelected) -> None:
        if job := self.query_one(JobTable).job:
            self.open_job(job)

    def on_data_table_row_highlighted(self, _event: DataTable.RowHighlighted) -> None:
        self.refresh_bindings()

    def on_descendant_focus(self) -> None:
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what can be done with the training under the cursor."""
        if action == "switch":
            return self.is_mounted and bool(self.query_one(JobTable).display)
        if action not in {"cancel", "pause", "resume"}:
            return super().check_action(action, parameters)
        job = self._chosen()
        if job is None:
            return False
        if action == "pause":
            return words.pausable(job)
        return job.status is JobStatus.RUNNING if action == "cancel" else job.status.resumable

    def action_switch(self) -> None:
        """Go from the recipes to the trainings, or back."""
        table = self.query_one(JobTable)
        self.set_focus(self.query_one(OptionList) if table.has_focus else table)

    def action_runs(self) -> None:
        """Show every training as a row."""
        self.viva.go("runs")

    def action_pause(self) -> None:
        if job := self._chosen():
            self.pause_job(job)

    def action_cancel(self) -> None:
        if job := self._chosen():
            self.cancel_job(job)

    def action_resume(self) -> None:
        if job := self._chosen():
            self.resume_job(job)

    def _chosen(self) -> Job | None:
        """Return the training under the cursor, while the cursor is in the table."""
        if not self.is_mounted or not isinstance(self.focused, JobTable):
            return None
        return self.focused.job

    def _started(self, job: Job | None) -> None:
        if job is not None:
            self.open_job(job)
