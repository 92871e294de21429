"""`viva generation`: in from elsewhere, as a list, and out."""

import json
from pathlib import Path

import pytest

from tests.cli.running import Viva
from viva.workbench import Workbench


@pytest.fixture
def outputs(tmp_path: Path) -> Path:
    path = tmp_path / "outputs.csv"
    path.write_text("system,example,text\ngpt-4o,6,Watch the gate.\ngpt-4o,7,\ngpt-4o,99,Nobody asked.\n", "utf-8")
    return path


def test_an_import_tells_what_came_and_what_did_not(filled: Workbench, viva: Viva, outputs: Path) -> None:
    outcome = viva("generation", "import", outputs, "--dataset", "tiny")
    assert (outcome.code, outcome.out) == (0, "")
    assert "2 texts for tiny version 1 by gpt-4o" in outcome.err
    assert "line 4: there is no example 99" in outcome.err
    assert (outputs.parent / "outputs.csv.bad-rows.jsonl").is_file()
    again = viva("generation", "import", outputs, "--dataset", "tiny")
    assert "2 texts there already" in again.err
    assert filled.outputs.list("tiny", system="gpt-4o")


def test_strict_fails_with_one_line_and_a_hint(filled: Workbench, viva: Viva, outputs: Path) -> None:
    outcome = viva("generation", "import", outputs, "--dataset", "tiny", "--strict")
    assert outcome.code == 1
    assert outcome.err.splitlines()[-2].startswith("error: 1 row of outputs.csv cannot be used; line 4")
    assert "gpt-4o" not in {system.name for system in filled.generation.systems()}


@pytest.mark.usefixtures("filled")
def test_the_list_has_a_row_for_each_text(viva: Viva) -> None:
    outcome = viva("generation", "list", "tiny", "--split", "test", "--format", "json")
    rows = json.loads(outcome.out)
    assert len(rows) == 8
    assert {row["system"] for row in rows} == {"starter", "tuned"}
    assert set(rows[0]) == {
        "generation", "system", "example", "position", "split", "sample", "finish_reason", "prompt_tokens",
        "completion_tokens", "seconds", "failed", "start",
    }  # fmt: skip
    for form in ("table", "csv", "md"):
        assert viva("generation", "list", "tiny", "--system", "tuned", "--format", form).code == 0
    empty = viva("generation", "list", "tiny", "--split", "train")
    assert (empty.code, "nothing was written yet" in empty.err) == (0, True)


@pytest.mark.usefixtures("filled")
def test_an_export_comes_in_again_under_another_name(viva: Viva, tmp_path: Path) -> None:
    file = tmp_path / "out.jsonl"
    assert viva("generation", "export", "tiny", file, "--system", "tuned").code == 0
    assert viva("generation", "export", "tiny", file).code == 2
    known = viva("generation", "import", file, "--dataset", "tiny")
    assert (known.code, "4 texts there already: passed over" in known.err) == (0, True)
    prefixed = viva("generation", "import", file, "--dataset", "tiny", "--prefix", "other-")
    assert "4 texts for tiny version 1 by other-tuned" in prefixed.err
    file.write_text(file.read_text("utf-8").replace('"text": "', '"text": "not '), "utf-8")
    refused = viva("generation", "import", file, "--dataset", "tiny")
    assert refused.code == 1
    assert "tuned is a model that viva writes with itself" in refused.err
    assert "--prefix other-" in refused.err
    outcome = viva("generation", "import", file, "--dataset", "tiny", "--system", "tuned-copy")
    assert "4 texts for tiny version 1 by tuned-copy" in outcome.err
