"""Keys of calls: equal exactly where the same is asked of the same judge, so that nothing is paid twice."""

from viva.records.ids import content_id
from viva.records.judging import Purpose


def score_key(protocol_id: str, question: str, against: str, text: str, sample: int) -> str:
    """Return the key of a call that scores `text`.

    `against` is the reference. Where the judge drafts its own approach it is empty: draft and score belong to the same
    protocol and sample. The marker that fences the text is drawn anew for each call and is no part of the key.
    """
    return content_id(Purpose.SCORE, protocol_id, question, against, text, sample)


def draft_key(protocol_id: str, question: str, sample: int) -> str:
    """Return the key of a call in which the judge drafts its own approach."""
    return content_id(Purpose.DRAFT, protocol_id, question, sample)


def pair_key(protocol_id: str, question: str, against: str, first: str, second: str, sample: int) -> str:
    """Return the key of a call that compares two texts shown in this order; `against` is as in `score_key`."""
    return content_id(Purpose.PAIR, protocol_id, question, against, first, second, sample)
