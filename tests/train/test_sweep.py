"""A sweep keeps the best of its trials, ends hopeless ones, survives what befalls one, and can be taken up again."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.chat_server import wait_for
from tests.fakes.tiny_model import make_tiny_model
from tests.fakes.training_program import STEPS, loss_at
from viva.paths import shipped
from viva.records.prompt import CHAT
from viva.records.recipe import Recipe, Span, Sweep
from viva.train.recipes import load_recipe

ROOT = Path(__file__).parents[2]
FAKE = "tests.fakes.training_program"
SPACE = {"rank": Span(choices=(4, 8, 16)), "learning_rate": Span(low=1e-4, high=1e-2, log=True)}


def recipe(trials: int = 4, parallel: int = 1, pruning: bool = False, **values: Any) -> Recipe:
    starter = load_recipe(shipped("recipes") / "starter-lora.toml")
    space = values.pop("space", SPACE)
    return replace(starter, sweep=Sweep(trials, parallel, pruning, space), evaluations=5, keep="best", **values)


def configure(folder: Path, settings: Recipe, **values: Any) -> Path:
    """Write the configuration of a sweep over the fake program; return its path."""
    config = {
        "base": "tiny", "prompt": "{question}", "recipe": settings.to_json(), "train": "train.jsonl",
        "validation": "validation.jsonl", "probes": [], "output": str(folder / "out"), "resume": False,
        "program": FAKE, "fake": {"starts": str(folder / "starts.jsonl"), **values.pop("fake", {})}, **values,
    }  # fmt: skip
    path = folder / "config.json"
    path.write_text(json.dumps(config), "utf-8")
    return path


def command(config: Path) -> list[str]:
    return [sys.executable, "-m", "viva.train.sweep", str(config)]


def search(config: Path, code: int = 0) -> list[dict[str, Any]]:
    """Run a sweep to its end and return its events."""
    ended = subprocess.run(command(config), capture_output=True, text=True, check=False, cwd=ROOT)
    assert ended.returncode == code, ended.stderr
    return [json.loads(line) for line in ended.stdout.splitlines()]


def cut_off(config: Path, when: Callable[[], bool], how: signal.Signals = signal.SIGKILL) -> list[dict[str, Any]]:
    """Start a sweep and end its process alone as soon as `when` holds; return the events until then."""
    with subprocess.Popen(command(config), stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        wait_for(when, 60)
        process.send_signal(how)
        assert process.stdout is not None
        return [json.loads(line) for line in process.stdout.read().splitlines()]


def resume(config: Path, **fake: Any) -> list[dict[str, Any]]:
    value = json.loads(config.read_text())
    config.write_text(json.dumps({**value, "resume": True, "fake": {**value["fake"], **fake}}))
    return search(config)


def starts(folder: Path) -> list[dict[str, Any]]:
    """Return when which training started, and when it ended."""
    path = folder / "starts.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def of(events: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [event for event in events if event["event"] == kind]


def ended(events: list[dict[str, Any]]) -> dict[int, dict[str, Any]]:
    """Return the last word about each trial."""
    return {event["number"]: event for event in of(events, "trial")}


def gone(pid: int) -> bool:
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z"


def test_the_best_of_all_trials_becomes_the_adapter_and_nothing_else_is_kept(tmp_path: Path) -> None:
    events = search(configure(tmp_path, recipe()))
    assert events[0] == {"event": "start", "total": 4, "unit": "trial", "done": 0}
    trials = ended(events)
    assert [trial["state"] for trial in trials.values()] == ["complete"] * 4
    for trial in trials.values():
        assert trial["loss"] == loss_at(**{**trial["values"], "step": STEPS})
    done = events[-1]
    best = min(trials.values(), key=lambda trial: trial["loss"])
    assert (done["event"], done["best_trial"], done["best_eval_loss"]) == ("done", best["number"], best["loss"])
    assert (done["trials"], done["steps"], done["best_step"]) == (4, STEPS, STEPS)
    kept = Recipe.from_json(done["recipe"])
    assert kept == replace(recipe(), sweep=None, **best["values"])
    assert done["adapter"] == str(tmp_path / "out" / "adapter")
    settings = json.loads((tmp_path / "out" / "adapter" / "training.json").read_text())
    assert Recipe.from_json(settings["recipe"]) == kept
    left = {path.name for path in (tmp_path / "out" / "trials").glob("*/*")}
    assert left == {"config.json", "events.jsonl", "log.txt"}


def test_every_evaluation_of_every_trial_is_told_with_what_was_measured(tmp_path: Path) -> None:
    events = search(configure(tmp_path, recipe(trials=2)))
    logs = of(events, "log")
    assert [(log["trial"], log["step"]) for log in logs] == [(n, s) for n in (0, 1) for s in (2, 4, 6, 8, 10)]
    assert set(logs[0]["values"]) == {"loss", "eval_loss", "tokens_per_second", "memory"}
    bests = of(events, "best")
    assert [best["value"] for best in bests] == sorted((best["value"] for best in bests), reverse=True)
    assert {(event["done"], event["total"]) for event in of(events, "progress")} == {(0, 2), (1, 2), (2, 2)}


def test_a_trial_worse_than_the_median_is_ended_early(tmp_path: Path) -> None:
    settings = recipe(trials=6, pruning=True, space={"rank": Span(choices=(4, 8, 16, 32))})
    events = search(configure(tmp_path, settings, fake={"seconds": 0.02, "eternal": 32}))
    states = [trial["state"] for trial in ended(events).values()]
    assert len(states) == 6
    assert set(states) == {"complete", "pruned"}
    done = {row["trial"] for row in starts(tmp_path) if "ended" in row}
    for trial in ended(events).values():
        if trial["state"] == "complete":
            assert f"{trial['number']:03}" in done
        elif trial["values"]["rank"] == 32:
            # One that would go on for ever; a short one may have ended while it was being judged.
            assert f"{trial['number']:03}" not in done
            assert trial["steps"] < STEPS
    assert all(gone(row["pid"]) for row in starts(tmp_path) if "pid" in row)


def test_a_trial_fails_alone(tmp_path: Path) -> None:
    ranks = (4, 8, 16, 32, 64)
    settings = recipe(trials=12, space={"rank": Span(choices=ranks)})
    fails = {"8": "error", "16": "killed", "32": "crash", "64": "nothing"}
    events = search(configure(tmp_path, settings, fake={"fails": fails}))
    reasons = {trial["values"]["rank"]: trial["error"].splitlines()[:1] for trial in ended(events).values()}
    wanted = {
        4: [],
        8: ["training diverged: the loss is no number at step 2"],
        16: ["it was ended by the system (signal 9), most likely because memory ran out"],
        32: ["RuntimeError: the library has a bug"],
        64: ["it ended without a validation loss and an adapter"],
    }
    assert reasons == {rank: wanted[rank] for rank in reasons}
    assert len(reasons) > 3
    assert Recipe.from_json(events[-1]["recipe"]).rank == 4


def test_where_every_trial_fails_the_sweep_fails_with_the_last_reason(tmp_path: Path) -> None:
    settings = recipe(trials=2, space={"rank": Span(choices=(8,))})
    events = search(configure(tmp_path, settings, fake={"fails": {"8": "error"}}), code=1)
    message = "every trial failed, the last one: training diverged: the loss is no number at step 2"
    assert events[-1] == {"event": "error", "message": message, "hint": "lower the learning rate"}


@pytest.mark.slow
@pytest.mark.parallel
@pytest.mark.parametrize(("torn", "parallel"), [(False, 1), (True, 2)])
def test_a_sweep_killed_in_the_middle_goes_on_where_it_was(tmp_path: Path, torn: bool, parallel: int) -> None:
    (tmp_path / "whole").mkdir()
    whole = ended(search(configure(tmp_path / "whole", recipe())))
    config = configure(tmp_path, recipe(parallel=parallel), fake={"seconds": 0.05})

    def in_the_middle() -> bool:
        second = tmp_path / "out" / "trials" / "002" / "checkpoints" / "step"
        return second.exists() and second.read_text() >= "4"

    before = cut_off(config, in_the_middle)
    wait_for(lambda: all(gone(row["pid"]) for row in starts(tmp_path) if "pid" in row))
    if torn:
        with (tmp_path / "out" / "study.log").open("ab") as journal:
            journal.write(b'{"op_code": 7, "worker')
        lock = tmp_path / "out" / "study.log.lock"
        # The kill itself may have left it.
        lock.unlink(missing_ok=True)
        lock.symlink_to(tmp_path / "out" / "study.log")
    finished = {number for number, trial in ended(before).items() if trial["state"] == "complete"}
    assert finished
    asked = len(starts(tmp_path))
    events = resume(config, seconds=0)
    assert events[0]["done"] == len(finished)
    again = [row for row in starts(tmp_path)[asked:] if "pid" in row]
    assert not {int(row["trial"]) for row in again} & finished
    assert next(row["from"] for row in again if row["trial"] == "002") >= 4
    told = {**ended(before), **ended(events)}
    assert {trial["state"] for trial in told.values()} == {"complete"}
    assert sorted(told) == [0, 1, 2, 3]
    if parallel == 1:
        assert [told[n]["values"] for n in range(4)] == [whole[n]["values"] for n in range(4)]
    assert events[-1]["best_eval_loss"] == min(trial["loss"] for trial in told.values())


def test_a_sweep_that_was_done_is_done_at_once_when_taken_up_again(tmp_path: Path) -> None:
    config = configure(tmp_path, recipe(trials=2))
    first = search(config)[-1]
    asked = len(starts(tmp_path))
    again = resume(config)[-1]
    assert len(starts(tmp_path)) == asked
    assert {**again, "seconds": 0} == {**first, "seconds": 0}
    assert (Path(again["adapter"]) / "training.json").is_file()


def test_a_trial_that_had_ended_when_the_sweep_was_killed_is_not_run_again(tmp_path: Path) -> None:
    config = configure(tmp_path, recipe(trials=1))
    value = json.loads(config.read_text())
    search(config)
    journal = tmp_path / "out" / "study.log"
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(line for line in lines if b'"state":1' not in line))
    (tmp_path / "out" / "adapter").rename(tmp_path / "out" / "trials" / "000" / "adapter")
    asked = len(starts(tmp_path))
    config.write_text(json.dumps({**value, "resume": True}))
    events = search(config)
    assert events[0]["done"] == 0
    assert ended(events)[0]["state"] == "complete"
    assert len(starts(tmp_path)) == asked


def test_a_fresh_sweep_leaves_nothing_of_an_earlier_one(tmp_path: Path) -> None:
    search(configure(tmp_path, recipe(trials=2)))
    events = search(configure(tmp_path, recipe(trials=1)))
    assert (events[0]["done"], events[-1]["trials"]) == (0, 1)
    assert [path.name for path in (tmp_path / "out" / "trials").iterdir()] == ["000"]


def test_trials_run_side_by_side_each_on_a_device_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3,5")
    events = search(configure(tmp_path, recipe(parallel=2), fake={"seconds": 0.05}))
    devices = {number: trial["device"] for number, trial in ended(events).items()}
    assert set(devices.values()) == {"3", "5"}
    begun = {row["trial"]: row["at"] for row in starts(tmp_path) if "at" in row}
    over = {row["trial"]: row["ended"] for row in starts(tmp_path) if "ended" in row}
    assert begun["001"] < over["000"]
    assert sum(begun["003"] < over[name] for name in over) <= 2


def test_on_a_single_device_trials_share_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "7")
    events = search(configure(tmp_path, recipe(trials=2, parallel=2)))
    assert {trial["device"] for trial in ended(events).values()} == {"7"}


@pytest.mark.slow
@pytest.mark.parallel
def test_a_sweep_that_is_asked_to_end_ends_its_trials_and_can_be_taken_up_again(tmp_path: Path) -> None:
    config = configure(tmp_path, recipe(trials=2, parallel=2), fake={"seconds": 0.2})
    checkpoints = tmp_path / "out" / "trials"
    events = cut_off(config, lambda: len(list(checkpoints.glob("*/checkpoints/step"))) == 2, signal.SIGTERM)
    assert {trial["state"] for trial in ended(events).values()} == {"running"}
    assert all(gone(row["pid"]) for row in starts(tmp_path))
    again = resume(config, seconds=0)
    assert all(row["from"] >= 2 for row in starts(tmp_path)[2:] if "from" in row)
    assert again[-1]["trials"] == 2


@pytest.mark.slow
@pytest.mark.parallel
def test_a_trial_ended_from_outside_is_not_taken_for_a_failed_one(tmp_path: Path) -> None:
    config = configure(tmp_path, recipe(trials=1), fake={"seconds": 0.2})
    with subprocess.Popen(command(config), stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        wait_for(lambda: bool(starts(tmp_path)), 60)
        os.kill(starts(tmp_path)[0]["pid"], signal.SIGTERM)
        assert process.stdout is not None
        events = [json.loads(line) for line in process.stdout.read().splitlines()]
    assert (events[-1]["event"], process.returncode) == ("error", 1)
    assert "was asked to end" in events[-1]["message"]
    assert ended(resume(config, seconds=0))[0]["state"] == "complete"


@pytest.mark.slow
@pytest.mark.parallel
def test_a_paused_sweep_ends_and_goes_on_when_taken_up_again(tmp_path: Path) -> None:
    pause = tmp_path / "pause"
    config = configure(tmp_path, recipe(trials=3), fake={"seconds": 0.05}, pause=str(pause))
    with subprocess.Popen(command(config), stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        wait_for(lambda: (tmp_path / "out" / "trials" / "001" / "checkpoints").exists(), 60)
        pause.touch()
        assert process.stdout is not None
        events = [json.loads(line) for line in process.stdout.read().splitlines()]
    assert events[-1] == {"event": "done", "paused": True, "step": 1}
    pause.unlink()
    assert resume(config, seconds=0)[-1]["trials"] == 3


def test_a_sweep_needs_a_validation_split_and_a_search(tmp_path: Path) -> None:
    events = search(configure(tmp_path, recipe(), validation=None), code=1)
    assert "validation loss" in events[-1]["message"]
    events = search(configure(tmp_path, replace(recipe(), sweep=None)), code=1)
    assert events[-1]["message"] == "the recipe has no search"


def test_lists_are_searched_over_and_the_last_loss_counts_where_the_last_weights_are_kept(tmp_path: Path) -> None:
    space = {
        "target_modules": Span(choices=("all-linear", ["q_proj", "v_proj"])),
        "rank": Span(low=4, high=64, log=True),
    }
    settings = replace(recipe(trials=5, space=space), keep="last")
    trials = ended(search(configure(tmp_path, settings))).values()
    assert all(trial["values"]["target_modules"] in ("all-linear", ["q_proj", "v_proj"]) for trial in trials)
    assert all(isinstance(trial["values"]["rank"], int) and trial["step"] == STEPS for trial in trials)


@pytest.mark.slow
@pytest.mark.parallel
def test_real_trainings_are_searched_killed_and_taken_up_again(tmp_path: Path) -> None:
    make_tiny_model(tmp_path / "tiny")
    pairs = [{"question": f"What about {i}?", "reference": f"A camera waits {i} times."} for i in range(8)]
    for name in ("train", "validation"):
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in pairs))
    settings = recipe(trials=3, epochs=4.0, batch_size=2, max_length=128, precision="fp32", probe_tokens=0)
    config = configure(
        tmp_path, settings, base=str(tmp_path / "tiny"), prompt=CHAT, program="viva.train.program",
        train=str(tmp_path / "train.jsonl"), validation=str(tmp_path / "validation.jsonl"),
    )  # fmt: skip
    second = tmp_path / "out" / "trials" / "001" / "checkpoints"
    before = cut_off(config, lambda: any(second.glob("checkpoint-*/trainer_state.json")))
    events = resume(config)
    told = {**ended(before), **ended(events)}
    assert [trial["state"] for trial in told.values()] == ["complete"] * 3
    assert events[0]["done"] == 1
    done = events[-1]
    assert done["best_eval_loss"] == min(trial["loss"] for trial in told.values())
    saved = json.loads((Path(done["adapter"]) / "training.json").read_text())
    assert Recipe.from_json(saved["recipe"]) == Recipe.from_json(done["recipe"])
    assert (Path(done["adapter"]) / "adapter_model.safetensors").is_file()
