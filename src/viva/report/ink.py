"""How figures look: inks that stay apart in grey print, and labels that no drawing library reads as markup."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from viva.present.system_names import without_middle
from viva.text import display_line

INKS = ("#1f4e79", "#d08a2e", "#7a9e9f", "#5b2a50", "#b9c4cf", "#4d6b3c", "#a3463b", "#2b2b2b")
"""Dark and light in turn, so that neighbours differ in print without colour."""
HATCHES = ("", "///", "...", "\\\\\\", "xxx", "---", "+++", "ooo")
DASHES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1)), (0, (7, 2)))
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
TEXT, MUTED, RULE = "#1b1f24", "#59616b", "#c8cdd3"
LABEL = 34
_NO_XML = re.compile("[\ufffe\uffff]")

_SETTINGS: dict[str, Any] = {
    "svg.fonttype": "none",
    "text.parse_math": False,
    "text.usetex": False,
    "font.family": ["DejaVu Sans"],
    "font.size": 8.5,
    "axes.titlesize": 9,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 8.5,
    "axes.labelcolor": TEXT,
    "axes.edgecolor": MUTED,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "text.color": TEXT,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": TEXT,
    "ytick.labelcolor": TEXT,
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
    "grid.color": RULE,
    "grid.linewidth": 0.6,
    "hatch.linewidth": 0.5,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
}


@contextmanager
def inked(salt: str) -> Iterator[None]:
    """Draw in viva's inks, whatever the machine's own settings are; `salt` decides the ids in an SVG."""
    import warnings

    import matplotlib

    with matplotlib.rc_context(), warnings.catch_warnings():
        # A script that the font has no signs for is drawn by the reader's own fonts; only PNG shows boxes.
        warnings.filterwarnings("ignore", message=r"Glyph \d+ .*missing from font")
        matplotlib.rcdefaults()
        for name, value in {**_SETTINGS, "svg.hashsalt": f"viva {salt}"}.items():
            matplotlib.rcParams[name] = value  # type: ignore[index]
        yield


def label(text: str, width: int = LABEL) -> str:
    """Return foreign text as a label of at most `width` characters, which is valid in XML; long ones lose their
    middle."""
    return without_middle(_NO_XML.sub("\ufffd", display_line(text, 400)) or "(no name)", width)
