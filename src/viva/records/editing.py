"""Editing an example: what has been typed and not saved yet."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class EditDraft:
    """Texts by word (question, reference, field, subfield, split): as typed, and as the example had them before."""

    texts: Mapping[str, str]
    before: Mapping[str, str]
    saved_at: datetime
