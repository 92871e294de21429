"""What is fetched of a study, the pages without an item, guesses and what is attached to an item."""

from dataclasses import replace

import pytest

from tests.fakes.rating import RATED, event, item, save, served, sitting, state, task
from viva.present.closing import Enter, Page, Tone
from viva.present.rating import RatingState
from viva.records.rating import Served
from viva.records.study import StudyState


def rate(rating: RatingState) -> None:
    rating.set_value(4)
    rating.set_value(2)
    save(rating)


# What is fetched


def test_held_items_are_fetched_first_and_nothing_while_they_are_here() -> None:
    rating = RatingState(sitting(served("b", "c"), [event("a", RATED)]))
    assert rating.needed() == ["b", "c", "a"]
    rating.take(["b", "c", "a"], {i: item(i) for i in "abc"})
    assert rating.needed() == []
    rating.serve(served("b", "d"), 0.0)
    assert rating.needed() == ["d"]


def test_going_back_fetches_a_few_at_a_time() -> None:
    done = [event(f"done-{number}", RATED) for number in range(40)]
    rating = RatingState(sitting(served("a"), done))
    fetches = 0
    for _ in range(30):
        if wanted := rating.needed():
            fetches += 1
            rating.take(wanted, {i: item(i) for i in wanted})
        assert rating.item is not None
        rating.back()
    assert fetches <= 11


def test_texts_far_behind_are_dropped_and_fetched_again() -> None:
    done = [event(f"done-{number}", RATED) for number in range(40)]
    rating = RatingState(sitting(served("a"), done))
    for step in [rating.back] * 40 + [rating.forward] * 40:
        wanted = rating.needed()
        rating.take(wanted, {i: item(i) for i in wanted})
        assert rating.item is not None
        assert len(rating._fetched._items) < 40
        step()


# Pages


@pytest.mark.parametrize(
    ("held", "done", "page", "enter"),
    [
        (served(), 0, Page.NOTHING, Enter.NOTHING),
        (served(), 1, Page.FINISHED, Enter.NOTHING),
        (served(left=2, elsewhere=2), 1, Page.ELSEWHERE, Enter.TRY),
        (served(left=2, elsewhere=1), 0, Page.ELSEWHERE, Enter.TRY),
        (served(left=2, state=StudyState.PAUSED), 1, Page.PAUSED, Enter.TRY),
        (served(state=StudyState.PAUSED), 1, Page.FINISHED, Enter.NOTHING),
        (served(state=StudyState.CLOSED), 1, Page.CLOSED, Enter.NOTHING),
        (served("a", state=StudyState.CLOSED), 0, Page.CLOSED, Enter.NOTHING),
    ],
)
def test_the_page_without_an_item_says_why_and_what_to_do(held: Served, done: int, page: Page, enter: Enter) -> None:
    rating = RatingState(sitting(held, [event("x", RATED)] * done))
    assert rating.at_end
    assert rating.page is page
    assert rating.enter() is enter
    closing = rating.closing()
    assert closing.title
    assert "Esc" in " ".join(closing.lines)


def test_between_saving_and_hearing_from_the_desk_the_next_one_is_on_its_way() -> None:
    rating = state("a", left=5)
    rate(rating)
    assert rating.page is Page.COMING
    rating.ask()
    rating.serve(served(left=4, elsewhere=4), 0.0)
    assert rating.page is Page.ELSEWHERE
    rating.serve(served("b", left=4), 0.0)
    assert rating.item_id == "b"


def test_an_answer_to_an_earlier_question_does_not_tell_of_what_was_saved_since() -> None:
    rating = state("a", left=5)
    rating.ask()
    rate(rating)
    rating.serve(served(left=5), 0.0)
    assert rating.page is Page.COMING


def test_a_study_that_closes_takes_the_open_item_away_and_keeps_what_was_entered() -> None:
    rating = state("b", done=[event("a", RATED)])
    rating.set_value(4)
    rating.serve(served("b", state=StudyState.CLOSED), 0.0)
    assert rating.page is Page.CLOSED
    assert rating.progress() == "1 rated · closed"
    assert rating.back()
    assert rating.item_id == "a"
    assert not rating.set_value(1)
    assert rating.prompt().tone is Tone.ALERT
    assert rating.values == RATED
    assert rating.enter() is Enter.NOTHING
    assert rating.at_end
    rating.serve(served("b"), 0.0)
    assert rating.values == {"accuracy": 4}


def test_in_a_paused_study_what_is_held_can_be_finished() -> None:
    rating = state("a", of=task(state=StudyState.PAUSED))
    rating.serve(served("a", left=3, state=StudyState.PAUSED), 0.0)
    rate(rating)
    rating.ask()
    rating.serve(served(left=2, state=StudyState.PAUSED), 0.0)
    assert rating.page is Page.PAUSED


@pytest.mark.parametrize("page", list(Page))
def test_every_page_counts_in_the_right_number(page: Page) -> None:
    from viva.present.closing import closing

    one = closing(page, rated=1, skipped=0, left=1)
    many = closing(page, rated=2000, skipped=3, left=4000, noun="pair")
    assert "1 texts" not in str(one)
    assert "1 pairs" not in str(many)
    if page not in (Page.COMING, Page.NOTHING):
        assert "2,000 pairs and skipped 3" in str(many)


# Guesses and marks


def test_a_guess_is_asked_after_a_verdict_where_the_study_asks_it_but_not_in_training() -> None:
    rating = state("b", done=[event("a", RATED), event("s", skipped="no")], of=task(guess=("base", "tuned")))
    assert not rating.can_guess
    rating.back()
    assert not rating.can_guess
    rating.back()
    assert rating.can_guess
    rating.take(["a"], {"a": replace(item("a"), practice=True)})
    assert not rating.can_guess
    assert rating.marks() == "practice"
    assert not state("b", done=[event("a", RATED)]).can_guess


def test_the_training_round_is_counted_on_its_own() -> None:
    rating = state("a", "b", "c", left=7, of=replace(task(), practice=2))
    assert rating.progress() == "training 1 of 2 · then 5"
    save(rating)
    assert rating.progress() == "training 2 of 2 · then 5"
    save(rating)
    assert rating.progress() == "0 rated · 5 left"
    save(rating)
    assert rating.progress() == "1 rated · 4 left"


def test_before_the_first_text_there_is_none_and_the_screen_says_so() -> None:
    rating = state("a", "b")
    assert not rating.back()
    assert rating.prompt().text == "This is the first text"
    rating.forward()
    assert "first" not in rating.prompt().text
