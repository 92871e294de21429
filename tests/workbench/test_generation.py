"""What a request to write comes to: systems, their names, what is left, and what it takes."""

import pytest

from viva.errors import NotFound, UsageError
from viva.records.generating import GenerationRequest, Grid
from viva.records.generation import Generation
from viva.records.ids import content_id
from viva.records.model import Decoding, System
from viva.store import generations, models
from viva.workbench import Workbench


def request(**values: object) -> GenerationRequest:
    return GenerationRequest(**{"dataset": "tiny", "split": "test", "models": ("starter",), **values})  # type: ignore[arg-type]


def test_a_single_sample_is_the_system_that_it_was_before_samples_could_be_drawn() -> None:
    values = {key: value for key, value in vars(Decoding()).items() if key != "samples"}
    assert System("x", "m", "{question}", Decoding()).system_id == content_id("m", "{question}", values)
    assert System("x", "m", "p", Decoding(samples=2)).system_id != System("x", "m", "p", Decoding()).system_id


def test_what_is_written_already_is_not_written_again(filled: Workbench) -> None:
    plan = filled.generation.plan(request(models=("starter",)))
    [planned] = plan.systems
    assert (planned.system.name, planned.left, planned.written) == ("starter", 0, 4)
    assert plan.estimate.texts == 0


def test_every_combination_is_a_system_with_a_name_of_its_own(filled: Workbench) -> None:
    plan = filled.generation.plan(request(grid=Grid((0.2, 0.7), (0.9,), samples=2)))
    assert [p.system.name for p in plan.systems] == ["starter-t0.2-p0.9-x2", "starter-t0.7-p0.9-x2"]
    assert [p.left for p in plan.systems] == [8, 8]
    assert plan.texts == 16


def test_a_prompt_and_its_examples_stand_in_the_name(filled: Workbench) -> None:
    plan = filled.generation.plan(request(shots=2, shots_seed=3, prompt=None))
    [planned] = plan.systems
    assert planned.system.name == "starter-examples-2shot-s3"
    assert planned.system.prompt.count("Question:") == 3


def test_two_templates_given_as_text_get_two_names(filled: Workbench) -> None:
    first = filled.generation.plan(request(prompt="A {question}")).systems[0].system
    with filled.store.write() as connection:
        models.add_system(connection, first)
    second = filled.generation.plan(request(prompt="B {question}")).systems[0].system
    assert (first.name, second.name) == ("starter-prompt", "starter-prompt-2")


def test_impossible_combinations_are_refused_or_left_out_with_their_reason(filled: Workbench) -> None:
    grid = Grid((0.0, 0.7), (0.5,))
    with pytest.raises(UsageError, match="temperature 0 is greedy") as refused:
        filled.generation.plan(request(grid=grid))
    assert "--skip-impossible" in refused.value.hint
    plan = filled.generation.plan(request(grid=grid, skip_impossible=True))
    assert [planned.system.name for planned in plan.systems] == ["starter-t0.7-p0.5"]
    assert plan.left_out == ("starter: temperature 0 is greedy: top-p 0.5 changes nothing",)
    with pytest.raises(UsageError, match="no combination is left"):
        filled.generation.plan(request(grid=Grid((0.0,), (0.5,)), skip_impossible=True))


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"models": ()}, UsageError),
        ({"models": ("nobody",)}, NotFound),
        ({"dataset": "nothing"}, NotFound),
        ({"split": "nowhere"}, NotFound),
    ],
)
def test_what_is_not_there_cannot_be_asked_for(
    filled: Workbench, values: dict[str, object], error: type[Exception]
) -> None:
    with pytest.raises(error):
        filled.generation.plan(request(**values))


def test_the_time_follows_the_models_earlier_texts(filled: Workbench) -> None:
    with filled.store.write() as connection:
        connection.execute("UPDATE generation SET completion_tokens = 50, seconds = 2.0")
    estimate = filled.generation.plan(request(split="train")).estimate
    assert (estimate.texts, estimate.completion_tokens, estimate.at_most) == (3, 150, False)
    assert estimate.seconds == pytest.approx(6.0)
    assert estimate.cost == 0


def test_nothing_is_made_up_about_a_model_that_has_not_written(filled: Workbench) -> None:
    filled.models.add_endpoint("far", "http://127.0.0.1:9/v1", "x")
    estimate = filled.generation.plan(request(models=("far",))).estimate
    assert (estimate.at_most, estimate.cost, estimate.seconds) == (True, None, None)
    assert (estimate.unpriced, estimate.untimed) == (("far",), ("far",))
    assert estimate.completion_tokens == 4 * 320


def test_prices_make_a_cost(filled: Workbench) -> None:
    filled.models.add_endpoint("far", "http://127.0.0.1:9/v1", "x", prices=(0.0, 1_000_000.0))
    estimate = filled.generation.plan(request(models=("far",))).estimate
    assert estimate.cost == pytest.approx(4 * 320)


def test_a_key_that_is_not_there_is_told_before_the_start(filled: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_SUCH_KEY", raising=False)
    filled.models.add_endpoint("far", "http://127.0.0.1:9/v1", "x", key_env="NO_SUCH_KEY")
    with pytest.raises(UsageError, match="NO_SUCH_KEY"):
        filled.generation.start(request(models=("far",)))
    assert filled.jobs.list() == []


def test_a_text_that_failed_is_left_to_write(filled: Workbench) -> None:
    system = filled.generation.plan(request(split="train")).systems[0].system
    failed = Generation("f", system.system_id, "example-0", "", "failed", 0, 0, 0.0, failed="the server is down")
    with filled.store.write() as connection:
        generations.add(connection, [failed])
    assert filled.generation.plan(request(split="train")).systems[0].left == 3
