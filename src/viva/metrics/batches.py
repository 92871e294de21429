"""Texts in batches of like length, so that little is computed on padding."""


def batches(lengths: list[int], budget: int) -> list[list[int]]:
    """Return the places of `lengths` in batches of at most `budget` tokens with their padding, the longest first.

    A text that is longer than that is a batch of its own.
    """
    order = sorted(range(len(lengths)), key=lambda place: -lengths[place])
    made: list[list[int]] = []
    first = 0
    while first < len(order):
        size = max(1, budget // max(1, lengths[order[first]]))
        made.append(order[first : first + size])
        first += size
    return made
