"""Rows of a dataset on the Hugging Face hub, read as a stream."""

import base64
import math
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from viva.errors import BadInput, MissingExtra, UsageError
from viva.records.reading import RawRow
from viva.text import display_line

_DEEPEST = 100


def hub_rows(
    dataset_id: str, config: str | None = None, split: str | None = None, limit: int | None = None
) -> Iterator[RawRow]:
    """Yield the rows of a hub dataset, or of a local directory of data files, the first `limit` or all.

    Without `split` all splits come one after another, and each row says its own in a column `split` where it has none.
    Class labels become their names. Raises `MissingExtra` without the library, `BadInput` where the dataset cannot be
    had: offline, unknown, gated, a configuration or split that it has not.
    """
    try:
        import datasets

        # The base of its connection errors, whichever library it speaks HTTP with.
        from huggingface_hub.errors import HTTPError  # type: ignore[attr-defined]
    except ImportError as error:
        raise MissingExtra("the hub needs the package datasets", "pip install 'viva[local]'") from error
    if not dataset_id.strip():
        raise UsageError("a hub dataset needs a name", "for example hf:owner/name")
    shown = display_line(dataset_id, 80)
    datasets.disable_progress_bars()
    datasets.logging.set_verbosity_error()
    try:
        found = datasets.load_dataset(dataset_id, config, split=split, streaming=True)
        parts = {split: found} if split is not None else dict(found)
        yield from islice(_numbered(parts, named=split is None), limit)
    except StopIteration as error:
        # What the library lets out where a file has not a single row.
        raise BadInput(f"{shown} holds no rows", "import another") from error
    except (OSError, ValueError, RuntimeError, datasets.exceptions.DatasetsError, HTTPError) as error:
        raise _told(shown, error) from error


def _numbered(parts: Mapping[str | None, Any], named: bool) -> Iterator[RawRow]:
    number = 0
    for split, part in parts.items():
        features = part.features or {}
        if features:
            # Pictures and sounds stay as they are stored: decoding them takes libraries that viva does not need.
            part = part.decode(False)
        for row in part:
            number += 1
            values = {name: json_value(_labelled(features.get(name), value)) for name, value in row.items()}
            if named and split is not None:
                values.setdefault("split", split)
            yield RawRow(number, values)


def _labelled(feature: Any, value: Any) -> Any:
    """Return a value with class labels as their names, in lists and structs too."""
    if value is None or feature is None:
        return value
    if hasattr(feature, "int2str"):
        # Data without labels are marked -1.
        return feature.int2str(value) if isinstance(value, int) and value >= 0 else None
    if isinstance(feature, Mapping) and isinstance(value, Mapping):
        return {name: _labelled(feature.get(name), inner) for name, inner in value.items()}
    inner_feature = getattr(feature, "feature", None)
    if inner_feature is not None and isinstance(value, list):
        return [_labelled(inner_feature, inner) for inner in value]
    return value


def json_value(value: Any, depth: int = 0) -> Any:
    """Return a value as JSON can hold it: NaN becomes None, bytes and dates text."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if depth > _DEEPEST:
        return display_line(type(value).__name__, 40)
    if isinstance(value, Mapping):
        return {str(name): json_value(inner, depth + 1) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [json_value(inner, depth + 1) for inner in value]
    if isinstance(value, bytes | bytearray):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return base64.b64encode(value).decode()
    return str(value)


def _told(shown: str, error: Exception) -> BadInput:
    """Return what went wrong with a hub dataset, in one line."""
    said = str(error)
    reason = display_line(said.strip() or type(error).__name__, 200)
    if "OfflineMode" in said or isinstance(error, ConnectionError) or "Connect" in type(error).__name__:
        return BadInput(f"the hub cannot be reached for {shown}", "go online, or import a file")
    if "gated" in said:
        return BadInput(f"{shown} is gated: its owners must let you in", "ask on its page, and log in to the hub")
    if isinstance(error, FileNotFoundError):
        return BadInput(f"there is no dataset {shown} that can be read: {reason}", "check the name: owner/name")
    return BadInput(f"{shown} cannot be read: {reason}", "check its name, --hub-config and --hub-split")
