"""A plan becomes a dataset: different questions, checked approaches, and what failed with its reason."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.dataset.synthesise.replying import APPROACH, answer
from viva.dataset.calls import CallLog, CallProgress
from viva.dataset.synthesise.estimate import estimate
from viva.dataset.synthesise.run import check_plan, load_prompts, synthesise
from viva.errors import UsageError
from viva.generate.chat import ChatReply, ChatRequest
from viva.records.synthesis import (
    DomainPlan,
    Prices,
    Synthesis,
    SynthesisPlan,
    TaxonomyPlan,
    plan_from_json,
    plan_to_json,
)

TAXONOMY = {"arts": ("music", "film"), "law": ("law",)}
PLAN = TaxonomyPlan(TAXONOMY, questions=5, per_call=2)
PAIRS = DomainPlan(domains=("shops", "farms"), components=("audio", "LiDAR", "optical flow"), pairs=5, per_call=2)


class Model:
    """A chat that answers by a function of the request's body, and keeps the prompts."""

    name = "model-1"
    concurrency = 4

    def __init__(self, answer: Callable[[dict[str, Any]], str] = answer) -> None:
        self.answer = answer
        self.prompts: list[str] = []

    async def reply(self, request: ChatRequest) -> ChatReply:
        self.prompts.append(request.messages[-1]["content"])
        text = self.answer({"messages": request.messages})
        words = sum(len(message["content"].split()) for message in request.messages)
        return ChatReply(text, "stop", round(words * 1.35), round(len(text.split()) * 1.35), 0.1)

    async def close(self) -> None:
        """Nothing to close."""


async def run(plan: SynthesisPlan, model: Model, tmp_path: Path, **more: Any) -> Synthesis:
    with CallLog(tmp_path / "calls") as log:
        return await synthesise(plan, model, log, load_prompts(plan, None), **more)


async def test_every_subfield_gets_its_questions_and_each_an_approach(tmp_path: Path) -> None:
    result = await run(PLAN, Model(), tmp_path)
    assert [(e.field, e.subfield) for e in result.examples] == [
        *[("arts", "music")] * 5,
        *[("arts", "film")] * 5,
        *[("law", "law")] * 5,
    ]
    assert len({example.question for example in result.examples}) == 15
    assert result.failures == ()
    example = result.examples[0]
    assert example.reference.startswith("Hypothesis: The effect grows with the dose")
    assert example.meta["model"] == "model-1"
    assert example.meta["prompt"].startswith("questions@")
    assert example.meta["sections"]["methodology"] == APPROACH["methodology"]


async def test_later_calls_of_a_subfield_see_the_questions_before(tmp_path: Path) -> None:
    model = Model()
    result = await run(PLAN, model, tmp_path)
    music = [prompt for prompt in model.prompts if "questions in music." in prompt]
    assert ["(none yet)" in prompt for prompt in music] == [True, False, False]
    assert all(example.question in music[2] for example in result.examples[:4])
    assert "Write 1 new" in music[2]


async def test_questions_that_come_twice_or_nearly_are_taken_once(tmp_path: Path) -> None:
    def repeating(request: dict[str, Any]) -> str:
        prompt = request["messages"][-1]["content"]
        if "new research questions" not in prompt:
            return json.dumps(APPROACH)
        same = "How does the colour of the stage light change the pulse of dancers?"
        nearly = "How does the colour of the stage light change the pulse of the dancers?"
        return json.dumps([same, nearly])

    result = await run(TaxonomyPlan(TAXONOMY, questions=2, per_call=2), Model(repeating), tmp_path)
    assert len(result.examples) == 1
    assert result.duplicates > 0
    assert {failure.what for failure in result.failures} >= {"questions/arts/film", "questions/law/law"}
    assert any("2 were wanted, 0 came in 3 calls" in failure.reason for failure in result.failures)


async def test_what_counts_as_a_duplicate_can_be_handed_in(tmp_path: Path) -> None:
    result = await run(PLAN, Model(), tmp_path, dedupe=lambda texts: [0, 7])
    assert [example.subfield for example in result.examples] == ["music", "film"]
    assert result.duplicates == 13


async def test_an_approach_that_fails_is_reported_with_its_reason(tmp_path: Path) -> None:
    def without_ethics(request: dict[str, Any]) -> str:
        text = answer(request)
        return text.replace('"ethics"', '"morals"') if "law" in request["messages"][0]["content"] else text

    result = await run(PLAN, Model(without_ethics), tmp_path)
    assert len(result.examples) == 10
    assert len(result.failures) == 5
    assert {failure.reason for failure in result.failures} == {"the section 'ethics' is missing"}
    assert all(failure.what.endswith("?") and failure.reply for failure in result.failures)


async def test_a_call_for_questions_that_fails_does_not_end_its_subfield(tmp_path: Path) -> None:
    asked = 0

    def first_broken(request: dict[str, Any]) -> str:
        nonlocal asked
        asked += "questions in film." in request["messages"][0]["content"]
        return "no" if asked <= 3 and "questions in film." in request["messages"][0]["content"] else answer(request)

    result = await run(PLAN, Model(first_broken), tmp_path)
    assert sum(example.subfield == "film" for example in result.examples) == 5
    assert [(failure.what, failure.reply) for failure in result.failures] == [("questions/arts/film/1", "no")]


async def test_pairs_cover_the_domains_and_use_the_components_asked_for(tmp_path: Path) -> None:
    result = await run(PAIRS, Model(), tmp_path)
    assert [example.field for example in result.examples] == ["shops"] * 3 + ["farms"] * 2
    for example in result.examples:
        assert len(example.meta["components"]) >= 2
        assert all(component in example.reference for component in example.meta["components"][:1])
    assert result.failures == ()


async def test_progress_goes_on_over_all_steps(tmp_path: Path) -> None:
    seen: list[CallProgress] = []
    expected = estimate(PLAN, load_prompts(PLAN, None)).calls
    await run(PLAN, Model(), tmp_path, on_progress=seen.append, prices=Prices(1.0, 1.0), expected=expected)
    done = [progress.done for progress in seen]
    assert done == sorted(done)
    assert (done[-1], {progress.total for progress in seen}) == (9 + 15, {expected})
    assert seen[-1].spend == pytest.approx((seen[-1].prompt_tokens + seen[-1].completion_tokens) / 1e6)


async def test_the_estimate_is_near_what_a_model_takes_that_writes_as_expected(tmp_path: Path) -> None:
    def usual(request: dict[str, Any]) -> str:
        text = request["messages"][-1]["content"]
        if "new research questions" in text:
            return answer(request)
        return json.dumps(dict.fromkeys(APPROACH, "word " * 60))

    seen: list[CallProgress] = []
    await run(PLAN, Model(usual), tmp_path, on_progress=seen.append)
    foreseen = estimate(PLAN, load_prompts(PLAN, None), Prices(1.0, 2.0), rate=50.0)
    assert foreseen.calls == seen[-1].done
    assert foreseen.prompt_tokens == pytest.approx(seen[-1].prompt_tokens, rel=0.3)
    assert foreseen.completion_tokens == pytest.approx(seen[-1].completion_tokens, rel=0.3)
    assert foreseen.cost == pytest.approx((foreseen.prompt_tokens + 2 * foreseen.completion_tokens) / 1e6)
    assert foreseen.seconds == foreseen.completion_tokens / 50
    assert foreseen.most_cost is not None
    assert foreseen.most_cost > foreseen.cost


def test_without_prices_there_is_no_cost() -> None:
    foreseen = estimate(PAIRS, load_prompts(PAIRS, None))
    assert (foreseen.calls, foreseen.cost, foreseen.seconds, foreseen.most_cost) == (3, None, None, None)


@pytest.mark.parametrize("plan", [PLAN, PAIRS, DomainPlan()])
def test_a_plan_survives_json(plan: SynthesisPlan) -> None:
    assert plan_from_json(json.loads(json.dumps(plan_to_json(plan)))) == plan


@pytest.mark.parametrize(
    "plan",
    [
        TaxonomyPlan({}),
        TaxonomyPlan({"arts": ()}),
        TaxonomyPlan(TAXONOMY, questions=0),
        TaxonomyPlan(TAXONOMY, per_call=0),
        TaxonomyPlan(TAXONOMY, sections=()),
        TaxonomyPlan(TAXONOMY, similarity=0.0),
        DomainPlan(domains=()),
        DomainPlan(pairs=0),
        DomainPlan(components=()),
    ],
)
def test_a_plan_that_asks_for_nothing_is_refused(plan: SynthesisPlan) -> None:
    with pytest.raises(UsageError):
        check_plan(plan)
