"""A real server and a local model answer as judges; what a tiny model says of a text means nothing, the way is real."""

from pathlib import Path

import pytest

from tests.fakes.judge_server import configure, judged, score_row, shipped_prompts, told
from tests.fakes.real_server import free_port, needs, serving, transformers_serve
from tests.fakes.tiny_model import make_tiny_model
from viva.generate.dialect import Dialect, Format

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parallel,
    pytest.mark.filterwarnings("ignore::FutureWarning:transformers"),
]

ROWS = [score_row(number, samples=[0, 1]) for number in range(2)]
SETTINGS = {"max_tokens": 12, "attempts": 2}
SHORT = {"rubric-reference": "{{question}} {{text}}", "rubric-independent": "{{draft}}", "draft": "{{question}}"}
"""A tiny model's context holds no more."""


def test_transformers_serve_answers_as_a_judge(tmp_path: Path) -> None:
    needs("fastapi", "uvicorn")
    make_tiny_model(tmp_path / "model")
    location, port = str(tmp_path / "model"), free_port()
    with serving(tmp_path, port, *transformers_serve(location, port)) as url:
        chat = {"url": url, "model": location, "concurrency": 2}
        config = configure(
            tmp_path / "job", url, ROWS, chat=chat, settings=SETTINGS, prompts=shipped_prompts(), prices=None
        )
        found = told(judged(config))
    # It passes every wish for a form over, without a word.
    assert [Dialect.from_json(value).format for value in found.dialects] == [Format.NONE]
    assert len(found.calls) == 4
    assert {call["asked_as"] for call in found.calls.values()} == {"text"}
    assert {call["state"] for call in found.calls.values()} <= {"unreadable", "truncated", "empty"}
    assert all(call["attempts"] == 2 and call["prompt_tokens"] > 0 for call in found.calls.values())
    assert len(found.judgments) == 4 * 4
    assert all(judgment["value"] is None and judgment["unscored"] for judgment in found.judgments.values())
    assert found.done is not None
    assert (found.done["calls"], found.done["unscored"], found.done["stopped"]) == (4, 4, None)


@pytest.mark.parametrize("mode", ["reference", "independent"])
def test_a_local_model_answers_as_a_judge(tmp_path: Path, mode: str) -> None:
    make_tiny_model(tmp_path / "model")
    local = {"location": str(tmp_path / "model"), "base": None, "name": "tiny"}
    config = configure(tmp_path / "job", "", ROWS, chat=local, settings=SETTINGS, prompts=SHORT, mode=mode)
    found = told(judged(config))
    assert found.dialects == []
    assert len(found.judgments) == 4 * 4
    assert all(judgment["value"] is None for judgment in found.judgments.values())
    assert {call["asked_as"] for call in found.calls.values()} == {"text"}
