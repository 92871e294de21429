"""The theme's colours for rich texts, which know nothing of themes."""

from collections.abc import Callable

from rich.style import Style
from textual.app import App
from textual.color import Color
from textual.widget import Widget


def tone(app: App[object], name: str, *, bold: bool = False) -> Style:
    """Return the style of a theme colour: `primary`, `success`, `warning`, `error`, `secondary`."""
    return Style(color=Color.parse(app.theme_variables[name]).rich_color, bold=bold or None)


def when_theme_changes(widget: Widget, repaint: Callable[[], None]) -> None:
    """Call `repaint` whenever another theme is chosen, as long as `widget` is there."""
    widget.app.theme_changed_signal.subscribe(widget, lambda _theme: repaint())
