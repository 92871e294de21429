"""The same numbers as lm-evaluation-harness, and its tasks by name."""

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.arc import make_arc
from tests.fakes.tiny_model import make_tiny_model
from viva.benchmark import arc, tasks
from viva.benchmark.choices import answers
from viva.benchmark.program import choices_from
from viva.errors import BadInput, NotFound, UsageError

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parallel,
    pytest.mark.skipif(importlib.util.find_spec("lm_eval") is None, reason="lm_eval is not installed"),
    pytest.mark.filterwarnings("ignore"),
]

TASK = """task: {name}
dataset_path: json
dataset_kwargs:
  data_files:
    test: {file}
output_type: {kind}
test_split: test
doc_to_text: "Question: {{{{question}}}}\\nAnswer:"
doc_to_target: "{{{{choices.label.index(answerKey)}}}}"
doc_to_choice: "{{{{choices.text}}}}"
metric_list:
  - metric: acc
  - metric: acc_norm
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("harness")
    make_arc(folder / "arc.jsonl", 24)
    (folder / "tasks").mkdir()
    for name, kind in (("viva_arc", "multiple_choice"), ("viva_written", "generate_until")):
        text = TASK.format(name=name, file=folder / "arc.jsonl", kind=kind)
        (folder / "tasks" / f"{name}.yaml").write_text(text, "utf-8")
    (folder / "tasks" / "viva_gone.yaml").write_text(
        TASK.format(name="viva_gone", file=folder / "gone.jsonl", kind="multiple_choice"), "utf-8"
    )
    return folder


@pytest.fixture(autouse=True)
def _own_cache(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import datasets

    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", folder / "cache")


def test_numbers_are_those_of_the_harness(folder: Path) -> None:
    from lm_eval import simple_evaluate
    from lm_eval.models.huggingface import HFLM
    from lm_eval.tasks import TaskManager

    model, tokenizer = make_tiny_model(folder / "tiny")
    model.eval()
    theirs: Any = simple_evaluate(
        model=HFLM(pretrained=model, tokenizer=tokenizer, batch_size=3),
        tasks=["viva_arc"],
        task_manager=TaskManager(include_path=str(folder / "tasks"), include_defaults=False),
        bootstrap_iters=0,
        log_samples=True,
    )
    items = [(item.item_id, choices_from(item.item)) for item in arc.read(folder / "arc.jsonl")]
    mine = list(answers(model, tokenizer, "tiny", items))
    for measure in ("acc", "acc_norm"):
        mean = sum(float(answer.measures[measure] or 0) for answer in mine) / len(mine)
        assert mean == theirs["results"]["viva_arc"][f"{measure},none"]
    samples = sorted(theirs["samples"]["viva_arc"], key=lambda sample: sample["doc_id"])
    for answer, sample in zip(mine, samples, strict=True):
        assert answer.answer is not None
        assert answer.measures == {"acc": sample["acc"], "acc_norm": sample["acc_norm"]}
        sums = [float(response[0][0]) for response in sample["resps"]]
        assert answer.answer["log_likelihoods"] == pytest.approx(sums, rel=1e-5)


def test_a_task_by_name_asks_what_its_file_asks(folder: Path) -> None:
    named = tasks.read("viva_arc", folder=str(folder / "tasks"))
    from_file = arc.read(folder / "arc.jsonl")
    assert [choices_from(item.item) for item in named] == [choices_from(item.item) for item in from_file]
    assert len(tasks.read("viva_arc", limit=5, folder=str(folder / "tasks"))) == 5


def test_what_cannot_be_asked_is_told(folder: Path) -> None:
    with pytest.raises(NotFound, match="no task viva_nothing"):
        tasks.read("viva_nothing", folder=str(folder / "tasks"))
    with pytest.raises(UsageError, match="no multiple-choice task"):
        tasks.read("viva_written", folder=str(folder / "tasks"))
    with pytest.raises(BadInput, match="the data of viva_gone cannot be had") as caught:
        tasks.read("viva_gone", folder=str(folder / "tasks"))
    assert "\n" not in caught.value.message
