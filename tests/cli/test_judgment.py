"""`viva judgment`: verdicts, comparisons, what is unscored, single calls and spending, as rows."""

import json

import pytest

from tests.cli.running import Viva
from tests.fakes.hostile import HOSTILE
from viva.records.judging import (
    BASELINE,
    CallState,
    JudgeCall,
    JudgeMode,
    JudgeRequest,
    Judgment,
    PairVerdict,
    Purpose,
)
from viva.store import judge_pairs, judgments, rubrics
from viva.workbench import Workbench
from viva.workbench.judging_protocols import protocol_of
from viva.workbench.judging_requests import commissioned

HOSTILE_REASON = "no [value]\x1b[31m \u202egiven"


def call(protocol_id: str, purpose: Purpose, state: CallState, **changes: object) -> JudgeCall:
    values = {
        "call_id": f"call-{purpose}-{state}", "key": "k", "protocol_id": protocol_id, "judge": "far",
        "purpose": purpose, "example_id": "example-6", "sample": 0, "marker": "ab12", "reply": HOSTILE[3],
        "finish_reason": "stop", "state": state, "reason": None, "outcome": {}, "asked_as": "schema", "seed": 0,
        "prompt_tokens": 100, "completion_tokens": 10, "estimated": False, "cost": 0.25, "seconds": 1.5,
        "attempts": 2, "retries": 0,
    }  # fmt: skip
    return JudgeCall(**{**values, **changes})  # type: ignore[arg-type]


@pytest.fixture
def judged(filled: Workbench) -> Workbench:
    """A workspace in which `far` has scored two texts, one in vain, and compared one pair, and the baseline one."""
    filled.models.add_endpoint("far", "http://127.0.0.1:9/v1", "fake")
    commission = commissioned(filled, JudgeRequest("tiny", "test", ("far", BASELINE)))
    compared = commissioned(filled, JudgeRequest("tiny", "test", ("far",), pairwise=True))
    rubric_id = commission.rubric.rubric_id
    score, pair = protocol_of(filled, commission, "far"), protocol_of(filled, compared, "far")
    baseline = protocol_of(filled, commission, BASELINE)
    given = {"value": 3.0, "unscored": None, "rationale": HOSTILE[5], "evidence": "a camera", "found": False}
    calls = [
        call(
            score.protocol_id,
            Purpose.SCORE,
            CallState.OK,
            outcome={"criteria": {"accuracy": given}},
            judged=("generation-01",),
        ),
        call(score.protocol_id, Purpose.SCORE, CallState.UNREADABLE, reason=HOSTILE_REASON, judged=("generation-11",)),
    ]
    said = [
        Judgment("e1", "generation-01", rubric_id, "far", JudgeMode.REFERENCE, "accuracy", 3.0, None, HOSTILE[5],
                 "a camera", False, 0, calls[0].call_id, score.protocol_id),
        Judgment("e2", "generation-11", rubric_id, "far", JudgeMode.REFERENCE, "accuracy", None, HOSTILE_REASON,
                 call_id=calls[1].call_id, protocol_id=score.protocol_id),
        Judgment("e3", "generation-01", rubric_id, BASELINE, JudgeMode.REFERENCE, "accuracy", 1.5, None,
                 protocol_id=baseline.protocol_id),
    ]  # fmt: skip
    verdict = PairVerdict(
        "p1", "example-6", "generation-01", "generation-11", "far", JudgeMode.REFERENCE, None, "b", "a", None,
        "it says more", 0, "call-pair-ok", pair.protocol_id,
    )  # fmt: skip
    shown = ("generation-11", "generation-01")
    compared_call = call(pair.protocol_id, Purpose.PAIR, CallState.OK, judged=shown)
    with filled.store.write() as connection:
        rubrics.add(connection, commission.rubric)
        judgments.add_protocol(connection, score, commission.prompts)
        judgments.add_protocol(connection, pair, commission.prompts)
        judgments.add_protocol(connection, baseline, {})
        judgments.add(connection, "tiny-id", calls, said)
        judge_pairs.add(connection, "tiny-id", [compared_call], [verdict])
    return filled


@pytest.mark.usefixtures("judged")
def test_every_form_is_harmless_and_carries_the_verdicts(viva: Viva) -> None:
    rows = json.loads(viva("judgment", "list", "tiny", "--format", "json").out)
    assert {(row["judge"], row["system"], row["value"], row["unscored"]) for row in rows} == {
        ("far", "starter", 3.0, None), ("far", "tuned", None, HOSTILE_REASON), (BASELINE, "starter", 1.5, None),
    }  # fmt: skip
    only = json.loads(viva("judgment", "list", "tiny", "--judge", BASELINE, "--format", "json").out)
    assert [row["points"] for row in only] == [12.0]
    for words in (["list", "tiny"], ["unscored", "tiny"], ["spend", "tiny"], ["show", "generation-01"]):
        for form in ("table", "md"):
            outcome = viva("judgment", *words, "--format", form)
            assert outcome.code == 0
            assert not {"\x1b", "\u202e", "\x07"} & set(outcome.out)


@pytest.mark.usefixtures("judged")
def test_comparisons_tell_which_text_was_shown_first(viva: Viva) -> None:
    [row] = json.loads(viva("judgment", "list", "tiny", "--pairwise", "--format", "json").out)
    assert (row["system_a"], row["system_b"], row["shown_first"], row["winner"]) == ("starter", "tuned", "b", "a")
    assert row["call"] == "call-pair-ok"
    header, _, line = viva("judgment", "list", "tiny", "--pairwise").out.splitlines()
    assert header.split()[:3] == ["nr", "first", "second"]
    assert line.split()[1:3] == ["tuned", "starter"]
    [shown] = json.loads(viva("judgment", "show", "call-pair-ok", "--format", "json").out)
    assert len(shown["texts"]) == 2


@pytest.mark.usefixtures("judged")
def test_a_text_is_shown_with_all_that_was_said_about_it(viva: Viva) -> None:
    rows = json.loads(viva("judgment", "show", "generation-01", "--format", "json").out)
    by_judge = {row["judge"]: row for row in rows}
    far = by_judge["far"]
    assert far["reply"] == HOSTILE[3]
    assert far["texts"][0] in far["prompt"][0]["content"]
    assert "<<<ab12\n" in far["prompt"][0]["content"]
    assert far["verdicts"][0] == {
        "criterion": "accuracy", "value": 3.0, "unscored": None, "rationale": HOSTILE[5], "evidence": "a camera",
        "found": False,
    }  # fmt: skip
    assert far["temperature"] == 0.0
    assert set(far["prompt_hashes"]) == {"rubric-reference"}
    assert by_judge[BASELINE]["prompt"] is None
    assert "NOT in the text" in viva("judgment", "show", "generation-01").out


@pytest.mark.usefixtures("judged")
def test_the_unscored_stand_with_their_reasons(viva: Viva) -> None:
    [row] = json.loads(viva("judgment", "unscored", "tiny", "--format", "json").out)
    assert (row["judge"], row["system"], row["reason"], row["call"]) == (
        "far", "tuned", HOSTILE_REASON, "call-score-unreadable",
    )  # fmt: skip
    assert json.loads(viva("judgment", "unscored", "tiny", "--judge", BASELINE, "--format", "json").out) == []


@pytest.mark.usefixtures("judged")
def test_spending_is_told_by_judge_and_purpose(viva: Viva) -> None:
    rows = json.loads(viva("judgment", "spend", "tiny", "--format", "json").out)
    assert [(row["judge"], row["purpose"], row["calls"], row["again"], row["cost"]) for row in rows] == [
        ("far", "pair", 1, 1, 0.25), ("far", "score", 2, 2, 0.5),
    ]  # fmt: skip


@pytest.mark.usefixtures("judged")
def test_what_is_not_there_is_told_in_one_line(viva: Viva) -> None:
    outcome = viva("judgment", "show", "\x1b[2J")
    assert outcome.code == 1
    assert "there is no text or call" in outcome.err
    assert "\x1b" not in outcome.err
    quiet = viva("judgment", "show", "generation-13")
    assert (quiet.code, "no judge has said anything" in quiet.err) == (0, True)
    assert viva("judgment", "list", "tyni").code == 1
    empty = viva("judgment", "list", "tiny", "--split", "train")
    assert (empty.code, "nothing was judged yet" in empty.err) == (0, True)


@pytest.mark.usefixtures("judged")
@pytest.mark.parametrize(("option", "name"), [("--judge", "nobody"), ("--system", "nobody")])
@pytest.mark.parametrize("pairwise", [[], ["--pairwise"]])
def test_a_name_that_nobody_has_is_told(viva: Viva, option: str, name: str, pairwise: list[str]) -> None:
    outcome = viva("judgment", "list", "tiny", option, name, *pairwise)
    assert outcome.code != 0
    assert f"there is no {option[2:]} 'nobody'" in outcome.err
