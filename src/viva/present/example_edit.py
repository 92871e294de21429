"""The form that edits an example: what can be edited, what has been changed, what is missing."""

from collections.abc import Mapping
from datetime import datetime

from viva.present.jobs import ago
from viva.records.dataset import Dataset, Example
from viva.records.editing import EditDraft
from viva.text import display_line

TEXTS = ("question", "reference")
LABELS = ("field", "subfield", "split")


def editable(example: Example) -> tuple[str, ...]:
    """Return the words that can be edited: of a conversation the labels alone, its turns are what they are."""
    return LABELS if example.messages is not None else TEXTS + LABELS


def texts_of(example: Example) -> dict[str, str]:
    """Return what an example says under the words that can be edited."""
    return {word: getattr(example, word) or "" for word in editable(example)}


def changes(before: Mapping[str, str], now: Mapping[str, str]) -> dict[str, str | None]:
    """Return what was changed, as `wb.datasets.edit` takes it; labels lose the white space around them."""
    found: dict[str, str | None] = {}
    for word, text in now.items():
        said = text.strip() if word in LABELS else text
        if said != before[word]:
            found[word] = said or None
    return found


def problem(now: Mapping[str, str]) -> tuple[str, str] | None:
    """Return the first word that cannot be saved as it is, and why."""
    for word in TEXTS:
        if word in now and not now[word].strip():
            return word, f"The {word} is empty; an example needs both"
    return None


def draft_note(draft: EditDraft, before: Mapping[str, str], now: datetime) -> str:
    """Return what is said of a draft that was taken up again."""
    since = "" if dict(draft.before) == dict(before) else " The example was changed since; compare before you save."
    return f"What you typed {ago(draft.saved_at, now)} and did not save is back; Ctrl+R takes the saved texts.{since}"


def splits_note(dataset: Dataset) -> str:
    """Return which splits there are to choose from."""
    named = [display_line(split, 24) for split in dataset.splits if split]
    return f"Splits so far: {', '.join(named[:8])}{' …' if len(named) > 8 else ''}" if named else ""
