"""An embedder without a model: texts are as alike as the share of words that they have in common."""

from collections.abc import Sequence


class CommonWords:
    """Gives the share of common words as the cosine; `asked` are the pairs that it was asked about."""

    def __init__(self, _model: str = "") -> None:
        self.asked: list[tuple[str, str]] = []

    def similarity(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        self.asked += pairs
        words = [(set(first.lower().split()), set(second.lower().split())) for first, second in pairs]
        return [len(first & second) / max(len(first | second), 1) for first, second in words]
