"""The export program writes an artefact that passes the gate, and says so in events."""

import errno
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.tiny_model import make_tiny_adapter, make_tiny_model
from viva.errors import BadInput
from viva.events import EventWriter
from viva.paths import shipped
from viva.records.prompt import CHAT
from viva.train.export import export
from viva.workbench.generation import default_prompt

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parallel,
    pytest.mark.filterwarnings("ignore::FutureWarning:transformers"),
]

STARTER = str(shipped("models", "starter"))
ROWS = [
    {"question": "How does a camera find a fall?", "reference": "It waits."},
    {"question": "Why?", "reference": "So."},
]


def configure(tmp_path: Path, **changes: Any) -> dict[str, Any]:
    (tmp_path / "pairs.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    return {
        "model": "it", "location": STARTER, "base": None, "form": "gguf", "quantize": "f16", "name": "made",
        "output": str(tmp_path / "made"), "prompt": CHAT, "pairs": str(tmp_path / "pairs.jsonl"), **changes,
    }  # fmt: skip


def run(config: dict[str, Any]) -> list[dict[str, Any]]:
    """The events of an export in this process."""
    stream = io.StringIO()
    export(EventWriter(stream), config)
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_adapter_over_a_quantised_base_is_merged_and_passes(tmp_path: Path) -> None:
    adapter = tmp_path / "adapter"
    make_tiny_adapter(adapter, Path(STARTER))
    (adapter / "training.json").write_text('{"recipe": {"quantization": "nf4", "double_quantization": true}}')
    events = run(configure(tmp_path, location=str(adapter), base=STARTER, form="merged"))
    done = events[-1]
    assert (done["event"], done["path"]) == ("done", str(tmp_path / "made"))
    assert done["equivalence"]["passed"]
    assert done["equivalence"]["same_texts"] == done["equivalence"]["prompts"] == 2
    assert json.loads((tmp_path / "made" / "merged_from.json").read_text())["base"] == STARTER
    progress = [event["done"] for event in events if event["event"] == "progress"]
    assert progress == sorted(progress)
    assert progress[-1] == 100


def test_a_gguf_file_comes_with_a_modelfile_and_passes(tmp_path: Path) -> None:
    events = run(configure(tmp_path, quantize="q8_0", name="made.gguf"))
    assert events[-1]["path"] == str(tmp_path / "made" / "made.gguf")
    assert events[-1]["equivalence"]["form"] == "gguf q8_0"
    assert events[-1]["equivalence"]["passed"]
    assert events[-1]["equivalence"]["largest"] > 0.01
    assert "FROM ./made.gguf" in (tmp_path / "made" / "Modelfile").read_text()


@pytest.mark.parametrize(("form", "file"), [("merged", "."), ("gguf", "made.gguf")])
def test_an_artefact_is_asked_as_the_original_was(tmp_path: Path, form: str, file: str) -> None:
    make_tiny_model(tmp_path / "tiny", chat=False)
    make_tiny_adapter(tmp_path / "adapter", tmp_path / "tiny")
    prompt = "Q: {question}\nA: "
    (tmp_path / "adapter" / "training.json").write_text(json.dumps({"prompt": prompt}))
    location, base = str(tmp_path / "adapter"), str(tmp_path / "tiny")
    asked = default_prompt(location, base)
    events = run(configure(tmp_path, location=location, base=base, form=form, prompt=asked, job="20250101-1"))
    record = json.loads((tmp_path / "made" / "merged_from.json").read_text())
    assert (record["prompt"], record["job"], record["file"]) == (prompt, "20250101-1", file)
    assert asked == default_prompt(events[-1]["path"], None) == prompt
    if form == "gguf":
        assert 'TEMPLATE """Q: {{ .Prompt }}\nA:{{ .Response }}"""' in (tmp_path / "made" / "Modelfile").read_text()


def test_a_full_disk_is_told_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("viva.train.merge.write_record", fail)
    with pytest.raises(BadInput, match=r"^the disk is full$") as caught:
        run(configure(tmp_path))
    assert caught.value.hint == "make room, then export again"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"form": "merged"}, "it is no adapter: there is nothing to merge"),
        ({"pairs": "nowhere.jsonl"}, r"nowhere\.jsonl cannot be read"),
    ],
)
def test_what_cannot_be_exported_is_told(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        run(configure(tmp_path, **changes))


def test_as_a_program_it_ends_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps(configure(tmp_path, location=str(tmp_path / "nowhere"))))
    ended = subprocess.run(
        [sys.executable, "-m", "viva.train.export", str(tmp_path / "config.json")], capture_output=True, text=True
    )
    assert ended.returncode == 1
    told = json.loads(ended.stdout.splitlines()[-1])
    assert told["event"] == "error"
    assert "cannot be loaded" in told["message"]
