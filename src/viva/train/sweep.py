"""The search program: trains again and again with other values of a recipe, and keeps the best adapter.

    python -m viva.train.sweep CONFIG.json

CONFIG.json holds what `viva.train.program` is told, with

    recipe       a recipe with a sweep: what is searched, how many trials, how many at a time, whether they are pruned
    validation   not null: trials are compared by the loss there
    output       a directory: `adapter/` gets the best trial's, `study.log` the search, `trials/NNN/` what each trial
                 was told and has said; weights are kept of the best trial only, checkpoints of the running ones
    resume       true goes on with the search that is there: trials cut off continue from their last checkpoint
    program      the training program, `viva.train.program` where it is not said

Each trial is a process of its own: one that runs out of memory, or whose loss becomes no number, fails alone.
Events go to stdout as JSON lines: `start`, and `trial`, `log` (an evaluation), `best`, `progress` as they happen.
"""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import replace
from pathlib import Path
from typing import Any

from viva.errors import BadInput, UserError
from viva.events import EventWriter, run_worker
from viva.records.recipe import Recipe, Sweep
from viva.text import display_line
from viva.train.search import Draw, Search
from viva.train.trial import Process, Record

PROGRAM = "viva.train.program"
ASKED_TO_END = (-signal.SIGTERM, -signal.SIGINT)


def sweep(events: EventWriter, config: dict[str, Any]) -> None:
    """Search as `config` says and keep the adapter of the trial with the lowest validation loss."""
    started = time.monotonic()
    recipe = Recipe.from_json(config["recipe"])
    if recipe.sweep is None:
        raise BadInput("the recipe has no search", "add a table [sweep] to it")
    if not config.get("validation"):
        raise BadInput("a sweep compares trainings by their validation loss", "split off a part named validation")
    output = Path(config["output"])
    if not config.get("resume"):
        for left in (output / "study.log", output / "trials", output / "adapter"):
            shutil.rmtree(left) if left.is_dir() else left.unlink(missing_ok=True)
    trials = _Trials(events, config, recipe, recipe.sweep, Search(output / "study.log", recipe))
    trials.run()
    done = len(trials.search.finished())
    if trials.paused and done < recipe.sweep.trials:
        events.emit("done", paused=True, step=done)
        return
    best = trials.search.best()
    if best is None:
        message, _, hint = trials.search.last_error().partition("\n")
        raise UserError(f"every trial failed, the last one: {message}", hint)
    number, loss = best
    record = Record.read(trials.folder(number) / "events.jsonl")
    kept = record.result(recipe.keep)
    events.emit(
        "done",
        adapter=str(_moved(trials.folder(number) / "adapter", output / "adapter")),
        best_trial=number,
        best_eval_loss=loss,
        steps=record.steps,
        best_step=kept[0] if kept else record.steps,
        trials=done,
        seconds=round(time.monotonic() - started, 2),
        recipe=trials.recipe(trials.search.values(number)).to_json(),
    )


class _Trials:
    """Runs the trials of a sweep, several at a time; a thread watches each process."""

    def __init__(
        self, events: EventWriter, config: dict[str, Any], recipe: Recipe, settings: Sweep, search: Search
    ) -> None:
        self.search = search
        self.paused = False
        self._events = events
        self._config = config
        self._recipe = recipe
        self._sweep = settings
        self._lock = threading.Lock()
        self._processes: set[Process] = set()
        self._stopping = False

    def run(self) -> None:
        """Run trials until there are enough, or the sweep is paused or stopped."""
        self._emit("start", total=self._sweep.trials, unit="trial", done=len(self.search.finished()))
        self._tidy()
        parallel = min(self._sweep.parallel, self._sweep.trials)
        devices = _shares(parallel, self._recipe.gpus)
        # Asked to end, the sweep ends its trials before itself: a launcher among them then ends its own processes.
        former = signal.signal(signal.SIGTERM, _exit)
        try:
            with ThreadPoolExecutor(parallel) as threads:
                slots = [threads.submit(self._slot, share) for share in devices]
                try:
                    wait(slots, return_when=FIRST_EXCEPTION)
                finally:
                    self._stop()
        finally:
            signal.signal(signal.SIGTERM, former)
        for slot in slots:
            slot.result()

    def folder(self, number: int) -> Path:
        return Path(self._config["output"]) / "trials" / f"{number:03}"

    def recipe(self, values: dict[str, Any]) -> Recipe:
        """Return the recipe of a single training with drawn values."""
        return replace(self._recipe, sweep=None, **values)

    def _slot(self, devices: str | None) -> None:
        while not self._pausing() and not self._stopping and (draw := self.search.next()) is not None:
            self._trial(draw, devices)

    def _trial(self, draw: Draw, devices: str | None) -> None:
        folder = self.folder(draw.number)
        record = Record.read(folder / "events.jsonl")
        folder.mkdir(parents=True, exist_ok=True)
        self._emit("trial", **_trial_event(draw, "running", record, self._recipe))
        state, reason = ("ended", "") if record.done else self._watched(draw, folder, record, devices)
        if state in {"stopped", "paused"}:
            return
        loss = None
        if state == "ended":
            kept = record.result(self._recipe.keep)
            if record.done is None or kept is None or "adapter" not in record.done:
                state, reason = "failed", reason or "it ended without a validation loss and an adapter"
            else:
                state, loss = "complete", kept[1]
        self._finish(draw, state, record, loss, reason)

    def _watched(self, draw: Draw, folder: Path, record: Record, devices: str | None) -> tuple[str, str]:
        """Run the process of a trial to its end; return `ended`, `pruned`, `failed`, `paused` or `stopped`, and why."""
        config = {
            **self._config,
            "recipe": self.recipe(draw.values).to_json(),
            "output": str(folder),
            "resume": draw.continued,
        }
        with self._lock:
            if self._stopping:
                return "stopped", ""
            process = Process(folder, config.pop("program", PROGRAM), config, self._recipe.gpus, devices)
            self._processes.add(process)
        try:
            for event in process.events(record):
                if event["event"] == "log" and "eval_loss" in event["values"] and not self._evaluated(draw, record):
                    return "pruned", ""
                if event["event"] == "done" and event.get("paused"):
                    return "paused", ""
            code = process.wait()
        finally:
            process.end()
            process.close()
            with self._lock:
                self._processes.discard(process)
        if self._stopping:
            return "stopped", ""
        if code in ASKED_TO_END:
            # Whoever ends a trial this way means the sweep, of which it is a part: it can be taken up again.
            raise UserError(f"trial {draw.number} was asked to end (signal {-code})", "resume the job to go on with it")
        if code == 0 and record.done is not None:
            return "ended", ""
        return "failed", record.error or process.reason(code)

    def _evaluated(self, draw: Draw, record: Record) -> bool:
        """Tell of an evaluation; return whether the trial is worth going on with."""
        step = record.steps
        loss = record.evaluations.get(step)
        self._emit("log", step=step, trial=draw.number, values=record.logged)
        if loss is None:
            return True
        at = f"step {step:,} of {record.total:,}" if record.total else f"step {step:,}"
        self._progress(f"trial {draw.number}, {at}: validation loss {loss:.4g}")
        worthwhile = self.search.report(draw, record.evaluation(step), loss)
        # At its last step a trial has nothing left to be spared.
        return worthwhile or step >= record.total

    def _finish(self, draw: Draw, state: str, record: Record, loss: float | None, reason: str) -> None:
        # The adapter of the best trial so far is removed only once a better one is known on disk.
        self.search.tell(draw, state, loss, reason)
        self._emit("trial", **_trial_event(draw, state, record, self._recipe, reason))
        if self.search.best() == (draw.number, loss):
            kept = record.result(self._recipe.keep)
            self._emit("best", trial=draw.number, value=loss, step=kept[0] if kept else record.steps)
        self._tidy()
        words = {"complete": f"validation loss {loss:.4g}" if loss is not None else "", "pruned": "ended early"}
        self._progress(f"trial {draw.number}: {words.get(state) or display_line(reason, 120)}")

    def _tidy(self) -> None:
        """Remove what nobody needs any more: checkpoints of ended trials, adapters of all but the best."""
        with self._lock:
            finished = self.search.finished()
            # Asked afterwards: what had ended by then and is not the best now will never be again.
            best = self.search.best()
            for number in finished:
                shutil.rmtree(self.folder(number) / "checkpoints", ignore_errors=True)
                if best is None or number != best[0]:
                    shutil.rmtree(self.folder(number) / "adapter", ignore_errors=True)

    def _pausing(self) -> bool:
        self.paused = self.paused or bool(self._config.get("pause") and Path(self._config["pause"]).exists())
        return self.paused

    def _stop(self) -> None:
        """End what still runs; where all has ended well, nothing does."""
        with self._lock:
            self._stopping = True
            running = list(self._processes)
        for process in running:
            process.end()

    def _progress(self, message: str) -> None:
        self._emit("progress", done=len(self.search.finished()), total=self._sweep.trials, message=message)

    def _emit(self, event: str, **values: Any) -> None:
        with self._lock:
            self._events.emit(event, **values)


def _trial_event(draw: Draw, state: str, record: Record, recipe: Recipe, error: str = "") -> dict[str, Any]:
    kept = record.result(recipe.keep)
    return {
        "number": draw.number,
        "state": state,
        "values": draw.values,
        "loss": kept[1] if kept else None,
        "step": kept[0] if kept else None,
        "seconds": round(record.seconds, 2),
        "error": error,
        "steps": record.steps,
        "total": record.total,
        "device": record.device,
    }


def _shares(parallel: int, gpus: int) -> list[str | None]:
    """Return for each of the trials that run at a time the devices it may see; None where all share what there is."""
    devices = _devices() if parallel > 1 else []
    if len(devices) < 2 * gpus:
        return [None] * parallel
    groups = [devices[first : first + gpus] for first in range(0, len(devices) - gpus + 1, gpus)]
    return [",".join(groups[slot % len(groups)]) for slot in range(parallel)]


def _devices() -> list[str]:
    """Return the GPUs that may be used, as CUDA_VISIBLE_DEVICES names them; none where they cannot be told apart."""
    if (given := os.environ.get("CUDA_VISIBLE_DEVICES")) is not None:
        return [name for name in given.split(",") if name.strip()]
    if shutil.which("nvidia-smi") is None:
        return []
    listed = subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True, check=False).stdout.splitlines()
    if any(line.lstrip().startswith("MIG") for line in listed):
        return []
    return [str(number) for number, _ in enumerate(line for line in listed if line.startswith("GPU "))]


def _moved(source: Path, target: Path) -> Path:
    """Move the best adapter to its place, if that has not happened before a kill; return the absolute place."""
    if source.is_dir():
        shutil.rmtree(target, ignore_errors=True)
        source.rename(target)
    return target.resolve()


def _exit(_number: int, _frame: object) -> None:
    raise SystemExit(128 + signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(run_worker(sweep))
