"""Rating on a rubric without a screen: entering values, and any sequence of keys."""

from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.rating import RATED, RUBRIC, event, here, item, save, served, sitting, state, task
from viva.present.closing import Enter, Tone
from viva.present.rating import RatingState
from viva.records.rating import Draft
from viva.records.rubric import Criterion, Rubric
from viva.records.study import StudyState


def test_a_digit_sets_the_current_criterion_and_moves_to_the_next() -> None:
    rating = state("a")
    assert rating.set_value(4)
    assert rating.values == {"accuracy": 4}
    assert rating.criterion.name == "brevity"


def test_a_digit_on_the_last_criterion_stays_there_so_that_it_can_be_corrected() -> None:
    rating = state("a")
    for value in (4, 1, 2):
        rating.set_value(value)
    assert rating.values == {"accuracy": 4, "brevity": 2}
    assert rating.criterion.name == "brevity"


def test_a_value_outside_the_scale_is_refused_with_the_scale() -> None:
    rating = state("a")
    assert not rating.set_value(6)
    assert rating.values == {}
    assert rating.prompt().tone is Tone.ALERT
    assert "0–5" in rating.prompt().text


def test_each_criterion_has_its_own_scale() -> None:
    rating = state("a")
    rating.set_value(0)
    assert not rating.set_value(0)
    assert "1–3" in rating.prompt().text


def test_clearing_takes_the_current_value_back() -> None:
    rating = state("a")
    rating.set_value(4)
    rating.move(-1)
    rating.clear()
    assert rating.values == {}
    assert rating.criterion.name == "accuracy"


def test_clearing_where_nothing_is_goes_up_like_a_backspace() -> None:
    rating = state("a")
    rating.set_value(4)
    rating.clear()
    assert rating.values == {}
    assert rating.criterion.name == "accuracy"


def test_the_cursor_stays_within_the_criteria() -> None:
    rating = state("a")
    rating.move(-1)
    assert rating.cursor == 0
    rating.move(9)
    assert rating.cursor == 1


def test_nudging_steps_through_the_scale_and_stays_on_the_criterion() -> None:
    rating = state("a")
    assert rating.nudge(1)
    assert rating.values == {"accuracy": 0}
    assert rating.nudge(1)
    assert rating.values == {"accuracy": 1}
    assert rating.cursor == 0
    rating.clear()
    assert rating.nudge(-1)
    assert rating.values == {"accuracy": 5}
    assert not rating.nudge(1)


def test_missing_names_the_criteria_without_a_value() -> None:
    rating = state("a")
    assert rating.missing() == ("accuracy", "brevity")
    rating.set_value(0)
    assert rating.missing() == ("brevity",)


def test_pointing_to_what_is_missing_says_it_and_moves_there() -> None:
    rating = state("a")
    rating.move(1)
    rating.set_value(2)
    rating.point_to_missing()
    assert rating.criterion.name == "accuracy"
    assert rating.prompt().text.startswith("Still missing: Accuracy ")
    assert rating.prompt().tone is Tone.ALERT


def test_the_complaint_goes_with_the_next_key() -> None:
    rating = state("a")
    rating.point_to_missing()
    rating.set_value(3)
    assert rating.prompt().tone is not Tone.ALERT


def test_a_skipped_item_can_still_be_rated() -> None:
    rating = state("b", done=[event("a", skipped="not my field")])
    rating.back()
    assert "not my field" in rating.prompt().text
    rating.set_value(4)
    rating.set_value(2)
    save(rating)
    assert (rating.rated, rating.skipped) == (1, 0)


def test_values_that_the_rubric_does_not_know_are_not_shown() -> None:
    rating = state("a", drafts={"a": Draft({"beauty": 5, "accuracy": 2, "brevity": 9})})
    assert rating.values == {"accuracy": 2}


KEYS = st.one_of(
    st.integers(0, 9).map(lambda value: ("set_value", value)),
    st.sampled_from([("nudge", 1), ("nudge", -1), ("move", 1), ("move", -1), ("point_at", 1), ("point_at", 99)]),
    st.sampled_from([("clear",), ("undo",), ("toggle_flag",), ("set_comment", "why"), ("set_comment", "")]),
    st.sampled_from([("back",), ("forward",), ("point_to_missing",), ("enter",), ("enter",), ("skip",), ("guess",)]),
    st.sampled_from([("serve", 2), ("serve", 1), ("serve", 0), ("close",), ("open",), ("lose",), ("fetch",)]),
)


@given(st.lists(KEYS, max_size=60), st.integers(0, 3))
def test_whatever_is_typed_what_is_saved_is_what_was_shown(keys: list[tuple[object, ...]], before: int) -> None:
    ids = list("abcdefgh")
    done = [event(item_id, RATED) for item_id in ids[:before]]
    rating = RatingState(sitting(served(*ids[before : before + 2], left=8 - before), done))
    kept = {verdict.item_id: verdict for verdict in done}
    now, open_now = 0.0, True
    here(rating)
    for name, *arguments in keys:
        now += 3.0
        rating.touch(now)
        if name in ("serve", "close", "open", "lose"):
            open_now = {"close": False, "open": True}.get(str(name), open_now)
            rating.ask()
            if name == "lose" and rating.item_id is not None:
                rating.forward_from(rating.item_id)
            want = arguments[0] if arguments else 2
            free = [item_id for item_id in ids if item_id not in kept][:want]  # type: ignore[misc]
            what = StudyState.OPEN if open_now else StudyState.CLOSED
            rating.serve(served(*free, left=8 - len(kept), state=what), now)
        elif name == "fetch":
            wanted = rating.needed()
            rating.take(wanted, {item_id: item(item_id) for item_id in wanted})
        elif name == "guess":
            assert not rating.can_guess
        elif name in ("enter", "skip"):
            shown = {row.name.lower(): row.chosen for row in rating.rows()}
            here_now = rating.item_id
            asked = rating.enter() if name == "enter" else Enter.SAVE
            if asked is Enter.SAVE and rating.item is not None and open_now:
                if name == "enter":
                    assert dict(rating.values) == shown
                save(rating, "no" if name == "skip" else None)
                assert here_now is not None
                kept[here_now] = event(here_now, {} if name == "skip" else shown)  # type: ignore[arg-type]
        else:
            getattr(rating, str(name))(*arguments)
        assert 0 <= rating.cursor < len(RUBRIC.criteria)
        assert rating.prompt().text or rating.at_end
        assert rating.progress()
        assert rating.closing().title
        assert all(RUBRIC.criteria[rating.keys.index(key)].accepts(value) for key, value in rating.values.items())
        assert rating.item_id is None or rating.item_id in rating.order
        assert rating.left >= len(rating.held)
    while rating.back():
        wanted = rating.needed()
        rating.take(wanted, {item_id: item(item_id) for item_id in wanted})
    for _ in kept:
        saved = rating.saved
        assert saved is not None
        assert saved.values == kept[saved.item_id].values  # type: ignore[union-attr]
        rating.forward()


# Numbers of more than one digit


def scale(lowest: int, highest: int) -> RatingState:
    criteria = tuple(Criterion(name, 50, "", lowest, highest, {}) for name in ("first", "second"))
    return state("a", of=task(rubric=Rubric("wide", "Wide", criteria)))


def typed(rating: RatingState, digits: str) -> RatingState:
    for digit in digits:
        rating.type_digit(int(digit))
    return rating


def test_a_one_waits_for_the_nought_of_ten_and_all_else_moves_on_at_once() -> None:
    assert typed(scale(0, 10), "107").values == {"first": 10, "second": 7}
    assert typed(scale(0, 10), "01").values == {"first": 0, "second": 1}
    assert typed(scale(1, 7), "17").values == {"first": 1, "second": 7}


def test_a_digit_that_can_end_a_number_or_go_on_is_ended_by_moving_or_by_enter() -> None:
    rating = typed(scale(0, 10), "1")
    assert "another digit makes it longer, ↓ or Enter leaves it at 1" in rating.prompt().text
    rating.move(1)
    assert typed(rating, "0").values == {"first": 1, "second": 0}
    rating = typed(scale(0, 10), "1")
    assert rating.enter() is Enter.NOTHING
    assert typed(rating, "1").values == {"first": 1, "second": 1}
    assert rating.enter() is Enter.SAVE


def test_a_digit_that_makes_no_value_says_so_and_changes_nothing() -> None:
    rating = typed(scale(0, 10), "12")
    assert rating.values == {"first": 1}
    assert rating.prompt().text == "First goes from 0–10, not 12. ↓ leaves it at 1"
    assert typed(rating, "0").values == {"first": 10}


def test_numbers_of_any_length_can_be_typed() -> None:
    assert typed(scale(0, 100), "10047").values == {"first": 100, "second": 47}
    assert typed(scale(10, 20), "1520").values == {"first": 15, "second": 20}


def test_the_beginning_of_a_number_that_is_no_value_cannot_be_saved() -> None:
    rating = typed(scale(10, 20), "15201")
    assert rating.values == {"first": 15, "second": 20}
    assert rating.enter() is Enter.NOTHING
    assert rating.prompt().text == "Second goes from 10–20, not 1"


def test_a_digit_taken_back_can_be_typed_anew() -> None:
    rating = typed(scale(0, 100), "47")
    rating.undo()
    assert rating.values == {"first": 4}
    assert typed(rating, "9").values == {"first": 49}


def test_values_below_nought_are_reached_from_nought() -> None:
    rating = scale(-3, 3)
    assert "type -3 to 3 (- and + go by one)" in rating.prompt().text
    assert rating.nudge(-1)
    assert rating.nudge(-1)
    assert rating.values == {"first": -2}
