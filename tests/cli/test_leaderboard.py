import csv
import io
import json

import pytest

from tests.cli.running import Viva
from tests.fakes.filled import STUDY, SYSTEMS
from tests.fakes.hostile import FORBIDDEN
from tests.fakes.results import rate, rate_at_desk
from viva.records.generation import Generation, Score
from viva.records.model import Decoding, System
from viva.store import generations
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


def test_intervals_ranks_and_the_seed_are_there_for_programs(viva: Viva, filled: Workbench) -> None:
    rate(filled)
    outcome = viva("leaderboard", "tiny", "--split", "test", "--format", "json", "--seed", "3")
    rows = json.loads(outcome.out)
    [similarity] = [row for row in rows if (row["system"], row["measure"]) == ("tuned", "semantic_similarity")]
    assert similarity["interval"] == "t"
    assert similarity["low"] < similarity["mean"] < similarity["high"]
    assert (similarity["rank_best"], similarity["rank_worst"], similarity["seed"]) == (1, 2, 3)
    [total] = [row for row in rows if (row["system"], row["measure"]) == ("tuned", "total")]
    assert (total["mean"], total["low"], total["interval"]) == (80.0, None, "none")
    assert "tiny, split test: means over questions with 95% intervals" in outcome.err
    assert "seed 3" in outcome.err


def test_a_seed_is_a_whole_number_from_zero_on(viva: Viva, filled: Workbench) -> None:
    assert viva("leaderboard", "tiny", "--seed", "-1").code == 2


@pytest.mark.parametrize("form", ["table", "json", "csv", "md"])
def test_questions_that_were_picked_are_told(viva: Viva, filled: Workbench, form: str) -> None:
    rate(filled)
    assert "at random count" not in viva("leaderboard", "tiny", "--format", form).err
    with filled.store.write() as connection:
        connection.execute("UPDATE study_item SET stream = 'useful'")
    said = "note: tiny-test: 4 questions not known to be drawn at random count here"
    assert said in viva("leaderboard", "tiny", "--format", form).err
    if form == "table":
        assert said not in viva("leaderboard", "tiny", "--measure", "rouge_l").err


def test_hostile_names_of_criteria_do_no_harm_in_a_hint(viva: Viva, filled: Workbench) -> None:
    with filled.store.write() as connection:
        connection.execute("UPDATE score SET metric = 'a' || chr(27) || '[2J' WHERE metric = 'rouge_l'")
    outcome = viva("leaderboard", "tiny", "--measure", "nothing")
    assert outcome.code == 1
    assert "measures: " in outcome.err
    assert not FORBIDDEN.search(outcome.err)


def test_in_few_columns_nothing_but_bars_is_cut(viva: Viva, filled: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    rate(filled)
    monkeypatch.setenv("COLUMNS", "60")
    shown = viva("leaderboard", "tiny", "--by", "field").out
    assert "Human total /100" in shown
    # A field may take two lines.
    assert "sports and" in shown
    assert "Scored" in shown
    assert "none scored" in shown
    assert "80.0" in shown
    assert "1/1" in shown


def test_ranks_can_be_left_out(viva: Viva, filled: Workbench) -> None:
    assert "△ 1–2" in viva("leaderboard", "tiny").out
    without = viva("leaderboard", "tiny", "--no-ranks").out
    assert "△ 1–2" not in without
    assert "Rank" not in without


def test_notes_tell_of_the_systems_that_were_asked_for(viva: Viva, filled: Workbench) -> None:
    with filled.store.write() as connection:
        flaws = [Score(f"generation-{system}{n}", "degenerate", "2", "", 1.0) for system in (0, 1) for n in range(4)]
        generations.add_scores(connection, flaws)
        for name in SYSTEMS:
            system = System(name, name, "{question}", Decoding()).system_id
            text = Generation(f"unscored-{name}", system, "example-0", "x", "stop", 1, 1, 0.1)
            generations.add(connection, [text])
    every = viva("leaderboard", "tiny").err
    assert "2 texts not scored yet (starter, tuned)" in every
    assert "2 of 2 systems have degenerate texts" in every
    one = viva("leaderboard", "tiny", "--system", "tuned").err
    assert "1 text not scored yet (tuned)" in one
    assert "tuned: 4 of 4 texts are degenerate" in one
    assert "starter" not in one


@pytest.mark.parametrize("form", ["table", "json", "csv", "md"])
def test_it_can_be_narrowed_down(viva: Viva, filled: Workbench, form: str) -> None:
    outcome = viva(
        "leaderboard", "tiny", "--field", "energy", "--system", "tuned", "--by", "subfield", "--format", form
    )  # fmt: skip
    assert outcome.code == 0
    assert "tuned" in outcome.out
    assert "starter" not in outcome.out
    assert "only energy, only 1 system" in outcome.err


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--field", "enrgy", "did you mean energy?"),
        ("--subfield", "x", "no example has a subfield"),
        ("--system", "tund", "did you mean tuned?"),
    ],
)
def test_what_is_not_there_is_an_error(viva: Viva, filled: Workbench, option: str, value: str, said: str) -> None:
    outcome = viva("leaderboard", "tiny", option, value)
    assert outcome.code == 1
    assert said in outcome.err
