"""What raters have entered and not yet saved: a small file for every item, so that no two ever meet in one."""

import contextlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from viva.errors import StoreError
from viva.records.ids import new_id
from viva.records.rating import Choice, Draft, Strength
from viva.store.outbox import safe_name

ASIDE = ".unreadable"
"""What the name of a file that is no draft ends with, once it has been put aside."""


class Drafts:
    """The drafts of one rater.

    A draft is written under another name and then renamed, so a file is whole whenever the process dies: several
    sessions of the same rater may write at once, and the last word on an item is kept. Nothing waits for the disk, as
    a verdict does: a draft outlives its process, not a loss of power.
    """

    def __init__(self, folder: Path, rater: str) -> None:
        self._folder = folder
        self._rater = rater

    def save(self, study_id: str, item_id: str, draft: Draft) -> None:
        """Keep a draft in the place of the one before; an empty one removes it. Raises `StoreError`."""
        path = self._file(study_id, item_id)
        fresh = path.with_name(f".{new_id()}")
        try:
            if draft.empty:
                path.unlink(missing_ok=True)
                return
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                fresh.write_text(json.dumps({"item": item_id, "draft": asdict(draft)}), "utf-8")
                fresh.replace(path)
            finally:
                fresh.unlink(missing_ok=True)
        except OSError as error:
            raise StoreError(
                f"what you entered could not be kept as a draft: {error.strerror}", "save it before you leave"
            ) from error

    def drop(self, study_id: str, item_id: str) -> None:
        """Forget the draft for an item that has its verdict; one that cannot be removed is harmless beside it."""
        with contextlib.suppress(OSError):
            self._file(study_id, item_id).unlink(missing_ok=True)

    def every(self, study_id: str) -> dict[str, Draft]:
        """Return the drafts of a study by item id, the one changed last coming last.

        A file that holds none is put aside under another name; the others are not touched by it.
        """
        found: list[tuple[float, str, Draft]] = []
        for path in self._place(study_id).glob("*.json"):
            try:
                written_at, content = path.stat().st_mtime, json.loads(path.read_text("utf-8"))
                found.append((written_at, *_draft(content)))
            except OSError:
                # Another session of this rater has just saved the item, or nobody may read the file.
                continue
            except (AttributeError, ValueError, TypeError, KeyError, RecursionError):
                _put_aside(path)
        return {item_id: draft for _, item_id, draft in sorted(found, key=lambda each: each[:2])}

    def _place(self, study_id: str) -> Path:
        return self._folder / safe_name(study_id) / safe_name(self._rater)

    def _file(self, study_id: str, item_id: str) -> Path:
        return self._place(study_id) / f"{safe_name(item_id)}.json"


def _draft(content: Any) -> tuple[str, Draft]:
    """Return the item and the draft in a file's content; raise one of what `every` catches where there is none."""
    item_id, value = content["item"], content["draft"]
    values, choices = value["values"], value["choices"]
    draft = Draft(
        _whole_numbers(values),
        value["comment"],
        value["flagged"],
        float(value["seconds"]),
        {key: _choice(**choice) for key, choice in choices.items()},
    )
    if not (
        isinstance(item_id, str)
        and isinstance(draft.comment, str)
        and isinstance(draft.flagged, bool)
        and 0 <= draft.seconds < 1e9
    ):
        raise TypeError("not a draft")
    return item_id, draft


def _whole_numbers(values: Mapping[str, Any]) -> dict[str, int]:
    if any(type(value) is not int for value in values.values()):
        raise TypeError("not a value")
    return dict(values)


def _choice(winner: Any, strength: Any) -> Choice:
    if winner not in ("a", "b", "tie"):
        raise TypeError("not a choice")
    return Choice(winner, None if strength is None else Strength(strength))


def _put_aside(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.rename(path.with_name(path.name + ASIDE))
