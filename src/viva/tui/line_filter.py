"""The last barrier before the terminal: no control character and no bidi override leaves the app.

Text is cleaned where it enters a screen (`viva.text.display_text`), which also tells the reader what stood there.
This filter sees every painted line and changes nothing but what slipped through; cell widths stay as they were
laid out, so it can replace a character only with one that is as wide, or with nothing.
"""

import re

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_HARMFUL = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)


class HarmlessText(LineFilter):
    """Makes control characters, bidi overrides and lone surrogates in painted lines harmless."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002
        """Return the segments, the same list where nothing in them can harm."""
        if not any(_HARMFUL.search(segment.text) for segment in segments):
            return segments
        return [Segment(_HARMFUL.sub(_picture, segment.text), segment.style) for segment in segments]


def _picture(found: re.Match[str]) -> str:
    character = found.group()
    if character == "\t":
        return " "
    if cell_len(character) == 0:
        return ""
    return chr(0x2400 + ord(character)) if character < " " else "\ufffd"
