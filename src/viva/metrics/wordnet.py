"""WordNet's synonyms, straight from the files of the database.

The format is that of wndb(5WN), the base forms are those of morphy(7WN) as nltk applies them. `index.sense` and
`lexnames`, which nltk also wants, tell nothing about synonyms.
"""

import re
import zipfile
from dataclasses import dataclass

from viva.errors import BadInput
from viva.metrics.wordnet_files import PARTS, WordNetFiles
from viva.text import display_line

# Endings of inflected words and what stands in their place in the base form.
_ENDINGS: dict[str, tuple[tuple[str, str], ...]] = {
    "noun": (
        ("s", ""), ("ses", "s"), ("ves", "f"), ("xes", "x"), ("zes", "z"), ("ches", "ch"), ("shes", "sh"),
        ("men", "man"), ("ies", "y"),
    ),
    "verb": (
        ("s", ""), ("ies", "y"), ("es", "e"), ("es", ""), ("ed", "e"), ("ed", ""), ("ing", "e"), ("ing", ""),
    ),
    "adj": (("er", ""), ("est", ""), ("er", "e"), ("est", "e")),
    "adv": (),
}  # fmt: skip
_MARKER = re.compile(r"\([^()]*\)$")


@dataclass(frozen=True)
class _Part:
    """One part of speech: where the synsets of a word begin in `data`, and the base forms of irregular words."""

    offsets: dict[str, tuple[int, ...]]
    data: bytes
    irregular: dict[str, list[str]]
    endings: tuple[tuple[str, str], ...]

    def synonyms(self, word: str) -> set[str]:
        return {
            name for form in self._forms(word) for offset in self.offsets.get(form, ()) for name in self._names(offset)
        }

    def _forms(self, word: str) -> set[str]:
        """Return the word and what may be its base forms."""
        if word in self.irregular:
            return {word, *self.irregular[word]}
        return {word, *(word[: -len(old)] + new for old, new in self.endings if word.endswith(old))}

    def _names(self, offset: int) -> list[str]:
        """Return the words of a synset; adjectives may carry a mark of where they stand: `galore(ip)`."""
        fields = self.data[offset : self.data.index(b"\n", offset)].split(b"|", 1)[0].split()
        count = int(fields[3], 16)
        return [_MARKER.sub("", field.decode("utf-8")) for field in fields[4 : 4 + 2 * count : 2]]


class WordNet:
    """The synonyms of English words. Raises `BadInput` where the files are damaged."""

    def __init__(self, files: WordNetFiles) -> None:
        try:
            self._parts = [_part(files, name) for name in PARTS]
        except (OSError, ValueError, IndexError, zipfile.BadZipFile) as error:
            raise BadInput(
                f"WordNet in {display_line(str(files.path), 120)} is damaged: {display_line(str(error), 100)}",
                "install it again",
            ) from error

    def synonyms(self, word: str) -> frozenset[str]:
        """Return the single words that share a synset with a lower-case word or its base forms, and the word itself."""
        found = {name for part in self._parts for name in part.synonyms(word) if "_" not in name}
        return frozenset(found | {word})


def _part(files: WordNetFiles, part: str) -> _Part:
    data = files.read(f"data.{part}")
    offsets = {}
    for line in files.read(f"index.{part}").splitlines():
        if not line.startswith(b" "):
            fields = line.split()
            places = fields[-int(fields[2]) :]
            if not all(data.startswith(place, int(place)) for place in places):
                raise ValueError(f"index.{part} does not fit data.{part}")
            offsets[fields[0].decode("utf-8")] = tuple(map(int, places))
    exceptions = (line.split() for line in files.read(f"{part}.exc").decode("utf-8").splitlines())
    irregular = {words[0]: words[1:] for words in exceptions if words}
    return _Part(offsets, data, irregular, _ENDINGS[part])
