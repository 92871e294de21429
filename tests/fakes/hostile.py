"""Texts that have broken terminal programs, and what must never reach a terminal."""

import re

HOSTILE = [
    "[/foo]",
    "[@click=app.quit]x[/]",
    "[red]not red[/red] [user] [$x] [1:2] \\[",
    "\x1b]52;c;aGFja2Vk\x07 copied to your clipboard",
    "\x1b]0;a new title\x07",
    "\x1b[2J\x1b[H cleared",
    "\x9b31m C1 control \x90 device control string \x9c",
    "abc \u202e txet desrever \u202c def",
    "\u2066isolated\u2069 \u200fmark \ufeffbom \u200bzero",
    "a\x00b\x07c\x08d\x7fe\rf\x0bg\x0ch",
    "lone \ud800 surrogate \udfff here",
    "line\u2028separator\u2029paragraph\x85next",
    "x" * 100_000,
    "# a heading\n\n* a list\n\n| a | b |\n|---|---|\n| 1 | `c` |\n\n<script>alert(1)</script> [link](http://127.0.0.1/)",
    "$\\int_0^1 x^2\\,dx$ = ⅓ — 視頻異常檢測 — 👩‍🔬🧪 — e\u0301 — שלום — ตรวจจับ",
    "tab\there\n\n\n\n\n\ttwo",
    "   ",
    "",
]
"""Every screen that shows text must live through these; the last but one is white space, the last is empty."""

FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)
"""What painted text may not contain."""
