"""The export program writes an artefact that passes the gate, and says so in events."""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.tiny_model import make_tiny_adapter
from viva.errors import BadInput
from viva.events import EventWriter
from viva.paths import shipped
from viva.records.prompt import CHAT
from viva.train.export import export

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
