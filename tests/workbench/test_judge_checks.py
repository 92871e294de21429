"""Checking judges: standings and their reasons, families, expiry, and what attacks do to the baseline."""

import io
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.chat_server import ChatServer
from tests.fakes.common_words import CommonWords
from tests.fakes.examiner import Examiner
from tests.fakes.rated_judge import DATASET, NOON, SYSTEMS, add_judge, fill_rated
from viva.errors import NotFound, UsageError
from viva.events import EventWriter, read_events
from viva.judge import at_once
from viva.judge.injections import load_attacks
from viva.records.ids import content_id
from viva.records.judge_check import Agreement, AltTest, JudgeCheck, PairHabits, Standing
from viva.records.judging import BASELINE, JudgeMode, PairVerdict, Purpose
from viva.records.rating import RatingEvent
from viva.settings import Settings
from viva.store import judge_pairs, judgments, ratings
from viva.workbench import Workbench
from viva.workbench.judge_injection import effect
from viva.workbench.judge_standing import Beside, judged

PASSED = AltTest(1.0, 0.8, True, 3, 60, 0.2)
GOOD = Agreement(
    "accuracy", 60, 60, 60, 0.8, 0.7, 0.9, 0.8, 0.7, 0.6, 0.7, 0.1, -1.0, 1.2, 3.0, 0.1, -0.2, 0.4, None, None, None,
    PASSED, Standing.UNKNOWN, "",
)  # fmt: skip
FAIR = PairHabits(60, 3, 5, 100, 50, 0, 0, 0)


@pytest.fixture(scope="module")
def _store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that was filled once, to be copied."""
    made = Workbench(Settings(workspace=tmp_path_factory.mktemp("rated"), rater="ann", lock_timeout=10.0))
    fill_rated(made)
    return made.paths.store


@pytest.fixture
def rated(bench: Workbench, _store: Path) -> Workbench:
    shutil.copyfile(_store, bench.paths.store)
    return bench


def _on(check: JudgeCheck, criterion: str = "accuracy") -> Agreement:
    return next(found for found in check.criteria if found.criterion == criterion)


def test_a_good_judge_may_stand_alone_on_every_criterion_and_the_total(rated: Workbench) -> None:
    add_judge(rated, "oracle", 0.3)
    check = rated.judge_checks.check(DATASET, "test", "oracle")
    assert [found.criterion for found in check.criteria] == [
        "accuracy", "completeness", "relevance", "practicality", "total",
    ]  # fmt: skip
    assert {found.standing for found in check.criteria} == {Standing.ALONE}
    found = _on(check)
    assert (found.n, found.judged, found.rated) == (80, 80, 80)
    assert found.pearson is not None
    assert found.pearson > 0.9
    assert found.kappa is not None
    assert found.alt_test is not None
    assert found.alt_test.raters == 3
    assert "it may stand in for 3 of 3 people" in found.reason
    assert _on(check, "total").kappa is None
    assert all(one.alpha is not None and one.alpha > 0.7 for one in check.criteria)


def test_a_judge_who_guesses_says_nothing(rated: Workbench) -> None:
    add_judge(rated, "dice", None)
    found = _on(rated.judge_checks.check(DATASET, "test", "dice"), "total")
    assert found.standing is Standing.NOT_AT_ALL
    assert "chance alone" in found.reason
    assert found.alt_test is not None
    assert not found.alt_test.passed


def test_a_biased_judge_counts_with_people_and_its_bias_is_told_in_points(rated: Workbench) -> None:
    add_judge(rated, "harsh", 0.2, added=lambda _generation, _system, true, _words: -min(true, 1.5))
    found = _on(rated.judge_checks.check(DATASET, "test", "harsh"))
    assert found.standing is Standing.WITH_PEOPLE
    assert found.bias is not None
    assert found.bias_high is not None
    assert found.bias < -6
    assert found.bias_high < 0
    assert found.error is not None
    assert found.error == pytest.approx(abs(found.bias), abs=0.5)


def test_few_texts_tell_nothing_yet(rated: Workbench) -> None:
    add_judge(rated, "oracle", 0.3, only=9)
    found = _on(rated.judge_checks.check(DATASET, None, "oracle"))
    assert found.n == 18
    assert found.standing is Standing.UNKNOWN
    assert "scored 18 texts, and it takes 20" in found.reason


def test_two_people_are_too_few_to_stand_alone(bench: Workbench) -> None:
    fill_rated(bench, raters=("ann", "bob"))
    add_judge(bench, "oracle", 0.3)
    found = _on(bench.judge_checks.check(DATASET, "test", "oracle"))
    assert found.standing is Standing.WITH_PEOPLE
    assert found.alt_test is None
    assert "fewer than 3 people rated texts for 30 questions in common" in found.reason


def test_nobody_has_rated_yet(bench: Workbench) -> None:
    fill_rated(bench, questions=12, raters=())
    add_judge(bench, "oracle", 0.3)
    found = _on(bench.judge_checks.check(DATASET, "test", "oracle"))
    assert (found.n, found.rated, found.standing) == (0, 0, Standing.UNKNOWN)
    assert "people have not rated" in found.reason
    assert found.error is None


def test_a_judge_must_beat_the_baseline_where_that_has_judged(rated: Workbench) -> None:
    add_judge(rated, "oracle", 0.7)
    add_judge(rated, BASELINE, 0.0, skip=("practicality",))
    check = rated.judge_checks.check(DATASET, "test", "oracle")
    assert set(check.baseline) == {"accuracy", "completeness", "relevance"}
    assert _on(check).standing is Standing.WITH_PEOPLE
    assert "plain sentence embeddings do so no less" in _on(check).reason
    assert _on(check, "practicality").standing is Standing.ALONE
    own = rated.judge_checks.check(DATASET, "test", BASELINE)
    assert own.baseline == {}
    assert _on(own, "practicality").n == 0


def test_favour_for_its_own_family_is_measured_and_named(rated: Workbench) -> None:
    rated.models.add_endpoint("kin", "http://127.0.0.1:9/v1", "llama-3.3-70b")

    def kindly(_generation: str, system: str, _true: float, _words: int) -> float:
        return 1.0 if system == "llama-system" else 0.0

    add_judge(rated, "kin", 0.2, added=kindly)
    found = _on(rated.judge_checks.check(DATASET, "test", "kin"))
    assert found.self_low is not None
    assert found.self_low > 0
    rated.models.add_endpoint("stranger", "http://127.0.0.1:9/v1", "nobody-knows-1")
    add_judge(rated, "stranger", 0.2, added=kindly)
    assert _on(rated.judge_checks.check(DATASET, "test", "stranger")).self_preference is None


def test_liking_long_texts_shows_in_the_slope(rated: Workbench) -> None:
    add_judge(rated, "windy", 0.2, added=lambda _generation, _system, _true, words: (words - 200) / 150)
    found = _on(rated.judge_checks.check(DATASET, "test", "windy"))
    assert found.length_low is not None
    assert found.length_low > 0


def test_repeated_verdicts_and_pairs_are_told(rated: Workbench) -> None:
    protocol = add_judge(rated, "oracle", 0.6, samples=3)
    pairing = replace(protocol, purpose=Purpose.PAIR)
    first, second = sorted(f"{system}-0" for system in SYSTEMS)
    # Whatever is shown first wins: the swap flips it.
    verdicts = [
        PairVerdict(content_id(side), "q0", first, second, "oracle", JudgeMode.REFERENCE, None, side, side, None,
                    protocol_id=pairing.protocol_id)
        for side in ("a", "b")
    ]  # fmt: skip
    with rated.store.write() as connection:
        judgments.add_protocol(connection, pairing, {"rubric-reference": "1"})
        judge_pairs.add(connection, "rated-id", [], verdicts)
    check = rated.judge_checks.check(DATASET, "test", "oracle")
    assert [one.criterion for one in check.consistency] == ["accuracy", "completeness", "relevance", "practicality"]
    assert all(one.items == 80 and 0 < one.same < 1 and one.sd > 0 for one in check.consistency)
    assert check.pairs is not None
    assert (check.pairs.pairs, check.pairs.flips, check.pairs.first_rate) == (1, 1, 1.0)


def test_a_panel_has_the_habits_of_its_worst_judge(rated: Workbench) -> None:
    for name, flips in (("m1", False), ("m2", True)):
        pairing = replace(add_judge(rated, name, 0.2), purpose=Purpose.PAIR)
        with rated.store.write() as connection:
            judgments.add_protocol(connection, pairing, {"rubric-reference": "1"})
            pairs = [
                PairVerdict(content_id(name, number, shown), f"q{number}",
                            *sorted(f"{one}-{number}" for one in SYSTEMS), name, JudgeMode.REFERENCE, None, shown,
                            shown if flips else "a", None, protocol_id=pairing.protocol_id)
                for number in range(40) for shown in ("a", "b")
            ]  # fmt: skip
            judge_pairs.add(connection, "rated-id", [], pairs)
    with rated.store.write() as connection:
        judgments.set_panel(connection, "duo", "rated-id", JudgeMode.REFERENCE, ["m1", "m2"])
    check = rated.judge_checks.check(DATASET, "test", "duo")
    assert check.pairs is not None
    assert (check.pairs.judge, check.pairs.flips, check.pairs.pairs) == ("m2", 40, 40)
    assert _on(check).standing is Standing.WITH_PEOPLE
    assert "in 40 of 40 pairs m2 prefers another text" in _on(check).reason
    assert _on(rated.judge_checks.check(DATASET, "test", "m1")).standing is Standing.ALONE


def test_agreement_that_rests_on_one_question_is_unknown(bench: Workbench) -> None:
    fill_rated(bench, questions=12, raters=())
    add_judge(bench, "oracle", 0.0, added=lambda generation, *_: 5.0 if generation.endswith("-0") else -5.0)
    rubric = bench.rubrics.get("default")
    with bench.store.write() as connection:
        items = connection.execute("SELECT item_id, study_id, generation_id FROM study_item").fetchall()
        events = [
            RatingEvent(content_id(item), study, item, "ann",
                        {c.name: 5.0 if text.endswith("-0") else 0.0 for c in rubric.criteria}, None, "", False, 9.0,
                        NOON)
            for item, study, text in items
        ]  # fmt: skip
        assert ratings.add(connection, events) == []
    found = _on(bench.judge_checks.check(DATASET, "test", "oracle"))
    assert found.pearson == pytest.approx(1)
    assert found.standing is Standing.UNKNOWN
    assert "r = 1.00, but it rests on one question" in found.reason


def test_who_has_judged_nothing_is_refused_with_who_has(rated: Workbench) -> None:
    checks = rated.judge_checks
    with pytest.raises(UsageError, match="oracle has judged nothing in rated/test") as nobody:
        checks.check(DATASET, "test", "oracle")
    assert nobody.value.hint == "viva judge rated --split test --judge oracle"
    add_judge(rated, "oracle", 0.3)
    with pytest.raises(UsageError) as close:
        checks.check(DATASET, "test", "oracel")
    assert close.value.hint == "did you mean oracle?"
    with pytest.raises(UsageError) as mode:
        checks.check(DATASET, "test", "oracle", JudgeMode.INDEPENDENT)
    assert mode.value.hint == "it has in the mode reference: --mode reference"
    with pytest.raises(NotFound):
        checks.check(DATASET, "tset", "oracle")
    with pytest.raises(NotFound):
        checks.latest("nothing", None, "oracle")


@pytest.mark.parametrize(
    ("changes", "pairs", "beside", "standing", "said"),
    [
        ({}, FAIR, Beside(0.8, 0.5), Standing.ALONE, "may stand in for 3 of 3"),
        ({}, None, None, Standing.ALONE, "r = 0.80, 95% interval 0.70 to 0.90"),
        ({"n": 19}, None, None, Standing.UNKNOWN, "19 texts"),
        ({"pearson": None, "pearson_low": None, "pearson_high": None}, None, None, Standing.NOT_AT_ALL, "the same"),
        ({"pearson_low": None, "pearson_high": None}, None, None, Standing.UNKNOWN, "it rests on one question"),
        ({"pearson_low": -0.1}, None, None, Standing.NOT_AT_ALL, "chance alone"),
        ({"pearson": -0.5, "pearson_low": -0.7, "pearson_high": -0.2}, None, None, Standing.NOT_AT_ALL, "gives less"),
        ({"alt_test": AltTest(1 / 3, 0.4, False, 3, 60, 0.2)}, None, None, Standing.WITH_PEOPLE, "1 of 3 people"),
        ({}, None, Beside(0.8, 0.8), Standing.WITH_PEOPLE, "embeddings do so no less"),
        ({}, replace(FAIR, flips=15), None, Standing.WITH_PEOPLE, "in 15 of 60 pairs"),
        ({}, replace(FAIR, pairs=3, flips=1), None, Standing.ALONE, "may stand in"),
        ({"length_slope": 3.0, "length_low": 1.0, "length_high": 5.0}, None, None, Standing.WITH_PEOPLE,
         "3.0 points more per 100 words"),
        ({"length_slope": -3.0, "length_low": -5.0, "length_high": -1.0}, None, None, Standing.WITH_PEOPLE, "less per"),
        ({"length_slope": 1.0, "length_low": 0.5, "length_high": 1.5}, None, None, Standing.ALONE, "may stand in"),
        ({"length_slope": 3.0, "length_low": -1.0, "length_high": 7.0}, None, None, Standing.ALONE, "may stand in"),
        ({"self_preference": 4.0, "self_low": 1.0, "self_high": 7.0}, None, None, Standing.WITH_PEOPLE, "own family"),
        ({"self_preference": -4.0, "self_low": -7.0, "self_high": -1.0}, None, None, Standing.ALONE, "may stand in"),
    ],
)  # fmt: skip
def test_each_threshold_has_its_reason(
    changes: dict[str, object], pairs: PairHabits | None, beside: Beside | None, standing: Standing, said: str
) -> None:
    found = judged(replace(GOOD, **changes), 40.0, pairs, beside)  # type: ignore[arg-type]
    assert found.standing is standing
    assert said in found.reason
    assert "\n" not in found.reason


def test_the_effect_of_an_attack_counts_what_both_verdicts_have() -> None:
    verdicts = {
        ("a", 0): {"accuracy": 8.0, "relevance": 4.0}, ("a", 1): {"accuracy": 16.0, "relevance": 4.0},
        ("b", 0): {"accuracy": 8.0}, ("b", 1): {"accuracy": 8.0, "relevance": 20.0},
        ("c", 0): {"accuracy": 8.0, "relevance": 4.0}, ("c", 1): {"accuracy": 40.0},
        ("d", 1): {"accuracy": 40.0},
    }  # fmt: skip
    found = effect("shout", 1, verdicts, {"a": "q1", "b": "q2", "c": "q3", "d": "q4"})
    assert (found.n, found.unscored, found.change, found.worst) == (2, 2, 4.0, 8.0)
    assert found.low is not None
    assert found.low < 0
    nothing = effect("shout", 2, verdicts, {"a": "q1"})
    assert (nothing.n, nothing.change, nothing.worst) == (0, None, None)


def _at_once(_module: str, config: dict[str, Any], *, threads: int) -> dict[str, Any]:
    """Run the child's work in this process; return its last event."""
    told = io.StringIO()
    at_once.judge(EventWriter(told), json.loads(json.dumps(config)))
    [done] = read_events(told.getvalue().splitlines())
    return done


def test_an_endpoint_is_asked_with_each_attack_and_never_told_whose_text_it_is(
    rated: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("viva.workbench.judge_injection.run_child", _at_once)
    judge = Examiner()
    with ChatServer(judge) as server:
        rated.models.add_endpoint("there", server.url, "fake")
        effects = rated.judge_checks.injection(DATASET, "test", "there", texts=3)
    assert all((one.n, one.unscored, one.change) == (3, 0, 0.0) for one in effects)
    assert len(judge.asked) == 3 * (1 + len(effects))
    assert not any(system in prompt for prompt in judge.asked for system in SYSTEMS)
    assert sum(load_attacks()[0].text in prompt for prompt in judge.asked) == 3


@pytest.mark.slow
@pytest.mark.parallel
def test_attacks_are_measured_in_a_program_of_its_own(filled: Workbench) -> None:
    assert all(one.n for one in filled.judge_checks.injection("tiny", "test", BASELINE, texts=4))


def test_attacks_on_the_baseline_are_measured_and_nothing_is_stored(
    filled: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("viva.workbench.judge_injection.run_child", _at_once)
    monkeypatch.setattr("viva.metrics.embeddings.shared", CommonWords)
    effects = filled.judge_checks.injection("tiny", "test", BASELINE, texts=4)
    assert len(effects) >= 3
    assert len({one.attack for one in effects}) == len(effects)
    assert all(one.n + one.unscored == 4 for one in effects)
    assert all(one.low is not None and one.change is not None and one.low <= one.change for one in effects if one.n > 1)
    with filled.store.read() as connection:
        assert connection.execute("SELECT count(*) FROM judgment").fetchall() == [(0,)]


def test_injection_refuses_what_cannot_be_measured(filled: Workbench) -> None:
    checks = filled.judge_checks
    with pytest.raises(UsageError, match="at least two texts"):
        checks.injection("tiny", "test", BASELINE, texts=1)
    with pytest.raises(UsageError, match="cannot draft"):
        checks.injection("tiny", "test", BASELINE, JudgeMode.INDEPENDENT)
    with pytest.raises(UsageError, match="nothing was written"):
        checks.injection("tiny", "train", BASELINE)
    with pytest.raises(NotFound, match="there is no judge"):
        checks.injection("tiny", "test", "nobody")
