"""Papers cut into pieces that fit a model's window, each marked with its pages."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from viva.dataset.papers.sections import Section

_SENTENCE = re.compile(r"(?<=[.!?])\s+")


@dataclass(frozen=True)
class Piece:
    """Text of a paper with marks such as `[page 3]` where a page begins, and how many words it holds."""

    text: str
    words: int


@dataclass(frozen=True)
class _Part:
    title: str
    page: int
    text: str
    words: int


def pieces(found: Iterable[Section], most: int) -> list[Piece]:
    """Return the text of the sections in pieces of `most` words at most, cut between paragraphs where possible.

    A paragraph that is longer is cut between sentences, and a longer sentence between words.
    """
    cut: list[list[_Part]] = []
    size = most + 1
    for part in _parts(found, most):
        if size + part.words > most:
            cut.append([])
            size = 0
        cut[-1].append(part)
        size += part.words
    return [Piece(_marked(parts), sum(part.words for part in parts)) for parts in cut]


def grouped(texts: Sequence[str], most: int) -> list[str]:
    """Return short texts joined to as few as possible of `most` words each, in their order.

    Two at least are joined in each, so that grouping always makes them fewer.
    """
    groups: list[list[str]] = []
    size = 0
    for text in texts:
        words = len(text.split())
        if not groups or (size + words > most and len(groups[-1]) > 1):
            groups.append([])
            size = 0
        groups[-1].append(text)
        size += words
    return ["\n\n".join(group) for group in groups]


def _parts(found: Iterable[Section], most: int) -> Iterator[_Part]:
    for section in found:
        for page, paragraph in section.paragraphs:
            for text in _cut(paragraph, most):
                yield _Part(section.title, page, text, len(text.split()))


def _cut(text: str, most: int) -> list[str]:
    if len(text.split()) <= most:
        return [text] if text.strip() else []
    found: list[list[str]] = [[]]
    for sentence in _SENTENCE.split(text):
        words = sentence.split()
        if len(found[-1]) + len(words) > most and found[-1]:
            found.append([])
        while len(words) > most:
            found[-1] += words[:most]
            words = words[most:]
            found.append([])
        found[-1] += words
    return [" ".join(words) for words in found if words]


def _marked(parts: Sequence[_Part]) -> str:
    """Join paragraphs, with a line for each new page and each new section's title."""
    found: list[str] = []
    page, title = 0, ""
    for part in parts:
        if part.page != page:
            page = part.page
            found.append(f"[page {page}]")
        if part.title != title:
            title = part.title
            found.append(f"## {title}" if title else "")
        found.append(part.text)
    return "\n\n".join(text for text in found if text)
