"""Texts as bags of words: how often each word occurs, whatever the order, in arrays that can be compared quickly."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from viva.dataset.normalised import normalised_words

# Code points that a Python string can hold, less 0 and the surrogates.
_LETTERS = 0x110000 - 0x801
_SURROGATES = 0xD800


@dataclass(frozen=True)
class Bags:
    """The distinct bags of words of some texts, n of them.

    An element is a word and the number of its occurrence (the first "the", the second "the" …), so that a bag is
    a set of elements. `elements` holds the ids of all bags, one bag after the other, ascending within each;
    bag i lies at `starts[i]:starts[i + 1]`. `hashes` has a 64-bit hash for each element id. `owners` lists for each
    bag the texts that have it, `sides` the number of their side, `kinds` a number that bags with equal words share.
    """

    elements: NDArray[np.int32]
    starts: NDArray[np.int64]
    hashes: NDArray[np.uint64]
    owners: tuple[tuple[int, ...], ...]
    sides: NDArray[np.int32]
    kinds: NDArray[np.int32]

    @property
    def sizes(self) -> NDArray[np.int64]:
        """The number of words in each bag, shape (n,)."""
        return np.diff(self.starts)

    def spelled(self) -> list[str] | list[tuple[int, ...]]:
        """Return each bag as a sequence that holds an ascending sign for each element that other bags have too.

        The longest common subsequence of two such sequences is what the two bags share. The signs are characters,
        which rapidfuzz compares fastest, or numbers where there are more of them than characters.
        """
        bags_with = np.bincount(self.elements, minlength=len(self.hashes))
        common = bags_with > 1
        signs = np.cumsum(common, dtype=np.uint32)
        kept = common[self.elements]
        spelling = signs[self.elements[kept]]
        starts = np.concatenate([[0], np.cumsum(kept)])[self.starts].tolist()
        bounds = pairwise(starts)
        if int(common.sum()) >= _LETTERS:
            return [tuple(spelling[start:end].tolist()) for start, end in bounds]
        spelling[spelling >= _SURROGATES] += 0x800
        letters = spelling.astype("<u4").tobytes().decode("utf-32-le")
        return [letters[start:end] for start, end in bounds]


def make_bags(texts: Sequence[str], sides: Sequence[str] | None = None) -> Bags:
    """Return the distinct bags of `texts`; texts without a word have none.

    Where `sides` gives a side for each text, equal texts of different sides have a bag each.
    """
    side_numbers = {side: number for number, side in enumerate(dict.fromkeys(sides or ()))}
    vocabulary: dict[str, int] = {}
    kinds: dict[bytes, int] = {}
    found: dict[tuple[int, int], list[int]] = {}
    elements = array("i")
    starts = array("q", [0])
    for index, text in enumerate(texts):
        words = normalised_words(text)
        if not words:
            continue
        bag = array("i", sorted(_element_ids(words, vocabulary)))
        kind = kinds.setdefault(blake2b(bag.tobytes(), digest_size=16).digest(), len(kinds))
        side = side_numbers[sides[index]] if sides else 0
        owners = found.setdefault((kind, side), [])
        if not owners:
            elements.extend(bag)
            starts.append(len(elements))
        owners.append(index)
    hashes = b"".join(blake2b(element.encode(), digest_size=8).digest() for element in vocabulary)
    return Bags(
        elements=np.array(elements, dtype=np.int32),
        starts=np.array(starts, dtype=np.int64),
        hashes=np.frombuffer(hashes, dtype="<u8").astype(np.uint64),
        owners=tuple(tuple(owners) for owners in found.values()),
        sides=np.array([side for _, side in found], dtype=np.int32),
        kinds=np.array([kind for kind, _ in found], dtype=np.int32),
    )


def _element_ids(words: list[str], vocabulary: dict[str, int]) -> list[int]:
    """Return the id of each word with the number of its occurrence, adding to the vocabulary what is new."""
    if len(set(words)) == len(words):
        return [vocabulary.setdefault(word, len(vocabulary)) for word in words]
    seen: dict[str, int] = {}
    ids = []
    for word in words:
        number = seen[word] = seen.get(word, 0) + 1
        # A space cannot stand in a word, so "the 2" is nothing but the second "the".
        element = word if number == 1 else f"{word} {number}"
        ids.append(vocabulary.setdefault(element, len(vocabulary)))
    return ids
