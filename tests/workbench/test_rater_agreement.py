"""How far raters agree, against other implementations and by hand; whether they can tell who wrote a text."""

import json
import math
import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import krippendorff
import numpy as np
import pytest

from tests.fakes.filled import STUDY, SYSTEMS
from viva.errors import Forbidden, NotFound
from viva.present import rater_agreement as words
from viva.records.ids import new_id
from viva.records.rater_agreement import StudyAgreement
from viva.records.rating import OVERALL, GuessEvent, RatingEvent
from viva.records.study import KnownItem, Stream, StudyItem, StudyMode, StudyRequest
from viva.store import agreement_rows, guesses, known_verdicts, ratings, study_items
from viva.workbench import Workbench

NOON = datetime(2026, 1, 1, 12)
TEXTS = [(example, system) for example in (6, 7, 8, 9) for system in SYSTEMS]


def rated(bench: Workbench, path: Path, values: Mapping[tuple[int, str], int], criterion: str = "accuracy") -> None:
    """Take in what raters said, by the text's number and rater."""
    rows = [
        {"example": TEXTS[text][0], "system": TEXTS[text][1], "rater": rater, "criterion": criterion, "value": value}
        for (text, rater), value in values.items()
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    bench.rating_files.import_file(path, "tiny", study="paper", strict=True)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "rows.jsonl"


def found(bench: Workbench, study: str = "paper") -> StudyAgreement:
    return bench.rater_agreement.of(study)


def test_alpha_equals_another_implementation_and_the_rest_is_counted_by_hand(filled: Workbench, file: Path) -> None:
    draw = random.Random(4)
    values = {
        (text, rater): min(5, max(0, text // 2 + draw.randrange(3)))
        for text in range(8) for rater in "abcd" if draw.random() < 0.7
    }  # fmt: skip
    rated(filled, file, values)
    one, *others = found(filled).criteria
    table = [[values.get((text, rater), np.nan) for text in range(8)] for rater in "abcd"]
    by_text = [[v for (place, _), v in values.items() if place == text] for text in range(8)]
    shared = [of_text for of_text in by_text if len(of_text) > 1]
    assert one.alpha == pytest.approx(krippendorff.alpha(table, level_of_measurement="ordinal"), abs=1e-9)
    assert (one.criterion, one.items, one.shared) == ("accuracy", sum(map(bool, by_text)), len(shared))
    assert (one.raters, one.values) == (4, len(values))
    assert one.spread == pytest.approx(np.mean([np.std(of_text, ddof=1) for of_text in shared]))
    equal = [np.mean([x == y for i, x in enumerate(t) for j, y in enumerate(t) if i != j]) for t in shared]
    assert one.same == pytest.approx(np.mean(equal))
    assert [(other.items, other.alpha, other.same) for other in others] == [(0, None, None)] * 3


def test_of_pairs_alpha_is_unordered_and_ties_are_counted(filled: Workbench, file: Path) -> None:
    said = {"r1": "abta", "r2": "abtb", "r3": "ab"}
    rows = [
        {"example": 6 + place, "system_a": "tuned", "system_b": "starter", "rater": rater,
         "winner": "tie" if winner == "t" else winner}
        for rater, winners in said.items() for place, winner in enumerate(winners)
    ]  # fmt: skip
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    filled.rating_files.preferences.import_file(file, "tiny", study="paper", strict=True)
    [one] = found(filled).criteria
    table = [["abt".index(w) for w in winners] + [np.nan] * (4 - len(winners)) for winners in said.values()]
    assert one.alpha == pytest.approx(krippendorff.alpha(np.array(table), level_of_measurement="nominal"), abs=1e-9)
    assert (one.criterion, one.items, one.shared, one.same, one.ties) == (OVERALL, 4, 4, 0.75, 0.2)
    assert words.for_eyes(found(filled)).columns[-1].name == "ties"


def test_nothing_and_too_little_are_told_in_words(filled: Workbench, file: Path) -> None:
    empty = found(filled, STUDY)
    assert words.notes(empty) == ["nothing has been rated yet", "guesses: raters were not asked who wrote a text"]
    rated(filled, file, {(0, "a"): 3, (1, "b"): 4})
    assert words.notes(found(filled))[0] == "no text has two raters yet: whether they agree cannot be told"
    rated(filled, file, {(0, "b"): 3, (1, "b"): 4, (1, "a"): 4})
    assert found(filled).criteria[0].alpha is not None
    rated(filled, file, {(place, rater): 2 for place in (0, 1) for rater in "ab"}, "relevance")
    alike = next(one for one in found(filled).criteria if one.criterion == "relevance")
    assert (alike.alpha, alike.same, alike.spread) == (None, 1.0, 0.0)
    assert words.notes(found(filled))[0] == "relevance: all values are the same, so that there is no α"
    for study in (STUDY, "paper"):
        agreement = found(filled, study)
        for table in (words.for_eyes, words.for_programs, words.raters_for_eyes, words.raters_for_programs):
            for row in next(iter(table(agreement).pages)):
                assert not any(isinstance(cell, float) and math.isnan(cell) for cell in row)
                assert "nan" not in str(row).lower()


def guessed(bench: Workbench, said: Mapping[str, str | None], right: bool | None = None) -> None:
    """Let each rater of `said` guess on every text: always a label, or with `right` who it was or was not."""
    study = bench.studies.get("guess")
    labels = bench.store.read
    with labels() as connection:
        [(design,)] = connection.execute("SELECT design->'$.labels' FROM study WHERE name = 'guess'").fetchall()
        systems = dict(connection.execute("SELECT item, system FROM study_items WHERE study = 'guess'").fetchall())
    truth = json.loads(design)
    other = {label: next(one for one in truth.values() if one != label) for label in truth.values()}
    events = [
        GuessEvent(
            new_id(), study.study_id, item, rater,
            label if right is None else truth[system] if right else other[truth[system]], NOON,
        )
        for rater, label in said.items() for item, system in systems.items()
    ]  # fmt: skip
    with bench.store.write() as connection:
        assert guesses.add(connection, events) == []
        study_id = study.study_id
        rows = study_items.every(connection, study_id)
        verdicts = [
            RatingEvent(new_id(), study_id, item.item_id, rater, {"accuracy": 1}, None, "", False, 1.0, NOON)
            for rater in said for item in rows
        ]  # fmt: skip
        ratings.add(connection, verdicts)


@pytest.fixture
def guessing(filled: Workbench) -> Workbench:
    filled.studies.create(StudyRequest("guess", "tiny", "test", SYSTEMS, guess=True))
    return filled


def test_guesses_that_are_right_cast_doubt_on_blinding(guessing: Workbench) -> None:
    assert words.guesses(found(guessing, "guess")) == "guesses: nobody has guessed yet"
    guessed(guessing, {"ann": None, "bob": None}, right=True)
    agreement = found(guessing, "guess")
    assert agreement.guesses is not None
    assert (agreement.guesses.n, agreement.guesses.correct, agreement.guesses.expected) == (16, 16, 8.0)
    # Two raters who were right of all texts for four questions: in one of 2⁴ shufflings they would be.
    assert agreement.guesses.p == pytest.approx(1 / 16, abs=0.01)
    assert words.guesses(agreement) == (
        "guesses: too few to tell whether raters can tell who wrote a text (16 of 16 guesses right, 8.0 by chance)"
    )
    more = replace(agreement, guesses=replace(agreement.guesses, p=0.0001, least=0.0001))
    assert words.guesses(more) == (
        "guesses: raters can tell who wrote a text (16 of 16 guesses right, 8.0 by chance, p < 0.001): blinding has "
        "failed, report it; values may follow the name instead of the text"
    )
    assert [(one.rater, one.guesses, one.correct, one.expected) for one in agreement.raters] == [
        ("ann", 8, 8, 4.0), ("bob", 8, 8, 4.0),
    ]  # fmt: skip


def test_guesses_that_are_wrong_do_not(guessing: Workbench) -> None:
    guessed(guessing, {"ann": None}, right=False)
    agreement = found(guessing, "guess")
    assert agreement.guesses is not None
    assert (agreement.guesses.correct, agreement.guesses.p) == (0, 1.0)
    more = replace(agreement, guesses=replace(agreement.guesses, least=0.0001))
    assert words.guesses(more) == (
        "guesses: no sign that raters can tell who wrote a text (0 of 8 guesses right, 4.0 by chance, p = 1.00)"
    )


def test_who_says_one_label_always_or_none_tells_nothing(guessing: Workbench) -> None:
    guessed(guessing, {"bob": None})
    assert words.guesses(found(guessing, "guess")) == "guesses: none, 8 times raters said that they cannot tell"
    with guessing.store.read() as connection:
        [(label,)] = connection.execute(
            "SELECT design->'$.labels'->>'$.tuned' FROM study WHERE name = 'guess'"
        ).fetchall()
    guessed(guessing, {"ann": label})
    assert words.guesses(found(guessing, "guess")) == (
        "guesses: too few to tell whether raters can tell who wrote a text (4 of 8 guesses right, 4.0 by chance); "
        "8 times they said that they cannot tell"
    )


def test_of_pairs_the_text_that_was_shown_first_is_guessed_at(filled: Workbench) -> None:
    study = filled.studies.create(StudyRequest("guess", "tiny", "test", SYSTEMS, StudyMode.PAIRWISE, guess=True))
    with filled.store.write() as connection:
        items = study_items.every(connection, study.study_id)
        [(design,)] = connection.execute("SELECT design->'$.labels' FROM study WHERE name = 'guess'").fetchall()
        first = next(iter(json.loads(design).values()))
        said = [GuessEvent(new_id(), study.study_id, item.item_id, "ann", first, NOON) for item in items]
        assert guesses.add(connection, said) == []
        assert agreement_rows.writers(connection, "guess") == {
            f"example-{place}": json.loads(design) for place in range(5, 9)
        }
        told = agreement_rows.guesses(connection, "guess")
    assert {(rater, guess) for rater, _, _, guess in told} == {("ann", first)}
    agreement = found(filled, "guess").guesses
    assert agreement is not None
    assert (agreement.n, agreement.p) == (len(items), 1.0)


def test_known_answers_tell_by_how_many_steps_each_rater_misses(filled: Workbench) -> None:
    study = filled.studies.get(STUDY)
    known = KnownItem("k", "Q?", "R.", "T.", None, {"accuracy": 5, "relevance": 1})
    with filled.store.write() as connection:
        study_items.add(connection, study.study_id, [StudyItem("gold", 99, Stream.GOLD, known_id="k")], [known])
        for rater, said in (("ann", {"accuracy": 2, "relevance": 1}), ("bob", {"accuracy": 5, "relevance": 1})):
            event = RatingEvent(new_id(), study.study_id, "gold", rater, said, None, "", False, 1.0, NOON)
            assert known_verdicts.add(connection, [event]) == []
    agreement = found(filled, STUDY)
    assert [(one.rater, one.known, one.off) for one in agreement.raters] == [("ann", 1, 1.5), ("bob", 1, 0.0)]
    assert words.notes(agreement)[-1] == (
        "known answers: ann off by 1.50 steps (1 item); bob off by 0.00 steps (1 item)"
    )
    assert agreement.criteria[0].items == 0


def test_it_is_for_leads_who_are_not_told_the_systems_of_an_open_study(filled: Workbench) -> None:
    with pytest.raises(Forbidden):
        _ = Workbench(replace(filled.settings, role="rater")).rater_agreement
    lead = Workbench(replace(filled.settings, role="lead"))
    assert found(lead, STUDY).study.systems == ()
    filled.studies.close(STUDY)
    assert found(lead, STUDY).study.systems == SYSTEMS
    with pytest.raises(NotFound, match="no study 'nothing'"):
        found(filled, "nothing")


def test_pairs_that_are_asked_by_criterion_have_a_line_for_each(filled: Workbench) -> None:
    filled.studies.create(StudyRequest("pairs", "tiny", "test", SYSTEMS, StudyMode.PAIRWISE, per_criterion=True))
    agreement = found(filled, "pairs")
    assert [one.criterion for one in agreement.criteria][:2] == [OVERALL, "accuracy"]
    assert words.notes(agreement)[0] == "nothing has been compared yet"
    shown: Any = next(iter(words.for_eyes(agreement).pages))[0][0]
    assert shown == words.WHOLE
