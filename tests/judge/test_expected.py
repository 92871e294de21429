"""The expected value follows the probabilities of the levels, and is left out where these do not tell enough."""

import json
import math
from collections.abc import Sequence

import pytest

from tests.fakes.judge_replies import verdict
from viva.generate.chat import TokenChoices
from viva.judge.expected import expected_values
from viva.records.rubric import Criterion, Rubric

RUBRIC = Rubric("r", "R", (Criterion("accuracy", 60, "?", 0, 5, {}), Criterion("depth", 40, "?", 0, 5, {})))
TENS = Rubric("t", "T", (Criterion("accuracy", 1, "?", 0, 10, {}),))


def tokens(*pieces: str | tuple[str, dict[str, float]]) -> tuple[TokenChoices, ...]:
    """Return tokens, those given with probabilities with these alternatives, the others sure."""
    return tuple(
        TokenChoices(piece, ((piece, 0.0),))
        if isinstance(piece, str)
        else TokenChoices(piece[0], tuple((token, math.log(share)) for token, share in piece[1].items()))
        for piece in pieces
    )


def accuracy(token: str, shares: dict[str, float], rubric: Rubric = RUBRIC) -> float | None:
    """Return the expected value where this token stands as the value of `accuracy`."""
    reply = tokens('{"', "accuracy", '": {"', "rationale", '": "4 of', ' 5", "value": ', (token, shares), "}}")
    return expected_values(reply, rubric).get("accuracy")


def test_the_mean_over_the_levels() -> None:
    assert accuracy("4", {"4": 0.6, "5": 0.3, "3": 0.1}) == pytest.approx(4.2)


def test_it_is_normalised_over_the_levels() -> None:
    assert accuracy("4", {"4": 0.57, "5": 0.38, "x": 0.05}) == pytest.approx(4.4)
    assert accuracy("4", {"4": 0.3, "5": 0.2}) == pytest.approx(4.4)


def test_white_space_belongs_to_no_level() -> None:
    assert accuracy(" 4", {" 4": 0.5, "4": 0.25, " 2": 0.25}) == pytest.approx(3.5)


@pytest.mark.parametrize(
    ("token", "shares"),
    [
        ("4", {"4": 0.8, '"': 0.2}),  # too much lies beside the levels
        ("4", {"4": 0.5, "7": 0.5}),  # of which one is outside the scale
        ("4", {}),
        ("4", {"x": 1.0}),
        ("4}}", {"4}}": 1.0}),
        (' "4"', {' "4"': 1.0}),
        ("7", {"7": 0.05, "4": 0.95}),
        ("4.0", {"4.0": 1.0}),
        ("null", {"null": 0.1, "4": 0.9}),
    ],
)
def test_it_is_left_out(token: str, shares: dict[str, float]) -> None:
    assert accuracy(token, shares) is None


def test_numbers_that_are_none_are_left_out() -> None:
    reply = list(tokens('{"accuracy": ', "4", "}"))
    reply[1] = TokenChoices("4", (("4", math.nan), ("5", -math.inf)))
    assert expected_values(reply, RUBRIC) == {}
    reply[1] = TokenChoices("4", (("4", 0.0), ("5", -math.inf), ("3", -9999.0)))
    assert expected_values(reply, RUBRIC) == {"accuracy": 4.0}


def test_the_beginning_of_a_longer_level_tells_nothing() -> None:
    assert accuracy("1", {"1": 0.6, "2": 0.4}, TENS) is None
    assert accuracy("8", {"8": 0.9, "1": 0.1}, TENS) is None
    assert accuracy("8", {"8": 0.5, "9": 0.5}, TENS) == pytest.approx(8.5)
    assert accuracy("1", {"1": 0.6, "10": 0.4}, TENS) == pytest.approx(4.6)


def test_a_value_of_two_tokens_is_left_out() -> None:
    assert expected_values(tokens('{"accuracy": ', ("1", {"1": 0.6, "10": 0.4}), "0", "}"), TENS) == {}


def test_each_criterion_has_its_own_value() -> None:
    reply = tokens(
        "Scores of 1 to 5:\n```json\n",
        '{"scores": {"depth": {"rationale": "3 or \\"2\\": 1", "value":', (" 2", {" 2": 0.5, " 1": 0.5}),
        '}, "accuracy": {"value": ', "1", "0", '}, "n": 3}}', "\n```",
    )  # fmt: skip
    assert expected_values(reply, RUBRIC) == {"depth": pytest.approx(1.5)}


def test_thinking_before_the_verdict_is_passed_over() -> None:
    reply = tokens(
        "<think>", '{"accuracy": ', ("1", {"1": 1.0}), "}", "</think>", '{"accuracy": ', ("4", {"4": 1.0}), "}"
    )
    assert expected_values(reply, RUBRIC) == {"accuracy": 4.0}


def test_parts_of_characters_do_not_stand_in_the_way() -> None:
    reply = tokens(
        '{"accuracy": {"rationale": "', "\\xf0\\x9f", "bytes:\\x98\\x80", " \\xe2", '", "value": ', "4", "}}"
    )
    assert expected_values(reply, RUBRIC) == {"accuracy": 4.0}


@pytest.mark.parametrize(
    "pieces",
    [
        [],
        ["no JSON"],
        ['{"accuracy": ', "4"],
        ['{"accuracy": ', "4", '} {"accuracy": ', "3", "}"],
        ['{"accuracy": ', "4", ', "accuracy": ', "3", "}"],
        ["", "", ""],
    ],
)
def test_no_single_verdict_has_no_expected_value(pieces: Sequence[str]) -> None:
    assert expected_values(tokens(*pieces), RUBRIC) == {}


def test_any_way_of_cutting_a_reply_into_tokens_that_leaves_values_whole() -> None:
    text = json.dumps({"accuracy": json.loads(verdict())["accuracy"], "depth": 2})
    for width in (1, 2, 3, 7):
        pieces = [text[start : start + width] for start in range(0, len(text), width)]
        found = expected_values(tokens(*pieces), RUBRIC)
        whole = {
            name for name, value in (("accuracy", "4"), ("depth", "2")) if value in {piece.strip() for piece in pieces}
        }
        assert set(found) == whole
        assert all(value == {"accuracy": 4, "depth": 2}[name] for name, value in found.items())
