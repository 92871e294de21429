"""Words for the metrics that count them: what white space parts, and each character of a script without spaces."""

import re

SETTINGS = "words=white space, characters where there are no spaces"

# Chinese characters, kana, and the scripts of Thai, Lao, Burmese and Khmer.
_SPACELESS = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_CHARACTERS = re.compile(f"([{_SPACELESS}])")
_MARKS = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~¡«»¿‐‑‒–—―‘’‚“”„…、。「」『』【】（）！？：；，،؟؛।"


def words(text: str) -> list[str]:
    """Return the words of a text, with the punctuation that clings to them."""
    return _CHARACTERS.sub(r" \1 ", text).split()


def bare_words(text: str) -> list[str]:
    """Return the words of a text without case and without punctuation around them."""
    return [bare for word in words(text.casefold()) if (bare := word.strip(_MARKS))]
