"""The state of the rating screen, driven without a screen: entering, going about, keeping, fetching."""

from tests.fakes.rating import RATED, event, save, state
from viva.present.rating import IDLE, NEAR, WINDOW, Tone
from viva.records.study import Draft

# Values


def test_a_digit_sets_the_current_criterion_and_moves_to_the_next() -> None:
    rating = state()
    assert rating.set_value(4)
    assert rating.values == {"accuracy": 4}
    assert rating.criterion.name == "brevity"


def test_a_digit_on_the_last_criterion_stays_there_so_that_it_can_be_corrected() -> None:
    rating = state()
    for value in (4, 1, 2):
        rating.set_value(value)
    assert rating.values == {"accuracy": 4, "brevity": 2}
    assert rating.criterion.name == "brevity"


def test_a_value_outside_the_scale_is_refused_with_the_scale() -> None:
    rating = state()
    assert not rating.set_value(6)
    assert rating.values == {}
    assert rating.prompt().tone is Tone.ALERT
    assert "0–5" in rating.prompt().text


def test_each_criterion_has_its_own_scale() -> None:
    rating = state()
    rating.set_value(0)
    assert not rating.set_value(0)
    assert "1–3" in rating.prompt().text


def test_clearing_takes_the_current_value_back() -> None:
    rating = state()
    rating.set_value(4)
    rating.move(-1)
    rating.clear()
    assert rating.values == {}
    assert rating.criterion.name == "accuracy"


def test_clearing_where_nothing_is_goes_up_like_a_backspace() -> None:
    rating = state()
    rating.set_value(4)
    rating.clear()
    assert rating.values == {}
    assert rating.criterion.name == "accuracy"


def test_the_cursor_stays_within_the_criteria() -> None:
    rating = state()
    rating.move(-1)
    assert rating.cursor == 0
    rating.move(9)
    assert rating.cursor == 1


def test_nudging_steps_through_the_scale_and_stays_on_the_criterion() -> None:
    rating = state()
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
    rating = state()
    assert rating.missing() == ("accuracy", "brevity")
    rating.set_value(0)
    assert rating.missing() == ("brevity",)


def test_pointing_to_what_is_missing_says_it_and_moves_there() -> None:
    rating = state()
    rating.move(1)
    rating.set_value(2)
    rating.point_to_missing()
    assert rating.criterion.name == "accuracy"
    assert rating.prompt().text.startswith("Still missing: Accuracy ")
    assert rating.prompt().tone is Tone.ALERT


def test_the_complaint_goes_with_the_next_key() -> None:
    rating = state()
    rating.point_to_missing()
    rating.set_value(3)
    assert rating.prompt().tone is not Tone.ALERT


# Resuming and going about


def test_it_resumes_at_the_first_item_that_is_neither_rated_nor_skipped() -> None:
    done = {"a": event("a", RATED), "b": event("b", skipped="not my field")}
    assert state(done=done).item_id == "c"


def test_it_opens_the_closing_page_when_everything_is_done() -> None:
    rating = state(1, {"a": event("a", RATED)})
    assert rating.at_end
    assert rating.item_id is None


def test_a_study_without_items_is_a_closing_page_that_says_so() -> None:
    rating = state(0)
    assert rating.at_end
    assert "nothing to rate" in rating.closing()[0]
    assert rating.wanted(()) == []
    assert not rating.back()


def test_saving_serves_the_next_open_item() -> None:
    rating = state(done={"b": event("b", RATED)})
    rating.set_value(4)
    rating.set_value(2)
    save(rating)
    assert rating.item_id == "c"
    assert rating.values == {}
    assert rating.cursor == 0


def test_after_the_last_item_come_those_that_were_passed_over() -> None:
    rating = state(3)
    rating.forward()
    save(rating, "need more context")
    assert rating.item_id == "c"
    save(rating, "need more context")
    assert rating.item_id == "a"


def test_going_back_shows_what_was_saved() -> None:
    rating = state()
    rating.set_value(4)
    rating.set_value(2)
    rating.set_comment("good")
    save(rating)
    assert rating.back()
    assert rating.values == RATED
    assert rating.comment == "good"
    assert rating.prompt().text.startswith("Saved")
    assert not rating.changed


def test_a_revised_item_leads_to_the_one_after_it() -> None:
    rating = state(done={"a": event("a", RATED), "b": event("b", RATED)})
    rating.back()
    rating.back()
    rating.set_value(1)
    assert rating.changed
    assert "change" in rating.prompt().text
    save(rating)
    assert rating.item_id == "b"
    rating.back()
    assert rating.values == {"accuracy": 1, "brevity": 2}


def test_a_skipped_item_says_why_and_can_still_be_rated() -> None:
    rating = state(done={"a": event("a", skipped="not my field")})
    rating.back()
    assert "not my field" in rating.prompt().text
    rating.set_value(4)
    rating.set_value(2)
    save(rating)
    assert (rating.rated, rating.skipped) == (1, 0)


def test_going_on_from_the_last_item_leads_to_the_closing_page_and_no_further() -> None:
    rating = state(1)
    assert rating.forward()
    assert rating.at_end
    assert not rating.forward()
    assert rating.back()
    assert rating.item_id == "a"


def test_on_the_closing_page_nothing_can_be_entered() -> None:
    rating = state(1)
    rating.forward()
    assert not rating.set_value(3)
    assert not rating.nudge(1)
    rating.clear()
    rating.touch(5.0)
    assert rating.draft().empty
    assert rating.seconds == 0.0


def test_events_of_items_that_are_not_in_the_queue_do_not_count() -> None:
    rating = state(2, {"gone": event("gone", RATED)})
    assert rating.rated == 0
    assert rating.left == 2


def test_values_of_criteria_that_the_rubric_does_not_have_are_not_shown() -> None:
    rating = state(drafts={"a": Draft({"beauty": 5, "accuracy": 2})})
    assert rating.values == {"accuracy": 2}


# Drafts


def test_a_draft_is_restored_with_the_cursor_on_the_first_gap() -> None:
    rating = state(drafts={"a": Draft({"accuracy": 3}, "hm", True, 12.0)})
    assert rating.values == {"accuracy": 3}
    assert (rating.comment, rating.flagged, rating.seconds) == ("hm", True, 12.0)
    assert rating.criterion.name == "brevity"


def test_what_was_entered_is_kept_while_one_looks_elsewhere() -> None:
    rating = state()
    rating.set_value(5)
    rating.toggle_flag()
    rating.forward()
    assert rating.values == {}
    assert not rating.flagged
    rating.back()
    assert rating.values == {"accuracy": 5}
    assert rating.flagged


def test_the_draft_of_an_untouched_item_is_empty() -> None:
    rating = state()
    rating.touch(30.0)
    assert rating.draft() == Draft()


def test_the_draft_holds_everything_that_was_entered() -> None:
    rating = state()
    rating.touch(10.0)
    rating.set_value(5)
    rating.set_comment("a\nb")
    rating.toggle_flag()
    assert rating.draft() == Draft({"accuracy": 5}, "a\nb", True, 10.0)


def test_a_saved_item_has_a_draft_only_while_it_differs() -> None:
    rating = state(done={"a": event("a", RATED)})
    rating.back()
    assert rating.draft().empty
    rating.set_value(0)
    assert rating.draft().values == {"accuracy": 0, "brevity": 2}
    rating.move(-1)
    rating.set_value(4)
    assert rating.draft().empty


def test_a_draft_of_a_saved_item_comes_before_what_was_saved() -> None:
    rating = state(done={"a": event("a", RATED)}, drafts={"a": Draft({"accuracy": 1, "brevity": 2})})
    rating.back()
    assert rating.values["accuracy"] == 1
    assert rating.changed


def test_a_draft_does_not_count_as_rated() -> None:
    rating = state(drafts={"a": Draft(RATED)})
    assert rating.item_id == "a"
    assert rating.rated == 0


# Time


def test_time_is_counted_between_signs_of_life() -> None:
    rating = state(now=100.0)
    rating.touch(110.0)
    rating.touch(115.0)
    assert rating.seconds == 15.0


def test_a_pause_does_not_count() -> None:
    rating = state(now=0.0)
    rating.touch(IDLE)
    rating.touch(2 * IDLE + 1)
    rating.touch(2 * IDLE + 6)
    assert rating.seconds == IDLE + 5


def test_time_is_counted_per_item_and_goes_on_with_the_next_visit() -> None:
    rating = state()
    rating.touch(10.0)
    rating.forward()
    rating.touch(13.0)
    rating.back()
    rating.touch(14.0)
    assert rating.seconds == 11.0
    rating.forward()
    assert rating.seconds == 3.0


def test_time_of_a_revision_is_added_to_what_was_saved() -> None:
    rating = state(done={"a": event("a", RATED)})
    rating.back()
    rating.touch(5.0)
    assert rating.seconds == 12.0


# Fetching ahead


def test_the_first_window_begins_with_the_current_item() -> None:
    wanted = state(20).wanted(())
    assert wanted[0] == "a"
    assert len(wanted) == WINDOW + 1


def test_nothing_is_fetched_while_enough_is_there() -> None:
    rating = state(20)
    known = set(rating.wanted(()))
    assert rating.wanted(known) == []
    for _ in range(WINDOW - NEAR):
        rating.set_value(3)
        rating.set_value(3)
        save(rating)
    assert rating.wanted(known) == []
    rating.set_value(3)
    rating.set_value(3)
    save(rating)
    assert rating.wanted(known) != []


def test_the_upcoming_item_is_the_one_that_saving_leads_to() -> None:
    rating = state(4, {"b": event("b", RATED)})
    assert rating.upcoming == "c"
    rating.forward()
    assert rating.upcoming == "c"
    rating.forward()
    rating.forward()
    assert rating.upcoming == "a"


def test_the_items_beside_the_current_one_are_always_wanted() -> None:
    done = {item: event(item, RATED) for item in "abcdef"}
    rating = state(8, done)
    assert {"f", "g", "h"} <= set(rating.wanted(()))
    rating.back()
    assert "e" in rating.wanted({"f", "g", "h"})
