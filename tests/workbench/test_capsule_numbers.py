"""Two reports' numbers are compared one by one, and what differs is named."""

from typing import Any

import pytest

from viva.workbench import capsule_numbers


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (1.0, 1.0 + 1e-15, True), (1.0, 1.0 + 1e-9, False), (None, 0.0, False), ("a", "a", True), ("a", None, False),
        (0.0, 1e-14, True), (1, 1.0, True), ([1, 2], [1], False), ({"a": 1}, {"b": 1}, False),
        ([1, []], [1], False), ([1, None], [1], False), ({"a": {}}, {}, False), ([], [], True),
    ],
)  # fmt: skip
def test_numbers_are_compared_but_for_their_last_bits(one: Any, other: Any, same: bool) -> None:
    assert (capsule_numbers.differences({"x": one}, {"x": other}) == []) is same


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ("short", "shore", "short became shore"),
        (
            "x" * 50 + "a" * 200, "x" * 50 + "b" * 200,
            f"…{'x' * 20}{'a' * 39}… became …{'x' * 20}{'b' * 39}… (from character 51)",
        ),
        ("y" * 70, "y" * 71, f"…{'y' * 20} became …{'y' * 21} (from character 71)"),
        ("a" * 70, None, f"{'a' * 59}… became nothing"),
    ],
)  # fmt: skip
def test_long_texts_are_shown_where_they_begin_to_differ(one: str, other: str | None, said: str) -> None:
    assert capsule_numbers.differences({"x": one}, {"x": other}) == [f"x: {said}"]
