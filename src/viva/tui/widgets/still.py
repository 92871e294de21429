"""A text that is shown again and again and costs nothing while it stays the same."""

from rich.text import Text
from textual.widgets import Static


class StillText(Static):
    """Paints only what has changed, and lays the screen out anew only where the number of lines has.

    Screens that follow jobs show their lines twice a second; over SSH every needless paint travels.
    """

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id, markup=False)
        self._shown = Text()

    def show(self, text: Text) -> None:
        """Show a text; it is never read as markup."""
        if text == self._shown:
            return
        lines = self._shown.plain.count("\n"), text.plain.count("\n")
        longer = max(map(len, text.plain.splitlines()), default=0) > self.size.width
        self._shown = text
        self.update(text, layout=lines[0] != lines[1] or longer or self.size.height == 0)
