"""Judges the items of `bench.judging` with DeepEval or Inspect AI, in the virtual environment of that tool.

    python bench/judging_others.py deepeval|inspect CONFIG.json

CONFIG.json holds `url`, `calls` (requests that may be under way), `apart` (whether each criterion is judged by a call
of its own), `shared` (whether DeepEval keeps one client for all calls), `criteria` ([{"name", "question",
"levels": {"0": …}}]) and `items` (a file of JSON lines with "question", "reference" and "text").
The last line on stdout is {"verdicts": values that came, "wanted": values that should have}.
"""

import json
import sys
from pathlib import Path
from typing import Any

WHOLE = "whole"


def criteria(config: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what a call is made for on each item: every criterion, or all of them together as one."""
    if config["apart"]:
        return list(config["criteria"])
    questions = " ".join(f"{criterion['name']}: {criterion['question']}" for criterion in config["criteria"])
    levels = [criterion["levels"] for criterion in config["criteria"]]
    merged = {level: "; ".join(descriptions[level] for descriptions in levels) for level in levels[0]}
    return [{"name": WHOLE, "question": questions, "levels": merged}]


def deepeval(config: dict[str, Any], items: list[dict[str, str]]) -> dict[str, int]:
    """Judge with `GEval`, its steps given, so that it asks for none."""
    from deepeval import evaluate
    from deepeval.evaluate.configs import AsyncConfig, CacheConfig, DisplayConfig, ErrorConfig
    from deepeval.metrics import GEval
    from deepeval.metrics.g_eval import Rubric
    from deepeval.models import LocalModel
    from deepeval.test_case import LLMTestCase, SingleTurnParams

    class OneClient(LocalModel):  # type: ignore[misc]
        """Left to itself it opens a client for every call, and reads all certificates for it."""

        client: Any = None

        def load_model(self, async_mode: bool = False) -> Any:
            if not async_mode:
                return super().load_model(async_mode=False)
            self.client = self.client or super().load_model(async_mode=True)
            return self.client

    kind = OneClient if config["shared"] else LocalModel
    model = kind(model="m", base_url=config["url"], api_key="none")
    shown = [SingleTurnParams.INPUT, SingleTurnParams.EXPECTED_OUTPUT, SingleTurnParams.ACTUAL_OUTPUT]
    metrics: list[Any] = [
        GEval(
            name=criterion["name"],
            evaluation_params=shown,
            evaluation_steps=[criterion["question"], "Hold the actual output against the expected output."],
            rubric=[
                Rubric(score_range=(int(level), int(level)), expected_outcome=text)
                for level, text in criterion["levels"].items()
            ],
            model=model,
        )
        for criterion in criteria(config)
    ]
    cases = [
        LLMTestCase(input=item["question"], expected_output=item["reference"], actual_output=item["text"])
        for item in items
    ]
    found = evaluate(
        cases,
        metrics,
        # It counts items, and the metrics of an item are under way together.
        async_config=AsyncConfig(max_concurrent=config["calls"] // len(metrics)),
        display_config=DisplayConfig(show_indicator=False, print_results=False, inspect_after_run=False),
        cache_config=CacheConfig(write_cache=False),
        error_config=ErrorConfig(ignore_errors=True),
    )
    scores = [one.score for result in found.test_results for one in result.metrics_data or [] if one.error is None]
    return {"verdicts": sum(score is not None for score in scores), "wanted": len(cases) * len(metrics)}


def inspect(config: dict[str, Any], items: list[dict[str, str]]) -> dict[str, int]:
    """Judge with `model_graded_qa`: the texts are put in by a solver, so that the grades are all that is asked for."""
    from inspect_ai import Task, eval
    from inspect_ai.dataset import Sample
    from inspect_ai.model import ModelOutput
    from inspect_ai.scorer import model_graded_qa
    from inspect_ai.scorer._model import DEFAULT_MODEL_GRADED_QA_TEMPLATE as TEMPLATE
    from inspect_ai.solver import solver

    @solver
    def given() -> Any:
        async def solve(state: Any, _: Any) -> Any:
            state.output = ModelOutput.from_content("m", items[state.sample_id]["text"])
            return state

        return solve

    def template(criterion: dict[str, Any]) -> str:
        levels = "\n".join(f"{level} = {text}" for level, text in criterion["levels"].items())
        return f"{TEMPLATE}\n{criterion['question']}\n{levels}\n"

    scorers = [model_graded_qa(template=template(criterion), partial_credit=True) for criterion in criteria(config)]
    samples = [Sample(id=number, input=item["question"], target=item["reference"]) for number, item in enumerate(items)]
    (log,) = eval(
        Task(dataset=samples, solver=given(), scorer=scorers),
        model="openai-api/bench/m",
        model_base_url=config["url"],
        max_connections=config["calls"],
        max_samples=2 * config["calls"],
        fail_on_error=False,
        display="none",
        log_dir="logs",
        # Nobody looks on while it runs.
        ctl_server=False,
        log_realtime=False,
    )
    grades = [score.value for sample in log.samples or [] for score in (sample.scores or {}).values()]
    return {"verdicts": sum(grade in ("C", "P", "I") for grade in grades), "wanted": len(samples) * len(scorers)}


def main() -> None:
    config = json.loads(Path(sys.argv[2]).read_text("utf-8"))
    items = [json.loads(line) for line in Path(config["items"]).read_text("utf-8").splitlines()]
    judge = deepeval if sys.argv[1] == "deepeval" else inspect
    print("\n" + json.dumps(judge(config, items)), flush=True)


if __name__ == "__main__":
    main()
