"""What a form of a training shares with its verdict: whether it fits, asked for by itself while one types."""

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from textual.content import Content
from textual.widgets import Static

from viva.errors import JobError, UserError
from viva.present import memory
from viva.present import verdict as words
from viva.present.verdict import Verdict
from viva.records.job import Job
from viva.records.training import DryRun, Estimate
from viva.tui.screens.base import VivaScreen
from viva.tui.settled import Settled
from viva.workbench import Workbench

SECONDS = 0.6
"""How long a form has to stay as it is before a verdict is asked for: each takes a process of its own."""


@dataclass(frozen=True)
class Request:
    """What a verdict is about; `unknown` is the location of a model that the workspace does not hold yet."""

    dataset: str
    model: str
    recipe: str
    overrides: Mapping[str, str] = field(default_factory=dict)
    unknown: str = ""


class EstimatingScreen(VivaScreen[Job]):
    """A form with `#verdict` below it. `request()` says what the verdict is about; None where that cannot be right."""

    def __init__(self, workbench: Workbench) -> None:
        super().__init__(workbench)
        self.estimate: Estimate | None = None
        self._asked: Settled[Request, Estimate] = Settled(
            self, self.request, self._asking, self._estimated, self._not_estimated,
            seconds=SECONDS, doing="estimate the memory",
        )  # fmt: skip
        self._dry: tuple[Request, DryRun] | None = None
        self._verdict: Verdict | None = None
        self._trying = False

    def on_unmount(self) -> None:
        # Nobody waits for it any more, and leaving viva would wait for its thread.
        if self._asked.under_way or self._trying:
            self.wb.estimates.cancel()

    @abstractmethod
    def request(self) -> Request | None:
        """Return what the verdict is about now."""

    @abstractmethod
    def take_over(self, changes: Mapping[str, str]) -> None:
        """Set settings in the form."""

    @abstractmethod
    def add_model(self, request: Request) -> None:
        """Add the model of a request to the workspace."""

    def look(self, *, soon: bool = False) -> None:
        """Ask for the verdict when the form has stayed as it is for a moment, or at once."""
        self._asked.look(soon=soon)

    def _asking(self, request: Request | None) -> Callable[[], Estimate] | None:
        self.estimate = None
        if request is None:
            self._tell(Verdict(words.NOT_NOW, "$muted"))
            return None
        if request.unknown:
            self._tell(words.unknown_model(request.unknown))
            return None
        self._tell(Verdict(words.LOOKING, "$muted"))
        return lambda: self.wb.estimates.estimate(
            request.dataset, request.model, request.recipe, dict(request.overrides)
        )

    def _estimated(self, found: Estimate) -> None:
        self.estimate = found
        self._tell(words.verdict(found))

    def _not_estimated(self, error: Exception) -> bool:
        if not isinstance(error, UserError | JobError):
            self._tell(Verdict(words.UNKNOWN, "$warning"))
            return False
        self._tell(words.refusal(error))
        return True

    def _tell(self, verdict: Verdict) -> None:
        self._verdict = verdict
        self._paint()
        self.refresh_bindings()

    def _paint(self) -> None:
        verdict = self._verdict
        if verdict is None:
            return
        lines = list(verdict.lines)
        if self._trying:
            lines[1:] = [words.TRYING]
        elif self._dry is not None and self._dry[0] == self._asked.about:
            lines[1:] = [memory.dry_run_line(self._dry[1])]
        shown = Content.assemble(
            (verdict.text, f"bold {verdict.tone}"), *((f"\n{line}", "$muted") for line in lines if line)
        )
        self.query_one("#verdict", Static).update(shown)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what can be done about the verdict."""
        if action == "take_over":
            return self.estimate is not None and bool(self.estimate.nearest)
        if action == "add_model":
            return self._asked.about is not None and bool(self._asked.about.unknown)
        if action == "dry_run":
            return self._asked.about is not None and not self._asked.about.unknown and not self._trying
        return super().check_action(action, parameters)

    def action_take_over(self) -> None:
        """Take over the nearest setting that fits."""
        if self.estimate is not None:
            self.take_over(self.estimate.nearest)
            self.look(soon=True)

    def action_add_model(self) -> None:
        """Add the base model, so that it can be told whether it fits."""
        if self._asked.about is not None:
            self.add_model(self._asked.about)

    def action_dry_run(self) -> None:
        """Make two steps on the longest batch, and show what they took."""
        request = self.request()
        if request is None or self._trying:
            return
        self._trying = True
        self._paint()
        self.refresh_bindings()
        self.ask(
            lambda: self.wb.estimates.dry_run(request.dataset, request.model, request.recipe, dict(request.overrides)),
            then=lambda found: self._tried(request, found),
            otherwise=self._not_tried,
            group="dry-run",
            doing="make a dry run",
        )

    def _tried(self, request: Request, found: DryRun) -> None:
        self._trying = False
        self._dry = request, found
        # What was measured corrects the prediction.
        self._asked.look_again()

    def _not_tried(self, error: Exception) -> bool:
        self._trying = False
        self.refresh_bindings()
        if isinstance(error, UserError | JobError):
            self._tell(words.refusal(error))
            return True
        self._paint()
        return False
