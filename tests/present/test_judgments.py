"""What judges said, in words and as rows."""

from dataclasses import replace
from datetime import datetime

from tests.fakes.hostile import HOSTILE
from viva.present import judgments
from viva.present.tables import Format, write
from viva.records.judging import CallState, JudgeCall, JudgeMode, JudgeSettings, Protocol, Purpose, ReadCall

PROTOCOL = Protocol("far", Purpose.PAIR, JudgeMode.INDEPENDENT, "rubric", {}, {"draft": "ab"}, JudgeSettings(0.5))
CALL = JudgeCall(
    "c", "k", PROTOCOL.protocol_id, "far", Purpose.PAIR, "e", 0, "m", HOSTILE[3], "stop", CallState.OK, None,
    {"winners": {"overall": {"winner": "second", "unscored": None, "rationale": HOSTILE[5]}}}, "schema", 7, 10, 5,
    False, 0.1, 1.0, 1, 0, "d",
)  # fmt: skip
READ = ReadCall(CALL, ({"role": "user", "content": "Which?"},), "Why?", "So.", ("one", "two"), datetime(2026, 1, 2))


def test_a_call_is_shown_whole_and_harmless() -> None:
    row = judgments.call_row(READ, PROTOCOL)
    assert len(row) == len(judgments.CALL_COLUMNS)
    text = "".join(write(judgments.call_table([row]), Format.TABLE))
    assert "(1) one" in text
    assert "(2) two" in text
    assert "overall: second" in text
    assert "Which?" in text
    assert not {"\x1b", "\u202e", "\x07"} & set(text)
    known = dict(zip(judgments.CALL_COLUMNS, row, strict=True))
    assert (known["reply"], known["temperature"], known["prompt_hashes"]) == (HOSTILE[3], 0.5, {"draft": "ab"})


def test_a_draft_stands_where_verdicts_would() -> None:
    draft = replace(READ, call=replace(CALL, purpose=Purpose.DRAFT, outcome={"draft": "A plan."}), texts=())
    assert "A plan." in "".join(write(judgments.call_table([judgments.call_row(draft, PROTOCOL)]), Format.TABLE))


def test_of_a_pair_the_text_shown_first_comes_first() -> None:
    row = ("e", 3, "base", "tuned", "far", "reference", None, 0, "b", "a", None, "better", "g1", "g2", "c")
    [cells] = judgments.pair_table([row]).pages[0:1][0]  # type: ignore[index]
    assert cells[1:3] == ("tuned", "base")
    assert cells[6] == "base"
    tie = judgments.pair_table([(*row[:9], "tie", *row[10:])])
    assert "tie" in "".join(write(tie, Format.TABLE))


def test_what_is_unscored_is_no_zero() -> None:
    row = ("g", "e", 1, "base", "far", "reference", "accuracy", None, None, "truncated", 0, None, "", "", None, "c")
    text = "".join(write(judgments.verdict_table([row]), Format.TABLE))
    assert "unscored: truncated" in text
    assert " 0 " not in text
