"""Drawing studies: which questions come in, how often, and in which order their texts are served."""

import random
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from viva.records.study import Stream, StudyMode
from viva.store.study_frame import StudyText
from viva.workbench import study_drawing
from viva.workbench.study_drawing import Sample

NONE = frozenset[str]()
FIELDS = {f"q{number}": "ab"[number % 3 == 0] for number in range(12)}


def texts(questions: int, systems: int) -> list[StudyText]:
    return [
        StudyText(f"g{question:03}-{system}", f"q{question}", "", f"s{system}", f"{question} {system}")
        for question in range(questions)
        for system in range(systems)
    ]


def served(
    questions: int, systems: int, seed: int, mode: StudyMode, calibration: float = 1.0
) -> list[tuple[str, Stream]]:
    frame = study_drawing.frame({f"q{number}": "" for number in range(questions)}, seed)
    useful = {f"q{number}": float(number) for number in range(questions)}
    sample = study_drawing.draw(frame, questions, calibration, useful, seed)
    made = study_drawing.items(sample, frame, texts(questions, systems), mode, seed, 0, NONE)
    assert [item.position for item in made.items] == list(range(len(made.items)))
    return [(f"q{int(str(item.generation_id)[1:4])}", item.stream) for item in made.items]


@given(st.integers(0, 1000), st.integers(1, 12), st.integers(1, 4), st.floats(0, 1))
def test_every_question_comes_once_before_any_comes_again(
    seed: int, questions: int, systems: int, calibration: float
) -> None:
    order = [question for question, _ in served(questions, systems, seed, StudyMode.RUBRIC, calibration)]
    assert len(order) == questions * systems
    for turn in range(systems):
        assert len(set(order[turn * questions : (turn + 1) * questions])) == questions
    assert order == [question for question, _ in served(questions, systems, seed, StudyMode.RUBRIC, calibration)]


@given(st.integers(0, 1000), st.integers(1, 8), st.integers(2, 5))
def test_every_pair_of_systems_is_there_once_for_each_question(seed: int, questions: int, systems: int) -> None:
    order = served(questions, systems, seed, StudyMode.PAIRWISE)
    assert Counter(question for question, _ in order) == dict.fromkeys(
        (f"q{number}" for number in range(questions)), systems * (systems - 1) // 2
    )


def test_no_system_has_a_fixed_place() -> None:
    frame = study_drawing.frame({f"q{number}": "" for number in range(40)}, 0)
    sample = study_drawing.draw(frame, 40, 1.0, {}, 0)
    made = study_drawing.items(sample, frame, texts(40, 2), StudyMode.RUBRIC, 0, 0, NONE)
    assert 10 <= sum(str(item.generation_id).endswith("-1") for item in made.items[:40]) <= 30


def test_the_streams_are_mixed_evenly() -> None:
    order = [stream for _, stream in served(40, 1, 3, StudyMode.RUBRIC, 0.25)]
    places = [place for place, stream in enumerate(order) if stream is Stream.CALIBRATION]
    assert len(places) == 10
    assert all(abs(place - (number + 0.5) * 4) <= 2 for number, place in enumerate(places))


@given(st.integers(1, 12), st.floats(0, 1), st.integers(0, 99))
def test_the_random_share_is_as_large_as_asked_and_the_rest_is_the_most_useful(
    questions: int, calibration: float, seed: int
) -> None:
    useful = {f"q{number}": float(number % 5) for number in range(10)}
    frame = study_drawing.frame(FIELDS, seed)
    sample = study_drawing.draw(frame, questions, calibration, useful, seed)
    drawn = {example for order in sample.calibration.values() for example in order}
    assert (len(drawn), sample.questions()) == (round(questions * calibration), questions)
    assert not drawn & sample.useful.keys()
    left = {example: useful.get(example, -1.0) for example in FIELDS if example not in drawn | sample.useful.keys()}
    chosen = [useful.get(example, -1.0) for example in sample.useful]
    assert max(left.values(), default=-2) <= min(chosen, default=9)


def test_questions_come_in_as_often_as_their_probability_says() -> None:
    """3,000 studies of 6 of 12 questions, half of them random, extended by 3: within five standard errors."""
    runs, seen = 3000, Counter[str]()
    useful = {f"q{number}": float(number) for number in range(12)}
    for seed in range(runs):
        frame = study_drawing.frame(FIELDS, seed)
        first = study_drawing.draw(frame, 6, 0.5, useful, seed)
        sample = study_drawing.draw(frame, 3, 0.5, useful, seed, first)
        assert sample.questions() == 9
        chance = study_drawing.probabilities(sample, frame)
        seen.update(example for order in sample.calibration.values() for example in order)
    assert chance == {"a": 3 / 8, "b": 1 / 4}
    for example, field in FIELDS.items():
        error = (chance[field] * (1 - chance[field]) / runs) ** 0.5
        assert abs(seen[example] / runs - chance[field]) < 5 * error, example


@given(
    st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 30), min_size=1),
    st.lists(st.integers(1, 9), min_size=2, max_size=6),
    st.sampled_from([0.0, 0.3, 0.5, 1.0]),
)
def test_each_extension_brings_what_was_asked_and_the_random_share_holds(
    sizes: dict[str, int], steps: list[int], calibration: float
) -> None:
    fields = {f"{stratum}{number}": stratum for stratum, size in sizes.items() for number in range(size)}
    useful = {example: float(number % 7) for number, example in enumerate(fields)}
    frame = study_drawing.frame(fields, 1)
    sample = None
    for number, step in enumerate(steps, 1):
        sample = study_drawing.draw(frame, step, calibration, useful, 1, sample)
        wanted = min(sum(steps[:number]), len(fields))
        assert sample.questions() == wanted
        assert sum(map(len, sample.calibration.values())) == round(wanted * calibration)


@given(st.integers(0, 200), st.integers(1, 8), st.integers(1, 8), st.sampled_from([0.0, 0.3, 0.5, 1.0]))
def test_a_study_that_is_extended_keeps_what_it_has(seed: int, first: int, more: int, calibration: float) -> None:
    draw_ = random.Random(seed)
    frame = study_drawing.frame(FIELDS, seed)
    before = study_drawing.draw(frame, first, calibration, {example: draw_.random() for example in FIELDS}, seed)
    after = study_drawing.draw(frame, more, calibration, {example: draw_.random() for example in FIELDS}, seed, before)
    for stratum, order in before.calibration.items():
        assert after.calibration[stratum][: len(order)] == order
    assert before.useful.keys() <= after.useful.keys() | after.promoted.keys()
    assert after.questions() == min(first + more, len(FIELDS))
    there = frozenset(before.useful) | {example for order in before.calibration.values() for example in order}
    made = study_drawing.items(after, frame, texts(12, 2), StudyMode.RUBRIC, seed, 7, there)
    assert len(made.items) == 2 * (after.questions() - before.questions())


def test_texts_that_are_the_same_make_no_pair() -> None:
    same = [text._replace(fingerprint="x") if text.system != "s2" else text for text in texts(3, 3)]
    frame = study_drawing.frame({"q0": "", "q1": "", "q2": ""}, 0)
    sample = Sample({"": ("q0", "q1", "q2")})
    made = study_drawing.items(sample, frame, same, StudyMode.PAIRWISE, 0, 0, NONE)
    assert (len(made.items), made.identical) == (6, 3)


def test_a_question_in_pairs_needs_two_texts() -> None:
    some = texts(2, 2)[:3]
    assert {text.example_id for text in study_drawing.eligible(some, StudyMode.PAIRWISE)} == {"q0"}
    assert study_drawing.eligible(some, StudyMode.RUBRIC) == some


def test_differences_are_between_the_best_and_the_worst() -> None:
    values = {"g000-0": 1.0, "g000-1": 4.0, "g000-2": 2.0, "g001-0": 3.0}
    assert study_drawing.differences(texts(2, 3), values) == {"q0": 3.0}
