"""Making studies."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.filled import STUDY, SYSTEMS
from viva.errors import UsageError
from viva.workbench import Workbench
from viva.workbench.studies import serving_order


@given(st.integers(0, 1000), st.integers(1, 12), st.integers(1, 4))
def test_every_question_comes_once_before_any_comes_again(seed: int, questions: int, systems: int) -> None:
    candidates = [(f"{q}-{s}", str(q), str(s)) for q in range(questions) for s in range(systems)]
    order = serving_order(candidates, seed)
    assert sorted(order) == sorted(generation for generation, _, _ in candidates)
    for turn in range(systems):
        served = [generation.split("-")[0] for generation in order[turn * questions : (turn + 1) * questions]]
        assert len(set(served)) == questions
    assert order == serving_order(candidates, seed)


def test_no_system_has_a_fixed_place() -> None:
    candidates = [(f"{q}-{s}", str(q), s) for q in range(40) for s in ("base", "tuned")]
    first_turn = [generation.split("-")[1] for generation in serving_order(candidates, 0)[:40]]
    assert 10 <= first_turn.count("tuned") <= 30


def test_a_study_holds_every_text_of_its_systems(filled: Workbench) -> None:
    study = filled.studies.get(STUDY)
    assert (study.items, study.raters_per_item, study.dataset, study.split) == (8, 1, "tiny", "test")


def test_a_name_is_used_once(filled: Workbench) -> None:
    with pytest.raises(UsageError, match="there is a study tiny-test already"):
        filled.studies.create(STUDY, "tiny", "test", SYSTEMS)


def test_a_system_without_texts_is_told_with_the_command_that_makes_them(filled: Workbench) -> None:
    with pytest.raises(UsageError) as caught:
        filled.studies.create("other", "tiny", "train", ["tuned"])
    assert caught.value.hint == "viva generate tiny --split train --model tuned"
