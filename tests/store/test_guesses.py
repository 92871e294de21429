"""Guesses at who wrote a text: the last one counts, and it is right where its label is the system's."""

from tests.store.hand_made import ask, comparison, fill_pairs, guess, say
from viva.store import Store, study_items

SHOWN = "SELECT item, system, guessed, label, correct FROM guesses ORDER BY ALL"


def test_a_guess_about_a_pair_is_about_the_text_shown_first(small: Store) -> None:
    fill_pairs(small)
    items = ["pair-1", "pair-2", "pair-3"]
    raters = ["ann", "bob", "cid", "dan"]
    said = [guess(item, "left", study="study-2", rater=rater) for item in items for rater in raters]
    assert say(small, *said) == []
    for item, rater, system, label, correct in ask(small, "SELECT item, rater, system, label, correct FROM guesses"):
        side = study_items.shown_first(11, item, rater)
        assert (system, label) == (("base", "left") if side == "a" else ("tuned", "right"))
        assert correct is (side == "a")
    assert {row[1] for row in ask(small, SHOWN)} == {"base", "tuned"}


def test_what_is_shown_first_is_the_text_that_the_guess_is_about(small: Store) -> None:
    fill_pairs(small)
    texts = dict(ask(small, "SELECT generation, text FROM generations"))
    say(small, *(guess("pair-1", None, study="study-2", rater=rater) for rater in "abcdefgh"))
    for rater, generation in ask(small, "SELECT rater, generation FROM guesses"):
        with small.read() as connection:
            item = study_items.rating_items(connection, "study-2", rater, ["pair-1"])["pair-1"]
        assert item.text == texts[generation]


def test_the_last_guess_counts_and_cannot_tell_is_neither_right_nor_wrong(small: Store) -> None:
    fill_pairs(small)
    first = guess("pair-1", "left", study="study-2")
    last = guess("pair-1", None, study="study-2", minute=1)
    say(small, last, first)
    assert [row[2:] for row in ask(small, SHOWN)] == [(None, row[3], None) for row in ask(small, SHOWN)]
    assert ask(small, "SELECT count(*) FROM guess") == [(2,)]


def test_without_labels_no_guess_is_right_or_wrong(small: Store) -> None:
    assert say(small, guess("item-b1", "left")) == []
    assert ask(small, SHOWN) == [("item-b1", "base", "left", None, None)]


def test_adding_twice_is_harmless_and_unknown_items_come_back(small: Store) -> None:
    event, lost = guess("item-b1", "left"), guess("item-b1", "left", study="study-9")
    assert say(small, event, lost, event) == [lost]
    assert say(small, event) == []
    assert ask(small, "SELECT count(*) FROM guess") == [(1,)]


def test_a_guess_is_no_verdict(small: Store) -> None:
    fill_pairs(small)
    say(small, guess("pair-1", "left", study="study-2"), comparison("pair-2"))
    assert ask(small, "SELECT item, verdicts FROM study_items WHERE study = 'second' AND verdicts > 0") == [
        ("pair-2", 1)
    ]
