"""Judge: a form that has a split's texts judged, with what that comes to below it while one types."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input

from viva.present import judging as told
from viva.present import judging_form as words
from viva.present.judging_form import JudgeForm
from viva.records.dataset import Dataset
from viva.records.judging import JudgePlan, JudgeRequest
from viva.records.model import Model
from viva.tui.judging_reading import Known, read_known
from viva.tui.screens.endpoint_add import EndpointAddScreen
from viva.tui.screens.judge_start import StartsJudging
from viva.tui.screens.judge_unscored import JudgeUnscoredScreen
from viva.tui.screens.judge_verdicts import OpensVerdicts
from viva.tui.screens.written_form import WrittenFormScreen
from viva.tui.widgets.judge_rows import chosen, judge_rows, read_form
from viva.tui.widgets.tick_list import TickList
from viva.tui.widgets.writing_form import facts
from viva.workbench import Workbench


class JudgeScreen(StartsJudging, OpensVerdicts, WrittenFormScreen):
    """The form on top, what it comes to below; a start shows the job, a trial its prompts and replies."""

    TITLE = "Judge"
    CSS_PATH = "../styles/judge.tcss"
    VERTICAL_BREAKPOINTS = [(0, "-short"), (32, "-tall")]
    NOTES = words.NOTES
    BINDINGS: ClassVar[list[BindingType]] = [
        # With priority: a text field has keys of its own, and what is typed fast must not land in the field before.
        Binding("ctrl+s", "start", "Start", priority=True, tooltip="Have the texts judged"),
        Binding("t", "trial", "Trial", tooltip="Try three questions: the full prompt, the reply, what came of it"),
        Binding("tab", "app.focus_next", "Next field", key_display="tab", priority=True),
        Binding("shift+tab", "app.focus_previous", "Previous field", show=False, priority=True),
        Binding("down", "app.focus_next", "Next field", show=False),
        Binding("up", "app.focus_previous", "Previous field", show=False),
        Binding("a", "add", "Add judge", tooltip="Add a language model behind an address"),
        Binding("u", "unscored", "Unscored", tooltip="See what was asked in vain, with the reasons"),
        Binding("v", "verdicts", "Verdicts", tooltip="Read every verdict of the split beside its text"),
    ]

    def __init__(self, workbench: Workbench, dataset: str = "", split: str | None = None) -> None:
        super().__init__(workbench, dataset, split)
        self._known = Known([], [], [])

    def read_workspace(self) -> None:
        self.ask(read_known, self.wb, then=self._open, group="read", doing="read datasets, judges and rubrics")

    def _open(self, known: Known) -> None:
        self._known = known
        for problem in known.problems[:1]:
            self.show_error(problem)
        self.opened(known.datasets, words.NO_DATASET)

    async def open_form(self, datasets: list[Dataset], first: Dataset, split: str) -> None:
        await self.query_one("#form").mount_all(judge_rows(datasets, self._known.rubrics, first.name, split))
        self._fill_judges(words.first_judges(self._known.judges))

    def _fill_judges(self, ticked: tuple[str, ...]) -> None:
        self.query_one("#judges", TickList).fill(words.judge_rows(self._known.judges), ticked)

    def fill_systems(self, systems: tuple[str, ...], ticked: tuple[str, ...]) -> None:
        self.query_one("#systems", TickList).fill(words.system_rows(systems), ticked)

    def form(self) -> JudgeForm:
        """Return what the form says now."""
        return read_form(self, self._written)

    def count(self, request: JudgeRequest) -> JudgePlan:
        return self.wb.judging.plan(request)

    def planned(self, plan: JudgePlan) -> None:
        note = words.judges_note(self._known.judges, plan.request.judges)
        lines = [(line, "$warning") for line in told.plan_warnings(plan)] + [(note, "$muted")] * bool(note)
        styled = (Content.styled(*line) for line in lines)
        self.show_estimate(Content("\n").join([facts(told.plan_rows(plan)), *styled]))

    def on_input_submitted(self) -> None:
        self.action_start()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Letters do nothing while one types in a field."""
        if action in {"trial", "add", "unscored", "verdicts"}:
            return self._opened and not isinstance(self.focused, Input)
        return super().check_action(action, parameters)

    def action_start(self) -> None:
        """Start, or say which field cannot be right and go there."""
        self._begin(trial=False)

    def action_trial(self) -> None:
        """Judge three questions' texts, and show every word of it."""
        self._begin(trial=True)

    def _begin(self, *, trial: bool) -> None:
        if (request := self.sound_request()) is not None:
            self.start_judging(request, trial=trial)

    def start_refused(self, text: str) -> None:
        self.complain(text)

    def starting(self, text: str) -> None:
        self.doing(text)

    def action_add(self) -> None:
        """Ask for a language model behind an address, and tick it."""
        self.app.push_screen(EndpointAddScreen(self.wb), self._added)

    def _added(self, name: str | None) -> None:
        if name is not None:
            ticked = (*self.query_one("#judges", TickList).ticked, name)
            self.ask(lambda: self.wb.judging.judges(), then=lambda found: self._judges_came(found, ticked))

    def _judges_came(self, judges: list[str | Model], ticked: tuple[str, ...]) -> None:
        self._known = Known(self._known.datasets, judges, self._known.rubrics)
        self._fill_judges(ticked)
        self.changed(soon=True)

    def action_unscored(self) -> None:
        """See what was asked in vain."""
        if (request := self.sound_request()) is not None:
            self.app.push_screen(JudgeUnscoredScreen(self.wb, request))

    def action_verdicts(self) -> None:
        """Read the verdicts of the split beside the texts."""
        self.open_verdicts(chosen(self, "dataset"), chosen(self, "split"))
