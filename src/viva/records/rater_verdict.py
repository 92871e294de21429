"""What one rater said about one text."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class RaterVerdict:
    """A rater's verdict on a text of `system`; `values` are those of the rubric's criteria, by name, in its order.

    `total` is in points of 100, None where a criterion has no value; then `unscored` says why.
    """

    study: str
    rater: str
    system: str
    generation_id: str
    sample: int
    values: tuple[tuple[str, float | None], ...]
    total: float | None
    unscored: str | None
    comment: str
    flagged: bool
    seconds: float | None
    created_at: datetime
