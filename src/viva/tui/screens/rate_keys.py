"""The keys of the rating screens; the footer shows as many of the first ones as fit.

All have priority: the app then acts on them one after the other as they come, however many come at once, and a key
that follows one that opens a window goes to that window.
"""

from textual.binding import Binding, BindingType


def _quiet(key: str, action: str, tooltip: str, key_display: str | None = None) -> Binding:
    return Binding(key, action, show=False, tooltip=tooltip, key_display=key_display, priority=True)


def _key(key: str, action: str, description: str, tooltip: str, key_display: str | None = None) -> Binding:
    return Binding(key, action, description, tooltip=tooltip, key_display=key_display, priority=True)


_SAVE: list[BindingType] = [
    _key("enter", "save", "Save", "Save and go to the next one", "Enter"),
    _key("enter", "look", "Look now", "Look whether there is something to rate now", "Enter"),
]
_UNDO = _key("u", "entry('undo')", "Undo", "Take the last entry back, step by step")
_BESIDE: list[BindingType] = [
    _key("s", "skip", "Skip", "Skip this one, with a reason"),
    _key("c", "comment", "Comment", "Write a comment"),
    _key("f", "entry('toggle_flag')", "Flag", "Flag this as worth a second look, or unflag it"),
]
_READING: list[BindingType] = [
    _key("escape", "leave", "Leave", "Leave; what you entered is kept for the next time"),
    _key("z", "reading('toggle_zoom')", "Zoom", "Give one text the whole screen, and back"),
    _key("h", "reading('toggle_shared')", "Shared words", "Mark what reference and text share, or nothing"),
    _key("v", "reading('toggle_rendered')", "As written", "Switch between formatted and as written"),
    _key("g", "guess", "Guess again", "Say once more who you think wrote this"),
    _key("n", "go('forward')", "Next", "Go to the next one without saving; nothing is lost"),
    _quiet("up", "entry('move', -1)", "Move between the lines"),
    _quiet("down", "entry('move', 1)", "Move between the lines"),
    _quiet("backspace", "entry('clear')", "Take the entry of this line back", "Backspace"),
    _quiet("j", "scroll('scroll_down')", "Scroll the text by a line"),
    _quiet("k", "scroll('scroll_up')", "Scroll the text by a line"),
    _quiet("space", "scroll('scroll_page_down')", "Scroll the text by a page"),
    _quiet("pagedown", "scroll('scroll_page_down')", "Scroll the text by a page"),
    _quiet("pageup", "scroll('scroll_page_up')", "Scroll the text by a page"),
    _quiet("home", "scroll('scroll_home')", "Go to the beginning or the end of the text"),
    _quiet("end", "scroll('scroll_end')", "Go to the beginning or the end of the text"),
]

RATING_KEYS: list[BindingType] = [
    *(Binding(f"{n}", f"entry('type_digit', {n})", show=False, priority=True) for n in range(10)),
    *_SAVE,
    _key("b", "go('back')", "Back", "Go back to the one before, to see or to change it"),
    *_BESIDE,
    _key("t", "reading('switch')", "Reference", "Switch between the approach and the reference"),
    _UNDO,
    _key("r", "reading('toggle_reference')", "Hide reference", "Hide the reference, or show it again"),
    *_READING,
    _quiet("p", "go('back')", "Go back to the one before, to see or to change it"),
    _quiet("plus,equals_sign", "entry('nudge', 1)", "Raise or lower the value by one", "+"),
    _quiet("minus", "entry('nudge', -1)", "Raise or lower the value by one", "-"),
    _quiet("left", "reading('activate_left')", "Go to the reference, to the approach"),
    _quiet("right", "reading('activate_right')", "Go to the reference, to the approach"),
]

# Begins with a space, because a key's first letter would be made a capital, and A is another thing here.
_PICK = " a b t"
_BETTER = "Say which text is better: A, B, or neither (a tie)"
_BY_HOW_MUCH = "Say by how much: slightly, clearly"

COMPARING_KEYS: list[BindingType] = [
    _key("a", "entry('choose', 'A')", "Pick", _BETTER, _PICK),
    _quiet("b", "entry('choose', 'B')", _BETTER, _PICK),
    _quiet("t", "entry('choose', 'tie')", _BETTER, _PICK),
    _key("1", "entry('set_strength', 1)", "How much", _BY_HOW_MUCH, "1 2"),
    _quiet("2", "entry('set_strength', 2)", _BY_HOW_MUCH, "1 2"),
    *_SAVE,
    _key("p", "go('back')", "Back", "Go back to the one before, to see or to change it"),
    *_BESIDE,
    _key("r", "reading('toggle_reference')", "Reference", "Show the reference, or hide it"),
    _UNDO,
    *_READING,
    _quiet("left", "reading('activate_left')", "Go to A, to B: to scroll it, or to see it where only one fits"),
    _quiet("right", "reading('activate_right')", "Go to A, to B: to scroll it, or to see it where only one fits"),
    _quiet("tab", "reading('switch')", "Go to the next text", "Tab"),
]
