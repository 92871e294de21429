"""`viva verdict`."""

import json
from pathlib import Path

import pytest

from tests.cli.running import Viva
from tests.fakes.calibrated import STUDY, fill_calibrated
from viva.workbench import Workbench


def test_people_read_a_table_for_each_measure_and_what_follows(bench: Workbench, viva: Viva) -> None:
    fill_calibrated(bench)
    outcome = viva("verdict", STUDY)
    assert outcome.code == 0, outcome.err
    assert outcome.out.startswith("total, 0 to 100 points\nof ")
    assert "\n\naccuracy, 0 to 40 points\nof " in outcome.out
    assert max(map(len, outcome.out.splitlines())) <= 80
    assert outcome.err.startswith("sample: many/test, 30 of 30 random questions rated, kind (reference)\n")
    assert "tuned is better than base on the total (+" in outcome.err
    assert "note: the sample was drawn within 3 layers" in outcome.err
    assert "as good as: so many ratings by people alone" in outcome.err
    first, *_, last = json.loads(viva("verdict", STUDY, "--format", "json").out)
    assert (first["measure"], first["first"], first["second"], first["people_n"]) == ("total", "base", None, 30)
    assert (last["measure"], last["second"], last["judge"]) == ("practicality", "tuned", "kind (reference)")
    assert viva("verdict", STUDY, "--format", "md").out.startswith("| measure | of | people (n) |")
    assert viva("verdict", STUDY, "--judge", "kind", "--mode", "reference", "--format", "csv").code == 0


def test_what_cannot_be_had_is_said_with_a_reason(bench: Workbench, viva: Viva) -> None:
    fill_calibrated(bench, rated=12)
    outcome = viva("verdict", STUDY)
    assert outcome.code == 0
    assert "no verdict by people and judge together: 12 questions of the random sample are rated" in outcome.err
    assert "next: rate more of it: viva rate sample" in outcome.err
    assert "nan" not in (outcome.out + outcome.err).lower()
    nobody = viva("verdict", STUDY, "--judge", "nobody")
    assert (nobody.code, nobody.out) == (1, "")
    assert "there is no judge 'nobody'" in nobody.err


@pytest.mark.usefixtures("filled")
def test_a_workspace_without_judges_and_ratings_is_told_so(viva: Viva) -> None:
    outcome = viva("verdict", "tiny-test")
    assert outcome.code == 0
    assert "0 questions of the random sample are rated, 20 are needed" in outcome.err
    assert viva("verdict", "nothing").code == 1


def test_ratings_of_others_join_in_where_they_are_said_to_be_a_random_sample(
    bench: Workbench, viva: Viva, tmp_path: Path
) -> None:
    fill_calibrated(bench, rated=0)
    rows = [f"{n},{system},r1,{(n + len(system)) % 6}" for n in range(1, 25) for system in ("base", "tuned")]
    file = tmp_path / "paper.csv"
    file.write_text("example,system,rater,accuracy\n" + "\n".join(rows) + "\n", "utf-8")
    given = ("rating", "import", file, "--dataset", "many", "--study", "paper")
    assert viva(*given).code == 0
    assert "next: draw one at random" in viva("verdict", "paper").err
    assert viva(*given, "--random-sample").code == 0
    rows = json.loads(viva("verdict", "paper", "--format", "json").out)
    assert [one["n"] for one in rows if one["measure"] == "accuracy"] == [24, 24, 24]
