"""Identifiers: random for what happens once, derived from content for what can be met again."""

import hashlib
import json
import secrets
from datetime import UTC, datetime
from typing import Any


def new_id() -> str:
    """Return a random id of 16 hexadecimal digits; it says nothing about what it names."""
    return secrets.token_hex(8)


def content_id(*parts: Any) -> str:
    """Return 16 hexadecimal digits that are equal exactly when the JSON of `parts` is equal."""
    text = json.dumps(parts, sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def utc_now() -> datetime:
    """Return the time now in UTC without a time zone mark, as the store keeps it."""
    return datetime.now(UTC).replace(tzinfo=None)
