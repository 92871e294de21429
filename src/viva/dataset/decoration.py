"""Taking out what only decorates a text: Markdown's marks, rows of characters, boxes, bullets.

What is found is found line by line; code in fences, between backticks and in formulas is never touched. A mark goes
only where it cannot mean anything: emphasis comes in pairs with blanks or punctuation around them, a heading mark
stands at the start of a line with a blank behind it. So `3 * 4`, `a*b`, `C#`, `#1`, `snake_case`, `__init__`,
`A*` and the mark of a footnote stay.

Bullets (`*`, `•`, `▪`, `◦` …) at the start of a line become `- `. A picture there (🚀) goes, since it only stands
before the words; one that says something (✅, ❌, a face, a flag, a traffic light) stays.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

_SUSPECT = re.compile("[*_#=~\u2022\u2023\u2043\u2219\u2500-\u27bf\u2b00-\u2bff\U0001f300-\U0001faff\u20e3]|-[ \t]*-")
_FENCE = re.compile(r"[ \t]*(?:[-*+•] )?(`{3,}(?=[^`]*$)|~{3,})")
_FORMULA = re.compile(r"\$\$.+?\$\$|\\[*_#]|https?://[^\s*()<>\[\]]+")

_ROW = re.compile(r"[ \t]*[*\-_=~#](?:[ \t]*[*\-_=~#]){2,}[ \t]*")
_RUN = re.compile(r"\*{4,}|(?<!\S)(?:={4,}|-{4,}|~{4,}|#{4,})(?!\S)")
_PADDED = re.compile(r"[ \t]*(?:- )?(\*\*[ \t]+)[^\s*](?:[^*]*[^\s*])?([ \t]+\*\*)(?=:?[ \t]*$)")

_BULLETS = "•‣⁃∙▪▫■□●○◦◆◇▶►▸➤➢❖◾◽◼◻🔹🔸🔷🔶🔘🔲🔳"
# Pictures, without faces, flags, traffic lights, check marks, thumbs, signs of warning and the ten on a key.
_PICTURES = (
    "\U0001f300-\U0001f3f2\U0001f3f5-\U0001f44c\U0001f44f-\U0001f51e\U0001f520-\U0001f533\U0001f536-\U0001f5ff"
    "\U0001f680-\U0001f6aa\U0001f6ac-\U0001f6d0\U0001f6d2-\U0001f6ff\U0001f9e0-\U0001f9ff\U0001fa70-\U0001fadf"
    "⭐✨⚡⚙✏✍➡⏩☀☁★☆✦✧❇✳✴"
)
_PICTURE = rf"[{_PICTURES}]\ufe0f?[\U0001f3fb-\U0001f3ff]?(?:\u200d[\u2600-\u27bf\U0001f300-\U0001faff]\ufe0f?)*"
_HEADING = r"\#{1,6}(?:[ \t]+|(?=[^\W\d_a-z]\w)(?<=\#\#))"
_BULLET = rf"(?:\*|[{_BULLETS}]\ufe0f?)[ \t]+|[•‣⁃▪▫◦](?=\w)"
_PREFIX = re.compile(rf"(?P<indent>[ \t]*)(?:- )?(?P<marks>(?:{_HEADING}|{_BULLET}|{_PICTURE}[ \t]+)+)")
_KEYCAP = re.compile(r"([ \t]*(?:- )?[0-9])\ufe0f?\u20e3[ \t]*")
_BARE_HEADING = re.compile(r"[ \t]*#{1,6}[ \t]*")
_FOOTNOTE_REFERENCE = re.compile(r"[\w)%.,]\*(?![\w*])")

_BOX = "".join(map(chr, range(0x2500, 0x2580)))
_BOXES = re.compile(rf"(?:(?<![ \t])[ \t]+)?[{_BOX}][{_BOX} \t]*")
_UPRIGHT = frozenset("│┃┆┇┊┋║╎╏ \t")

_MARKS = re.compile(r"\*+|_+")
_OPENING = frozenset("([{<\"'“‘«„‚-–—:;,|>¿¡…。，、：；（「『《")
_CLOSING = frozenset(")]}>\"'”’»“‘.,;:!?-–—|…。，、：；？！）」』》")
_NEVER_FIRST = frozenset(".,;:!?)]}-–—。，：；！？）")
_STOPS = frozenset(".,;:!?")
_OPERATORS = frozenset("<>=+/|^~&")
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uff00-\uffef]")

Edit = tuple[int, int]


def without_decoration(text: str) -> str:
    """Return `text` without its decoration. Applied again it changes nothing once a pass has changed nothing."""
    if not _SUSPECT.search(text):
        return text
    lines = text.split("\n")
    fenced = fenced_lines(lines)
    footnote = _footnote_line(lines, fenced)
    lines = [line if fenced[at] or at == footnote else _plain_line(line) for at, line in enumerate(lines)]
    return "\n".join(_without_emphasis(lines, fenced))


def fenced_lines(lines: Sequence[str]) -> list[bool]:
    """Tell for each line whether it is code: inside a fence of backticks or tildes, the fence itself included.

    A fence of backticks that is never closed reaches to the end; one of tildes is none then, but a row.
    """
    found = [_FENCE.match(line) for line in lines]
    closing = [
        match[1] if match and not line[match.end() :].strip() else "" for match, line in zip(found, lines, strict=True)
    ]
    tildes = [0] * (len(lines) + 1)
    for at in range(len(lines) - 1, -1, -1):
        tildes[at] = max(tildes[at + 1], len(closing[at]) if closing[at].startswith("~") else 0)
    inside: list[bool] = []
    fence = ""
    for at, match in enumerate(found):
        inside.append(bool(fence))
        if fence:
            fence = "" if closing[at].startswith(fence) else fence
        elif match and (match[1][0] == "`" or tildes[at + 1] >= len(match[1])):
            fence = match[1]
            inside[at] = True
    return inside


def _masked(line: str) -> str:
    """Return the line, as long as it was, with `x` for each character of code, formulas, addresses and escapes."""
    pieces, at = [], 0
    for start, end in _code_spans(line):
        pieces += [line[at:start], "x" * (end - start)]
        at = end
    return _FORMULA.sub(lambda found: "x" * len(found[0]), "".join([*pieces, line[at:]]))


def _code_spans(line: str) -> Iterator[Edit]:
    """Yield where code between backticks starts and ends; it is closed by as many backticks as opened it."""
    if "`" not in line:
        return
    runs = [(found.start(), found.end()) for found in re.finditer("`+", line)]
    closing: dict[int, list[int]] = {}
    for start, end in reversed(runs):
        closing.setdefault(end - start, []).append(start)
    behind = 0
    for start, end in runs:
        if start < behind:
            continue
        same = closing[end - start]
        while same and same[-1] <= start:
            same.pop()
        if same:
            behind = same.pop() + end - start
            yield start, behind


def _footnote_line(lines: list[str], fenced: list[bool]) -> int | None:
    """Return the one line that starts with a lone `*` where the text refers to a footnote by one."""
    starred = [at for at, line in enumerate(lines) if not fenced[at] and line.lstrip(" \t").startswith(("* ", "*\t"))]
    if len(starred) != 1:
        return None
    others = (line for at, line in enumerate(lines) if not fenced[at] and at != starred[0])
    return starred[0] if any(_FOOTNOTE_REFERENCE.search(_masked(line)) for line in others) else None


def _plain_line(line: str) -> str:
    """Return a line without rows, boxes, heading marks, bullets and pictures at its start."""
    if not _SUSPECT.search(line):
        return line
    mask = _masked(line)
    if _ROW.fullmatch(mask) or _BARE_HEADING.fullmatch(mask) or not mask.strip(" \t*"):
        return ""
    if any(0x2500 <= ord(char) < 0x2580 for char in mask):
        line = _without_boxes(line, mask)
        mask = _masked(line)
    if keycap := _KEYCAP.match(line):
        return f"{keycap[1]}. {line[keycap.end() :]}"
    prefix = _PREFIX.match(mask)
    if not prefix:
        return line
    rest, marks = line[prefix.end() :], prefix["marks"]
    heading = "#" in marks
    if heading:
        if len(prefix["indent"].expandtabs(4)) > 3:
            return line
        rest = re.sub(r"(?<=[ \t])#+[ \t]*$", "", rest).rstrip()
    listed = line[prefix.end("indent") :].startswith("- ") or (not heading and any(c in marks for c in "*" + _BULLETS))
    return prefix["indent"] + ("- " if listed else "") + (rest.removeprefix("- ") if listed else rest)


def _without_boxes(line: str, mask: str) -> str:
    """Return a line without the characters that draw boxes; an upright between two texts becomes `|`."""
    blank = " \t" + _BOX
    start = len(mask) - len(mask.lstrip(blank)) if mask.lstrip(" \t")[:1] in _BOX else 0
    end = len(mask.rstrip(blank)) if mask.rstrip(" \t")[-1:] in _BOX else len(mask)
    pieces, at = [], start
    for found in _BOXES.finditer(mask, start, max(end, start)):
        pieces += [line[at : found.start()], " | " if _UPRIGHT.issuperset(found[0]) else " "]
        at = found.end()
    return "".join([*pieces, line[at : max(end, start)]])


@dataclass(frozen=True)
class _Mark:
    """A run of `*` or `_`: where it stands, and whether it can open or close emphasis."""

    line: int
    start: int
    char: str
    length: int
    opens: bool
    closes: bool

    @property
    def edit(self) -> tuple[int, Edit]:
        return self.line, (self.start, self.start + self.length)


def _without_emphasis(lines: list[str], fenced: list[bool]) -> list[str]:
    """Return the lines without pairs of emphasis marks, and without runs of marks inside a line."""
    edits: dict[int, list[Edit]] = {}
    masks: dict[int, str] = {}
    pairing = _Pairing(masks)
    for at, line in enumerate(lines):
        if fenced[at] or not line.strip() or line.lstrip(" \t").startswith("- "):
            pairing.forget()
        pairing.forget(single=True)
        if fenced[at] or not _SUSPECT.search(line):
            continue
        masks[at] = _masked(line)
        for mark in _marks(at, masks[at]):
            for line_at, edit in pairing.take(mark):
                edits.setdefault(line_at, []).append(edit)
        edits.setdefault(at, []).extend(_loose(masks[at]))
    for line_at, edit in pairing.unpaired():
        edits.setdefault(line_at, []).append(edit)
    return [_edited(line, edits[at]) if edits.get(at) else line for at, line in enumerate(lines)]


def _edited(line: str, edits: list[Edit]) -> str:
    pieces, at = [], 0
    for start, end in sorted(edits):
        joins = end - start > 3 and line[start - 1 : start].isalnum() and line[end : end + 1].isalnum()
        pieces.append(line[at:start] + (" " if joins else ""))
        at = end
    return "".join([*pieces, line[at:]])


def _loose(mask: str) -> Iterator[Edit]:
    """Yield runs of four marks or more, and the two ends of a bold line with blanks inside its marks."""
    for found in _RUN.finditer(mask):
        yield found.span()
    if padded := _PADDED.match(mask):
        yield padded.span(1)
        yield padded.span(2)


def _marks(line: int, mask: str) -> Iterator[_Mark]:
    """Yield the runs of one to three marks that can open or close; what is around them is looked at without marks."""
    runs = [found.span() for found in _MARKS.finditer(mask)]
    before, behind = [start for start, _ in runs], [end for _, end in runs]
    for number in range(1, len(runs)):
        if runs[number - 1][1] == runs[number][0]:
            before[number] = before[number - 1]
    for number in range(len(runs) - 2, -1, -1):
        if runs[number][1] == runs[number + 1][0]:
            behind[number] = behind[number + 1]
    for (start, end), left, right in zip(runs, before, behind, strict=True):
        if end - start <= 3:
            opens, closes = _flanks(mask[start:end], mask[left - 1 : left] or " ", mask[right : right + 1] or " ")
            if opens or closes:
                yield _Mark(line, start, mask[start], end - start, opens, closes)


def _flanks(mark: str, before: str, behind: str) -> tuple[bool, bool]:
    """Tell whether a mark between two characters can open and can close emphasis.

    Bold marks are also found where no blank is: in Chinese, Japanese and Korean, and between a stop and a letter.
    """
    bold = mark.startswith("**")
    inside = bold and bool(_CJK.match(before) or _CJK.match(behind))
    stopped = bold and before in _STOPS and behind.isalpha()
    opens = before.isspace() or before in _OPENING or inside or stopped
    closes = behind.isspace() or behind in _CLOSING or inside or stopped
    first = not behind.isspace() and behind not in _NEVER_FIRST and behind not in _OPERATORS
    last = not before.isspace() and before not in _OPERATORS
    return opens and first, closes and last


class _Pairing:
    """The marks that wait for the one that closes them; single ones wait to the end of their line only."""

    def __init__(self, masks: dict[int, str]) -> None:
        self.masks = masks
        self.waiting: dict[tuple[str, int], list[_Mark]] = {}
        self.lost: list[_Mark] = []

    def forget(self, single: bool = False) -> None:
        """Let go of the marks that wait: all, or only single ones and those of `_`."""
        for (char, length), marks in self.waiting.items():
            if not single or length == 1 or char == "_":
                self.lost += marks
                marks.clear()

    def take(self, mark: _Mark) -> Iterator[tuple[int, Edit]]:
        """Yield what to remove on meeting `mark`: both ends where it closes something."""
        while mark.closes and mark.length:
            opener = self._opener(mark)
            if opener is None:
                break
            shared = min(opener.length, mark.length)
            if self._is_name(opener, mark):
                return
            if opener.length > shared:
                self._wait(replace(opener, length=opener.length - shared))
            yield replace(opener, start=opener.start + opener.length - shared, length=shared).edit
            yield replace(mark, length=shared).edit
            mark = replace(mark, start=mark.start + shared, length=mark.length - shared)
        if not mark.length:
            return
        if mark.opens:
            self._wait(mark)
        elif mark.length > 1:
            self.lost.append(mark)

    def unpaired(self) -> Iterator[tuple[int, Edit]]:
        """Yield the ends of bold text whose other end is missing, where they can be nothing else.

        That is `**` at the start of a line before a capital letter, and at its end behind a colon.
        """
        self.forget()
        edges: dict[int, Edit] = {}
        for mark in self.lost:
            if mark.char != "*" or mark.length == 1:
                continue
            mask = self.masks[mark.line]
            if mark.line not in edges:
                edges[mark.line] = len(mask) - len(mask.lstrip(" \t-")), len(mask.rstrip())
            start, end = mark.start, mark.start + mark.length
            first = start == edges[mark.line][0] and mask[end : end + 1].isupper()
            last = end == edges[mark.line][1] and mask[start - 1 : start] == ":"
            if first or last:
                yield mark.edit

    def _wait(self, mark: _Mark) -> None:
        self.waiting.setdefault((mark.char, mark.length), []).append(mark)

    def _opener(self, mark: _Mark) -> _Mark | None:
        """Take out the mark that `mark` closes: one as long, or one of three with one of fewer."""
        lengths = {1: (1, 3), 2: (2, 3), 3: (3, 2, 1)}[mark.length]
        stacks = [stack for length in lengths if (stack := self.waiting.get((mark.char, length)))]
        if not stacks:
            return None
        found = stacks[0].pop()
        for (char, _), marks in self.waiting.items():
            while char == mark.char and marks and (marks[-1].line, marks[-1].start) > (found.line, found.start):
                self.lost.append(marks.pop())
        return found

    def _is_name(self, opener: _Mark, mark: _Mark) -> bool:
        """Tell whether two pairs of `_` belong to a name such as `__init__`."""
        inside = self.masks[mark.line][opener.start + opener.length : mark.start]
        return mark.char == "_" and mark.length == 2 and bool(re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", inside))
