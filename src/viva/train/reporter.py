"""Tells the events of a training run; only the training program imports it, for it needs transformers."""

import math
from typing import Any

from transformers import TrainerCallback

from viva.errors import BadInput
from viva.events import EventWriter


class Reporter(TrainerCallback):
    """Turns what the trainer logs into `log` and `best` events."""

    def __init__(self, events: EventWriter) -> None:
        self._events = events

    def on_log(self, args: Any, state: Any, control: Any, **given: Any) -> None:  # noqa: ARG002
        values = {key: float(value) for key, value in given["logs"].items() if isinstance(value, int | float)}
        epoch = values.pop("epoch", state.epoch)
        if not math.isfinite(values.get("loss", 0.0)):
            raise BadInput(
                f"training diverged: the loss is no number at step {state.global_step}",
                "lower the learning rate, for example --set learning_rate=1e-4",
            )
        if "train_runtime" not in values:
            self._events.emit("log", step=state.global_step, epoch=epoch, values=values)

    def on_evaluate(self, args: Any, state: Any, control: Any, **given: Any) -> None:  # noqa: ARG002
        loss = given["metrics"]["eval_loss"]
        earlier = [entry["eval_loss"] for entry in state.log_history[:-1] if "eval_loss" in entry]
        if all(loss < value for value in earlier):
            self._events.emit("best", step=state.global_step, value=loss)
