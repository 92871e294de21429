"""What a model wrote for its probe questions at one evaluation, and the way from one evaluation to the next."""

from collections.abc import Sequence

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Static

from viva.present import probes as words
from viva.records.training import Probe
from viva.tui.widgets.still import StillText
from viva.tui.widgets.tones import tone, when_theme_changes


class ProbePane(Vertical):
    """Shows the newest evaluation until one steps back; then that one stays, whatever comes."""

    DEFAULT_CSS = """
    ProbePane { height: 1fr; }
    ProbePane > #evaluation { height: 1; padding: 0 2; }
    ProbePane > VerticalScroll { height: 1fr; padding: 1 2 0 2; scrollbar-size-vertical: 1; }
    ProbePane > VerticalScroll > Static { height: auto; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._probes: Sequence[Probe] = ()
        self._step: int | None = None
        self._ended = False

    def compose(self) -> ComposeResult:
        yield StillText(id="evaluation")
        with VerticalScroll(id="answers"):
            yield Static(id="texts", markup=False)

    def on_mount(self) -> None:
        when_theme_changes(self, self._paint)
        self._paint()

    def show(self, probes: Sequence[Probe], *, ended: bool = False) -> None:
        """Show what was written so far; the same again costs nothing."""
        if (list(probes), ended) != (list(self._probes), self._ended):
            self._probes, self._ended = probes, ended
            self._paint()

    @property
    def choice(self) -> bool:
        """Whether there is more than one evaluation to look at."""
        return len(words.steps(self._probes)) > 1

    def turn(self, by: int) -> None:
        """Go to the next evaluation, or to the one before; the newest is followed from then on."""
        found = words.steps(self._probes)
        if not found:
            return
        at = found.index(self._shown(found)) + by
        self._step = None if at >= len(found) - 1 else found[max(at, 0)]
        self._paint()
        self.query_one("#answers").scroll_home(animate=False)

    def _shown(self, found: list[int]) -> int:
        return self._step if self._step in found else found[-1]

    def _paint(self) -> None:
        found = words.steps(self._probes)
        line, texts = self.query_one("#evaluation", StillText), self.query_one("#texts", Static)
        line.display = bool(found)
        if not found:
            texts.update(Text(words.NONE if self._ended else words.COMING, style="dim"))
            return
        step = self._shown(found)
        line.show(Text(words.evaluation_line(found, step), "bold"))
        parts = [self._part(answer) for answer in words.answers(self._probes, step)]
        texts.update(Text("\n\n").join(parts))

    def _part(self, answer: words.Answer) -> Text:
        text = Text.assemble((answer.label, tone(self.app, "primary", bold=True)), " · ")
        if answer.flagged:
            text.append(f"! {answer.repetition}", tone(self.app, "warning", bold=True))
        else:
            text.append(answer.repetition)
        if answer.since:
            text.append(f" · {answer.since}", "dim")
        text.append(f"\n{answer.question}\n", "italic")
        return text.append(answer.text)
