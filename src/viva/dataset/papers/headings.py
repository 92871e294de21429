"""Which lines of a paper are headings, known by the usual numbers and names."""

import re
from dataclasses import dataclass

LONGEST = 90
"""The most characters of a heading."""
MOST_WORDS = 12

_NAMES = (
    "abstract|summary|keywords|index terms|introduction|motivation|background|preliminaries|related works?|"
    "literature review|previous work|prior work|problem (?:statement|formulation|definition)|theory|model|"
    "approach|our approach|proposed (?:approach|method|model|framework|system)|methods?|methodology|"
    "materials and methods|methods and materials|experiments?|experimental (?:setup|settings?|results|design)|"
    "implementation(?: details)?|datasets?|data|evaluation|results?|results and discussion|findings|analysis|"
    "ablation(?: stud(?:y|ies))?|discussion|limitations?|ethics(?: statement)?|ethical considerations|"
    "broader impacts?|future work|conclusions?|conclusions? and future work|discussion and conclusions?"
)
_BACK = (
    "references|bibliography|works cited|literature cited|"
    "acknowledge?ments?|funding|author contributions|competing interests|conflicts? of interest|"
    "(?:appendix|appendices|supplementa(?:ry|l) materials?|supplementary information)(?:\\s.*)?"
)
_NAMED = re.compile(rf"(?i)(?:{_NAMES})[.:]?")
_BACK_NAMED = re.compile(rf"(?i)(?:{_BACK})[.:]?")
_NUMBERED = re.compile(r"(?P<number>(?:\d{1,2}|[A-Z])(?:\.\d{1,2}){0,3})\.?\s+(?P<title>[A-Z0-9].*)")
_ROMAN = re.compile(r"(?P<number>[IVX]{1,5})\.\s+(?P<title>[A-Z].*)")
_RUN_IN = re.compile(
    r"(?i)(?P<title>abstract|summary|index terms|keywords)\s*(?:[—–:]|\.\s*[—–-]|-+(?=\s))\s*(?P<rest>\S.*)"
)


@dataclass(frozen=True)
class Heading:
    """A heading: its title, the depth of its number (1 for a section), and whether it opens the back matter.

    Back matter is what no approach is drawn from: references, acknowledgements, appendices. `lettered` marks
    a number that is a letter, as of an appendix or of a subsection below a Roman number. `rest` is the text that
    follows on the same line.
    """

    title: str
    depth: int = 1
    back: bool = False
    lettered: bool = False
    rest: str = ""


def is_heading(text: str) -> bool:
    """Tell whether a line reads like a heading."""
    return parse_heading(text) is not None


def parse_heading(text: str, in_back: bool = False) -> Heading | None:
    """Return the heading that a line or paragraph is or begins with, or None.

    A letter without a stop, as in `A Proofs`, makes a heading `in_back` only, among references and appendices:
    elsewhere it is a title or a sentence.
    """
    text = text.strip()
    run_in = _RUN_IN.fullmatch(text)
    if run_in:
        return Heading(run_in["title"].capitalize(), rest=run_in["rest"])
    if not text or len(text) > LONGEST or len(text.split()) > MOST_WORDS:
        return None
    if _BACK_NAMED.fullmatch(text) and text[0].isupper():
        return Heading(text.rstrip(".:"), back=True)
    if _NAMED.fullmatch(text) and text[0].isupper():
        return Heading(text.rstrip(".:"))
    return _numbered(text, in_back)


def _numbered(text: str, in_back: bool) -> Heading | None:
    roman = _ROMAN.fullmatch(text)
    found = roman or _NUMBERED.fullmatch(text)
    if found is None:
        return None
    number, title = found["number"], found["title"].strip()
    letters = sum(character.isalpha() for character in title)
    if letters < 3 or letters < 0.6 * len(title.replace(" ", "")) or title[-1] in ".,;" or "=" in title:
        return None
    lettered = number[0].isalpha() and roman is None
    if lettered and text[len(number)] != "." and "." not in number and not in_back:
        return None
    return Heading(title, number.count(".") + 1, bool(_BACK_NAMED.fullmatch(title)), lettered)
