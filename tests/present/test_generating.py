"""The form that lets models write, what it comes to, and the job, in words."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from tests.fakes.generating import plan, writing_events
from tests.fakes.hostile import FORBIDDEN, HOSTILE
from viva.errors import UsageError
from viva.present import generating as words
from viva.present.generating import GenerateForm
from viva.records.dataset import Dataset
from viva.records.generating import GenerationRequest, Grid
from viva.records.generation import LatestText
from viva.records.ids import utc_now
from viva.records.job import Job, JobKind, JobSpec, JobStatus
from viva.records.model import Model, ModelKind
from viva.records.prompt import PromptFile

DATASET = Dataset("id", "vad", 1, "", datetime(2026, 1, 1), {"train": 93, "test": 20})
FORM = GenerateForm("vad", "test", ("starter", "tuned"))
STARTER = Model("s", "starter", ModelKind.STARTER, "")
TUNED = Model("t", "tuned", ModelKind.ADAPTER, "/t", "starter", "by hand")
FAR = Model("e", "far", ModelKind.ENDPOINT, "http://127.0.0.1", None, "far at 127.0.0.1")


def job(status: JobStatus = JobStatus.RUNNING, **result: Any) -> Job:
    spec = JobSpec(JobKind.GENERATE, "vad/test", {"models": ["starter", "tuned"]})
    return Job("j", spec, status, utc_now(), result=result)


def test_an_untouched_form_asks_for_the_usual_of_each_model() -> None:
    assert FORM.problem([DATASET]) is None
    assert FORM.request() == GenerationRequest("vad", "test", ("starter", "tuned"))


def test_every_field_takes_several_values_parted_by_commas() -> None:
    values = {
        "temperature": "0, 0.7,", "top_p": ".9", "top_k": " 0 ,40", "max_new_tokens": "64", "repetition_penalty": "1",
        "seed": "1,2,3", "samples": "4",
    }  # fmt: skip
    form = replace(FORM, values=values, prompt="steps", shots="3", skip=True)
    assert form.problem([DATASET]) is None
    assert form.request() == GenerationRequest(
        "vad", "test", ("starter", "tuned"), Grid((0.0, 0.7), (0.9,), (0, 40), (64,), (1.0,), (1, 2, 3), 4),
        "steps", 3, skip_impossible=True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("form", "field", "part"),
    [
        (replace(FORM, dataset="gone"), "dataset", "Choose a dataset"),
        (replace(FORM, split="gone"), "split", "vad has no examples in this split"),
        (replace(FORM, models=()), "models", "Tick at least one model"),
        (replace(FORM, shots="-1"), "shots", "Shots must be a whole number"),
        (replace(FORM, values={"temperature": "0;7"}), "temperature", "a comma parts several"),
        (replace(FORM, values={"temperature": "nan"}), "temperature", "must be a number, not nan"),
        (replace(FORM, values={"temperature": "1e3"}), "temperature", "must be a number, not 1e3"),
        (replace(FORM, values={"top_k": "1.5"}), "top_k", "must be a whole number, 0 or more, not 1.5"),
        (replace(FORM, values={"seed": "٣"}), "seed", "must be a whole number"),
        (replace(FORM, values={"samples": "2, 3"}), "samples", "takes one number"),
    ],
)
def test_a_field_that_cannot_be_right_is_named_with_what_is_wrong(form: GenerateForm, field: str, part: str) -> None:
    found = form.problem([DATASET])
    assert found is not None
    assert (found[0], part in found[1]) == (field, True)


def test_whatever_is_typed_is_named_harmlessly() -> None:
    for text in HOSTILE:
        found = replace(FORM, values={"temperature": text}).problem([DATASET])
        assert found is None or not FORBIDDEN.search(found[1])


def test_the_test_split_comes_first_else_the_last_there_is() -> None:
    assert words.first_split(DATASET) == "test"
    assert words.first_split(DATASET, "train") == "train"
    assert words.first_split(replace(DATASET, splits={"": 4})) == ""
    assert words.split_choices(replace(DATASET, splits={"": 4, "test": 0})) == [("(none) (4 questions)", "")]
    assert words.split_choices(replace(DATASET, splits={"validation": 16})) == [("validation (16)", "validation")]
    assert words.first_split(None) == ""


def test_the_newest_adapter_and_its_base_are_ticked_first() -> None:
    assert words.first_models([STARTER, TUNED, FAR]) == ("starter", "tuned")
    assert words.first_models([STARTER, FAR]) == ("starter",)
    assert words.first_models([]) == ()


def test_models_say_what_they_are_and_prompts_what_they_hold() -> None:
    assert words.model_rows([TUNED, FAR]) == [
        ("tuned", "tuned", "adapter · over starter · by hand"), ("far", "far", "endpoint · far at 127.0.0.1"),
    ]  # fmt: skip
    choices = words.prompt_choices([PromptFile("steps", "First\nthen {question}")])
    assert choices == [("What suits the model", ""), ("steps: First …", "steps")]


def rows(left: int = 8, models: tuple[Model, ...] = (STARTER, TUNED), **changes: Any) -> dict[str, str]:
    found = plan(left, 4, tuple(model.name for model in models), **changes)
    return {
        name: f"{value} {more}".strip()
        for name, value, more in words.plan_rows(found, {model.name: model for model in models})
    }


def test_a_plan_says_what_is_known_and_what_is_not() -> None:
    assert rows() == {
        "Texts": "8 by 2 systems 4 are there already and stay",
        "Systems": "starter 4, tuned 4",
        "Tokens": "about 1,234 read, 2,560 written at most: no earlier texts are known",
        "Cost": "none written on this machine",
        "Time": "not known before the first run of starter",
    }
    known = rows(seconds=125.0, untimed=(), at_most=False)
    assert known["Time"] == "about 2 min 5 s as fast as earlier texts came"
    assert known["Tokens"].endswith("as long as earlier texts")


def test_money_is_told_where_there_are_prices_and_missing_prices_are_named() -> None:
    assert rows(models=(STARTER, FAR), cost=1.234)["Cost"] == "1.23 by the prices of the model"
    assert rows(models=(FAR,), cost=None, unpriced=("far",))["Cost"] == "not known no prices are known for far"
    assert rows(models=(FAR,), cost=0.0)["Cost"] == "0.00 by the prices of the model"


def test_nothing_left_is_said_and_so_is_what_was_left_out() -> None:
    assert set(rows(0)) == {"Texts"}
    assert words.nothing_left(plan(0)) != ""
    assert words.nothing_left(plan(2)) == ""
    left_out = replace(plan(), left_out=("a: top-p 0.9 changes nothing", "b: the same"))
    assert words.left_out_line(left_out) == "Left out: a: top-p 0.9 changes nothing (and 1 more)"
    assert words.left_out_line(plan()) == ""


@pytest.mark.parametrize("lines", [1, 2, 8])
@pytest.mark.parametrize("count", [1, 3, 7, 100])
def test_many_systems_take_the_lines_there_are_and_the_rest_is_counted(count: int, lines: int) -> None:
    found = plan(400, 0, tuple(f"system-{n}" for n in range(count)))
    said = words.systems_lines(found, words.LINE_WIDTH, lines)
    assert len(said) <= lines
    assert max(map(len, said)) <= words.LINE_WIDTH
    text = " ".join(said)
    named = text.count("system-")
    assert named == count or text.endswith(f" and {count - named} more")
    assert named == min(count, named)
    assert len(said) == lines or named == count


def test_what_is_said_about_a_field_fits_on_its_line() -> None:
    assert max(map(len, words.NOTES.values())) <= 76


def test_a_prompt_is_one_line_with_its_name_first_and_says_that_it_goes_on() -> None:
    prompts = [PromptFile("steps", "Think.\n\nThen {question}"), PromptFile("long", "word " * 40)]
    labels = [label for label, _ in words.prompt_choices([*prompts, PromptFile("plain", "{question}")])]
    assert labels[1] == "steps: Think. …"
    assert labels[2].startswith("long: word word")
    assert labels[2].endswith("…")
    assert labels[3] == "plain: {question}"
    assert max(map(len, labels)) <= words.PROMPT_WIDTH


def test_a_number_that_is_too_low_is_told_from_which_least() -> None:
    found = replace(FORM, values={"top_k": "-2"}).problem([DATASET])
    assert found == ("top_k", "Top-k must be a whole number, 0 or more, not -2; a comma parts several")


def test_a_refusal_says_what_to_tick_and_leaves_commands_out() -> None:
    refused = UsageError("temperature 0 is greedy", "leave impossible combinations out: --skip-impossible")
    assert words.refusal(refused) == "temperature 0 is greedy. Change it, or tick: leave impossible combinations out"
    assert words.refusal(UsageError("no", "see: viva job list")) == "no"
    assert words.refusal(UsageError("no", "0 or more")) == "no: 0 or more"


def test_a_job_says_with_how_many_systems_how_fast_and_what_failed() -> None:
    events = [{**event, "time": 10.0 + 2 * n} for n, event in enumerate(writing_events(5, failed=2))]
    assert words.writing_line(job(), events) == "2 systems · 0.50 texts a second · 2 failed · now tuned"
    assert words.writing_line(job(), events[:2]) == "2 systems · 0.50 texts a second · 1 failed · now starter"
    assert words.writing_line(job(), events[:1]) == "2 systems"
    assert words.writing_line(job(), []) == "2 systems"
    slow = [{**event, "time": 60.0 * n} for n, event in enumerate(writing_events(3))]
    assert "1 min a text" in words.writing_line(job(), slow)


def test_only_what_came_since_the_last_start_tells_the_pace() -> None:
    events = [*writing_events(5), *writing_events(1)]
    assert "a second" not in words.writing_line(job(), [{**event, "time": 1.0} for event in events])


def test_a_finished_job_says_what_it_took() -> None:
    done = job(JobStatus.DONE, prompt_tokens=1200, completion_tokens=3400, cost=0.5, failed=0, systems=["a", "b", "c"])
    assert words.outcome_lines(done) == ["1,200 tokens read, 3,400 written · cost 0.50"]
    assert words.writing_line(done, []) == "3 systems · none failed"
    assert words.outcome_lines(job(JobStatus.DONE, cost=None)) == []


def test_what_stands_in_place_of_a_text_says_why() -> None:
    assert words.latest_empty(None, job()) == "Nothing has been written yet"
    assert words.latest_empty(None, job(JobStatus.FAILED)) == "Nothing was written"
    assert words.latest_empty(LatestText("a", "q", "", "status 500"), job()) == "no text: status 500"
    assert words.latest_title(LatestText("\x1b[2J", "q", "t")) == "␛[2J wrote"
