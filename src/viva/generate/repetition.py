"""How much a text repeats itself."""

WORDS = 4


def repetition(text: str) -> float | None:
    """Return the share of the text's 4-word sequences that occurred in it before; None for a text of fewer words.

    It is 1 − distinct-4: 0 where nothing comes twice, close to 1 for a loop.
    """
    words = text.split()
    sequences = [tuple(words[place : place + WORDS]) for place in range(len(words) - WORDS + 1)]
    return 1 - len(set(sequences)) / len(sequences) if sequences else None
