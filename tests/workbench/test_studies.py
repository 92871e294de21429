"""Making studies, looking after them, and what they refuse."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.filled import STUDY, SYSTEMS
from tests.fakes.hostile import HOSTILE
from tests.fakes.results import rate_at_desk
from viva.errors import BadInput, UsageError
from viva.records.study import Stratify, StudyMode, StudyRequest, StudyState
from viva.settings import Settings
from viva.workbench import Workbench
from viva.workbench.study_requests import betrayed

REQUEST = StudyRequest("second", "tiny", "test", SYSTEMS)
PAIRS = replace(REQUEST, mode=StudyMode.PAIRWISE)


@pytest.fixture(scope="module")
def still(filled_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Workbench:
    """A filled workspace that stays as it is: what is refused leaves nothing behind."""
    folder = tmp_path_factory.mktemp("still") / "workspace"
    shutil.copytree(filled_once, folder)
    return Workbench(Settings(workspace=folder, rater="ann", lock_timeout=10.0))


def refused(workbench: Workbench, match: str, **changes: Any) -> str:
    """Return the hint with which a study is refused; nothing of it is left behind."""
    with pytest.raises(UsageError, match=match) as caught:
        workbench.studies.create(replace(REQUEST, **changes))
    assert [study.name for study in workbench.studies.list()] == [STUDY]
    assert "\n" not in caught.value.message
    return caught.value.hint


def rows(workbench: Workbench, query: str) -> list[Any]:
    with workbench.store.read() as connection:
        return connection.execute(query).fetchall()


def test_a_study_holds_every_text_of_its_systems(still: Workbench) -> None:
    study = still.studies.get(STUDY)
    assert (study.items, study.raters_per_item, study.dataset, study.split) == (8, 1, "tiny", "test")
    assert (study.state, study.mode, study.systems, study.raters) == (StudyState.OPEN, StudyMode.RUBRIC, SYSTEMS, None)


def test_what_is_made_is_what_is_read(filled: Workbench) -> None:
    made = filled.studies.create(replace(PAIRS, strength=True, guess=True, raters=("bob", "ann", "bob"), note="Hello"))
    assert filled.studies.get("second") == made
    assert (made.items, made.raters) == (4, ("bob", "ann"))
    assert made.options.guess == ("a model as it came", "a model trained for this")


def test_the_plan_is_what_comes_of_it(filled: Workbench) -> None:
    request = replace(PAIRS, questions=3, calibration=0.34, raters_per_item=2)
    plan = filled.studies.plan(request)
    assert (plan.questions, plan.of_questions, plan.items, plan.calibration, plan.useful) == (3, 4, 3, 1, 2)
    assert (plan.verdicts, plan.identical, plan.missing, plan.seconds_each) == (6, 0, 0, None)
    assert [study.name for study in filled.studies.list()] == [STUDY]
    assert filled.studies.create(request).items == plan.items
    rate_at_desk(filled, STUDY)
    filled.desk.deliver()
    assert filled.studies.plan(replace(request, mode=StudyMode.RUBRIC)).seconds_each == 8.0


def test_texts_that_are_the_same_are_no_pair_and_are_counted(filled: Workbench) -> None:
    with filled.store.write() as connection:
        connection.execute(
            "UPDATE generation SET text = (SELECT text FROM generation WHERE generation_id = 'generation-10') "
            "WHERE generation_id = 'generation-00'"
        )
    plan = filled.studies.plan(PAIRS)
    assert (plan.questions, plan.items, plan.identical) == (4, 3, 1)


def test_a_question_without_a_text_of_every_system_is_counted(filled: Workbench) -> None:
    with filled.store.write() as connection:
        connection.execute("DELETE FROM generation WHERE generation_id = 'generation-00'")
    assert filled.studies.plan(REQUEST).missing == filled.studies.plan(PAIRS).missing == 1
    assert (filled.studies.plan(REQUEST).items, filled.studies.plan(PAIRS).items) == (7, 3)


def test_what_is_drawn_by_the_judges_needs_judges(filled: Workbench) -> None:
    assert "viva judge tiny --split test" in refused(filled, "no judge has judged", stratify=Stratify.JUDGE)
    with filled.store.write() as connection:
        connection.execute("DELETE FROM score")
    assert "--calibration 1" in refused(filled, "nothing tells on which questions", calibration=0.5)


def test_useful_questions_are_those_on_which_the_systems_differ_most(filled: Workbench) -> None:
    with filled.store.write() as connection:
        connection.execute("DELETE FROM score")
        connection.execute(
            "INSERT INTO score (generation_id, metric, version, settings, value, created_at) "
            "SELECT generation_id, 'semantic_similarity', '1', '', CASE generation_id WHEN 'generation-13' THEN 1 "
            "WHEN 'generation-10' THEN 0.5 ELSE 0 END, now()::TIMESTAMP FROM generation"
        )
    filled.studies.create(replace(REQUEST, questions=2, calibration=0))
    found = rows(filled, "SELECT DISTINCT example, stream, probability, usefulness FROM study_items "
                         "WHERE study = 'second' ORDER BY usefulness DESC")  # fmt: skip
    assert found == [("example-8", "useful", None, 1.0), ("example-5", "useful", None, 0.5)]


def test_a_name_is_used_once(still: Workbench) -> None:
    refused(still, "there is a study tiny-test already", name=STUDY)


@pytest.mark.parametrize("name", ["", "a b", "../x", "x" * 65, "x" * 100_000, *HOSTILE[:6]])
def test_a_name_that_is_none_is_refused_in_one_line(still: Workbench, name: str) -> None:
    refused(still, "cannot name a study", name=name)


@pytest.mark.parametrize("name", ["tuned-or-not", "is.it.STARTER", "tuned"])
def test_a_name_that_tells_whose_texts_they_are_is_refused(still: Workbench, name: str) -> None:
    assert refused(still, "must not name (tuned|starter)", name=name) == "choose another name"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("round-of-Llama-3.2-3B", "meta-llama/Llama-3.2-3B"),
        ("llama3.2 wrote these", "llama3.2:1b"),
        ("is_it_tuned_7b", "tuned-7b"),
        ("Is it tuned 7B?", "tuned-7b"),
    ],
)
def test_a_name_is_found_however_its_parts_are_joined_and_without_its_path(text: str, name: str) -> None:
    assert betrayed(text, [name]) == name


def test_a_short_last_part_of_a_path_is_no_name() -> None:
    assert betrayed("What is a good approach?", ["org/a"]) is None


def test_a_rubric_does_not_tell_either(still: Workbench, tmp_path: Path) -> None:
    rubric = tmp_path / "told.toml"
    rubric.write_text(
        'title = "Told"\n[[criterion]]\nname = "clarity"\nweight = 100\nquestion = "Is it clear?"\n'
        '[criterion.levels]\n0 = "As bad as the starter"\n1 = "Good"\n',
        "utf-8",
    )
    refused(still, "the rubric of a study .* must not name starter", rubric=str(rubric))


def test_notes_and_labels_do_not_tell_either(still: Workbench) -> None:
    refused(still, "the note of a study .* must not name tuned", note="Be kind to \x1b[2J Tuned.")
    refused(still, "the label of a study .* must not name starter",
            labels={"tuned": "new", "starter": "the starter"})  # fmt: skip


@given(st.text(max_size=30), st.sampled_from(["tuned", "a+b", "gpt-4o", "语言"]), st.text(max_size=30))
def test_a_name_between_other_words_is_found(before: str, name: str, after: str) -> None:
    assert betrayed(f"{before} {name} {after}", [name]) == name
    assert betrayed(f"{before} {name.upper()}, {after}", [name]) == name
    assert betrayed(f"x{name}x", [name]) is None


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"labels": {"tuned": "x"}}, "no label for starter"),
        ({"labels": {"tuned": "x", "starter": "x"}}, "nothing to guess"),
        ({"labels": {"tuned": "x", "starter": "y", "other": "z"}}, "a label for other"),
        ({"labels": {"tuned": "x\n", "starter": ""}}, "cannot be a label"),
        ({"systems": ("tuned",), "guess": True}, "nothing to guess"),
        ({"systems": ()}, "no system"),
        ({"systems": ("tuned", "tuned"), "mode": StudyMode.PAIRWISE}, "at least two systems"),
        ({"systems": ("tuned", "nobody")}, "system nobody has written nothing for tiny/test"),
        ({"strength": True}, "strength is asked of pairs only"),
        ({"per_criterion": True}, "per criterion is asked of pairs only"),
        ({"questions": 0}, "at least 1 question"),
        ({"calibration": 1.5}, "from 0 to 1"),
        ({"calibration": float("nan")}, "from 0 to 1"),
        ({"raters_per_item": 0}, "from 1 to"),
        ({"raters_per_item": 2, "raters": ("ann",)}, "only 1 may rate"),
        ({"raters": ()}, "only 0 may rate"),
        ({"raters": ("a/b",)}, "cannot name a rater"),
        ({"raters": ("a\x1b[2J",)}, "cannot name a rater"),
        ({"note": "x" * 3000}, "a note has up to"),
    ],
)
def test_what_cannot_be_is_refused(still: Workbench, changes: dict[str, Any], match: str) -> None:
    refused(still, match, **changes)


def test_a_system_without_texts_is_told_with_the_command_that_makes_them(still: Workbench) -> None:
    hint = refused(still, "has written nothing", split="train", systems=("tuned",))
    assert hint == "viva generate tiny --split train --model tuned"


def test_an_unknown_system_is_told_with_what_was_perhaps_meant(still: Workbench) -> None:
    assert refused(still, "system tund has written nothing", systems=("starter", "tund")) == "did you mean tuned?"


def known_file(folder: Path, *rows: dict[str, Any]) -> str:
    file = folder / "known.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return str(file)


KNOWN = {"question": "Q?", "reference": "R", "text": "T", "accuracy": 4, "why": "because"}


def test_items_with_known_answers_come_in_and_do_not_count_as_items(filled: Workbench, tmp_path: Path) -> None:
    practice = known_file(tmp_path, KNOWN, {**KNOWN, "text": "U", "Relevance": "2"})
    made = filled.studies.create(replace(REQUEST, practice=practice, gold=practice, gold_every=3))
    assert (made.items, made.options.gold_every) == (8, 3)
    assert filled.studies.get("second").items == 8
    streams = rows(filled, "SELECT stream, count(*), min(position), max(position) FROM study_items "
                           "WHERE study = 'second' GROUP BY 1 ORDER BY 3")  # fmt: skip
    assert streams == [("practice", 2, 0, 1), ("calibration", 8, 2, 9), ("gold", 2, 10, 11)]
    answers = rows(filled, "SELECT DISTINCT answers::TEXT, why FROM known_item ORDER BY 1")
    assert [json.loads(answer) for answer, _ in answers] == [{"accuracy": 4, "relevance": 2}, {"accuracy": 4}]
    assert filled.studies.create(replace(REQUEST, name="third")).options.gold_every == 0


@pytest.mark.parametrize(
    ("row", "match"),
    [
        ({"question": ""}, "line 2: there is no question"),
        ({"accuracy": 9}, "line 2: accuracy is no whole number from 0 to 5"),
        ({"accuracy": "4.5"}, "line 2: accuracy is no whole number"),
        ({"accuracy": None}, "line 2: no answer is known for any criterion"),
        ({"acuracy": 3}, "line 2: the column acuracy means nothing here"),
        ({"text": 7}, "line 2: text is not text"),
        ({"text_b": "T"}, "line 2: the column text_b means nothing here"),
    ],
)
def test_a_known_answer_that_cannot_be_is_refused_with_its_line(
    still: Workbench, tmp_path: Path, row: dict[str, Any], match: str
) -> None:
    file = known_file(tmp_path, KNOWN, {**KNOWN, **row})
    with pytest.raises(BadInput, match=match):
        still.studies.create(replace(REQUEST, practice=file))


def test_pairs_have_winners_as_known_answers(filled: Workbench, tmp_path: Path) -> None:
    file = tmp_path / "known.csv"
    file.write_text("question,reference,text,text_b,answer,accuracy,why\nQ?,R,T,U,B,tie,\n", "utf-8")
    filled.studies.create(replace(PAIRS, practice=str(file), per_criterion=True))
    assert rows(filled, "SELECT text_b, answers::TEXT FROM known_item") == [("U", '{"": "b", "accuracy": "tie"}')]
    with pytest.raises(BadInput, match="the column accuracy means nothing here"):
        filled.studies.plan(replace(PAIRS, practice=str(file)))
    file.write_text("question,text,text_b,answer\nQ?,T,U,both\n", "utf-8")
    with pytest.raises(BadInput, match="line 2: answer is neither a, b nor tie"):
        filled.studies.plan(replace(PAIRS, practice=str(file)))


def test_an_empty_or_missing_file_of_known_answers_is_refused(still: Workbench, tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_text("", "utf-8")
    for file in ("empty.csv", "missing.csv"):
        with pytest.raises(BadInput):
            still.studies.plan(replace(REQUEST, practice=str(tmp_path / file)))


def test_a_free_name_is_free_and_tells_raters_nothing_not_even_the_dataset(filled: Workbench) -> None:
    assert filled.studies.free_name() == "round-1"
    filled.studies.create(replace(REQUEST, name="round-1"))
    assert filled.studies.free_name() == "round-2"
