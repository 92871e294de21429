"""Judging before it starts: what a request comes to, and what is refused."""

import json
from dataclasses import replace

import pytest

from viva.errors import BadInput, NotFound, UsageError
from viva.records.generation import Generation
from viva.records.judging import BASELINE, JudgeMode, JudgeRequest, JudgeSettings, PlannedJudge
from viva.records.model import Decoding, System
from viva.store import generations, judge_calls, models
from viva.workbench import Workbench
from viva.workbench.judging_estimate import most_tokens
from viva.workbench.judging_protocols import protocol_of
from viva.workbench.judging_requests import commission_of, commissioned, drawn, spec_of
from viva.workbench.judging_work import program_config

REQUEST = JudgeRequest("tiny", "test", ("far",))

REFUSED: list[tuple[dict[str, object], str]] = [
    ({"judges": ()}, "no judge is named"),
    ({"judges": ("fra",)}, "there is no judge 'fra'"),
    ({"dataset": "tyni"}, "there is no dataset 'tyni'"),
    ({"split": "tset"}, "there is no split tset"),
    ({"split": "train"}, "nothing was written for tiny/train"),
    ({"systems": ("tunde",)}, "system tunde has written nothing"),
    ({"rubric": "strict"}, "there is no rubric 'strict'"),
    ({"pairwise": True, "systems": ("tuned",)}, "a pair needs two systems"),
    ({"per_criterion": True}, "texts are always judged by criterion"),
    ({"budget": 0.0}, "a budget must be above 0"),
    ({"budget": float("nan")}, "a budget must be above 0"),
    ({"budget": 1.0, "judges": ("unpriced",)}, "a budget needs prices, and unpriced has none"),
    ({"limit": 0}, "at least one example must be judged"),
    ({"settings": JudgeSettings(samples=0)}, "at least one verdict"),
    ({"settings": JudgeSettings(temperature=float("nan"))}, "the temperature must lie between 0 and 2"),
    ({"settings": JudgeSettings(expected=True), "pairwise": True}, "comparisons have no levels"),
    ({"panel": "all"}, "a panel needs two judges"),
    ({"panel": "all", "judges": ("far", "far")}, "a panel needs two judges"),
    ({"panel": "far", "judges": ("far", BASELINE)}, "far is a judge already"),
    ({"panel": "a b", "judges": ("far", BASELINE)}, "'a b' cannot name a panel"),
    ({"judges": (BASELINE,), "pairwise": True}, "embedding-baseline cannot compare two texts"),
    ({"judges": (BASELINE,), "mode": JudgeMode.INDEPENDENT}, "embedding-baseline cannot draft"),
    ({"judges": (BASELINE,), "settings": JudgeSettings(expected=True)}, "tells no probabilities"),
    ({"judges": ("tuned",)}, "the weights of tuned are gone|/nowhere"),
    ({"judges": ("tuned",), "settings": JudgeSettings(expected=True)}, "tuned does not tell how likely its words were"),
]


@pytest.fixture
def judged(filled: Workbench) -> Workbench:
    """A workbench that knows a judge behind an address where nobody answers."""
    filled.models.add_endpoint("far", "http://127.0.0.1:9/v1", "fake", prices=(1.0, 2.0), concurrency=4)
    return filled


def planned(bench: Workbench, request: JudgeRequest = REQUEST) -> PlannedJudge:
    [found] = bench.judging.plan(request).judges
    return found


def test_every_text_of_every_system_is_judged_once(judged: Workbench) -> None:
    found = planned(judged)
    assert (found.judge, found.verdicts, found.done, found.cached, found.calls) == ("far", 8, 0, 0, 8)
    assert found.prompt_tokens > 8 * 500
    # Every reply may be asked for twice, and up to four replies tell how the server wants to be asked.
    assert (found.completion_tokens, found.at_most, found.seconds) == (8 * 1536 * 2 + 4 * 400, True, None)
    assert found.cost == pytest.approx((found.prompt_tokens + 2 * found.completion_tokens) / 1e6)


def test_samples_systems_and_a_limit_count(judged: Workbench) -> None:
    assert planned(judged, replace(REQUEST, settings=JudgeSettings(samples=3))).calls == 24
    assert planned(judged, replace(REQUEST, systems=("tuned",))).calls == 4
    assert planned(judged, replace(REQUEST, limit=3)).calls == 6
    assert planned(judged, replace(REQUEST, limit=99)).calls == 8


def test_a_larger_limit_adds_to_a_smaller_one() -> None:
    examples = [str(number) for number in range(50)]
    few, more = drawn(examples, 5, 1), drawn(examples, 9, 1)
    assert few is not None
    assert more is not None
    assert more[:5] == few
    assert set(drawn(examples, 5, 2) or ()) != set(few)
    assert drawn(examples, 50, 1) is None


def test_examples_that_come_later_leave_the_draw_as_it_was() -> None:
    before = [str(number) for number in range(50)]
    later = [*(f"new {number}" for number in range(5)), *before]
    few = drawn(before, 10, 3)
    assert few is not None
    after = [example for example in drawn(later, 20, 3) or () if example in before]
    assert after[: len(few)] == list(few)[: len(after)]
    assert len(set(drawn(later, 10, 3) or ()) & set(few)) >= 5


@pytest.mark.parametrize("seed", range(4))
def test_a_limit_draws_among_what_the_named_systems_wrote_for(judged: Workbench, seed: int) -> None:
    system = System("late", "late", "", Decoding())
    with judged.store.write() as connection:
        models.add_system(connection, system)
        generations.add(connection, [Generation("l", system.system_id, "example-7", "Later.", "stop", 1, 1, 0.1)])
    request = replace(REQUEST, limit=1, settings=JudgeSettings(seed=seed))
    assert planned(judged, replace(request, systems=("late",))).calls == 1
    assert planned(judged, replace(request, systems=("late", "tuned"), pairwise=True)).calls == 2
    assert planned(judged, replace(request, systems=("late", "tuned"))).calls >= 1


def test_what_is_said_to_be_the_most_is_no_guess(judged: Workbench) -> None:
    one = replace(REQUEST, systems=("tuned",), limit=1)
    plain = planned(judged, one)
    more = planned(judged, replace(one, settings=JudgeSettings(attempts=5)))
    assert more.completion_tokens - 1600 == 5 * 1536
    assert (more.prompt_tokens - 800) * 2 == (plain.prompt_tokens - 800) * 5
    drafting = planned(judged, replace(one, mode=JudgeMode.INDEPENDENT, settings=JudgeSettings(attempts=1)))
    # The draft may be as long as a reply can be, and is read with the text.
    assert drafting.completion_tokens == 2 * 1536 + 1600
    assert drafting.prompt_tokens > plain.prompt_tokens / 2 + 1000
    with judged.store.write() as connection:
        judge_calls.set_dialect(connection, "http://127.0.0.1:9/v1", "fake", {"format": "schema", "proven": True})
    known = planned(judged, one)
    assert (known.completion_tokens, known.prompt_tokens) == (2 * 1536, plain.prompt_tokens - 800)
    assert most_tokens("異常検知") == 4


def test_how_long_an_answer_may_take_is_the_endpoints_own(judged: Workbench) -> None:
    judged.models.add_endpoint("patient", "http://127.0.0.1:9/v1", "fake", timeout=900.0)
    for name, timeout in (("patient", 900.0), ("far", None)):
        request = replace(REQUEST, judges=(name,))
        commission = commissioned(judged, request)
        _, config = program_config(judged, commission, protocol_of(judged, commission, name))
        assert config["chat"]["timeout"] == timeout
    for wrong in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(UsageError, match="some time"):
            judged.models.add_endpoint("hasty", "http://127.0.0.1:9/v1", "fake", timeout=wrong)


def test_pairs_are_shown_in_both_orders(judged: Workbench) -> None:
    found = planned(judged, replace(REQUEST, pairwise=True))
    assert (found.verdicts, found.calls) == (8, 8)


def test_drafts_are_shared_by_all_texts_for_a_question(judged: Workbench) -> None:
    found = planned(judged, replace(REQUEST, mode=JudgeMode.INDEPENDENT))
    assert (found.verdicts, found.calls) == (8, 8 + 4)


def test_the_same_text_by_two_systems_is_asked_about_once(judged: Workbench) -> None:
    system = System("copy", "copy", "", Decoding())
    with judged.store.write() as connection:
        models.add_system(connection, system)
        [(example, text)] = connection.execute(
            "SELECT example_id, text FROM generation WHERE generation_id = 'generation-00'"
        ).fetchall()
        generations.add(connection, [Generation("copied", system.system_id, example, text, "stop", 1, 1, 0.1)])
    assert (planned(judged).verdicts, planned(judged).calls) == (9, 8)


def test_a_text_that_failed_is_nobodys_question(judged: Workbench) -> None:
    system = System("broken", "broken", "", Decoding())
    with judged.store.write() as connection:
        models.add_system(connection, system)
        failed = Generation("lost", system.system_id, "example-5", "", "failed", 0, 0, 0.0, failed="no reply")
        generations.add(connection, [failed])
    assert planned(judged).verdicts == 8


def test_the_baseline_calls_nobody(judged: Workbench) -> None:
    found = planned(judged, replace(REQUEST, judges=(BASELINE,), settings=JudgeSettings(samples=5)))
    assert (found.verdicts, found.calls, found.cost) == (8, 0, 0.0)


def test_what_cannot_work_is_refused_before_it_starts(judged: Workbench) -> None:
    judged.models.add_endpoint("unpriced", "http://127.0.0.1:9/v1", "fake")
    with judged.store.write() as connection:
        connection.execute("UPDATE model SET settings = '{\"fingerprint\": \"x\"}' WHERE name = 'tuned'")
    for changes, message in REFUSED:
        with pytest.raises((UsageError, NotFound), match=message) as caught:
            judged.judging.plan(replace(REQUEST, **changes))  # type: ignore[arg-type]
        assert "\n" not in caught.value.message
    with pytest.raises(UsageError):
        judged.judging.start(replace(REQUEST, judges=("tuned",)))
    assert judged.jobs.list() == []


def test_a_key_that_is_not_in_the_environment_is_told_of_at_the_start(judged: Workbench) -> None:
    judged.models.add_endpoint("locked", "http://127.0.0.1:9/v1", "fake", key_env="NO_SUCH_KEY")
    request = replace(REQUEST, judges=("locked",))
    assert planned(judged, request).calls == 8
    with pytest.raises(UsageError, match="the environment holds no key named NO_SUCH_KEY"):
        judged.judging.start(request)


def test_an_endpoint_known_to_tell_no_probabilities_is_refused(judged: Workbench) -> None:
    with judged.store.write() as connection:
        judge_calls.set_dialect(connection, "http://127.0.0.1:9/v1", "fake", {"without": ["logprobs"]})
    with pytest.raises(UsageError, match="far does not tell how likely its words were"):
        planned(judged, replace(REQUEST, settings=JudgeSettings(expected=True)))


def test_a_prompt_of_the_workspace_makes_another_examiner(judged: Workbench) -> None:
    before = protocol_of(judged, commissioned(judged, REQUEST), "far")
    [*_, path] = judged.judging.copy_prompts()
    assert judged.judging.copy_prompts() == []
    assert judged.judging.prompts()[path.stem] == path
    file = judged.judging.prompts()["rubric-reference"]
    file.write_text("Be strict.\n" + file.read_text("utf-8"), "utf-8")
    after = protocol_of(judged, commissioned(judged, REQUEST), "far")
    assert before.protocol_id != after.protocol_id
    assert set(after.prompts) == {"rubric-reference"}
    file.write_text("no places in it", "utf-8")
    with pytest.raises(BadInput):
        judged.judging.plan(REQUEST)


def test_a_protocol_knows_what_is_asked_but_no_number_of_samples(judged: Workbench) -> None:
    protocol = protocol_of(judged, commissioned(judged, REQUEST), "far")
    assert protocol.model == {"url": "http://127.0.0.1:9/v1", "model": "fake"}
    more = replace(REQUEST, settings=JudgeSettings(samples=3, attempts=5))
    warmer = replace(REQUEST, settings=JudgeSettings(temperature=0.5))
    assert protocol_of(judged, commissioned(judged, more), "far").protocol_id == protocol.protocol_id
    assert protocol_of(judged, commissioned(judged, warmer), "far").protocol_id != protocol.protocol_id


def test_a_local_judge_is_known_by_its_weights(judged: Workbench) -> None:
    protocol = protocol_of(judged, commissioned(judged, replace(REQUEST, judges=("starter",))), "starter")
    assert protocol.model["location"] == "starter"
    assert len(protocol.model["fingerprint"]) == 64
    baseline = protocol_of(judged, commissioned(judged, replace(REQUEST, judges=(BASELINE,))), BASELINE)
    assert baseline.model["embedding_model"] == "minilm"
    assert baseline.prompts == {}


def test_a_job_keeps_rubric_and_prompts_as_they_were_when_it_started(judged: Workbench) -> None:
    request = replace(
        REQUEST, judges=("far", BASELINE), systems=("tuned",), limit=2, panel="both", budget=1.5, retry=True,
        settings=JudgeSettings(0.5, 7, 2, 900, False, 3),
    )  # fmt: skip
    commission = commissioned(judged, request)
    spec = spec_of(commission)
    assert spec.title == "tiny/test (2 samples, 2 questions, retry) by far, embedding-baseline"
    arguments = json.loads(json.dumps(spec.arguments))
    judged.rubrics.copy("default").write_text("title = 'another'", "utf-8")
    assert commission_of(judged, arguments, commission.embedding_model) == commission
