"""`viva rubric`."""

import json

from tests.cli.running import Viva
from viva.workbench import Workbench


def test_rubrics_are_listed_and_shown(viva: Viva, bench: Workbench) -> None:
    [row] = json.loads(viva("rubric", "list", "--format", "json").out)
    assert (row["rubric"], row["weights"]) == ("default", 100)
    shown = viva("rubric", "show", "default")
    assert (shown.code, shown.err) == (0, "Research approach\n")
    assert "An expert would sign it" in shown.out.replace("an expert", "An expert")
    rows = json.loads(viva("rubric", "show", "default", "--format", "json").out)
    assert [(row["criterion"], row["weight"]) for row in rows][:2] == [("accuracy", 40.0), ("completeness", 30.0)]
    assert set(rows[0]["levels"]) == {"0", "1", "2", "3", "4", "5"}


def test_a_file_that_is_no_rubric_is_told_of_and_left_out(viva: Viva, bench: Workbench) -> None:
    bench.paths.rubrics.mkdir(parents=True)
    (bench.paths.rubrics / "bad.toml").write_text('title = "\x07"')
    listed = viva("rubric", "list")
    assert listed.code == 0
    assert "warning: left out: bad.toml is not valid TOML" in listed.err
    shown = viva("rubric", "show", "bad")
    assert shown.code == 1
    assert "\x07" not in shown.err


def test_a_copy_is_made_to_be_edited(viva: Viva, bench: Workbench) -> None:
    outcome = viva("rubric", "copy", "default", "--as", "strict")
    assert (outcome.code, outcome.out) == (0, "")
    assert "rubric show strict" in outcome.err
    path = bench.paths.rubrics / "strict.toml"
    path.write_text(path.read_text().replace("weight = 40", "weight = 4"))
    assert bench.rubrics.get("strict").criteria[0].weight == 4
    assert viva("rubric", "copy", "default", "--as", "strict").code == 2
