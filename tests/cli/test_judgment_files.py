"""`viva judgment import` and `viva judgment export`."""

from pathlib import Path

import pytest

from tests.cli.running import Viva
from viva.workbench import Workbench

HEADER = "example,system,judge,criterion,value,unscored\n"


@pytest.fixture
def verdicts(tmp_path: Path) -> Path:
    path = tmp_path / "verdicts.csv"
    path.write_text(
        HEADER + "6,tuned,gpt-4o,accuracy,4,\n6,tuned,gpt-4o,relevance,,refused\n6,tuned,gpt-4o,accuracy,9,\n", "utf-8"
    )
    return path


@pytest.mark.usefixtures("filled")
def test_an_import_tells_what_came_and_what_did_not(viva: Viva, verdicts: Path) -> None:
    outcome = viva("judgment", "import", verdicts, "--dataset", "tiny")
    assert (outcome.code, outcome.out) == (0, "")
    assert "2 verdicts on texts for tiny version 1 by gpt-4o" in outcome.err
    assert "line 4: accuracy goes from 0 to 5, not 9" in outcome.err
    assert "viva leaderboard tiny" in outcome.err
    again = viva("judgment", "import", verdicts, "--dataset", "tiny")
    assert "2 verdicts there already" in again.err


def test_strict_fails_with_one_line_and_a_hint(filled: Workbench, viva: Viva, verdicts: Path) -> None:
    outcome = viva("judgment", "import", verdicts, "--dataset", "tiny", "--strict")
    assert outcome.code == 1
    assert outcome.err.splitlines()[-2].startswith("error: 1 row of verdicts.csv cannot be used; line 4")
    assert not [row for row in filled.results.leaderboard("tiny") if row.source == "judge"]


@pytest.mark.usefixtures("filled")
def test_an_export_comes_in_again(viva: Viva, verdicts: Path, tmp_path: Path) -> None:
    viva("judgment", "import", verdicts, "--dataset", "tiny")
    file = tmp_path / "out.jsonl"
    outcome = viva("judgment", "export", "tiny", file, "--split", "test", "--judge", "gpt-4o", "--mode", "reference")
    assert (outcome.code, "2 verdicts" in outcome.err) == (0, True)
    assert viva("judgment", "export", "tiny", file).code == 2
    outcome = viva("judgment", "import", file, "--dataset", "tiny", "--judge", "tuned")
    assert (outcome.code, "tuned is a judge that viva asks itself" in outcome.err) == (1, True)
    outcome = viva("judgment", "import", file, "--dataset", "tiny", "--judge", "other")
    assert "2 verdicts on texts for tiny version 1 by other" in outcome.err
