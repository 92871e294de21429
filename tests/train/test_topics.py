"""Topic words change together in a question and its answer; everything else stays."""

import random

from viva.train.topics import COMMON_FROM, TopicSwapper

PAIR = ("Why do Swabs and cameras get lost?", "Count every swab, and check the cameras. SWABS vanish.")


def test_a_shared_topic_word_is_swapped_for_the_same_word_on_both_sides() -> None:
    swapper = TopicSwapper([PAIR, *[("", "camera")] * COMMON_FROM], share=1.0)
    question, answer = swapper.swapped(*PAIR, random.Random(3))
    assert question.startswith("Why do ")
    assert question.endswith(" and cameras get lost?")
    new = question.removeprefix("Why do ").removesuffix(" and cameras get lost?")
    assert new.istitle()
    assert answer == f"Count every {new.lower()[:-1]}, and check the cameras. SWABS vanish."


def test_nothing_is_swapped_where_the_chance_is_none_or_there_is_no_question() -> None:
    assert TopicSwapper([PAIR], share=0.0).swapped(*PAIR, random.Random(0)) == PAIR
    assert TopicSwapper([PAIR], share=1.0).swapped("", "Swabs.", random.Random(0)) == ("", "Swabs.")
