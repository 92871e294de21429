"""`viva model export` and `viva model check`."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import Viva
from tests.fakes.tiny_model import make_tiny_model
from viva.cli import model, model_check, model_export
from viva.jobs.directory import JobDirectory
from viva.records.job import JobKind, JobStatus
from viva.records.model_check import ModelCheck
from viva.records.training import Equivalence
from viva.workbench import Workbench

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parallel,
    pytest.mark.filterwarnings("ignore::FutureWarning:transformers"),
]


@pytest.fixture(autouse=True)
def _commands(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, command in (("export", model_export.command), ("check", model_check.command)):
        monkeypatch.setitem(model.command.commands, name, command)


def test_an_export_starts_a_job_and_prints_its_id(
    viva: Viva, bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("viva.jobs.launch.start", lambda *_: True)
    outcome = viva("model", "export", "starter", "--to", "gguf", "--quantize", "q8_0", "--name", "small")
    assert outcome.code == 0
    [job] = bench.jobs.list()
    assert outcome.out == f"{job.job_id}\n"
    assert job.spec.kind is JobKind.EXPORT
    assert job.spec.arguments == {"model": "starter", "form": "gguf", "quantize": "q8_0", "name": "small"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["starter"], "--to"),
        (["starter", "--to", "onnx"], "onnx"),
        (["starter", "--to", "merged"], "starter is no adapter"),
        (["starter", "--to", "gguf", "--name", "starter"], "there is a model starter already"),
    ],
)
def test_what_cannot_be_exported_is_refused(viva: Viva, arguments: list[str], said: str) -> None:
    outcome = viva("model", "export", *arguments)
    assert outcome.code == 2
    assert said in outcome.err


def test_an_export_that_is_waited_for_leaves_a_file_and_a_model(viva: Viva, bench: Workbench, tmp_path: Path) -> None:
    make_tiny_model(tmp_path / "tiny")
    bench.models.add_hub("tiny", str(tmp_path / "tiny"))
    outcome = viva("model", "export", "tiny", "--to", "gguf", "--wait")
    assert outcome.code == 0, outcome.err
    assert "tiny-f16.gguf" in outcome.err
    assert Path(bench.models.get("tiny-f16.gguf").location).is_file()


@pytest.mark.parametrize(("passed", "code"), [(True, 0), (False, 1)])
def test_an_artefact_that_is_another_model_fails_what_waits_for_it(
    viva: Viva, monkeypatch: pytest.MonkeyPatch, passed: bool, code: int
) -> None:
    def finish(directory: JobDirectory, *_: Any) -> bool:
        found = Equivalence("starter", "small", "gguf f16", 20, 3.5, 0.25, 0.8625, 3, -0.125, passed)
        directory.set_ended(JobStatus.DONE, result={"model": "small", "equivalence": asdict(found)})
        return True

    monkeypatch.setattr("viva.jobs.launch.start", finish)
    outcome = viva("model", "export", "starter", "--to", "gguf", "--name", "small", "--wait")
    assert outcome.code == code
    said = "error: small is not the same model: 86.25% of the tokens agree with starter, 0.25 nats apart\n"
    assert (said in outcome.err) is not passed


def test_a_check_prints_what_the_model_is(viva: Viva, monkeypatch: pytest.MonkeyPatch) -> None:
    found = ModelCheck("it", "LlamaForCausalLM", 1_234, 2048, True, 320)
    monkeypatch.setattr("viva.workbench.models.Models.check", lambda *_: found)
    [row] = json.loads(viva("model", "check", "it", "--format", "json").out)
    expected: dict[str, Any] = {"architecture": "LlamaForCausalLM", "parameters": 1234, "chat_template": "yes"}
    assert expected.items() <= row.items()
    assert "LlamaForCausalLM" in viva("model", "check", "it").out


def test_a_check_of_what_cannot_be_read_says_why_in_one_line(viva: Viva, bench: Workbench, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    bench.models.add_hub("empty", str(tmp_path / "empty"))
    outcome = viva("model", "check", "empty")
    assert outcome.code != 0
    assert "cannot be loaded: it holds no config.json" in outcome.err
    assert "Traceback" not in outcome.err
