"""`viva adjudicate`."""

import json

import pytest

from tests.cli.running import Viva
from tests.fakes.disagreeing import make
from tests.fakes.filled import STUDY
from viva.workbench import Workbench


@pytest.fixture
def disagreeing(bench: Workbench) -> None:
    make(bench, "see [/foo] \x1b[31mred")


@pytest.mark.usefixtures("disagreeing")
def test_a_study_lists_its_items_and_an_item_its_ratings(viva: Viva) -> None:
    items = viva("adjudicate", "seminar")
    assert items.err == "seminar: 24 texts by two raters or more, 0 settled\n"
    assert items.out.splitlines()[0].split() == [
        "item", "apart", "raters", "most", "on", "flagged", "settled", "question",
    ]  # fmt: skip
    first = json.loads(viva("adjudicate", "seminar", "--format", "json").out)[0]
    shown = viva("adjudicate", "seminar", first["number"])
    assert shown.code == 0
    assert "ann: accuracy 1, completeness 1" in shown.out
    assert "not yet" in shown.out
    [item] = json.loads(viva("adjudicate", "seminar", first["item"], "--format", "json").out)
    assert [one["rater"] for one in item["ratings"]] == ["ann", "bob", "cyd", "severe"]
    assert item["settled"] is None
    everything = "".join(viva("adjudicate", "seminar", number).out for number in range(1, 25))
    assert "see [/foo] ␛[31mred" in everything
    assert "\x1b" not in everything


@pytest.mark.usefixtures("disagreeing")
def test_values_settle_an_item(viva: Viva) -> None:
    settled = viva("adjudicate", "seminar", "3", "accuracy=3", "relevance=0", "--note", "half right")
    assert (settled.code, settled.err) == (0, "item 3: settled: accuracy 3, relevance 0\n")
    assert "accuracy 3, relevance 0, by ann (half right)" in settled.out
    assert "1 settled" in viva("adjudicate", "seminar").err
    pair = viva("adjudicate", "duel", "1", "B", "--format", "json")
    assert json.loads(pair.out)[0]["settled"]["values"] == {"": "b"}
    assert "on the whole B" in viva("adjudicate", "duel", "1").out


@pytest.mark.usefixtures("disagreeing")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("accuracy=9",), "accuracy goes from 0 to 5, not 9"),
        (("accuracy=good",), "'good' is no value"),
        (("3",), "'3' names no criterion"),
        (("accuracy=1", "accuracy=2"), "accuracy is given twice"),
        (("acuracy=1",), "the rubric has no criterion 'acuracy'"),
        (("--note", "x"), "a note alone settles nothing"),
    ],
)
def test_what_cannot_be_is_refused(viva: Viva, arguments: tuple[str, ...], message: str) -> None:
    refused = viva("adjudicate", "seminar", "3", *arguments)
    assert (refused.code, refused.out) == (2, "")
    assert message in refused.err


@pytest.mark.usefixtures("filled")
def test_nothing_to_settle_is_said_and_raters_are_refused(viva: Viva) -> None:
    empty = viva("adjudicate", STUDY)
    assert empty.code == 0
    assert "no text has all its ratings from two raters yet" in empty.err
    refused = viva("--role", "rater", "adjudicate", STUDY)
    assert refused.code == 1
    assert "only leads and engineers may settle what raters disagree on" in refused.err
    assert viva("--role", "lead", "adjudicate", STUDY).code == 0
    assert viva("adjudicate", "nothing").code == 1
