"""Pairs of a reference and a text to compare metrics on: drawn from the bundled datasets, with all the odd cases."""

import csv
import random
from functools import cache
from pathlib import Path

DATASETS = Path(__file__).parents[2] / "data" / "datasets"
LONG = 5_000
LONG_PAIRS = 2

SCRIPTS = (
    "監視カメラが倒れた人を検知し、警報を鳴らす。",
    "摄像机检测到异常行为并发出警报。",
    "카메라가 넘어진 사람을 감지한다",
    "كاميرا تكشف سقوط شخص وتطلق إنذارا",
    "דלת נפתחת והמצלמה מזהה אדם",
    "Камера замечает падение и поднимает тревогу",
    "कैमरा गिरने का पता लगाता है",
    "Überwachung der Tür bei Nacht, naïve Prüfung über 3½ Stunden",
    "İstanbul'da ﬁne ﬂow ẞ ǅ ² №",
    "the café and the cafe\u0301, a\u0308 o\u0302 n\u0303",
    "🎥🚨 fall 👩‍👩‍👧 🏳️‍🌈 🇩🇪 detected",
    "zero\u200bwidth joiner\u200d non\u00a0breaking \u3000ideographic",
    "\u202eright to left\u202c and \ufffd alone",
    "x\x00y\x1bz\ttab\r\nline",
)

ODD = (
    ("", ""),
    ("a camera", ""),
    ("", "a camera"),
    (" \n\t ", "\u3000"),
    ("…", "—"),
    ("camera", "camera"),
    ("camera", "Cameras"),
    ("camera", "door"),
    ("camera", "the camera sees the door"),
    ("the camera sees the door", "camera"),
    ("a", "a"),
    ("ab", "ba"),
    ("1", "1.0"),
    ("a_b-c d3.5", "a b c d3 5"),
    ("word " * 300, "word other " * 200),
    ("word " * 300, "word"),
    ("a" * 3_000, "a" * 2_000),
    (
        "don't can't won't, it's the dogs' $5.50 (about 10%) -- e.g. U.S.",
        "do not cannot wo n't its dogs 5.50 about 10 %",
    ),
    ('He said "yes," then left...', "“Yes”, he said; then he’d gone…"),
    ("The cameras were watching the doors", "Watching the door, the camera was there"),
    ("cars and automobiles drive quickly", "an automobile and a car are driven fast"),
    ("異常検知 by camera", "camera 異常検知"),
    ("異常検知", "異常検知"),
    ("🎥", "🎥"),
    ("é", "e\u0301"),
)


def pairs(count: int = 1000, seed: int = 0) -> list[tuple[str, str]]:
    """Return `count` pairs of (reference, text): the odd cases first, then foreign scripts, then ordinary prose.

    From 100 pairs on, two of them, in the middle and at the end, are of 5,000 words.
    """
    drawn = random.Random(seed)
    made = [*ODD, *((one, other) for one in SCRIPTS for other in (one, drawn.choice(SCRIPTS), changed(drawn, one)))]
    while len(made) < count:
        made.append(ordinary(drawn))
    made = made[:count]
    if count >= 100:
        for number in range(LONG_PAIRS):
            made[(number + 1) * count // LONG_PAIRS - 1] = long_pair(drawn)
    return made


def ordinary(drawn: random.Random) -> tuple[str, str]:
    """Return a reference with a text that is its edit, its neighbour, or a mixture, at times with a foreign word."""
    reference = drawn.choice(references())
    kind = drawn.randrange(6)
    if kind == 0:
        text = drawn.choice(references())
    elif kind == 1:
        text = shortened(drawn, reference)
    elif kind == 2:
        text = f"{shortened(drawn, reference)} {drawn.choice(references())}"
    elif kind == 3:
        text = f"{changed(drawn, reference)} {drawn.choice(SCRIPTS)}"
    else:
        text = changed(drawn, reference)
    if drawn.random() < 0.3:
        reference = shortened(drawn, reference)
    return reference, text


def long_pair(drawn: random.Random) -> tuple[str, str]:
    """Return two texts of 5,000 words with much in common."""
    words: list[str] = []
    while len(words) < LONG:
        words += drawn.choice(references()).split()
    reference = " ".join(words[:LONG])
    text = changed(drawn, reference).split()
    while len(text) < LONG:
        text += drawn.choice(references()).split()
    return reference, " ".join(text[:LONG])


def changed(drawn: random.Random, text: str) -> str:
    """Return the text with a tenth to a half of its words replaced, left out, doubled, moved or in other case."""
    words = text.split() or [text]
    everything = vocabulary()
    for _ in range(max(1, int(len(words) * drawn.uniform(0.1, 0.5)))):
        place = drawn.randrange(len(words))
        word = words[place]
        change = drawn.randrange(6)
        if change <= 1:
            words[place] = drawn.choice(everything)
        elif change == 2 and len(words) > 1:
            words.insert(drawn.randrange(len(words)), words.pop(place))
        elif change == 3 and len(words) > 1:
            del words[place]
        elif change == 4:
            words.insert(place, word)
        else:
            words[place] = drawn.choice((word.upper(), word.title(), f"{word}s", f"{word}ing", f"{word},"))
    return " ".join(words)


def shortened(drawn: random.Random, text: str) -> str:
    """Return a run of the text's words."""
    words = text.split()
    first = drawn.randrange(len(words))
    return " ".join(words[first : first + drawn.randint(1, len(words))])


@cache
def references() -> tuple[str, ...]:
    """Return the references of all bundled datasets."""
    found = []
    for path in sorted(DATASETS.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            found += [row["reference"] for row in csv.DictReader(file) if row.get("reference")]
    return tuple(found)


@cache
def vocabulary() -> tuple[str, ...]:
    """Return the different words of the references, sorted."""
    return tuple(sorted({word for reference in references() for word in reference.split()}))
