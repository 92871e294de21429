import csv
import io
import json

import pytest

from tests.cli.running import Viva
from tests.fakes.filled import STUDY
from tests.fakes.results import rate_at_desk
from viva.workbench import Workbench


def test_programs_get_the_numbers_of_the_store(viva: Viva, filled: Workbench) -> None:
    rows = json.loads(viva("leaderboard", "tiny", "--split", "test", "--format", "json").out)
    expected = {(row.system, row.measure): row for row in filled.results.leaderboard("tiny", "test")}
    assert len(rows) == len(expected)
    for row in rows:
        known = expected[row["system"], row["measure"]]
        assert (row["n"], row["attempted"]) == (known.n, known.attempted)
        assert row["mean"] == pytest.approx(known.mean, rel=1e-12)


def test_csv_has_the_columns_of_json(viva: Viva, filled: Workbench) -> None:
    head, *rows = csv.reader(io.StringIO(viva("leaderboard", "tiny", "--format", "csv").out))
    objects = json.loads(viva("leaderboard", "tiny", "--format", "json").out)
    assert head == list(objects[0])
    means = [row["mean"] for row in objects]
    assert [float(row[head.index("mean")]) for row in rows] == pytest.approx(means, rel=1e-12)


@pytest.mark.parametrize("form", ["table", "md"])
def test_people_see_how_many_texts_were_scored(viva: Viva, filled: Workbench, form: str) -> None:
    shown = viva("leaderboard", "tiny", "--format", form).out
    assert "4/4" in shown
    assert "3/4" in shown


@pytest.mark.parametrize("form", ["table", "json", "csv", "md"])
def test_it_can_be_split_by_field(viva: Viva, filled: Workbench, form: str) -> None:
    shown = viva("leaderboard", "tiny", "--by", "field", "--format", form).out
    assert "sports and crowds" in shown
    assert "sports and crowds" not in viva("leaderboard", "tiny", "--format", form).out


def test_ratings_count_as_soon_as_they_are_saved(viva: Viva, filled: Workbench) -> None:
    rate_at_desk(filled, STUDY, most=1)
    rows = json.loads(viva("leaderboard", "tiny", "--format", "json").out)
    assert [row["mean"] for row in rows if row["source"] == "human" and row["measure"] == "total"] == [80.0]


@pytest.mark.parametrize("form", ["table", "json", "csv", "md"])
def test_nothing_scored_is_said(viva: Viva, bench: Workbench, csv_file: object, form: str) -> None:
    viva("dataset", "import", csv_file, "--name", "papers", "--question", "Problem", "--reference", "Solution")
    outcome = viva("leaderboard", "papers", "--format", form)
    assert outcome.code == 0
    assert "nothing has been written yet: viva generate papers --split SPLIT --model MODEL" in outcome.err


def test_an_unknown_dataset_is_an_error(viva: Viva, filled: Workbench) -> None:
    assert viva("leaderboard", "tny").code == 1


def test_a_split_of_the_version_with_results_is_known_after_a_new_split(viva: Viva, filled: Workbench) -> None:
    before = viva("leaderboard", "tiny", "--split", "test").out
    assert viva("dataset", "split", "tiny", "dev=0.5,held=rest").code == 0
    after = viva("leaderboard", "tiny", "--split", "test")
    assert (after.code, after.out) == (0, before)
    assert viva("leaderboard", "tiny", "--split", "held").code == 1
