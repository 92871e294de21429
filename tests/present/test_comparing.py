"""Comparing two texts without a screen: letters and sides, strength, criteria, any sequence of keys."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.rating import RUBRIC, comparison, here, item, preference, served, sitting, task
from viva.present.closing import Enter, Tone
from viva.present.comparing import WHOLE, CompareState, shown_of, side_of, words
from viva.records.rating import OVERALL, Choice, Draft, Strength
from viva.records.study import StudyMode, StudyState

CLEARLY, SLIGHTLY = Strength.CLEARLY, Strength.SLIGHTLY


@pytest.mark.parametrize(
    ("first", "shown", "side"),
    [("a", "A", "a"), ("a", "B", "b"), ("b", "A", "b"), ("b", "B", "a"), ("a", "tie", "tie"), ("b", "tie", "tie")],
)
def test_what_is_kept_is_the_side_of_the_text_that_was_shown(first: str, shown: str, side: str) -> None:
    pair = item("x", pair=True, first=first)
    assert side_of(pair, shown) == side  # type: ignore[arg-type]
    assert shown_of(pair, side) == shown  # type: ignore[arg-type]
    comparing = comparison("x", first=first)
    assert comparing.choose(shown)  # type: ignore[arg-type]
    assert comparing.choices == {OVERALL: Choice(side)}  # type: ignore[arg-type]
    assert comparing.rows()[0].chosen == shown
    assert comparing.enter() is Enter.SAVE


def test_one_key_is_enough_where_nothing_more_is_asked() -> None:
    comparing = comparison("x")
    assert comparing.prompt().text == "Which text is better? a, b, or t for a tie"
    comparing.choose("B")
    assert comparing.prompt().text == "Enter: save and go on"
    assert [row.note for row in comparing.rows()] == ["B is better"]
    assert not comparing.set_strength(2)


def test_the_strength_is_asked_as_a_second_key() -> None:
    comparing = comparison("x", strength=True)
    comparing.choose("A")
    assert comparing.prompt().text == "How much better is A? 1 slightly, 2 clearly"
    assert comparing.enter() is Enter.NOTHING
    assert "slightly" in comparing.prompt().text
    assert comparing.prompt().tone is Tone.ALERT
    assert comparing.set_strength(2)
    assert comparing.choices == {OVERALL: Choice("a", CLEARLY)}
    assert comparing.enter() is Enter.SAVE
    assert not comparing.set_strength(3)


def test_a_tie_has_no_strength() -> None:
    comparing = comparison("x", strength=True)
    comparing.choose("tie")
    assert comparing.enter() is Enter.SAVE
    assert not comparing.set_strength(1)
    assert "tie" in comparing.prompt().text
    assert comparing.choices == {OVERALL: Choice("tie")}


def test_a_strength_before_a_choice_is_refused() -> None:
    comparing = comparison("x", strength=True)
    assert not comparing.set_strength(1)
    assert "a, b or t" in comparing.prompt().text
    assert comparing.choices == {}


def test_changing_the_choice_asks_for_the_strength_again_and_the_same_choice_keeps_it() -> None:
    comparing = comparison("x", strength=True)
    comparing.choose("A")
    comparing.set_strength(1)
    comparing.choose("A")
    assert comparing.choices == {OVERALL: Choice("a", SLIGHTLY)}
    comparing.choose("B")
    assert comparing.choices == {OVERALL: Choice("b")}
    comparing.undo()
    assert comparing.choices == {OVERALL: Choice("a", SLIGHTLY)}


def test_the_cursor_walks_the_criteria_and_then_the_whole() -> None:
    comparing = comparison("x", per_criterion=True)
    assert [row.name for row in comparing.rows()] == ["Accuracy", "Brevity", WHOLE]
    assert comparing.prompt().text == "Accuracy, type a, b or t for a tie: Is it right?"
    comparing.choose("A")
    assert comparing.key == "brevity"
    comparing.choose("tie")
    assert comparing.key == OVERALL
    assert comparing.enter() is Enter.NOTHING
    assert comparing.prompt().text == f"Still missing: {WHOLE} (s skips the pair)"
    comparing.choose("B")
    assert comparing.enter() is Enter.SAVE
    assert comparing.choices == {"accuracy": Choice("a"), "brevity": Choice("tie"), OVERALL: Choice("b")}


def test_with_both_the_cursor_moves_on_after_the_strength() -> None:
    comparing = comparison("x", per_criterion=True, strength=True)
    comparing.choose("A")
    assert comparing.key == "accuracy"
    comparing.set_strength(1)
    assert comparing.key == "brevity"
    assert not comparing.set_strength(1)
    comparing.choose("tie")
    assert comparing.key == OVERALL


def test_clearing_works_like_a_backspace() -> None:
    comparing = comparison("x", per_criterion=True)
    comparing.choose("A")
    comparing.clear()
    assert (comparing.choices, comparing.key) == ({}, "accuracy")


def test_a_draft_is_restored_with_the_cursor_on_the_first_gap() -> None:
    draft = Draft(choices={"accuracy": Choice("b", CLEARLY), "brevity": Choice("a")}, seconds=4.0)
    comparing = comparison("x", drafts={"x": draft}, first="b", per_criterion=True, strength=True)
    assert [row.chosen for row in comparing.rows()] == ["A", "B", None]
    assert comparing.key == "brevity"
    assert comparing.prompt().text == "How much better is B? 1 slightly, 2 clearly"


def test_what_the_study_does_not_ask_is_not_taken_from_a_draft() -> None:
    draft = Draft({"accuracy": 3}, choices={"accuracy": Choice("a"), OVERALL: Choice("b", CLEARLY)})
    comparing = comparison("x", drafts={"x": draft})
    assert comparing.entry == Draft(choices={OVERALL: Choice("b")})


def test_an_own_verdict_is_shown_by_letters_and_can_be_revised() -> None:
    done = [preference("w", {OVERALL: Choice("b")}, first="b")]
    comparing = comparison("x", done=done, first="b")
    comparing.back()
    assert comparing.rows()[0].chosen == "A"
    assert comparing.prompt().text.startswith("Saved")
    comparing.choose("B")
    assert comparing.choices == {OVERALL: Choice("a")}
    assert comparing.prompt().text == "Enter: save the change and go on"


def test_nothing_can_be_chosen_before_the_texts_are_there() -> None:
    comparing = CompareState(sitting(served("x"), of=task(StudyMode.PAIRWISE)))
    assert not comparing.choose("A")
    assert [row.chosen for row in comparing.rows()] == [None]


def test_pages_speak_of_pairs() -> None:
    assert "pair" in comparison(done=[preference("w", {OVERALL: Choice("b")})]).closing().lines[0]


def test_choices_in_words() -> None:
    assert words(None, None) == ""
    assert words("tie", None) == "neither is better"
    assert words("A", CLEARLY) == "A is clearly better"
    assert words("B", None) == "B is better"


KEYS = st.one_of(
    st.sampled_from([("choose", "A"), ("choose", "B"), ("choose", "tie")]),
    st.integers(0, 9).map(lambda value: ("set_strength", value)),
    st.sampled_from([("move", 1), ("move", -1), ("point_at", 0), ("clear",), ("undo",), ("toggle_flag",)]),
    st.sampled_from([("set_comment", "why"), ("back",), ("forward",), ("enter",), ("enter",), ("close",), ("open",)]),
)


@given(st.lists(KEYS, max_size=50), st.booleans(), st.booleans(), st.sampled_from("ab"))
def test_whatever_is_typed_what_is_saved_is_what_was_shown(
    keys: list[tuple[object, ...]], strength: bool, per_criterion: bool, first: str
) -> None:
    ids, kept, state = list("uvwxyz"), {}, StudyState.OPEN
    comparing = comparison(*ids[:2], first=first, strength=strength, per_criterion=per_criterion)
    for name, *arguments in keys:
        if name in ("close", "open"):
            state = StudyState.CLOSED if name == "close" else StudyState.OPEN
            comparing.ask()
            free = [i for i in ids if i not in kept][:2]
            comparing.serve(served(*free, left=len(ids) - len(kept), state=state), 0.0)
            here(comparing, first)
        elif name == "enter":
            rows, item_id = comparing.rows(), comparing.item_id
            if comparing.enter() is Enter.SAVE:
                assert state is StudyState.OPEN
                assert item_id is not None
                kept[item_id] = {row.name: (row.chosen, row.strength) for row in rows}
                sides = {key: _side(row.chosen, first) for key, row in zip(comparing.keys, rows, strict=True)}
                assert {key: choice.winner for key, choice in comparing.choices.items()} == sides
                assert all(not row.steps or row.strength for row in rows)
                verdict = preference(item_id, dict(comparing.choices), first=first)
                comparing.go_on(comparing.record(verdict))
        else:
            getattr(comparing, str(name))(*arguments)
        assert 0 <= comparing.cursor < len(comparing.keys)
        assert comparing.prompt().text or comparing.at_end
        assert comparing.closing().title
        assert set(comparing.choices) <= {OVERALL, *(c.name for c in RUBRIC.criteria)}
    while comparing.back():
        continue
    here(comparing, first)
    comparing._load()
    for item_id in kept:
        assert comparing.saved is not None
        assert comparing.item_id == item_id
        saved = comparing._whole(comparing.saved).choices
        assert {
            comparing.name_of(key): (shown_of(item("x", pair=True, first=first), choice.winner), choice.strength)
            for key, choice in saved.items()
        } == kept[item_id]
        comparing.forward()


def _side(shown: str | None, first: str) -> str | None:
    return shown if shown in (None, "tie") else first if shown == "A" else "ba"[first == "b"]
