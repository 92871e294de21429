"""Which item comes next, decided from what is known of the items and of what a rater has had."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viva.records.claim import Candidate, Had
from viva.records.study import Stream
from viva.workbench.serving import RECENT, WINDOW, choose, gold_to_come, since_gold

ORDINARY = Stream.CALIBRATION


def item(position: int, question: int = 0, system: int = 0, load: int = 0, stream: Stream = ORDINARY) -> Candidate:
    return Candidate(f"{stream}-{position}", position, stream, question or 100 + position, system, load)


def had(question: int, system: int = 0, stream: Stream = ORDINARY) -> Had:
    return Had(stream, question, system)


def served(candidates: list[Candidate], gold_every: int = 0, past: list[Had] | None = None) -> list[Candidate]:
    """Return the candidates in the order in which they are served one by one."""
    left, past, order = list(candidates), list(past or []), []
    while chosen := choose(left, past, gold_every, 1):
        [found] = chosen
        left.remove(found)
        past.append(Had(found.stream, found.question, found.system))
        order.append(found)
    return order


def test_items_come_by_position() -> None:
    assert choose([item(2), item(0), item(1)], [], 0, 2) == [item(0), item(1)]


def test_no_more_than_there_is_and_none_when_none_is_wanted() -> None:
    assert choose([item(0)], [], 0, 5) == [item(0)]
    assert choose([item(0)], [], 0, 0) == []
    assert choose([item(0)], [], 0, -1) == []
    assert choose([], [], 0, 3) == []


def test_an_item_that_few_have_comes_before_one_that_many_have() -> None:
    assert choose([item(0, load=2), item(1, load=1), item(2, load=1)], [], 0, 1) == [item(1, load=1)]


def test_practice_comes_first_and_in_its_order() -> None:
    practice = [item(position, stream=Stream.PRACTICE) for position in range(3)]
    gold = item(0, stream=Stream.GOLD)
    past = [had(1)] * 20
    assert choose([item(0), gold, *reversed(practice)], past, 5, 4)[:3] == practice


def test_gold_comes_after_every_so_many_others() -> None:
    gold = [item(position, stream=Stream.GOLD) for position in range(5)]
    order = served([item(position) for position in range(10)] + gold, gold_every=3)
    assert [found.stream is Stream.GOLD for found in order] == ([False] * 3 + [True]) * 3 + [False]
    assert [found.position for found in order if found.stream is Stream.GOLD] == [0, 1, 2]


def test_practice_does_not_count_towards_gold() -> None:
    past = [had(1, stream=Stream.PRACTICE)] * 10 + [had(2)] * 2
    candidates = [item(0), item(1), item(0, stream=Stream.GOLD)]
    assert [found.stream for found in choose(candidates, past, 3, 2)] == [ORDINARY, Stream.GOLD]


def test_gold_neither_ends_a_study_nor_is_left_over() -> None:
    gold = [item(position, stream=Stream.GOLD) for position in range(5)]
    assert [found.stream for found in served([item(0), item(1), *gold], gold_every=2)] == [ORDINARY, ORDINARY]
    assert choose(gold, [had(1)] * 30, 2, 3) == []
    assert served([item(0), *gold], gold_every=0) == [item(0)]


def test_a_question_just_had_waits_while_there_is_another() -> None:
    near, far = item(0, question=1), item(5, question=2, load=1)
    assert choose([near, far], [had(1)], 0, 1) == [far]
    assert choose([near], [had(1)], 0, 1) == [near]


def test_where_every_question_is_recent_the_one_had_longest_ago_comes() -> None:
    candidates = [item(0, question=3), item(1, question=1), item(2, question=2)]
    assert choose(candidates, [had(1), had(2), had(3)], 0, 1) == [item(1, question=1)]
    assert choose(candidates, [had(1), had(2), had(3), had(1)], 0, 1) == [item(2, question=2)]


def test_what_lies_further_back_than_the_last_few_does_not_matter() -> None:
    past = [had(1), *(had(90 + number) for number in range(RECENT))]
    assert choose([item(0, question=1), item(1, question=2)], past, 0, 1) == [item(0, question=1)]


def test_the_system_had_least_comes_first() -> None:
    candidates = [item(0, system=1), item(1, system=2), item(2, system=3)]
    past = [had(91, 1), had(92, 2), had(93, 1), had(94, 3), had(95, 3)]
    assert [found.system for found in choose(candidates, past, 0, 3)] == [2, 1, 3]


def test_what_is_chosen_at_once_follows_the_same_rules() -> None:
    candidates = [item(place, question=1 + place // 3, system=place % 3) for place in range(30)]
    assert choose(candidates, [], 0, 12) == served(candidates)[:12]


def test_only_so_many_are_looked_at() -> None:
    same = [item(position, question=1) for position in range(WINDOW)]
    assert choose([*same, item(WINDOW, question=2)], [had(1)], 0, 1) == [same[0]]


@pytest.mark.parametrize(("questions", "systems"), [(9, 3), (20, 4), (30, 2), (10, 5)])
def test_a_whole_study_spreads_questions_and_balances_systems(questions: int, systems: int) -> None:
    candidates = [
        item(question * systems + system, question=question + 1, system=system)
        for question in range(questions)
        for system in range(systems)
    ]
    order = served(candidates)
    assert len(order) == len(candidates)
    for place, found in enumerate(order):
        before = order[max(place - RECENT, 0) : place]
        left = order[place:][:WINDOW]
        if any(other.question not in {b.question for b in before} for other in left):
            assert found.question not in {b.question for b in before}
    for end in range(1, len(order) // 2):
        times = Counter(found.system for found in order[:end])
        assert max(times.values()) - min(times[system] for system in range(systems)) <= 2


@given(
    st.lists(
        st.builds(
            item,
            st.integers(0, 30),
            st.integers(1, 6),
            st.integers(0, 3),
            st.integers(0, 2),
            st.sampled_from([ORDINARY, Stream.USEFUL, Stream.PRACTICE, Stream.GOLD]),
        ),
        max_size=25,
        unique_by=lambda candidate: candidate.item_id,
    ),
    st.integers(0, 4),
    st.integers(0, 30),
)
def test_choices_are_distinct_candidates_and_do_not_depend_on_the_order_given(
    candidates: list[Candidate], gold_every: int, want: int
) -> None:
    chosen = choose(candidates, [], gold_every, want)
    assert len({found.item_id for found in chosen}) == len(chosen) <= want
    assert set(chosen) <= set(candidates)
    ordered = sorted(candidates, key=lambda candidate: candidate.item_id)
    assert chosen == choose(ordered, [], gold_every, want)
    plain = [candidate for candidate in candidates if candidate.stream is not Stream.GOLD]
    assert len(chosen) >= min(want, len(plain))


@given(st.integers(0, 30), st.integers(0, 8), st.integers(0, 6), st.integers(0, 12))
def test_gold_to_come_is_what_will_be_served(others: int, gold: int, every: int, since: int) -> None:
    candidates = [item(position) for position in range(others)]
    candidates += [item(position, stream=Stream.GOLD) for position in range(gold)]
    order = served(candidates, every, [had(1)] * since)
    assert gold_to_come(others, gold, every, since) == sum(found.stream is Stream.GOLD for found in order)


def test_how_long_ago_the_last_gold_item_was() -> None:
    assert since_gold([]) == 0
    assert since_gold([False, False]) == 2
    assert since_gold([False, True]) == 0
    assert since_gold([True, False, True, False, False]) == 2
