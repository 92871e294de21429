"""Replies are read whatever stands around them, and refused with a reason where they do not hold what was asked."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.dataset.synthesise.replying import APPROACH
from viva.dataset.calls import BadReply
from viva.dataset.synthesise.pairs import check_pairs, components_for, mentions
from viva.dataset.synthesise.questions import check_questions, check_sections, reference_text, sections_schema
from viva.records.synthesis import SECTIONS, DomainPlan

FIRST, SECOND = "How do rivers carry copper to the sea?", "Why do glaciers sing in the spring?"
QUESTIONS = json.dumps({"questions": [FIRST, SECOND]})
COMPONENTS = ("Swin Transformer", "sensor fusion", "edge device")
APPROACH_TEXT = (
    "A Swin transformer reads the video and its scores are fused: sensors' fusion runs on each camera. " + "x " * 9
)


def reason(check: object) -> str:
    with pytest.raises(BadReply) as caught:
        check()  # type: ignore[operator]
    return caught.value.reason


@pytest.mark.parametrize(
    "reply",
    [
        QUESTIONS,
        json.dumps([FIRST, SECOND]),
        json.dumps([{"question": FIRST}, {"question": SECOND}]),
        json.dumps({"Questions": [FIRST, SECOND]}),
        f"Sure! Here they are:\n```json\n{QUESTIONS}\n```\nAnything else?",
        f'<think>They want ["one"] list {{...}}</think>{QUESTIONS}',
        f"some thoughts without a beginning</think>\n{QUESTIONS}",
        f'{{"questions": ["{FIRST}", "{SECOND}",],}}',
        f'{{"questions": [\n"{FIRST}",\n"{SECOND}"\n]}}',
        json.dumps([FIRST, SECOND, "Third one is too many?"]),
        json.dumps([FIRST, FIRST.upper(), SECOND, "Too short?", 7, None]),
    ],
)
def test_questions_are_found(reply: str) -> None:
    assert check_questions(reply, 2, []) == [{"question": FIRST}, {"question": SECOND}]


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ("", "the reply is empty"),
        ("<think>hmm</think>", "thoughts but no answer"),
        ("<think>hmm", "thoughts but no answer"),
        ("I cannot do that", "no JSON list, only 4 words"),
        ('{"questions": ["How do', "no complete JSON list"),
        ('{"answers": ["a"]}', "without a list under 'questions'"),
        ('["Why?"]', "0 of 4 questions"),
        (QUESTIONS, "1 of 4 questions asked for can be used, 1 were there already"),
    ],
)
def test_what_is_wrong_with_questions_is_said(reply: str, said: str) -> None:
    assert said in reason(lambda: check_questions(reply, 4, [FIRST.lower()]))


def test_sections_are_found_and_written_out_as_plain_text() -> None:
    named_otherwise = {key.replace("_", " ").title(): value for key, value in APPROACH.items()}
    texts = check_sections(json.dumps(named_otherwise), SECTIONS)
    assert list(texts) == [section.key for section in SECTIONS]
    assert texts["key_steps"] == "1. Recruit forty people\n2. Measure them twice"
    assert (texts["data_collection"], texts["ethics"]) == ("", "")
    text = reference_text(texts, SECTIONS)
    assert text.startswith("Hypothesis: The effect grows")
    assert "\n\nKey steps: 1. Recruit forty people\n2. Measure them twice\n\nData analysis: " in text
    assert "Ethical" not in text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"hypothesis": None}, "the section 'hypothesis' is empty"),
        ({"hypothesis": "Yes."}, "the section 'hypothesis' is too short"),
        ({"limitations": "Not applicable"}, "the section 'limitations' is empty"),
        ({"methodology": {"a": 1}}, "the section 'methodology' is no text"),
        ({"ethics": "-", "ethics_": "x"}, ""),
    ],
)
def test_what_is_wrong_with_sections_is_said(change: dict[str, object], said: str) -> None:
    reply = json.dumps({**APPROACH, **change})
    if said:
        assert reason(lambda: check_sections(reply, SECTIONS)) == said
    else:
        assert check_sections(reply, SECTIONS)["ethics"] == ""


@pytest.mark.parametrize("key", [section.key for section in SECTIONS])
def test_each_section_must_be_there_even_if_empty(key: str) -> None:
    rest = {name: value for name, value in APPROACH.items() if name != key}
    assert reason(lambda: check_sections(json.dumps(rest), SECTIONS)) == f"the section {key!r} is missing"


def test_the_schema_is_closed_and_names_every_section() -> None:
    schema = sections_schema(SECTIONS)
    assert schema["additionalProperties"] is False
    assert schema["required"] == list(schema["properties"]) == [section.key for section in SECTIONS]


def test_pairs_come_as_json_or_as_lines_of_csv() -> None:
    pair = {"question": FIRST, "approach": APPROACH_TEXT}
    found = check_pairs(json.dumps({"pairs": [pair]}), 1, COMPONENTS, [])
    assert found == [{"question": FIRST, "approach": APPROACH_TEXT.strip(), "components": list(COMPONENTS[:2])}]
    for line in (f'"{FIRST}","{APPROACH_TEXT}"', f"{FIRST}, {APPROACH_TEXT}"):
        assert check_pairs(f"```csv\nquestion,approach\n{line}\n```", 1, COMPONENTS, []) == found


def test_prose_with_commas_is_no_pair() -> None:
    prose = "Well, that depends, of course.\nIn shops, we use cameras, and audio."
    assert "no JSON list" in reason(lambda: check_pairs(prose, 1, COMPONENTS, []))


@pytest.mark.parametrize(
    ("pair", "said"),
    [
        ({"question": FIRST}, "pair 1: it has no approach"),
        ({"question": FIRST, "approach": "Look."}, "pair 1: its approach has fewer than 20 words"),
        ({"question": "Why?", "approach": APPROACH_TEXT}, "pair 1: its question has fewer than 5 words"),
        ({"question": SECOND, "approach": APPROACH_TEXT}, "pair 1: its question was there already"),
        ({"question": FIRST, "approach": "We use a Swin Transformer. " * 9}, "pair 1: it uses 1 of the components"),
        ("text", "pair 1: it is no object"),
    ],
)
def test_what_is_wrong_with_pairs_is_said(pair: object, said: str) -> None:
    assert said in reason(lambda: check_pairs(json.dumps([pair]), 1, COMPONENTS, [SECOND]))


@pytest.mark.parametrize(
    ("text", "component", "named"),
    [
        ("two Swin-Transformers watch", "Swin Transformer", True),
        ("a quantized network", "quantization", True),
        ("runs on edge hardware devices", "edge device", True),
        ("3D-CNNs", "3D CNN", True),
        ("federated averaging", "federated learning", False),
        ("the device stands at the edge of a very wide and long road", "edge device", False),
        ("", "audio", False),
    ],
)
def test_a_component_is_recognised_in_other_forms(text: str, component: str, named: bool) -> None:
    assert mentions(text, component) is named


def test_every_component_is_used_equally_often_and_in_every_company() -> None:
    plan = DomainPlan(components=tuple("abcdef"), components_per_call=2, seed=1)
    drawn = [components_for(plan, domain, number) for number in range(3) for domain in range(len(plan.domains))]
    assert {len(set(components)) for components in drawn} == {2}
    counts = {component: sum(component in components for components in drawn) for component in plan.components}
    assert max(counts.values()) - min(counts.values()) <= 1
    assert len({frozenset(components) for components in drawn}) > 10


@given(st.text() | st.text(alphabet='[]{}",:\\ntfu0123 ?a'))
def test_no_reply_is_more_than_bad(text: str) -> None:
    for check in (
        lambda: check_questions(text, 2, []),
        lambda: check_sections(text, SECTIONS),
        lambda: check_pairs(text, 2, COMPONENTS, []),
    ):
        with pytest.raises(BadReply):
            check()


def test_half_characters_do_not_get_into_a_dataset() -> None:
    (item,) = check_questions('["How do \\ud800 rivers flow to sea?"]', 1, [])
    assert item["question"].encode()
