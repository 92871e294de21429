"""The way through a study: own verdicts and held items, drafts, undo, time."""

from datetime import timedelta

from tests.fakes.rating import LATER, NOW, RATED, event, here, save, served, sitting, state
from viva.present.closing import Enter, Tone
from viva.present.rating import RatingState
from viva.present.stopwatch import IDLE
from viva.records.rating import Draft, Lease, Served
from viva.records.study import StudyState


def rate(rating: RatingState) -> None:
    rating.set_value(4)
    rating.set_value(2)
    save(rating)


# Where one is


def test_it_begins_with_the_first_item_that_is_held() -> None:
    rating = state("c", "d", done=[event("a", RATED), event("b", skipped="no")])
    assert rating.item_id == "c"
    assert rating.order == ("a", "b", "c", "d")
    assert (rating.rated, rating.skipped) == (1, 1)


def test_saving_leads_to_the_next_item_held() -> None:
    rating = state("a", "b")
    assert rating.upcoming == "b"
    rate(rating)
    assert rating.item_id == "b"
    assert (rating.values, rating.cursor) == ({}, 0)
    assert rating.order == ("a", "b")


def test_an_item_held_that_was_passed_by_comes_after_the_one_that_was_saved() -> None:
    rating = state("a", "b")
    rating.forward()
    assert rating.upcoming == "a"
    rate(rating)
    assert rating.item_id == "a"


def test_one_cannot_go_past_the_last_item_held() -> None:
    rating = state("a", "b")
    assert rating.forward()
    assert not rating.forward()
    assert rating.item_id == "b"


def test_back_leads_through_own_verdicts_to_the_first() -> None:
    rating = state("c", done=[event("a", RATED), event("b", RATED)])
    assert [rating.back(), rating.item_id] == [True, "b"]
    assert [rating.back(), rating.item_id] == [True, "a"]
    assert not rating.back()
    assert rating.values == RATED
    assert rating.prompt().text == "This is the first text"
    assert not rating.changed


def test_a_revised_verdict_leads_to_the_one_after_it_and_keeps_its_place() -> None:
    rating = state("c", done=[event("a", RATED), event("b", RATED)])
    rating.back()
    rating.back()
    rating.set_value(1)
    assert rating.changed
    save(rating)
    assert rating.item_id == "b"
    assert rating.order == ("a", "b", "c")
    rating.back()
    assert rating.values == {"accuracy": 1, "brevity": 2}


def test_enter_on_a_verdict_that_is_as_it_was_goes_on() -> None:
    rating = state("b", done=[event("a", RATED)])
    rating.back()
    assert rating.enter() is Enter.NOTHING
    assert rating.item_id == "b"


def test_enter_asks_for_saving_only_where_everything_was_entered() -> None:
    rating = state("a")
    assert rating.enter() is Enter.NOTHING
    assert rating.prompt().tone is Tone.ALERT
    rating.set_value(4)
    rating.set_value(2)
    assert rating.enter() is Enter.SAVE


def test_after_the_last_verdict_comes_the_page_with_words_and_back_leads_from_it() -> None:
    rating = state("a")
    rate(rating)
    assert rating.at_end
    assert not rating.forward()
    assert rating.back()
    assert rating.item_id == "a"
    assert rating.forward()
    assert rating.at_end


def test_on_a_page_without_an_item_nothing_can_be_entered() -> None:
    rating = state()
    rating.touch(5.0)
    assert not rating.set_value(3)
    assert not rating.nudge(1)
    assert not rating.clear()
    assert not rating.toggle_flag()
    assert not rating.undo()
    assert rating.draft().empty
    assert rating.seconds == 0.0
    assert rating.upcoming is None
    assert rating.prompt().text == ""


def test_nothing_can_be_entered_for_an_item_that_is_on_its_way() -> None:
    rating = RatingState(sitting(served("a")))
    assert not rating.set_value(3)
    assert rating.prompt().text == "Fetching the text …"
    rating.take(["a"], {})
    assert "no longer in the study" in rating.prompt().text
    assert not rating.set_value(3)


# What the desk hands out


def test_items_that_come_later_are_gone_to_only_where_there_was_none() -> None:
    rating = state()
    assert rating.at_end
    rating.ask()
    rating.serve(served("a", "b"), 9.0)
    assert rating.item_id == "a"
    rating.serve(served("c", "b"), 10.0)
    assert rating.item_id == "a"


def test_an_item_that_was_lost_stays_until_one_leaves_it_and_keeps_its_draft() -> None:
    rating = state("a", "b")
    rating.set_value(4)
    rating.serve(served("b", "c"), 1.0)
    assert (rating.item_id, rating.lost) == ("a", True)
    assert "Somebody else" in rating.prompt().text
    assert rating.forward()
    assert (rating.item_id, rating.order) == ("b", ("b", "c"))
    rating.serve(served("b", "c", "a"), 2.0)
    rating.forward()
    rating.forward()
    assert rating.values == {"accuracy": 4}


def test_an_item_that_others_were_given_is_left_for_the_next_one() -> None:
    rating = state("a", "b")
    rating.set_value(4)
    rating.forward_from("a")
    assert (rating.item_id, rating.order) == ("b", ("b",))
    assert "a" in rating.ask()


def test_what_is_to_be_had_again_is_the_item_on_the_screen_first_then_what_is_held_and_was_half_entered() -> None:
    rating = state(
        "b", "c", done=[event("a", RATED)], drafts={"x": Draft({"accuracy": 1}), "a": Draft({"accuracy": 0})}
    )
    rating.forward()
    assert rating.ask() == ["c", "b", "x"]


def test_an_item_is_held_as_long_as_its_lease_runs() -> None:
    rating = state("a")
    assert rating.holds(NOW)
    assert not rating.holds(LATER)
    assert not rating.holds(LATER - timedelta(seconds=0.5))
    rating.serve(Served(StudyState.OPEN, (Lease("b", LATER),), 1, 0), 0.0)
    assert not rating.holds(NOW)


def test_what_is_left_counts_what_was_saved_since_the_desk_was_asked() -> None:
    rating = state("a", "b", left=9)
    assert rating.left == 9
    rate(rating)
    assert rating.left == 8
    rating.ask()
    rate(rating)
    rating.serve(served("c", left=8), 1.0)
    assert rating.left == 7
    rating.ask()
    rating.serve(served("c", left=7), 1.0)
    assert rating.left == 7


# Drafts and undo


def test_what_was_entered_is_kept_while_one_looks_elsewhere() -> None:
    rating = state("a", "b")
    rating.set_value(5)
    rating.toggle_flag()
    rating.forward()
    assert rating.entry == Draft()
    rating.back()
    assert rating.values == {"accuracy": 5}
    assert rating.entry.flagged


def test_a_draft_is_restored_with_the_cursor_on_the_first_gap() -> None:
    rating = state("a", drafts={"a": Draft({"accuracy": 3}, "hm", True, 12.0)})
    assert rating.values == {"accuracy": 3}
    assert (rating.entry.comment, rating.entry.flagged, rating.seconds) == ("hm", True, 12.0)
    assert rating.criterion.name == "brevity"


def test_the_draft_of_an_untouched_item_is_empty() -> None:
    rating = state("a")
    rating.touch(30.0)
    assert rating.draft() == Draft()


def test_the_draft_holds_everything_that_was_entered() -> None:
    rating = state("a")
    rating.touch(10.0)
    rating.set_value(5)
    rating.set_comment("a\nb")
    rating.toggle_flag()
    assert rating.draft() == Draft({"accuracy": 5}, "a\nb", True, 10.0)


def test_a_saved_item_has_a_draft_only_while_it_differs() -> None:
    rating = state("b", done=[event("a", RATED)])
    rating.back()
    assert rating.draft().empty
    rating.set_value(0)
    assert rating.draft().values == {"accuracy": 0, "brevity": 2}
    rating.undo()
    assert rating.draft().empty


def test_undo_takes_entries_back_one_by_one_with_the_cursor() -> None:
    rating = state("a")
    rating.set_value(4)
    rating.set_value(2)
    rating.toggle_flag()
    assert rating.undo()
    assert not rating.entry.flagged
    assert rating.undo()
    assert (rating.values, rating.cursor) == ({"accuracy": 4}, 1)
    assert rating.undo()
    assert (rating.values, rating.cursor) == ({}, 0)
    assert not rating.undo()
    assert rating.prompt().tone is Tone.ALERT


def test_undo_takes_clearing_back_and_a_whole_comment_at_once() -> None:
    rating = state("a")
    rating.set_value(4)
    rating.move(-1)
    rating.clear()
    rating.undo()
    assert rating.values == {"accuracy": 4}
    for typed in ("w", "wh", "why"):
        rating.set_comment(typed)
    rating.undo()
    assert (rating.entry.comment, rating.values) == ("", {"accuracy": 4})


def test_undo_stays_within_the_item() -> None:
    rating = state("a", "b")
    rating.set_value(4)
    rating.forward()
    assert not rating.undo()
    rating.back()
    assert not rating.undo()
    assert rating.values == {"accuracy": 4}


def test_a_verdict_that_was_saved_cannot_be_undone_only_revised() -> None:
    rating = state("a", "b")
    rate(rating)
    rating.back()
    assert not rating.undo()
    assert rating.values == RATED


# Time


def test_time_is_counted_between_signs_of_life_without_pauses() -> None:
    rating = state("a", now=100.0)
    rating.touch(110.0)
    rating.touch(110.0 + IDLE)
    rating.touch(110.0 + 3 * IDLE)
    rating.touch(115.0 + 3 * IDLE)
    assert rating.seconds == 15.0 + IDLE


def test_time_is_counted_per_item_and_goes_on_with_the_next_visit() -> None:
    rating = state("a", "b")
    rating.touch(10.0)
    rating.forward()
    rating.touch(13.0)
    rating.back()
    rating.touch(14.0)
    assert rating.seconds == 11.0
    rating.forward()
    assert rating.seconds == 3.0


def test_time_of_a_revision_is_added_to_what_was_saved() -> None:
    rating = state("b", done=[event("a", RATED)])
    rating.back()
    rating.touch(5.0)
    assert rating.seconds == 12.0


def test_waiting_for_an_item_is_not_counted_to_it() -> None:
    rating = state()
    rating.serve(served("a"), 50.0)
    here(rating)
    rating.touch(53.0)
    assert rating.seconds == 3.0
