"""Exporting from the workspace: the artefact is a model, compared with the original, and stays what was added."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.tiny_model import make_tiny_adapter, make_tiny_model
from viva.errors import NotFound, UsageError, UserError
from viva.jobs.directory import JobDirectory
from viva.paths import shipped
from viva.records.job import JobStatus
from viva.records.model import ModelKind
from viva.records.training import Equivalence
from viva.store import equivalences as table
from viva.workbench import Workbench
from viva.workbench.export_work import PROMPTS, export, note, pairs
from viva.workbench.work import JobWork

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parallel,
    pytest.mark.filterwarnings("ignore::FutureWarning:transformers"),
]

FOUND = Equivalence("it", "copy", "merged", 20, 0.5, 0.25, 0.75, 19, -0.125, True, {"positions": 3})


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a tiny model and an adapter over it."""
    path = tmp_path_factory.mktemp("made")
    make_tiny_model(path / "tiny")
    make_tiny_adapter(path / "adapter", path / "tiny")
    return path


@pytest.fixture
def stocked(bench: Workbench, made: Path, tmp_path: Path) -> Workbench:
    shutil.copytree(made, tmp_path / "made")
    bench.models.add_hub("tiny", str(tmp_path / "made" / "tiny"))
    bench.models.add_adapter("tuned", tmp_path / "made" / "adapter", "tiny")
    return bench


def spoil(directory: Path) -> None:
    for path in directory.glob("*.safetensors"):
        data = bytearray(path.read_bytes())
        data[-1] ^= 1
        path.write_bytes(data)


def test_an_adapter_becomes_a_merged_model_and_a_gguf_file(stocked: Workbench) -> None:
    for form, name, kind in (("merged", "tuned-merged", "merged"), ("gguf", "tuned-f32.gguf", "gguf f32")):
        job = stocked.jobs.wait(stocked.exports.start("tuned", form, quantize="f32").job_id)
        assert (job.status, job.error) == (JobStatus.DONE, "")
        assert job.result["model"] == name
        model = stocked.models.get(name)
        assert model.kind is ModelKind.HUB
        assert Path(model.location).is_relative_to(stocked.paths.models / name)
        assert model.note == f"{kind} of tuned: the same model"
        found = stocked.exports.equivalences(name)
        assert [(one.original, one.artefact, one.form, one.passed) for one in found] == [("tuned", name, kind, True)]
        assert found[0].prompts == 19
    assert len(stocked.exports.equivalences("tuned")) == len(stocked.exports.equivalences()) == 2
    with stocked.store.read() as connection:
        rows = connection.execute("SELECT artefact, passed FROM equivalences ORDER BY artefact").fetchall()
    assert rows == [("tuned-f32.gguf", True), ("tuned-merged", True)]
    with pytest.raises(UsageError, match="there is a model tuned-merged already"):
        stocked.exports.start("tuned", "merged", name="tuned-merged")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("tuned", "onnx"), "there is no form 'onnx'"),
        (("tuned", "gguf", None, "q2"), "GGUF is not written as 'q2'"),
        (("tiny", "merged"), "tiny is no adapter"),
        (("tuned", "merged", "tiny"), "there is a model tiny already"),
        (("tuned", "merged", "a b"), "cannot name a model"),
    ],
)
def test_what_cannot_be_exported_is_refused_before_it_starts(
    stocked: Workbench, arguments: tuple[str, ...], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        stocked.exports.start(*arguments)
    assert stocked.jobs.list() == []


def test_an_unknown_model_is_not_found(stocked: Workbench) -> None:
    with pytest.raises(NotFound):
        stocked.exports.start("none", "gguf")


class Broken(Exception):
    """What ends a job before its end."""


def work(bench: Workbench, name: str = "copy", number: str = "1", fails: bool = False) -> JobWork:
    """A job that exports the starter with a program that writes at once."""

    def run(
        module: str, config: Path, on_event: Callable[[dict[str, Any]], None], processes: int = 1
    ) -> dict[str, Any]:
        assert (module, processes) == ("viva.train.export", 1)
        on_event({"event": "start", "total": 100})
        told = json.loads(config.read_text())
        output = Path(told["output"])
        output.mkdir(parents=True)
        file = output / f"{told['name']}.gguf"
        file.write_bytes(b"GGUF")
        (output / "merged_from.json").write_text(json.dumps({"job": told["job"], "file": file.name}))
        if fails:
            raise Broken
        return {"path": str(file), "equivalence": {**vars(FOUND), "original": "starter", "artefact": name}}

    directory = JobDirectory(bench.paths.jobs / number)
    directory.path.mkdir(parents=True, exist_ok=True)
    arguments = {"model": "starter", "form": "gguf", "quantize": "f32", "name": name}
    return JobWork(bench, directory, arguments, run)


def lying(bench: Workbench) -> list[str]:
    return sorted(path.name for path in bench.paths.models.iterdir())


def test_an_artefact_gets_its_folder_once_it_is_whole(bench: Workbench) -> None:
    with pytest.raises(Broken):
        export(work(bench, fails=True))
    assert lying(bench) == []
    assert bench.exports.equivalences() == []
    left = bench.paths.models / "copy.part-1"
    left.mkdir()
    other = bench.paths.models / "copy.part-2"
    other.mkdir()
    (left / "half").write_text("x")
    done = export(work(bench))
    assert done["path"] == str(bench.paths.models / "copy" / "copy.gguf")
    assert lying(bench) == ["copy", "copy.part-2"]
    assert sorted(path.name for path in (bench.paths.models / "copy").iterdir()) == ["copy.gguf", "merged_from.json"]


def test_what_somebody_put_there_is_never_touched(bench: Workbench) -> None:
    own = bench.paths.models / "copy" / "weights.safetensors"
    own.parent.mkdir(parents=True)
    own.write_text("mine")
    with pytest.raises(UsageError, match="there is something at data/models/copy already") as caught:
        bench.exports.start("starter", "gguf", name="copy")
    assert "choose another name" in caught.value.hint
    with pytest.raises(UsageError, match="there is something at data/models/copy already"):
        export(work(bench))
    assert own.read_text() == "mine"
    assert lying(bench) == ["copy"]
    assert bench.jobs.list() == []


def test_a_usual_name_is_one_that_no_folder_has(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("viva.jobs.launch.start", lambda *_: True)
    (bench.paths.models / "starter-f16.gguf").mkdir(parents=True)
    assert bench.exports.start("starter", "gguf").spec.arguments["name"] == "starter-f16.gguf-2"


def test_a_resumed_export_leaves_a_newer_one_of_its_name_alone(bench: Workbench) -> None:
    with pytest.raises(Broken):
        export(work(bench, fails=True))
    export(work(bench, number="2"))
    with pytest.raises(UsageError, match="there is a model copy already"):
        export(work(bench))
    assert (bench.paths.models / "copy" / "copy.gguf").is_file()
    assert lying(bench) == ["copy"]


@pytest.mark.parametrize("registered", [False, True])
def test_an_export_that_was_killed_at_its_end_is_resumed_from_there(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch, registered: bool
) -> None:
    def fail(*_: Any) -> None:
        raise Broken

    if registered:
        export(work(bench))
    else:
        with monkeypatch.context() as patched:
            patched.setattr("viva.workbench.models.Models.add_hub", fail)
            with pytest.raises(Broken):
                export(work(bench))
    once = bench.exports.equivalences("copy")
    assert [one.passed for one in once] == [True]
    done = export(work(bench, fails=True))
    assert done["equivalence"] == vars(once[0])
    assert bench.models.get("copy").location == done["path"]
    assert bench.exports.equivalences("copy") == once
    (bench.paths.models / "copy" / "copy.gguf").write_bytes(b"GGUF, changed")
    with pytest.raises(UsageError, match="the weights of copy have changed"):
        export(work(bench))


def test_the_latest_comparison_of_two_models_counts(bench: Workbench) -> None:
    with bench.store.write() as connection:
        table.add(connection, Equivalence(**{**vars(FOUND), "score": 1.0}))
        table.add(connection, FOUND)
        table.add(connection, Equivalence(**{**vars(FOUND), "artefact": "other"}))
    assert bench.exports.equivalences() == [Equivalence(**{**vars(FOUND), "artefact": "other"}), FOUND]
    assert bench.exports.equivalences("copy") == [FOUND]
    assert bench.exports.equivalences("none") == []


def test_an_artefact_that_is_another_model_says_so(stocked: Workbench) -> None:
    failed = Equivalence(**{**vars(FOUND), "passed": False})
    assert note(stocked.models.get("tuned"), failed) == "merged of tuned: not the same model: see its equivalence"


def test_questions_are_from_what_was_trained_on_or_from_the_bundled_dataset(stocked: Workbench) -> None:
    found = pairs(stocked, stocked.models.get("tuned"))
    assert 10 < len(found) <= PROMPTS
    assert all(pair["question"] and pair["reference"] for pair in found)


def test_changed_weights_are_not_taken_for_those_that_were_added(stocked: Workbench) -> None:
    tuned = stocked.models.get("tuned")
    assert len(tuned.settings["fingerprint"]) == 64
    assert stocked.models.weights(tuned) == (tuned.location, stocked.models.get("tiny").location)
    spoil(Path(tuned.location))
    with pytest.raises(UsageError, match="the weights of tuned have changed since it was added") as caught:
        stocked.models.weights(tuned)
    assert "new name" in caught.value.hint
    with pytest.raises(UsageError, match="have changed"):
        stocked.exports.start("tuned", "merged")
    with pytest.raises(UsageError, match="have changed"):
        stocked.models.add_adapter("tuned", Path(tuned.location), "tiny")
    again = stocked.models.add_adapter("tuned-2", Path(tuned.location), "tiny")
    assert stocked.models.weights(again)[0] == tuned.location


def test_a_changed_base_is_no_base_of_the_adapter_any_more(stocked: Workbench) -> None:
    spoil(Path(stocked.models.get("tiny").location))
    with pytest.raises(UsageError, match="the weights of tiny have changed"):
        stocked.models.weights(stocked.models.get("tuned"))


def test_weights_that_are_gone_are_told(stocked: Workbench) -> None:
    tiny = stocked.models.get("tiny")
    shutil.rmtree(tiny.location)
    with pytest.raises(UsageError, match="the weights of tiny are gone"):
        stocked.models.weights(tiny)


def test_adding_the_same_twice_changes_nothing(stocked: Workbench) -> None:
    tiny = stocked.models.get("tiny")
    assert stocked.models.add_hub("tiny", tiny.location) == tiny
    with pytest.raises(UsageError, match="there is a model tiny already"):
        stocked.models.add_hub("tiny", "owner/model")


def test_what_has_no_fingerprint_is_not_checked(bench: Workbench) -> None:
    hub = bench.models.add_hub("hub", "owner/model")
    starter = bench.models.starter()
    assert hub.settings == starter.settings == {}
    assert bench.models.weights(hub) == ("owner/model", None)
    assert bench.models.weights(starter) == (str(shipped("models", "starter")), None)


def test_a_file_is_added_where_it_is_gguf(bench: Workbench, tmp_path: Path) -> None:
    (tmp_path / "it.gguf").write_bytes(b"GGUF")
    model = bench.models.add_hub("file", str(tmp_path / "it.gguf"))
    assert model.location == str(tmp_path / "it.gguf")
    assert "fingerprint" in model.settings
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(UsageError, match=r"notes\.txt is no model"):
        bench.models.add_hub("notes", str(tmp_path / "notes.txt"))
    with pytest.raises(UsageError, match="there is no file"):
        bench.models.add_hub("none", str(tmp_path / "none.gguf"))


def test_a_check_says_what_a_model_is(stocked: Workbench) -> None:
    found = stocked.models.check("tuned")
    assert (found.name, found.architecture, found.context) == ("tuned", "LlamaForCausalLM", 256)
    assert (found.chat_template, found.vocabulary, found.adapter) == (True, 320, "LORA of rank 4")
    assert found.parameters == 28_832


def test_a_check_says_why_a_model_cannot_be_read(bench: Workbench, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    bench.models.add_hub("empty", str(tmp_path / "empty"))
    with pytest.raises(UserError, match=r"empty cannot be loaded: it holds no config\.json"):
        bench.models.check("empty")
    bench.models.add_endpoint("there", "http://127.0.0.1:1/v1", "it")
    with pytest.raises(UsageError, match="is an endpoint"):
        bench.models.check("there")
