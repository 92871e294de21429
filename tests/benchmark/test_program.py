"""The benchmark program, on tiny models and on a server that speaks chat completions."""

import io
import json
import math
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.arc import make_arc
from tests.fakes.chat_server import Answer, ChatServer, error, last_message
from tests.fakes.tiny_model import make_tiny_model
from viva import jsonl
from viva.benchmark import arc, calls, choices
from viva.benchmark.program import Answers, benchmark, choices_from
from viva.benchmark.turns import prompt_tokens, turns_of
from viva.errors import UserError
from viva.events import EventWriter, read_events
from viva.records.benchmark import BenchmarkAnswer, BenchmarkItem, Choices, Turn

TOOLS = [{"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}]
TALK: list[dict[str, Any]] = [
    {"role": "user", "content": "Look at the camera."},
    {"role": "assistant", "tool_calls": [{"function": {"name": "look", "arguments": '{"at": "camera"}'}}]},
    {"role": "tool", "content": "a fall"},
    {"role": "assistant", "content": "I see a fall."},
]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("tiny")
    make_tiny_model(folder)
    return str(folder)


def run(config: dict[str, Any]) -> list[dict[str, Any]]:
    stream = io.StringIO()
    benchmark(EventWriter(stream), config)
    return list(read_events(stream.getvalue().splitlines()))


def rows(folder: Path, items: list[BenchmarkItem]) -> str:
    path = folder / "rows.jsonl"
    jsonl.write(path, ({"item_id": item.item_id, "item": item.item} for item in items))
    return str(path)


def answers(events: list[dict[str, Any]]) -> dict[str, BenchmarkAnswer]:
    found = [BenchmarkAnswer(**row) for event in events if event["event"] == "answers" for row in event["rows"]]
    assert len({answer.item_id for answer in found}) == len(found)
    return {answer.item_id: answer for answer in found}


def questions(folder: Path, count: int = 6) -> list[BenchmarkItem]:
    return arc.read(make_arc(folder / "arc.jsonl", count))


def test_a_local_model_chooses_what_it_finds_likeliest(tiny: str, tmp_path: Path) -> None:
    items = questions(tmp_path, 20)
    task = {"model": "tiny", "location": tiny, "base": None, "rows": rows(tmp_path, items)}
    events = run({"kind": "choices", "tasks": [task]})
    assert events[0] == {"event": "start", "total": 20, "unit": "item"}
    assert events[-1] == {"event": "done", "answered": 20, "unscored": 0}
    found = answers(events)
    assert list(found) == [item.item_id for item in items]
    for item in items:
        answer, question = found[item.item_id], choices_from(item.item)
        assert answer.answer is not None
        sums = answer.answer["log_likelihoods"]
        assert (len(sums), answer.method, answer.model) == (4, "likelihood", "tiny")
        best = max(range(4), key=sums.__getitem__)
        best_norm = max(range(4), key=lambda index: sums[index] / len(question.choices[index]))
        assert answer.measures == {"acc": best == question.answer, "acc_norm": best_norm == question.answer}


def test_of_equally_likely_choices_the_first_counts() -> None:
    item = Choices("?", ("ab", "cd", "e"), 1, "?", (" ab", " cd", " e"))
    assert choices.measures(item, [-2.0, -2.0, -3.0]) == (0, {"acc": 0.0, "acc_norm": 0.0})
    assert choices.measures(item, [-4.0, -2.0, -2.0]) == (1, {"acc": 1.0, "acc_norm": 1.0})


def test_a_choice_that_does_not_fit_is_unscored(tiny: str, tmp_path: Path) -> None:
    long = Choices("Why?", ("so", "camera " * 400), 0, "Why?", (" so", " camera" * 400))
    items = [*questions(tmp_path, 2), BenchmarkItem("long", json.loads(json.dumps(vars(long))))]
    found = answers(
        run({"kind": "choices", "tasks": [{"model": "t", "location": tiny, "rows": rows(tmp_path, items)}]})
    )
    assert (found["long"].unscored, found["long"].measures) == (choices.NO_ROOM, {"acc": None, "acc_norm": None})
    assert found["q0"].unscored is None
    assert found["q0"].answer is not None
    assert all(math.isfinite(value) for value in found["q0"].answer["log_likelihoods"])


def test_a_local_model_is_checked_for_calls(tiny: str, tmp_path: Path) -> None:
    items, _ = turns_of("e", TALK, TOOLS)
    too_long = [{"role": "user", "content": "camera " * 400}, *TALK[1:]]
    items += turns_of("long", too_long, TOOLS)[0][:1]
    found = answers(run({"kind": "calls", "tasks": [{"model": "t", "location": tiny, "rows": rows(tmp_path, items)}]}))
    assert set(found) == {"e-1", "e-3", "long-1"}
    assert found["long-1"].answer is None
    assert "reads at once" in str(found["long-1"].unscored)
    for answer in (found["e-1"], found["e-3"]):
        assert answer.unscored is None or "reads at once" in answer.unscored


def test_an_endpoint_names_letters(tmp_path: Path) -> None:
    def reply(request: dict[str, Any]) -> str | Answer:
        if "night 3" in last_message(request):
            return error(400, "no such thing")
        return {"night 0": "A", "night 1": "(c)", "night 2": "Hard to say: A or B"}[last_message(request)[16:23]]

    with ChatServer(reply) as server:
        chat = {"url": server.url, "model": "fake"}
        task = {"model": "there", "chat": chat, "rows": rows(tmp_path, questions(tmp_path, 4))}
        events = run({"kind": "choices", "tasks": [task]})
    found = answers(events)
    assert [found[f"q{number}"].measures["acc"] for number in range(4)] == [1.0, 0.0, None, None]
    assert (found["q2"].answer or {})["text"] == "Hard to say: A or B"
    assert found["q3"].answer is None
    assert "no such thing" in str(found["q3"].unscored)
    assert events[-1] == {"event": "done", "answered": 4, "unscored": 2}


def test_an_endpoint_gets_the_tools_as_text(tmp_path: Path) -> None:
    items, _ = turns_of("e", TALK, TOOLS)

    def reply(request: dict[str, Any]) -> str:
        assert '"name": "look"' in request["messages"][0]["content"]
        called = "The function returned:" in last_message(request)
        return "I see a fall." if called else '{"name": "look", "arguments": {"at": "camera"}}'

    with ChatServer(reply) as server:
        task = {"model": "there", "chat": {"url": server.url, "model": "fake"}, "rows": rows(tmp_path, items)}
        found = answers(run({"kind": "calls", "tasks": [task]}))
    assert found["e-1"].measures == {"right": 1.0, "function": 1.0, "arguments": 1.0}
    assert found["e-3"].measures == {"right": 1.0, "function": 1.0}


def test_words_that_a_server_cut_off_are_not_rightly_none(tmp_path: Path) -> None:
    items, _ = turns_of("e", TALK, TOOLS)
    with ChatServer(lambda _request: Answer("The user wants me to", finish_reason="length")) as server:
        task = {"model": "there", "chat": {"url": server.url, "model": "fake"}, "rows": rows(tmp_path, items)}
        found = answers(run({"kind": "calls", "tasks": [task]}))
    assert found["e-3"].measures == {"right": 0.0, "function": 0.0}
    assert "cut off" in (found["e-3"].answer or {})["unreadable"]


def test_a_local_reply_tells_why_it_ended_whatever_is_asked_beside_it(tmp_path: Path) -> None:
    model, tokenizer = make_tiny_model(tmp_path)
    turn = Turn(({"role": "user", "content": "Why?"},), (), ())
    long = Turn(({"role": "user", "content": "camera " * 225},), (), ())
    prompt, filling = (found[0] for one in (turn, long) if (found := prompt_tokens(tokenizer, one)))
    assert 0 < 256 - len(filling) < 24
    alone = [next(iter(calls.answers(model, tokenizer, "m", [("i", turn)], max_tokens=limit))) for limit in (24, 2)]
    assert [(answer.answer or {})["finish_reason"] for answer in alone] == ["length", "length"]
    beside = {a.item_id: a for a in calls.answers(model, tokenizer, "m", [("i", turn), ("l", long)], max_tokens=24)}
    assert beside["i"] == alone[0]
    assert (beside["l"].answer, beside["l"].unscored) == (None, calls.NO_ROOM)
    [(text, reason)] = calls.written(model, tokenizer, [prompt], 24)
    assert (text, reason) == ((alone[0].answer or {})["text"], "length")
    first = tokenizer(text, add_special_tokens=False)["input_ids"][0]
    model.generation_config.eos_token_id = [tokenizer.eos_token_id, first]
    assert calls.written(model, tokenizer, [prompt], 24) == [("", "stop")]


def test_a_refused_key_ends_it_and_what_was_answered_is_reported(tmp_path: Path) -> None:
    def reply(request: dict[str, Any]) -> str | Answer:
        return "A" if "night 0" in last_message(request) else Answer(status=401, body=b"{}", delay=0.2)

    stream = io.StringIO()
    with ChatServer(reply) as server:
        chat = {"url": server.url, "model": "fake", "concurrency": 1}
        task = {"model": "there", "chat": chat, "rows": rows(tmp_path, questions(tmp_path, 4))}
        with pytest.raises(UserError, match="the key is wrong"):
            benchmark(EventWriter(stream), {"kind": "choices", "tasks": [task]})
    assert list(answers(list(read_events(stream.getvalue().splitlines())))) == ["q0"]


def test_answers_are_reported_after_a_while() -> None:
    stream, times = io.StringIO(), iter([0.0, 1.0, 5.0, 5.0, 6.0, 7.0])
    answers = Answers(EventWriter(stream), 3, lambda: next(times))
    for number in range(3):
        answers.add(BenchmarkAnswer(f"q{number}", "m", "letters", {}, {"acc": 1.0}))
    events = list(read_events(stream.getvalue().splitlines()))
    assert [len(event.get("rows", ())) for event in events if event["event"] == "answers"] == [2]
    assert (events[-1]["done"], events[-1]["total"]) == (2, 3)
    answers.flush()
    assert [event["event"] for event in read_events(stream.getvalue().splitlines())].count("answers") == 2
