"""`viva preference import` and `viva preference export`."""

import csv
from pathlib import Path

import pytest

from tests.cli.running import Viva


@pytest.mark.usefixtures("filled")
def test_comparisons_come_in_and_go_out(viva: Viva, tmp_path: Path) -> None:
    file, out = tmp_path / "pairs.csv", tmp_path / "out.csv"
    file.write_text("example,system_a,system_b,rater,winner\n6,tuned,starter,r1,tuned\n6,tuned,tuned,r1,a\n", "utf-8")
    outcome = viva("preference", "import", file, "--dataset", "tiny", "--study", "pairs")
    assert (outcome.code, outcome.out) == (0, "")
    assert "1 preference on texts for tiny version 1 by 1 rater: study pairs" in outcome.err
    assert "line 3: the row compares a text with itself" in outcome.err
    assert viva("study", "close", "tiny-test").code == 0
    exported = viva("--role", "lead", "preference", "export", out)
    assert (exported.code, exported.err.endswith("out.csv: 1 preference\n")) == (0, True)
    with out.open(newline="", encoding="utf-8") as opened:
        [row] = csv.DictReader(opened)
    assert (row["system_a"], row["system_b"], row["winner"], row["study"]) == ("starter", "tuned", "b", "pairs")
    assert viva("preference", "export", out).code == 2
    assert viva("preference", "import", out, "--dataset", "tiny", "--strict").code == 0
