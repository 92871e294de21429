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
from sklearn.metrics import cohen_kappa_score

from tests.fakes.disagreeing import PAIRS, RATERS, RUBRIC, make
from tests.fakes.filled import STUDY, SYSTEMS
from tests.fakes.rated_studies import as_person
from viva.errors import Forbidden, NotFound
from viva.present import rater_agreement as words
from viva.present import rater_standing
from viva.records.ids import new_id
from viva.records.rater_agreement import StudyAgreement
from viva.records.rating import OVERALL, GuessEvent, RatingEvent
from viva.records.study import KnownItem, RaterProgress, Stream, StudyItem, StudyMode, StudyRequest
from viva.store import agreement_rows, guesses, known_verdicts, ratings, study_items
from viva.workbench import Workbench, disagreement
from viva.workbench import rater_standing as rater_standing_of

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
        for table in (
            words.for_eyes, words.for_programs, rater_standing.for_eyes, rater_standing.for_programs,
            rater_standing.matrix_for_eyes, rater_standing.pairs_for_programs, rater_standing.items_for_eyes,
            rater_standing.items_for_programs,
        ):  # fmt: skip
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


def test_a_lead_cannot_find_out_whether_their_own_guess_was_right(guessing: Workbench) -> None:
    """A count of right ones, looked at after each guess, would tell whose text it was."""
    guessed(guessing, {"bob": None}, right=True)
    lead = as_person(guessing, "lea", "lead")
    before = found(lead, "guess")
    guessed(guessing, {"lea": None}, right=True)
    after = found(lead, "guess")
    assert after.guesses == before.guesses
    assert [(one.guesses, one.correct, one.expected) for one in after.raters if one.rater == "lea"] == [(0, 0, None)]
    assert words.guesses(after).endswith("; a lead's own count once no study of such texts is open to them")
    whole = found(guessing, "guess").guesses
    assert whole is not None
    assert whole.n == 16
    guessing.studies.close("guess")
    assert found(lead, "guess").guesses == after.guesses, "the same texts are open to them in another study"
    guessing.studies.close("tiny-test")
    assert found(lead, "guess").guesses == whole
    assert "own" not in words.guesses(found(lead, "guess"))


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


@pytest.fixture
def disagreeing(bench: Workbench) -> Workbench:
    make(bench)
    return bench


def test_the_total_is_held_against_a_model_of_texts_and_raters(disagreeing: Workbench) -> None:
    agreement = found(disagreeing, RUBRIC)
    total = agreement.total
    assert total is not None
    assert (total.items, total.raters, total.values, total.k) == (24, 4, 96, 4)
    assert 0 <= total.single <= total.mean <= 1
    standing = {one.rater: one for one in agreement.raters}
    assert standing["severe"].outlying == ("severe",)
    assert standing["cyd"].outlying == ("lenient", "another order", "against the others")
    assert standing["ann"].outlying == standing["bob"].outlying == ()
    assert standing["severe"].severity is not None
    assert standing["severe"].severity > 20
    assert sum(one.severity or 0 for one in agreement.raters) == pytest.approx(0, abs=1e-6)
    assert [one.shared for one in agreement.raters] == [24] * 4


def test_who_is_severe_is_told_in_shares_of_the_scale(disagreeing: Workbench) -> None:
    """A rubric whose weights come to 10: two points of it are a fifth of the scale."""
    study = disagreeing.studies.get(RUBRIC)
    small = tuple(replace(one, weight=one.weight / 10) for one in study.rubric.criteria)
    study = replace(study, rubric=replace(study.rubric, criteria=small))
    with disagreeing.store.read() as connection:
        said = disagreement.by_item(disagreement.given(connection, study))
    raters = [RaterProgress(rater, 24, 0, 0, None, None) for rater in RATERS]
    totals = rater_standing_of.totals(study, said)
    severe = rater_standing_of.standings(study, raters, said, totals, [], [], {}, {})[RATERS.index("severe")]
    assert severe.severity is not None
    assert 2 < severe.severity < 5
    assert severe.outlying == ("severe",)


def test_intervals_and_kappa_are_those_of_other_implementations(disagreeing: Workbench) -> None:
    agreement = found(disagreeing, RUBRIC)
    with disagreeing.store.read() as connection:
        given = agreement_rows.ratings(connection, RUBRIC)
    values = {(item, rater): value for item, rater, criterion, value in given if criterion == "accuracy"}
    items = sorted({item for item, _ in values})
    by_rater = {rater: [round(float(values[item, rater])) for item in items] for rater in RATERS}
    one = agreement.criteria[0]
    alpha = krippendorff.alpha(list(by_rater.values()), level_of_measurement="ordinal", value_domain=range(6))
    assert one.alpha == pytest.approx(alpha, abs=1e-9)
    assert None not in (one.alpha_low, one.alpha, one.alpha_high)
    assert (one.alpha_low or 0) < (one.alpha or 0) < (one.alpha_high or 0)
    kappas = [
        cohen_kappa_score(by_rater[first], by_rater[second], weights="quadratic", labels=range(6))
        for place, first in enumerate(RATERS) for second in RATERS[place + 1 :]
    ]  # fmt: skip
    assert one.kappa_pairs == 6
    assert one.kappa == pytest.approx(np.mean(kappas))
    assert [pair.kappa for pair in agreement.pairs if pair.criterion == "accuracy"] == pytest.approx(kappas)
    assert found(disagreeing, RUBRIC) == agreement
    other = disagreeing.rater_agreement.of(RUBRIC, seed=1)
    assert (other.seed, other.criteria[0].alpha) == (1, one.alpha)
    assert other.criteria[0].alpha_low != one.alpha_low


def test_pairs_have_no_total_and_unweighted_kappa(disagreeing: Workbench) -> None:
    agreement = found(disagreeing, PAIRS)
    assert agreement.total is None
    assert [(one.severity, one.correlation, one.spread) for one in agreement.raters] == [(None, None, None)] * 4
    assert [pair.criterion for pair in agreement.pairs] == [OVERALL] * 6
    assert agreement.criteria[0].alpha_low is not None
    assert agreement.disagreements[0].apart == pytest.approx(3.5 / 6)


def test_raters_who_all_say_the_same_are_told_so_without_a_wild_number(filled: Workbench, file: Path) -> None:
    for criterion in ("accuracy", "completeness", "relevance", "practicality"):
        rated(filled, file, {(text, rater): 3 for text in range(8) for rater in "abc"}, criterion)
    agreement = found(filled)
    assert agreement.total is None
    assert {(one.alpha, one.kappa, one.same) for one in agreement.criteria} == {(None, None, 1.0)}
    assert {(one.severity, one.correlation, one.spread, one.outlying) for one in agreement.raters} == {
        (None, None, None, ())
    }
    assert agreement.disagreements == ()
    said = words.notes(agreement)
    assert said[0].endswith("all values are the same, so that there is no α")
    assert "total: too little, or nothing that differs, to tell texts from raters" in said
    assert rater_standing.item_notes(agreement) == ["there is no text with all its ratings on which raters differ"]


def test_before_a_study_is_closed_only_items_with_all_their_ratings_are_shown(filled: Workbench) -> None:
    filled.studies.create(StudyRequest("two", "tiny", "test", SYSTEMS, raters_per_item=3))
    study = filled.studies.get("two")
    with filled.store.write() as connection:
        items = study_items.every(connection, study.study_id)
        events = [
            RatingEvent(
                new_id(), study.study_id, item.item_id, rater, {"accuracy": value}, None, "", False, 1.0, NOON
            )
            for rater, value in (("a", 0), ("b", 5)) for item in items
        ]  # fmt: skip
        ratings.add(connection, events)
    assert found(filled, "two").disagreements == ()
    filled.studies.close("two")
    assert [one.apart for one in found(filled, "two").disagreements] == [40.0] * 8
