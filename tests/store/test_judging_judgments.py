"""Which verdicts of judges count: the newest protocol, the best event, means of samples, panels."""

from dataclasses import replace

import pytest

from tests.fakes.hostile import HOSTILE
from tests.store.hand_made import RUBRIC
from tests.store.judged import (
    BEST,
    MIDDLE,
    OTHER,
    PROTOCOL,
    WORST,
    ask,
    call_of,
    judge,
    store_protocols,
    verdict_of,
)  # fmt: skip
from viva.errors import UsageError
from viva.records.generation import Generation
from viva.records.ids import content_id
from viva.records.judging import CriterionSpread, JudgeMode, Protocol
from viva.store import Store, generations, judgments

REFERENCE = JudgeMode.REFERENCE


def totals(store: Store) -> list[tuple[object, ...]]:
    return ask(store, "SELECT generation, scorer, total FROM totals WHERE source = 'judge' ORDER BY ALL")


def test_a_protocol_comes_back_as_it_was(small: Store) -> None:
    store_protocols(small, PROTOCOL, PROTOCOL)
    with small.read() as connection:
        assert judgments.protocol(connection, PROTOCOL.protocol_id) == PROTOCOL
        assert judgments.protocol(connection, "another") is None


def test_only_the_newest_protocol_counts_and_attempted_is_what_it_tried(small: Store) -> None:
    judge(small, *(verdict_of(name, BEST) for name in ("b1", "b2", "b3")))
    judge(small, verdict_of("b1", WORST, OTHER), verdict_of("b2", {"accuracy": None, "clarity": None}, OTHER))
    assert ask(small, "SELECT DISTINCT protocol FROM judgments") == [(OTHER.protocol_id,)]
    rows = ask(small, "SELECT measure, n, attempted, mean FROM leaderboard ORDER BY measure")
    assert rows == [("accuracy", 1, 2, 0.0), ("clarity", 1, 2, 0.0), ("total", 1, 2, 0.0)]


def test_going_back_to_a_protocol_lets_it_count_again_once_it_has_a_verdict(small: Store) -> None:
    store_protocols(small, PROTOCOL, OTHER)
    judge(small, verdict_of("b1", BEST), verdict_of("b1", WORST, OTHER))
    third = replace(PROTOCOL, prompts={"rubric-reference": "hash-3"})
    for chosen, total in ((PROTOCOL, 100.0), (OTHER, 0.0), (third, 0.0)):
        with small.write() as connection:
            judgments.choose(connection, "dataset-1", chosen.protocol_id)
        assert totals(small) == [("b1", "oracle", total)]
    [(used,)] = ask(small, "SELECT protocol FROM judge_protocols WHERE counts")
    assert used == OTHER.protocol_id


def test_a_protocol_without_a_value_takes_nothing_away(small: Store) -> None:
    store_protocols(small, PROTOCOL, OTHER)
    nothing = {"accuracy": None, "clarity": None}
    judge(small, verdict_of("b1", BEST))
    with small.write() as connection:
        judgments.choose(connection, "dataset-1", OTHER.protocol_id, "test")
    judge(small, verdict_of("b1", nothing, OTHER), verdict_of("b2", nothing, OTHER))
    assert totals(small) == [("b1", "oracle", 100.0)]
    judge(small, verdict_of("b2", WORST, OTHER))
    assert totals(small) == [("b1", "oracle", None), ("b2", "oracle", 0.0)]


def test_where_no_protocol_has_a_value_the_last_one_tells_why(small: Store) -> None:
    judge(small, verdict_of("b1", {"accuracy": None}), verdict_of("b2", {"accuracy": None}, OTHER))
    with small.read() as connection:
        found = judgments.unscored(connection, "small", 1, "test")
    assert [(one.generation_id, one.reason) for one in found] == [("b2", "refused")]


def test_judging_one_split_leaves_the_verdicts_of_another(small: Store) -> None:
    store_protocols(small, PROTOCOL, OTHER)
    base = ask(small, "SELECT system_id FROM system WHERE name = 'base'")[0][0]
    with small.write() as connection:
        generations.add(connection, [Generation("b4", base, "e4", "x", "stop", 1, 1, 0.1)])
    judge(small, verdict_of("b1", BEST), verdict_of("b4", BEST), verdict_of("b4", WORST, OTHER))
    assert totals(small) == [("b1", "oracle", 100.0), ("b4", "oracle", 0.0)]
    counting = "SELECT split, protocol FROM judge_protocols WHERE counts ORDER BY split"
    assert ask(small, counting) == [("test", PROTOCOL.protocol_id), ("train", OTHER.protocol_id)]
    judge(small, verdict_of("b1", WORST, OTHER))
    with small.write() as connection:
        judgments.choose(connection, "dataset-1", PROTOCOL.protocol_id, "train")
    assert totals(small) == [("b1", "oracle", 0.0), ("b4", "oracle", 100.0)]
    with small.write() as connection:
        judgments.choose(connection, "dataset-1", PROTOCOL.protocol_id)
    assert totals(small) == [("b1", "oracle", 100.0), ("b4", "oracle", 100.0)]


def test_verdicts_of_elsewhere_by_another_rubric_count_again_when_they_are_chosen(small: Store) -> None:
    with small.write() as connection:
        connection.execute("INSERT INTO rubric SELECT 'r2', name, title, created_at FROM rubric")
        connection.execute("INSERT INTO criterion SELECT 'r2', * EXCLUDE rubric_id FROM criterion")
    judge(small, verdict_of("b1", BEST, None))
    judge(small, [replace(one, rubric_id="r2", event_id="2") for one in verdict_of("b1", WORST, None)])
    assert totals(small) == [("b1", "oracle", 0.0)]
    with small.write() as connection:
        judgments.choose_imported(connection, "dataset-1", "oracle", REFERENCE, RUBRIC.rubric_id, "test")
    assert totals(small) == [("b1", "oracle", 100.0)]


def test_no_sample_is_too_large_a_number(small: Store) -> None:
    judge(
        small, verdict_of("b1", {"accuracy": None}, None, 2**31 - 1), verdict_of("b1", {"accuracy": 3}, None, 2**31 - 2)
    )
    assert ask(small, "SELECT value, rationale FROM judgments") == [(3.0, f"because {2**31 - 2}")]


def test_modes_and_judges_do_not_displace_one_another(small: Store) -> None:
    alone = replace(PROTOCOL, mode=JudgeMode.INDEPENDENT)
    judge(small, verdict_of("b1", BEST), verdict_of("b1", WORST, alone), verdict_of("b1", MIDDLE, judge="second"))
    assert ask(small, "SELECT scorer, mode, total FROM totals ORDER BY ALL") == [
        ("oracle", "independent", 0.0), ("oracle", "reference", 100.0), ("second", "reference", 44.0),
    ]  # fmt: skip


def test_verdicts_of_elsewhere_are_a_protocol_of_their_own(small: Store) -> None:
    judge(small, verdict_of("b1", BEST), verdict_of("b2", BEST))
    judge(small, verdict_of("b1", WORST, None))
    assert totals(small) == [("b1", "oracle", 0.0)]
    judge(small, verdict_of("b3", BEST))
    assert totals(small) == [("b1", "oracle", 100.0), ("b2", "oracle", 100.0), ("b3", "oracle", 100.0)]


def test_verdicts_of_elsewhere_may_come_criterion_by_criterion_and_be_corrected(small: Store) -> None:
    judge(small, verdict_of("b1", {"accuracy": 5}, None), verdict_of("b1", {"clarity": 3}, None))
    assert totals(small) == [("b1", "oracle", 100.0)]
    judge(small, verdict_of("b1", {"clarity": 1}, None))
    assert totals(small) == [("b1", "oracle", 60.0)]
    judge(small, verdict_of("b1", {"clarity": None}, None))
    assert totals(small) == [("b1", "oracle", None)]


def test_a_retry_in_vain_hides_nothing_and_events_are_never_mixed(small: Store) -> None:
    judge(small, verdict_of("b1", {"accuracy": 5, "clarity": None}))
    judge(small, verdict_of("b1", {"accuracy": None, "clarity": None}))
    values = "SELECT criterion, value, unscored FROM judgments ORDER BY 1"
    assert ask(small, values) == [("accuracy", 5.0, None), ("clarity", None, "refused")]
    judge(small, verdict_of("b1", {"accuracy": None, "clarity": 1}))
    assert ask(small, values) == [("accuracy", None, "refused"), ("clarity", 1.0, None)]
    judge(small, verdict_of("b1", MIDDLE))
    judge(small, verdict_of("b1", {"accuracy": None, "clarity": 3}))
    assert ask(small, values) == [("accuracy", 2.0, None), ("clarity", 2.0, None)]


def test_samples_have_a_mean_and_a_spread_and_those_without_a_value_are_told(small: Store) -> None:
    judge(small, verdict_of("b1", {"accuracy": None}, sample=0), verdict_of("b1", {"accuracy": 2}, sample=1))
    judge(small, verdict_of("b1", {"accuracy": 4}, sample=2, evidence="quoted", found=True, call="c"))
    [row] = ask(
        small,
        "SELECT value, points, spread, samples, asked, unscored, rationale, evidence, found, call FROM judgments",
    )
    assert row == (3.0, 36.0, pytest.approx(2**0.5), 2, 3, None, "because 1", "", None, None)
    assert ask(small, "SELECT sample, value, points FROM sample_judgments ORDER BY 1") == [
        (0, None, None), (1, 2.0, 24.0), (2, 4.0, 48.0),
    ]  # fmt: skip


def test_without_a_value_in_any_sample_it_is_unscored_with_the_first_reason(small: Store) -> None:
    judge(small, *(verdict_of("b1", {"accuracy": None}, sample=sample) for sample in range(2)))
    assert ask(small, "SELECT value, unscored, samples, asked, spread FROM judgments") == [
        (None, "refused", 0, 2, None)
    ]


def test_the_leaderboard_of_a_judge_counts_examples(small: Store) -> None:
    base = ask(small, "SELECT system_id FROM system WHERE name = 'base'")[0][0]
    with small.write() as connection:
        generations.add(connection, [Generation("again", base, "e1", "x", "stop", 1, 1, 0.1, 1)])
    judge(small, verdict_of("b1", BEST), verdict_of("again", WORST), verdict_of("b2", BEST))
    [row] = ask(small, "SELECT n, attempted, mean FROM leaderboard WHERE measure = 'total'")
    assert row == (2, 2, 75.0)


def other(name: str) -> Protocol:
    return replace(PROTOCOL, judge=name)


def panel(store: Store, *names: str) -> None:
    with store.write() as connection:
        judgments.set_panel(connection, "all", "dataset-1", REFERENCE, names)


def test_a_panel_is_the_mean_of_its_judges_where_all_gave_a_value(small: Store) -> None:
    panel(small, "x", "y", "z")
    judge(small, verdict_of("b1", BEST, other("x")), verdict_of("b1", WORST, other("y")))
    rows = "SELECT criterion, value, unscored, samples, asked FROM judgments WHERE panel ORDER BY 1"
    assert ask(small, rows) == [
        ("accuracy", None, "1 of 3 judges gave no value", 2, 3),
        ("clarity", None, "1 of 3 judges gave no value", 2, 3),
    ]
    judge(small, verdict_of("b1", {"accuracy": 1, "clarity": None}, other("z")))
    assert ask(small, rows) == [
        ("accuracy", 2.0, None, 3, 3), ("clarity", None, "1 of 3 judges gave no value", 2, 3),
    ]  # fmt: skip
    judge(small, verdict_of("b1", {"accuracy": 1, "clarity": 2}, other("z")))
    assert ("b1", "all", 44.0) in totals(small)
    [row] = ask(
        small, "SELECT n, attempted, mean FROM leaderboard WHERE scorer = 'all (reference)' AND measure = 'total'"
    )
    assert row == (1, 1, 44.0)


def test_a_panel_takes_the_mean_of_each_judge_and_no_other_rubric(small: Store) -> None:
    panel(small, "x", "y")
    judge(small, *(verdict_of("b1", {"accuracy": value}, other("x"), sample) for sample, value in enumerate((1, 3))))
    judge(small, verdict_of("b1", {"accuracy": 5}, other("y")))
    value = "SELECT value FROM judgments WHERE panel AND criterion = 'accuracy'"
    assert ask(small, value) == [(3.5,)]
    with small.write() as connection:
        connection.execute("INSERT INTO rubric SELECT 'r2', name, title, created_at FROM rubric")
        connection.execute("INSERT INTO criterion SELECT 'r2', * EXCLUDE rubric_id FROM criterion")
    judge(small, verdict_of("b1", BEST, replace(other("y"), rubric_id="r2")))
    assert ask(small, value) == [(None,)]
    assert ask(small, "SELECT DISTINCT rubric FROM judgments WHERE panel") == [("r2",)]


def test_a_panel_can_be_made_anew_and_needs_a_name_of_its_own(small: Store) -> None:
    judge(small, verdict_of("b1", BEST, other("x")), verdict_of("b1", WORST, other("y")))
    panel(small, "x", "y")
    panel(small, "x", "y")
    panel(small, "x")
    assert ("b1", "all", 100.0) in totals(small)
    assert ask(small, "SELECT count(*) FROM panel") == [(2,)]
    with small.write() as connection:
        assert judgments.panels(connection, "dataset-1") == {("all", REFERENCE): ("x",)}
        for taken in ("x", "new"):
            with pytest.raises(UsageError, match="is a judge already"):
                judgments.set_panel(connection, taken, "dataset-1", REFERENCE, ["x", "new"])
    judge(small, verdict_of("b1", MIDDLE, other("all")))
    assert [row for row in totals(small) if row[1] == "all"] == [("b1", "all", 44.0)]


def left(store: Store, samples: int = 1, protocol: Protocol = PROTOCOL, **options: object) -> dict[str, list[int]]:
    with store.read() as connection:
        found = judgments.to_judge(
            connection,
            "dataset-1",
            "test",
            None,
            protocol.protocol_id,
            samples,
            **options,  # type: ignore[arg-type]
        )
        return {row["generation_id"]: row["samples"] for row in found}


def test_what_is_left_to_judge_is_what_the_protocol_has_not_judged(small: Store) -> None:
    assert list(left(small)) == ["b1", "t1", "b2", "t2", "b3", "t3"]
    judge(small, verdict_of("b1", BEST), verdict_of("b2", BEST, OTHER), verdict_of("b3", BEST, None))
    assert left(small, 2) == {"b1": [1], **{key: [0, 1] for key in ("t1", "b2", "t2", "b3", "t3")}}
    assert left(small, examples=["e1"]) == {"t1": [0]}
    with small.read() as connection:
        [row] = judgments.to_judge(connection, "dataset-1", None, ["tuned"], PROTOCOL.protocol_id, 1, ["e2"])
    assert row == {
        "generation_id": "t2", "example_id": "e2", "question": "Why?", "reference": "Because.", "text": "tuned 2",
        "failed": None, "samples": [0],
    }  # fmt: skip


def test_pieces_leave_nothing_out_and_repeat_nothing(small: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judgments, "FIRST_PIECE", 2)
    monkeypatch.setattr(judgments.rows, "next_piece", lambda *_: 1)
    assert list(left(small)) == ["b1", "t1", "b2", "t2", "b3", "t3"]


def test_a_retry_takes_what_has_no_whole_verdict(small: Store) -> None:
    base = ask(small, "SELECT system_id FROM system WHERE name = 'base'")[0][0]
    with small.write() as connection:
        generations.add(connection, [Generation("f", base, "e1", "", "failed", 0, 0, 0.1, 1, "no reply")])
    partial, nothing = {"accuracy": 5.0, "clarity": None}, {"accuracy": None, "clarity": None}
    judge(small, verdict_of("b1", partial), verdict_of("b2", nothing), verdict_of("f", nothing))
    judge(small, verdict_of("b3", BEST), verdict_of("b3", nothing))
    assert left(small, examples=["e1", "e2", "e3"]) == {"t1": [0], "t2": [0], "t3": [0]}
    assert left(small, retry=True) == {"b1": [0], "t1": [0], "b2": [0], "t2": [0], "t3": [0]}


def test_spread_and_unscored_tell_each_sample(small: Store) -> None:
    panel(small, "oracle", "second")
    judge(small, verdict_of("b1", BEST), verdict_of("b1", {"accuracy": 5, "clarity": None}, sample=1, call="c1"))
    judge(small, verdict_of("t1", WORST))
    scope = ("small", 1, "test")
    with small.read() as connection:
        assert judgments.spread(connection, *scope, "oracle", REFERENCE) == [
            CriterionSpread("accuracy", ((0.0, 1), (5.0, 2)), 0, pytest.approx(10 / 3)),
            CriterionSpread("clarity", ((1.0, 1), (3.0, 1)), 1, 2.0),
        ]
        assert judgments.spread(connection, *scope, "all", REFERENCE) == [
            CriterionSpread("accuracy", (), 2, None), CriterionSpread("clarity", (), 2, None),
        ]  # fmt: skip
        [row] = judgments.unscored(connection, *scope, "oracle", REFERENCE)
        assert (row.generation_id, row.system, row.example_id, row.question) == ("b1", "base", "e1", "How?")
        assert (row.criterion, row.reason, row.call_id) == ("clarity", "refused", "c1")
        assert judgments.unscored(connection, *scope, offset=1) == []
        by = judgments.judges(connection, *scope)
        assert [(one.judge, one.generations, one.scored, one.unscored, one.panel) for one in by] == [
            ("oracle", 2, 4, 0, False), ("all", 2, 0, 4, True),
        ]  # fmt: skip
        assert by[0].rubric == RUBRIC.name
        said = judgments.verdicts(connection, "b1")
    assert [(one.sample, one.criterion, one.value) for one in said] == [
        (0, "accuracy", 5.0), (0, "clarity", 3.0), (1, "accuracy", 5.0), (1, "clarity", None),
    ]  # fmt: skip


def test_any_text_is_kept_and_adding_twice_adds_nothing(small: Store) -> None:
    events = [
        verdict_of("b1", {"accuracy": 1}, sample=number, rationale=text, evidence=text, event=content_id(number))
        for number, text in enumerate(HOSTILE)
    ]
    calls = [call_of(f"c{number}", reply=text, outcome={"draft": text}) for number, text in enumerate(HOSTILE)]
    for _ in range(2):
        with small.write() as connection:
            judgments.add(connection, "dataset-1", calls, [one for event in events for one in event])
    with small.read() as connection:
        said = judgments.verdicts(connection, "b1")
    kept = [text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") for text in HOSTILE]
    assert [one.rationale for one in said] == [one.evidence for one in said] == kept
    assert ask(small, "SELECT count(*) FROM judge_call") == [(len(HOSTILE),)]
