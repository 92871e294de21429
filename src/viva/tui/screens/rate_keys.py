"""The keys of the rating screen; the footer shows as many of the first ones as fit."""

from textual.binding import Binding, BindingType


def _quiet(key: str, action: str, tooltip: str, key_display: str | None = None) -> Binding:
    return Binding(key, action, show=False, tooltip=tooltip, key_display=key_display)


RATING_KEYS: list[BindingType] = [
    *(Binding(f"{n}", f"entry('set_value', {n})", show=False) for n in range(10)),
    Binding("enter", "save", "Save", key_display="Enter", tooltip="Save and go to the next text"),
    Binding("enter", "go('next_open')", "To the first of them", key_display="Enter"),
    Binding("b", "go('back')", "Back", tooltip="Go back to the text before, to see or to change it"),
    Binding("s", "skip", "Skip", tooltip="Skip this text, with a reason"),
    Binding("c", "comment", "Comment", tooltip="Write a comment on this text"),
    Binding("f", "entry('toggle_flag')", "Flag", tooltip="Flag this text as worth a second look, or unflag it"),
    Binding("t", "reading('switch')", "Reference", tooltip="Switch between the approach and the reference"),
    Binding("escape", "leave", "Leave", tooltip="Leave; what you entered is kept for the next time"),
    Binding("z", "reading('toggle_zoom')", "Zoom", tooltip="Give one text the whole screen, and back"),
    Binding("r", "reading('toggle_reference')", "Hide reference", tooltip="Hide the reference, or show it again"),
    Binding("v", "reading('toggle_rendered')", "As written", tooltip="Switch between formatted and as written"),
    Binding("n", "go('forward')", "Next", tooltip="Go to the next text without saving; nothing is lost"),
    _quiet("u", "go('next_open')", "Go to the next text that is not rated yet"),
    _quiet("up", "entry('move', -1)", "Move between the criteria"),
    _quiet("down", "entry('move', 1)", "Move between the criteria"),
    _quiet("plus,equals_sign", "entry('nudge', 1)", "Raise or lower the value by one", "+"),
    _quiet("minus", "entry('nudge', -1)", "Raise or lower the value by one", "-"),
    _quiet("backspace", "entry('clear')", "Take the value back", "Backspace"),
    _quiet("left", "reading('activate_reference')", "Go to the reference, to the approach"),
    _quiet("right", "reading('activate_approach')", "Go to the reference, to the approach"),
    _quiet("j", "scroll('scroll_down')", "Scroll the text by a line"),
    _quiet("k", "scroll('scroll_up')", "Scroll the text by a line"),
    _quiet("space", "scroll('scroll_page_down')", "Scroll the text by a page"),
    _quiet("pagedown", "scroll('scroll_page_down')", "Scroll the text by a page"),
    _quiet("pageup", "scroll('scroll_page_up')", "Scroll the text by a page"),
    _quiet("home", "scroll('scroll_home')", "Go to the beginning or the end of the text"),
    _quiet("end", "scroll('scroll_end')", "Go to the beginning or the end of the text"),
]
