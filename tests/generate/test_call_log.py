"""A log of calls holds what was finished, whatever ends the program, and tells what is asked by its content."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from viva.errors import BadInput, UserError
from viva.generate.call_log import CallLog, Outcome, fingerprint
from viva.generate.chat import ChatRequest

ASKED = ChatRequest([{"role": "user", "content": "Why?"}], max_tokens=9, temperature=0.5, seed=3, schema={"a": 1})


def outcome(key: str, value: Any = None) -> Outcome:
    return Outcome(key, fingerprint(ChatRequest([])), value=value)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.recursive(st.none() | st.text() | st.integers(), lambda inner: st.lists(inner, max_size=3))),
    st.data(),
)
def test_a_log_cut_anywhere_holds_the_outcomes_that_were_whole(
    tmp_path_factory: pytest.TempPathFactory, values: list[Any], data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("log") / "calls"
    ends = [0]
    with CallLog(path) as log:
        for number, value in enumerate(values):
            log.add(outcome(str(number), value))
            ends.append(path.stat().st_size)
    cut = data.draw(st.integers(0, ends[-1]))
    path.write_bytes(path.read_bytes()[:cut])
    whole = sum(end <= cut for end in ends) - 1
    with CallLog(path) as log:
        assert len(log) == whole
        found = [log.find(str(number), outcome("").request) for number in range(whole)]
        assert [entry and entry.value for entry in found] == values[:whole]
        log.add(outcome("more", "x"))
    with CallLog(path) as log:
        assert len(log) == whole + 1


def test_zeros_that_a_crash_left_at_the_end_are_cut_off(tmp_path: Path) -> None:
    with CallLog(tmp_path / "calls") as log:
        log.add(outcome("a"))
    whole = (tmp_path / "calls").read_bytes()
    (tmp_path / "calls").write_bytes(whole + b"\0" * 100 + b"\n" + b"\0" * 20)
    CallLog(tmp_path / "calls").close()
    assert (tmp_path / "calls").read_bytes() == whole


@pytest.mark.parametrize("line", [b"{}", b"[1]", b"not json", b'{"key": "b", "colour": 1}', b'"\xff"'])
def test_a_broken_line_in_the_middle_is_named(tmp_path: Path, line: bytes) -> None:
    with CallLog(tmp_path / "calls") as log:
        log.add(outcome("a"))
    whole = (tmp_path / "calls").read_bytes()
    (tmp_path / "calls").write_bytes(whole + line + b"\n" + whole)
    with pytest.raises(BadInput, match="line 2"):
        CallLog(tmp_path / "calls")


def test_a_log_is_written_by_one_program_at_a_time(tmp_path: Path) -> None:
    with CallLog(tmp_path / "calls"), pytest.raises(UserError, match="in use"):
        CallLog(tmp_path / "calls")


def test_an_outcome_is_on_the_disk_when_it_is_added(tmp_path: Path) -> None:
    with CallLog(tmp_path / "calls") as log:
        log.add(outcome("a", {"text": "\ud800 ü"}))
        assert json.loads((tmp_path / "calls").read_text())["value"] == {"text": "\ud800 ü"}


def test_an_outcome_that_is_only_written_is_read_by_the_next_program(tmp_path: Path) -> None:
    with CallLog(tmp_path / "calls") as log:
        log.write(outcome("a", "x"))
        log.write(outcome("b", "y"))
        log.sync()
    with CallLog(tmp_path / "calls") as log:
        assert [each.key for each in log] == ["a", "b"]


def test_what_earlier_versions_asked_keeps_its_id() -> None:
    assert fingerprint(ASKED) == "79b0b182cd034570"


def test_whatever_draws_another_reply_is_another_call() -> None:
    others = [
        replace(ASKED, top_p=0.9),
        replace(ASKED, extra={"top_k": 4, "min_p": 0.1}),
        replace(ASKED, seed=4),
        replace(ASKED, messages=[]),
    ]
    assert len({fingerprint(request) for request in [ASKED, *others]}) == 5
    assert fingerprint(others[1]) == fingerprint(replace(ASKED, extra={"min_p": 0.1, "top_k": 4}))
