"""A stand-in for the training program: says what it would, with a loss that the drawn values decide, in no time.

The configuration's `fake` holds

    starts       a file that gets a line {"trial", "pid", "from", "at"} when a training starts, and one at its end
    seconds      how long a step takes
    fails        by rank: "error" (says so), "killed" (as for want of memory), "crash", "nothing" (no validation)
    eternal      a rank whose training does not end when it is asked to
"""

import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from viva.errors import BadInput
from viva.events import EventWriter, run_worker

STEPS, INTERVAL = 10, 2


def loss_at(rank: int, learning_rate: float, step: int) -> float:
    """Return the validation loss after `step` steps: the higher the rank and the rate the worse."""
    return rank / 10 + 100 * learning_rate + 1 / step


def train(events: EventWriter, config: dict[str, Any]) -> None:
    output, recipe, fake = Path(config["output"]), config["recipe"], config["fake"]
    checkpoint = output / "checkpoints" / "step"
    done = int(checkpoint.read_text()) if config["resume"] and checkpoint.exists() else 0
    note(fake, trial=output.name, pid=os.getpid(), **{"from": done}, at=time.time())
    if recipe["rank"] == fake.get("eternal"):
        signal.signal(signal.SIGTERM, lambda _number, _frame: time.sleep(60))
    device = os.environ.get("CUDA_VISIBLE_DEVICES", "cpu")
    events.emit("start", total=STEPS, unit="step", done=done, train=8, validation=4, device=device)
    for step in range(done + 1, STEPS + 1):
        time.sleep(fake.get("seconds", 0))
        if config.get("pause") and Path(config["pause"]).exists():
            events.emit("done", paused=True, step=step - 1)
            return
        events.emit("log", step=step, epoch=step / 5, values={"loss": 2.0, "tokens_per_second": 100.0, "memory": 1e6})
        if step % INTERVAL == 0:
            fail(fake.get("fails", {}).get(str(recipe["rank"])))
            if fake.get("fails", {}).get(str(recipe["rank"])) != "nothing":
                loss = loss_at(recipe["rank"], recipe["learning_rate"], step)
                events.emit("log", step=step, epoch=step / 5, values={"eval_loss": loss})
            checkpoint.parent.mkdir(parents=True, exist_ok=True)
            unfinished = checkpoint.with_suffix(".part")
            unfinished.write_text(str(step))
            unfinished.rename(checkpoint)
    adapter = (output / "adapter").resolve()
    adapter.mkdir(parents=True, exist_ok=True)
    (adapter / "adapter_config.json").write_text("{}")
    (adapter / "training.json").write_text(json.dumps({"recipe": recipe}))
    events.emit("done", adapter=str(adapter), steps=STEPS, best_step=STEPS, seconds=0.1)
    note(fake, trial=output.name, ended=time.time())


def fail(how: str | None) -> None:
    if how == "error":
        raise BadInput("training diverged: the loss is no number at step 2", "lower the learning rate")
    if how == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if how == "crash":
        raise RuntimeError("the library has a bug")


def note(fake: dict[str, Any], **values: Any) -> None:
    with Path(fake["starts"]).open("a") as file:
        file.write(json.dumps(values) + "\n")


if __name__ == "__main__":
    sys.exit(run_worker(train))
