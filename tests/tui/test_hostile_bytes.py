"""Hostile strings on every surface of rating: what really goes to a terminal, byte by byte."""

import re
import sys
from pathlib import Path

import pytest

from tests.fakes.desk import NAME, STUDY, add_study, workbench_of
from tests.fakes.hostile import FORBIDDEN
from tests.fakes.hostile_app import MARK
from tests.fakes.hostile_strings import hostile_strings
from tests.fakes.terminal_bytes import printed, run_on_terminal, strangers
from viva.records.dataset import Example
from viva.records.generation import Generation
from viva.records.model import Decoding, System
from viva.store import datasets, generations, models

ROOT = Path(__file__).parents[2]
PAINTED_BY_TEXTUAL = (
    b"\x1b[?1049h\x1b[?25l\x1b[?2026$p\x1b[>25u\x1b]22;default\x07\x1b[1;2H\x1b[38;5;188m\xe2\x86\x93\x1b[0m\r\n\x1b[<u"
)


def show(surface: str, count: int, seed: int, folder: Path) -> None:
    """Have a surface show as many strings; assert that each was shown, and that none reached the terminal as more."""
    command = [sys.executable, "-m", "tests.fakes.hostile_app", surface, str(count), str(seed), str(folder)]
    code, sent = run_on_terminal(command, ROOT)
    report = folder / "failed"
    assert (code, report.read_text("utf-8") if report.exists() else "") == (0, ""), sent[-2000:]
    assert strangers(sent) == set()
    text = printed(sent)
    assert FORBIDDEN.search(text.replace("\n", "")) is None
    mark = re.compile(MARK.replace("{:05}", r"\d{5}"))
    assert {MARK.format(number) for number in range(count)} - set(mark.findall(text)) == set()
    if surface == "plain":
        assert b"\x1b" not in sent


@pytest.mark.parametrize(("surface", "count"), [("rate", 36), ("compare", 24), ("words", 55), ("plain", 260)])
def test_no_hostile_string_acts_on_the_terminal(workspace: Path, surface: str, count: int) -> None:
    show(surface, count, 1, workspace)


@pytest.mark.slow
@pytest.mark.parallel
@pytest.mark.timeout(1200)
@pytest.mark.parametrize(
    ("surface", "count"), [("rate", 10_000), ("compare", 4_000), ("words", 1_500), ("plain", 4_500)]
)
def test_none_of_20_000_hostile_strings_acts_on_the_terminal(workspace: Path, surface: str, count: int) -> None:
    show(surface, count, 7, workspace)


def test_what_a_rater_is_given_is_what_was_stored(workspace: Path) -> None:
    """The desk changes nothing; the store holds Unicode, so lone surrogates are replaced before they come to it."""
    whole = (re.sub("[\ud800-\udfff]", "\ufffd", string) for string in hostile_strings(300, 5))
    workbench = workbench_of(workspace, "ann")
    examples = [Example(next(whole), next(whole), None, None, "test", {}, f"example-{n:03}") for n in range(75)]
    system = System("alpha", "model", "{question}", Decoding())
    written = [
        Generation(f"generation-{n:03}-0", system.system_id, f"example-{n:03}", next(whole), "stop", 1, 1, 0.1)
        for n in range(75)
    ]
    with workbench.store.write() as connection:
        datasets.add(connection, "dataset-1", "falls", "made.csv", examples)
        models.add_system(connection, system)
        generations.add(connection, written)
    ids = add_study(workbench, 75, systems=1)
    held = workbench.desk.sit_down(NAME, want=75).served.leases
    given = workbench.desk.items(STUDY, [lease.item_id for lease in held])
    for example, generation, item_id in zip(examples, written, ids, strict=True):
        item = given[item_id]
        assert (item.question, item.reference, item.text) == (example.question, example.reference, generation.text)


@pytest.mark.parametrize(
    "sent",
    [
        b"\x1b]52;c;eA==\x07", b"\x1b]0;t\x07", b"\x1b]8;;http://x\x1b\\", b"\x1b]22;default;\x07", b"\x1bP+q\x1b\\",
        b"\x1bc", b"\x1b7", b"\x1b[6n", b"\x1b[c", b"\x1b[?12h", b"\x1b[5i", b"\x1b[3;5r", b"\x1b[2 q", b"\x1b[",
        b"a\x07", b"a\x08", b"a\x00", b"\x0e", b"\t",
    ],
)  # fmt: skip
def test_what_textual_does_not_send_is_noticed(sent: bytes) -> None:
    assert strangers(PAINTED_BY_TEXTUAL) == set()
    assert strangers(PAINTED_BY_TEXTUAL + sent + PAINTED_BY_TEXTUAL)


def test_the_strings_are_the_same_for_the_same_seed_and_hold_every_kind_of_harm() -> None:
    strings = list(hostile_strings(3000))
    assert strings == list(hostile_strings(3000))
    assert strings != list(hostile_strings(3000, 8))
    together = "".join(strings)
    for harm in (
        "\x1b]52",
        "\x1b[2J",
        "\x9b",
        "\x00",
        "\u202e",
        "\ud800",
        "[@click",
        "\r",
        "\t",
        "|---|",
        "👩‍🔬",
        "\u0300",
    ):
        assert harm in together
    assert max(map(len, strings)) > 3000
