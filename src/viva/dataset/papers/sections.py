"""A paper's text cut into its sections."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from viva.dataset.papers.headings import Heading, parse_heading
from viva.dataset.papers.paragraphs import goes_on
from viva.dataset.papers.pdf import PdfText


@dataclass(frozen=True)
class Section:
    """A section: its paragraphs, each with the number of the page it begins on, counted from 1.

    The title is empty for what stands above the first heading. `back` marks references, acknowledgements and
    appendices, from which no approach is drawn.
    """

    title: str
    paragraphs: tuple[tuple[int, str], ...]
    first_page: int
    last_page: int
    back: bool = False

    @property
    def text(self) -> str:
        """The paragraphs with an empty line between two of them."""
        return "\n\n".join(text for _, text in self.paragraphs)


@dataclass
class _Open:
    heading: Heading
    page: int
    last: int
    back: bool
    paragraphs: list[tuple[int, str]] = field(default_factory=list)


def sections(pdf: PdfText) -> list[Section]:
    """Return the sections of a paper in order; a paper without headings that are recognised is one section."""
    found = [_Open(Heading(""), 1, 1, back=False)]
    for page, text in _paragraphs(pdf):
        heading = parse_heading(text, in_back=found[-1].back)
        if heading is None:
            found[-1].paragraphs.append((page, text))
            found[-1].last = page
            continue
        found.append(_Open(heading, page, page, _is_back(heading, found[-1])))
        if heading.rest:
            found[-1].paragraphs.append((page, heading.rest))
    if all(not part.heading.title for part in found) or len(found) == 1:
        return [_closed(found[0])] if found[0].paragraphs else []
    return [_closed(part) for part in found if part.paragraphs or part.heading.title]


def body(found: Iterable[Section]) -> list[Section]:
    """Return the sections that a model is shown: those with text that are no back matter."""
    return [section for section in found if section.paragraphs and not section.back]


def _is_back(heading: Heading, before: _Open) -> bool:
    """Tell whether a section belongs to the back matter, as its heading says or those before it do.

    What follows the references under a letter is an appendix, what lies below a heading of the back matter
    belongs to it, and a new section of the usual kind ends it.
    """
    if heading.back:
        return True
    return before.back and (heading.lettered or heading.depth > 1)


def _closed(part: _Open) -> Section:
    return Section(part.heading.title, tuple(part.paragraphs), part.page, part.last, part.back)


def _paragraphs(pdf: PdfText) -> Sequence[tuple[int, str]]:
    """Return the paragraphs with the pages they begin on; one that a page breaks off goes on from the next."""
    found: list[tuple[int, str]] = []
    last = 0
    for number, page in enumerate(pdf.pages, start=1):
        for index, text in enumerate(part for part in page.split("\n\n") if part.strip()):
            if index == 0 and found and last == number - 1 and goes_on(found[-1][1], text):
                before = found[-1][1]
                whole = before[:-1] + text if before.endswith("-") and text[0].islower() else f"{before} {text}"
                found[-1] = (found[-1][0], whole)
            else:
                found.append((number, text))
            last = number
    return found
