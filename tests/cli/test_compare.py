"""`viva compare`: two systems on the same questions."""

import csv
import io
import json

import pytest

from tests.cli.running import Viva
from tests.fakes.results import rate
from viva.workbench import Workbench

FORMS = pytest.mark.parametrize("form", ["table", "json", "csv", "md"])


def test_programs_get_every_number_unrounded(viva: Viva, filled: Workbench) -> None:
    rate(filled)
    rows = json.loads(viva("compare", "tuned", "starter", "--dataset", "tiny", "--format", "json").out)
    found = {(row["source"], row["measure"]): row for row in rows}
    total = found["human", "total"]
    assert (total["n"], total["attempted"], total["mean_first"], total["mean_second"]) == (3, 4, 80.0, 20.0)
    assert (total["difference"], total["wins"], total["ties"], total["losses"]) == (60.0, 3, 0, 0)
    assert total["p"] == 0.25
    assert total["tests"] == len(rows)
    assert total["remark"] == "the data do not tell the two apart"
    assert found["metric", "rouge_l"]["difference"] == pytest.approx(0.2)


def test_the_other_way_round_everything_is_turned(viva: Viva, filled: Workbench) -> None:
    one, other = (
        json.loads(viva("compare", *pair, "--dataset", "tiny", "--measure", "rouge_l", "--format", "json").out)[0]
        for pair in (("tuned", "starter"), ("starter", "tuned"))
    )
    assert one["difference"] == -other["difference"]
    assert (one["wins"], one["p"]) == (other["losses"], other["p"])


def test_csv_has_the_columns_of_json(viva: Viva, filled: Workbench) -> None:
    head, *rows = csv.reader(
        io.StringIO(viva("compare", "tuned", "starter", "--dataset", "tiny", "--format", "csv").out)
    )
    objects = json.loads(viva("compare", "tuned", "starter", "--dataset", "tiny", "--format", "json").out)
    assert head == list(objects[0])
    assert len(rows) == len(objects)


def test_people_read_which_is_better_and_how_sure_that_is(viva: Viva, filled: Workbench) -> None:
    rate(filled)
    outcome = viva("compare", "tuned", "starter", "--dataset", "tiny", "--split", "test")
    assert "Human total /100" in outcome.out
    assert "won/tied/lost" in outcome.out
    assert "tuned − starter · tiny · test" in outcome.err
    assert "the data do not tell the two apart" in outcome.err
    assert "more measures: --all" in outcome.err


@pytest.mark.parametrize("columns", [80, 120])
def test_the_marks_are_explained_and_a_narrow_table_says_where_the_rest_is(
    viva: Viva, filled: Workbench, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    rate(filled)
    monkeypatch.setenv("COLUMNS", str(columns))
    outcome = viva("compare", "tuned", "starter", "--dataset", "tiny")
    assert "▲ the first is better · ▼ the second is better · ≈ cannot be told apart" in outcome.err
    assert ("w/t/l: won, tied, lost by the first" in outcome.err) == (columns < 120)
    assert ("also show both means" in outcome.err) == (columns < 120)
    assert "p Holm: corrected for the" in outcome.err
    assert max(map(len, outcome.out.splitlines())) <= columns
    assert (
        "≈ cannot be told apart" not in viva("compare", "tuned", "starter", "--dataset", "tiny", "--format", "md").err
    )


def test_what_is_shown_does_not_change_what_is_told_apart(viva: Viva, filled: Workbench) -> None:
    rate(filled)
    compare = ("compare", "tuned", "starter", "--dataset", "tiny", "--format", "json")
    whole = {(row["source"], row["measure"]): row for row in json.loads(viva(*compare).out)}
    rows = json.loads(viva(*compare, "--measure", "total").out)
    assert [row["measure"] for row in rows] == ["total"]
    assert rows[0] == whole["human", "total"]


@FORMS
def test_where_they_differ_most_with_the_texts(viva: Viva, filled: Workbench, form: str) -> None:
    rate(filled)
    outcome = viva("compare", "tuned", "starter", "--dataset", "tiny", "--texts", 2, "--format", form)
    assert outcome.code == 0
    assert "honestly I would start with a camera" in outcome.out
    assert "tuned is better on" not in outcome.err or "Human total" in outcome.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("tuned", "tuned", "--dataset", "tiny"), "a system is compared with another one"),
        (("tuned", "startr", "--dataset", "tiny"), "did you mean starter?"),
        (("tuned", "starter", "--dataset", "tny"), "tiny"),
        (("tuned", "starter", "--dataset", "tiny", "--split", "tst"), "did you mean test?"),
        (("tuned", "starter", "--dataset", "tiny", "--field", "enrgy"), "did you mean energy?"),
        (("tuned", "starter", "--dataset", "tiny", "--measure", "rouge"), "measures: "),
    ],
)
def test_what_is_not_there_is_an_error(viva: Viva, filled: Workbench, arguments: tuple[str, ...], message: str) -> None:
    outcome = viva("compare", *arguments)
    assert outcome.code in {1, 2}
    assert message in outcome.err
    assert outcome.out == ""


@FORMS
def test_nothing_scored_is_said(viva: Viva, filled: Workbench, form: str) -> None:
    with filled.store.write() as connection:
        connection.execute("DELETE FROM score")
    outcome = viva("compare", "tuned", "starter", "--dataset", "tiny", "--format", form)
    assert outcome.code == 0
    assert "viva score tiny" in outcome.err
    assert form != "table" or not outcome.out
    texts = viva("compare", "tuned", "starter", "--dataset", "tiny", "--texts", 3, "--format", form)
    assert texts.code == 2
