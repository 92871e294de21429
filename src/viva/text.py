"""The only door from foreign text (a model's, a file's, a person's) to a terminal.

Control characters become the pictures Unicode has for them, everything that can reorder, hide or
restyle what stands around it becomes a visible code such as `⟨U+202E⟩`. The raw text stays in the store.
"""

import re

TAB = "    "
# Marks that reorder text, are invisible, or end a line in some terminals but not in others.
# The joiners U+200C and U+200D stay: Persian, Indic scripts and emoji need them.
_INVISIBLE = [
    0x00AD, 0x034F, 0x061C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180E, 0x200B, 0x200E, 0x200F,
    *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0x3164, 0xFEFF, 0xFFA0, *range(0xFFF9, 0xFFFC),
    *range(0xE0000, 0xE0080),
]  # fmt: skip


def _replacements() -> dict[int, str]:
    table = {code: chr(0x2400 + code) for code in range(0x20) if code != 0x0A}
    table[0x09] = TAB
    table[0x7F] = "\u2421"
    table.update({code: f"⟨{code:02X}⟩" for code in range(0x80, 0xA0)})
    table.update({code: f"⟨U+{code:04X}⟩" for code in _INVISIBLE})
    table.update({0x2028: "\n", 0x2029: "\n\n"})
    return table


_TABLE = _replacements()
_SURROGATES = re.compile("[\ud800-\udfff]")
_UNSAFE = re.compile("[" + "".join(re.escape(chr(code)) for code in _TABLE) + "\ud800-\udfff]")


def display_text(text: str) -> str:
    """Return `text` made safe and honest for a terminal: what could act on the screen is made visible.

    Line breaks survive (`\\r\\n` becomes `\\n`), tabs become four spaces, lone surrogates U+FFFD.
    The result contains no control character but `\\n`, and applying the function again changes nothing.
    """
    text = text.replace("\r\n", "\n")
    if not _UNSAFE.search(text):
        return text
    return _SURROGATES.sub("\ufffd", text).translate(_TABLE)


def display_line(text: str, width: int | None = None) -> str:
    """Return `text` on one line: white space collapsed, cut with an ellipsis to `width` characters."""
    head = text if width is None else text[: 4 * width + 64]
    line = " ".join(display_text(head).split())
    if width is not None and (len(line) > width or len(head) < len(text)):
        line = line[: max(width - 1, 0)].rstrip() + "…"
    return line


def plural(count: int, noun: str, nouns: str = "") -> str:
    """Return `count` with its noun in the right number: `1 example`, `1,200 examples`."""
    return f"{count:,} {noun if count == 1 else nouns or noun + 's'}"
