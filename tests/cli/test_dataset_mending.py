"""`viva dataset clean|dedupe|leakage|split|stats`."""

import json

import pytest

from tests.cli.running import Viva
from tests.fakes.hostile import FORBIDDEN
from tests.fakes.mending import add, hostile, near, plain, reference
from viva.records.dataset import Example
from viva.workbench import Workbench


@pytest.fixture
def vad(bench: Workbench) -> Workbench:
    bench.datasets.import_bundled("vad")
    return bench


def counts(bench: Workbench, name: str = "vad") -> dict[str, int]:
    return bench.datasets.get(name).splits


@pytest.mark.parametrize(
    ("arguments", "splits"),
    [
        (["train=93,validation=16,test=19", "--stratify", "field"], {"train": 93, "validation": 16, "test": 19}),
        (["train=0.75,test=0.25"], {"train": 96, "test": 32}),
        (["train=0.8,test=0.2"], {"train": 102, "test": 26}),
        (["test=2,train=rest", "--per", "field"], {"test": 32, "train": 96}),
        (["train=1,test=1", "--per", "field"], {"train": 16, "test": 16, "": 96}),
    ],
)
def test_a_dataset_is_split_as_in_the_reports(
    viva: Viva, vad: Workbench, arguments: list[str], splits: dict[str, int]
) -> None:
    outcome = viva("dataset", "split", "vad", *arguments, "--seed", "3")
    assert outcome.code == 0, outcome.err
    assert counts(vad) == splits
    assert "every split gets as many as wanted" in outcome.err
    assert "vad version 2: 128 examples" in outcome.err
    assert vad.datasets.get("vad").change.endswith("seed 3")


def test_two_of_each_subfield_are_kept_for_the_test(viva: Viva, bench: Workbench) -> None:
    add(bench, plain(20))
    outcome = viva("dataset", "split", "zoo", "test=2,train=rest", "--per", "subfield", "--format", "json")
    assert json.loads(outcome.out) == [
        {"field": None, "subfield": None, "split": "test", "wanted": 8, "got": 8},
        {"field": None, "subfield": None, "split": "train", "wanted": 12, "got": 12},
    ]
    assert counts(bench, "zoo") == {"test": 8, "train": 12}


@pytest.mark.parametrize(
    "arguments",
    [("split", "zoo", "train=0.5,test=0.5"), ("dedupe", "zoo"), ("clean", "zoo")],
)
def test_a_dry_run_changes_nothing(viva: Viva, bench: Workbench, arguments: tuple[str, ...]) -> None:
    add(bench, [*plain(6), near(1, "one", "test", "a"), Example("**Why?**", "So.", example_id="b")])
    outcome = viva("dataset", *arguments, "--dry-run")
    assert outcome.code == 0, outcome.err
    assert outcome.out
    assert len(bench.datasets.versions("zoo")) == 1


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("split", "vad", "train=lots"), 2, "'lots' is not an amount"),
        (("split", "vad", "train=400"), 2, "the parts ask for 400 examples"),
        (("split", "nothing", "train=1"), 1, "there is no dataset 'nothing'"),
        (("clean", "vad", "--min-question", "9", "--max-question", "2"), 2, "no question has at least 9"),
        (("dedupe", "vad", "--threshold", "0"), 2, "0"),
        (("dedupe", "vad", "--keep", "some"), 2, "'some' is not one of"),
        (("leakage", "nothing"), 1, "there is no dataset 'nothing'"),
        (("stats", "nothing"), 1, "there is no dataset 'nothing'"),
        (("stats", "vad", "--no-tokens", "--part", "tokens"), 2, "lengths in tokens were not counted"),
    ],
)
def test_what_is_wrong_is_one_error_line(
    viva: Viva, vad: Workbench, arguments: tuple[str, ...], code: int, message: str
) -> None:
    outcome = viva("dataset", *arguments)
    assert (outcome.code, outcome.out) == (code, "")
    assert message in outcome.err.splitlines()[0]
    assert len(vad.datasets.versions("vad")) == 1


def test_cleaning_shows_samples_and_makes_a_version(viva: Viva, bench: Workbench) -> None:
    add(bench, [*plain(3), Example("**Why** so?", "Therefore.", example_id="b")])
    outcome = viva("dataset", "clean", "zoo")
    assert outcome.code == 0, outcome.err
    assert "4 examples: 1 changed, 0 dropped, 4 kept" in outcome.out
    assert "[-**-]Why[-**-]" in outcome.out
    assert "zoo version 2: 4 examples" in outcome.err
    assert bench.datasets.examples("zoo")[3].question == "Why so?"
    again = viva("dataset", "clean", "zoo")
    assert "nothing to clean" in again.out
    assert "nothing to change: zoo stays at version 2" in again.err


def test_a_rule_can_be_switched_off(viva: Viva, bench: Workbench) -> None:
    add(bench, [*plain(3), Example("**Why** so?", "Therefore.", example_id="b")])
    assert "nothing to clean" in viva("dataset", "clean", "zoo", "--no-decoration").out


def test_near_duplicates_are_listed_and_dropped(viva: Viva, bench: Workbench) -> None:
    add(bench, [*plain(3), near(1, "one", "test", "a")])
    outcome = viva("dataset", "dedupe", "zoo", "--keep", "test", "--format", "json")
    rows = json.loads(outcome.out)
    assert [(row["group"], row["number"], row["stays"]) for row in rows] == [(1, 2, False), (1, 4, True)]
    assert "1 group of near-duplicates among 4 examples" in outcome.err
    assert [example.split for example in bench.datasets.examples("zoo")] == ["test", "train", "test"]


def test_without_near_duplicates_nothing_is_dropped(viva: Viva, bench: Workbench) -> None:
    add(bench, plain(3))
    outcome = viva("dataset", "dedupe", "zoo", "--format", "csv")
    assert outcome.out.splitlines() == ["group,similarity,stays,number,example,split,question"]
    assert "no near-duplicates among 3 examples" in outcome.err
    assert "zoo stays at version 1" in outcome.err


def test_leaks_are_listed_and_stored(viva: Viva, bench: Workbench) -> None:
    copied = Example(f"Given {reference(3)} what follows?", "Nothing.", None, None, "train", example_id="c")
    add(bench, [*plain(6), near(1, "one", "test", "a"), copied])
    outcome = viva("dataset", "leakage", "zoo", "--format", "json")
    rows = json.loads(outcome.out)
    assert [(row["kind"], row["example_a"], row["example_b"], row["words"]) for row in rows] == [
        ("question", "e1", "a", None),
        ("copied_reference", "e3", "c", 14),
    ]
    assert "leaks: 1 near-duplicate, 1 reference inside a question" in outcome.err
    leakage = bench.datasets.get("zoo").leakage
    assert leakage is not None
    assert (leakage.near_duplicates, leakage.copied_references) == (1, 1)


def test_a_new_split_without_leaks_says_so(viva: Viva, bench: Workbench) -> None:
    add(bench, [*plain(6), near(1, "one", "test", "a")])
    outcome = viva("dataset", "split", "zoo", "train=0.5,test=0.5")
    assert "1 group kept together" in outcome.err
    assert outcome.err.endswith("no leaks between its splits\n")


def test_statistics_are_drawn_for_people(viva: Viva, vad: Workbench) -> None:
    outcome = viva("dataset", "stats", "vad")
    for heading in ("Examples per field and split", "Lengths in words", "Words per split", "Words that another split"):
        assert heading in outcome.out
    assert "█" in outcome.out
    assert outcome.err == "128 examples · 3 splits · 16 fields · 128 subfields\n"


def test_statistics_for_programs_are_rows_that_add_up(viva: Viva, vad: Workbench) -> None:
    rows = json.loads(viva("dataset", "stats", "vad", "--format", "json").out)
    assert sum(row["examples"] for row in rows) == 128
    assert set(rows[0]) == {"field", "subfield", "split", "examples"}
    overlap = viva("dataset", "stats", "vad", "--part", "overlap", "--no-tokens", "--format", "csv").out
    assert overlap.splitlines()[0] == "of split,known from,different words,all words"
    assert len(overlap.splitlines()) == 7


@pytest.mark.parametrize(
    "command", [("clean",), ("dedupe",), ("leakage",), ("stats",), ("split", "train=0.5,test=0.5")]
)
def test_hostile_texts_do_no_harm(viva: Viva, bench: Workbench, command: tuple[str, ...]) -> None:
    add(bench, hostile())
    outcome = viva("dataset", command[0], "zoo", *command[1:])
    assert outcome.code == 0, outcome.err
    assert not FORBIDDEN.search(outcome.out + outcome.err)
