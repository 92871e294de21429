"""Queries that are kept: saved under a name, shipped as examples, or run before."""

from collections.abc import Callable, Sequence

from textual.widgets import TextArea

from viva.present import query as words
from viva.text import display_text
from viva.tui.screens.base import VivaScreen
from viva.tui.screens.save_query import SaveQueryScreen
from viva.tui.widgets.chooser import Choice, ChooserScreen


class KeepsQueries(VivaScreen[None]):
    """Opens queries in the editor `#editor` and saves what stands in it."""

    _saved_as = ""

    @property
    def text(self) -> str:
        """What stands in the editor, with plain line ends whatever was pasted into it."""
        return "\n".join(self.query_one("#editor", TextArea).document.lines)

    def action_open(self) -> None:
        self.ask(lambda: self.wb.sql.saved(), then=self._offer, group="saved", doing="read saved queries")

    def action_save(self) -> None:
        self.ask(lambda: self.wb.sql.saved(), then=self._ask_name, group="saved", doing="read saved queries")

    def action_history(self) -> None:
        self.ask(lambda: self.wb.sql.history(), then=self._remembered, group="saved", doing="read the history")

    def _offer(self, saved: dict[str, str]) -> None:
        offered = words.choices(saved)

        def chosen(place: int) -> None:
            name, _, text = offered[place]
            self._saved_as = name if name in saved else ""
            self._put(text)

        self._choose("Open a query", offered, chosen)

    def _remembered(self, history: list[str]) -> None:
        if not history:
            self.say("No query was run here yet")
            return
        offered = words.remembered(history)
        self._choose("Queries run before, the latest first", offered, lambda place: self._put(offered[place][2]))

    def _choose(self, title: str, offered: Sequence[tuple[str, str, str]], chosen: Callable[[int], None]) -> None:
        choices = [Choice(str(place), name, what) for place, (name, what, _) in enumerate(offered)]
        self.app.push_screen(
            ChooserScreen(self.wb, title, choices), lambda key: chosen(int(key)) if key is not None else None
        )

    def _put(self, text: str) -> None:
        editor = self.query_one("#editor", TextArea)
        editor.replace(display_text(text), (0, 0), editor.document.end)
        editor.focus()

    def _ask_name(self, saved: dict[str, str]) -> None:
        self.app.push_screen(SaveQueryScreen(self.wb, self.text, saved, self._saved_as), self._was_saved)

    def _was_saved(self, name: str | None) -> None:
        if name is not None:
            self._saved_as = name
            self.say(f"Saved as {name}")
