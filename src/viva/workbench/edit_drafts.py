"""What somebody has typed into an example and not saved yet: kept on disk, and found again after a crash."""

import json
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from viva.errors import StoreError
from viva.paths import WorkspacePaths
from viva.records.dataset import Example
from viva.records.editing import EditDraft
from viva.records.ids import content_id, new_id, utc_now

FOLDER = "examples"


class EditDrafts:
    """The drafts of one person: a file for each example, which stays its own through all versions."""

    def __init__(self, paths: WorkspacePaths, person: str) -> None:
        self._folder = paths.drafts / FOLDER
        self._person = person

    def save(self, example: Example, texts: Mapping[str, str], before: Mapping[str, str]) -> None:
        """Keep what has been typed; when this returns it outlives any crash. Raises `StoreError`."""
        path = self._file(example)
        content = {"texts": dict(texts), "before": dict(before), "saved_at": utc_now().isoformat()}
        temporary = path.with_name(f".{path.name}.{new_id()}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                with temporary.open("w", encoding="utf-8") as file:
                    json.dump(content, file)
                    file.flush()
                    os.fsync(file.fileno())
                temporary.replace(path)
            finally:
                temporary.unlink(missing_ok=True)
        except OSError as error:
            raise StoreError(
                f"what you typed could not be kept as a draft: {error.strerror}", "save it before you leave"
            ) from error

    def find(self, example: Example) -> EditDraft | None:
        """Return the draft for an example; a file that holds none counts as no draft."""
        path = self._file(example)
        if not path.is_file():
            return None
        try:
            return _draft(json.loads(path.read_text("utf-8")))
        except (AttributeError, ValueError, TypeError, KeyError, RecursionError):
            return None

    def drop(self, example: Example) -> None:
        """Forget the draft for an example."""
        path = self._file(example)
        if path.is_file():
            path.unlink(missing_ok=True)

    def _file(self, example: Example) -> Path:
        return self._folder / f"{content_id(self._person, example.lineage or example.example_id)}.json"


def _draft(value: Any) -> EditDraft:
    texts, before = value["texts"], value["before"]
    if not all(isinstance(text, str) for texts_of in (texts, before) for text in texts_of.values()):
        raise TypeError("not a draft")
    return EditDraft(texts, before, datetime.fromisoformat(value["saved_at"]))
