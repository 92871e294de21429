"""A text as the words that count when texts are compared: no case, no punctuation, no white space."""

import unicodedata

# Scripts that put no space between words: there each character counts as a word.
_UNSPACED = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x3005, 0x3007),
    (0x3040, 0x30FF),  # Hiragana, Katakana
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),  # Han
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)
_APOSTROPHES = "'’ʼ"
_VARIATION_SELECTORS = range(0xFE00, 0xFE10)


class _Table(dict[int, str]):
    """What stands for each character, found out when it is first met."""

    def __missing__(self, code: int) -> str:
        self[code] = self._replacement(code)
        return self[code]

    @staticmethod
    def _replacement(code: int) -> str:
        character = chr(code)
        if character in _APOSTROPHES or code in _VARIATION_SELECTORS:
            return ""
        category = unicodedata.category(character)
        if category[0] not in "LMN" and category not in ("Sm", "So", "Sc"):
            return " "
        alone = category[0] == "S" or any(low <= code <= high for low, high in _UNSPACED)
        return f" {character} " if alone else character


_TABLE = _Table()


def normalised_words(text: str) -> list[str]:
    """Return the words of `text` in lower case and compatibility form, in order.

    Punctuation and white space separate words, apostrophes join them ("don't" is one word). A symbol (`+`, `€`,
    an emoji) is a word of its own, and so is each character of a script without spaces (Chinese, Japanese, Thai …).
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return text.casefold().translate(_TABLE).split()
