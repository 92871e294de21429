"""As many hostile strings as are wanted, the same ones for the same seed."""

import random
from collections.abc import Callable, Iterator, Sequence
from string import ascii_letters, printable

MARKUP = (
    "[/foo]",
    "[@click=app.quit]x[/]",
    "[red]not red[/red]",
    "[user]",
    "[$x]",
    "[$primary]p[/]",
    "[link=http://127.0.0.1/]l[/link]",
    "\\[",
    "[[",
    "]]",
    "[/]",
    "[bold",
    "[b][i][/b][/i]",
    "[on red]",
    "[1:2]",
    "[=]",
    ":smile:",
    "{0}",
    "%s%n",
    "$(reboot)",
    "`reboot`",
    "<script>alert(1)</script>",
    "<!--",
    "&lt;&#27;",
    "</div>",
    "<b>",
    "&nbsp;",
)
ESCAPES = (
    "\x1b]52;c;aGFja2Vk\x07",
    "\x1b]52;c;aGFja2Vk\x1b\\",
    "\x1b]0;title\x07",
    "\x1b]2;title",
    "\x1b]8;;http://127.0.0.1/\x1b\\l\x1b]8;;\x1b\\",
    "\x1b]1337;File=name=eA==:eA==\x07",
    "\x1b]4;1;rgb:ff/00/00\x07",
    "\x1b]10;?\x07",
    "\x1b[2J",
    "\x1b[H",
    "\x1b[31m",
    "\x1b[1;1H",
    "\x1b[?1049l",
    "\x1b[?1000l",
    "\x1b[?25h",
    "\x1b[6n",
    "\x1b[c",
    "\x1b[>c",
    "\x1b[21t",
    "\x1b[5i",
    "\x1b[4i",
    "\x1b[s",
    "\x1b[u",
    "\x1b[3;5r",
    "\x1b[999B",
    "\x1b[20h",
    "\x1b[!p",
    "\x1b[2 q",
    "\x1b[>4;2m",
    "\x1b[?2026h",
    "\x1b[200~",
    "\x1b[201~",
    "\x1bc",
    "\x1b#8",
    "\x1b7",
    "\x1b8",
    "\x1bM",
    "\x1bN",
    "\x1b(0",
    "\x1b%G",
    "\x1b=",
    "\x1b>",
    "\x1bP0;1|17/61\x1b\\",
    "\x1bP+q544e\x1b\\",
    "\x1bPtmux;\x1b\x1b[2J\x1b\\",
    "\x1bPq#0;2;0;0;0#0~~\x1b\\",
    "\x1b_Ga=T;eA==\x1b\\",
    "\x1b^pm\x1b\\",
    "\x1bXsos\x1b\\",
    "\x1b",
    "\x1b[",
    "\x1b]",
    "\x1b]52;c;",
    "\x1bP",
    "\x1b_",
    "\x1b[38;5",
)
C1 = (
    "\x9b31m",
    "\x9b2J",
    "\x9d52;c;aGFja2Vk\x9c",
    "\x9d0;title\x07",
    "\x90q~\x9c",
    "\x9f",
    "\x98sos\x9c",
    "\x85",
    "\x84",
    "\x8d",
    "\udc9b2J",
    "\udc9d0;t\udc9c",
)
CONTROLS = (
    "\x00",
    "\x07",
    "\x08" * 5,
    "\x0b",
    "\x0c",
    "\x0e",
    "\x0f",
    "\x11",
    "\x13",
    "\x18",
    "\x1a",
    "\x1c",
    "\x7f",
    "\r",
    "\r\n",
    "over\rwritten",
    "\t",
    "\t\t",
)
BIDI = (
    "\u202etxet\u202c",
    "\u202d",
    "\u202a",
    "\u2066isolated\u2069",
    "\u2067",
    "\u2068",
    "\u200e",
    "\u200f",
    "\u061c",
    "שלום",
    "مرحبا",
)
INVISIBLE = (
    "\u200b",
    "\u200d",
    "\u200c",
    "\u2060",
    "\ufeff",
    "\u00ad",
    "\u034f",
    "\u180e",
    "\u115f",
    "\u3164",
    "\uffa0",
    "\ufff9a\ufffab\ufffb",
    "\U000e0041\U000e007f",
    "\ufe0f",
    "\ufe0e",
    "\U000e0100",
    "\u2028",
    "\u2029",
    "\u00a0",
    "\u2003",
    "\u3000",
    "\u206a",
)
BROKEN = (
    "\ud800",
    "\udfff",
    "\ud83d",
    "\udc00\ud800",
    "\ufffd",
    "\ufffe",
    "\uffff",
    "\U0010ffff",
    "\ue000",
    "\U000f0000",
)
WIDE = (
    "視頻異常檢測",
    "データ",
    "한국어",
    "한국",
    "ｆｕｌｌ",
    "ตรวจจับ",
    "हिन्दी",
    "क्षत्रिय",
    "ﷺ",
    "𒐫",
    "꧅",
    "𝔘𝔫𝔦",
    "½⅓",
    "∫₀¹x²dx",
)
EMOJI = ("👩‍🔬", "👨‍👩‍👧‍👦", "🏳️‍🌈", "🇩🇪🇫🇷", "👍🏽", "☝️", "#️⃣", "🧪", "❤️‍🔥", "🫥", "🇩", "👩‍", "‍👩", "🏴󠁧󠁢󠁥󠁮󠁧󠁿")
MARKDOWN = (
    "# heading",
    "###### h",
    "* item",
    "1. one",
    "99999. far",
    "> quote",
    "> > deep",
    "```\ncode\n```",
    "```python\nx = 1",
    "~~~",
    "`code`",
    "**b**",
    "*i*",
    "~~s~~",
    "[text](http://127.0.0.1/?a=1)",
    "![picture](http://127.0.0.1/x.png)",
    "[ref]: http://127.0.0.1/ 'title'",
    "<http://127.0.0.1>",
    "http://127.0.0.1/",
    "| a | b |\n|---|---|\n| 1 | `c` |",
    "|a|\n|-|\n|[/b]|\x1b[31m|",
    "---",
    "***",
    "===",
    "- [ ] task",
    "[^1]: note",
    "$\\int_0^1 x$",
    "\\(x\\)",
    "    indented",
    "a  \nb",
    "\\",
    "<details><summary>s</summary>",
    "| " * 40 + "\n" + "|-" * 40 + "|",
)
WORDS = ("the", "model", "detects", "falls", "0.93", "—", "because", "of", "frames", "a", "b", "end.")

KINDS: tuple[Sequence[str], ...] = (
    MARKUP,
    ESCAPES,
    ESCAPES,
    C1,
    CONTROLS,
    BIDI,
    INVISIBLE,
    BROKEN,
    WIDE,
    EMOJI,
    MARKDOWN,
    MARKDOWN,
    WORDS,
)


def hostile_strings(count: int, seed: int = 7) -> Iterator[str]:
    """Yield `count` strings of one line to many, most below 200 characters, some above 3,000."""
    chance = random.Random(seed)
    for _ in range(count):
        yield _string(chance)


def _string(chance: random.Random) -> str:
    build = chance.choices([_mixed, _one, _stack, _long, _noise, _lines], [60, 18, 5, 2, 10, 5])[0]
    return build(chance)


def _one(chance: random.Random) -> str:
    return chance.choice(chance.choice(KINDS))


def _mixed(chance: random.Random) -> str:
    glue = chance.choice(["", " ", " ", "\n"])
    return glue.join(_one(chance) for _ in range(chance.randint(2, 6)))


def _stack(chance: random.Random) -> str:
    return chance.choice("aé視") + "".join(chr(chance.randint(0x300, 0x36F)) for _ in range(chance.randint(5, 120)))


def _long(chance: random.Random) -> str:
    piece = chance.choice(["x", "視", "👩‍🔬", "ab ", "\x1b[31m", "\u202e", "[/", "\t", "| a "])
    return piece * (chance.randint(500, 3500) // len(piece))


def _noise(chance: random.Random) -> str:
    pools: list[Callable[[], str]] = [
        lambda: chr(chance.randint(0, 0xFF)),
        lambda: chance.choice(printable),
        lambda: chance.choice(ascii_letters),
        lambda: chr(chance.randint(0x2000, 0x2FFF)),
        lambda: chr(chance.randint(0, 0x10FFFF)),
    ]
    return "".join(chance.choice(pools)() for _ in range(chance.randint(1, 60)))


def _lines(chance: random.Random) -> str:
    return chance.choice(["\n", "\r\n", "\n\n", "\r"]).join(_one(chance) for _ in range(chance.randint(2, 12)))
