"""Tells the events of a training run and stops it where it is asked to; needs transformers."""

import math
import resource
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import TrainerCallback

from viva.errors import BadInput
from viva.events import EventWriter
from viva.train.checkpoints import rotate, seal


class Reporter(TrainerCallback):
    """Turns what the trainer logs into events, seals its checkpoints, and stops it where that is due.

    It pauses while the file `pause` exists, and ends after `patience` evaluations without a lower validation loss (0:
    never). Both are told from the trainer's history, which a resumed training brings along.
    """

    def __init__(self, events: EventWriter, pause: Path | None = None, patience: int = 0) -> None:
        self._events = events
        self._pause = pause
        self._patience = patience
        self._started = 0.0
        self._busy = 0.0
        self._tokens = 0.0
        self.paused = False

    def on_step_begin(self, args: Any, state: Any, control: Any, **given: Any) -> None:  # noqa: ARG002
        self._started = time.perf_counter()

    def on_step_end(self, args: Any, state: Any, control: Any, **given: Any) -> None:  # noqa: ARG002
        # Evaluations, probes and checkpoints lie between two steps: they do not count as training time.
        self._busy += time.perf_counter() - self._started
        if self._pause is not None and state.global_step < state.max_steps and _agreed(self._pause.exists(), args):
            self.paused = control.should_save = control.should_training_stop = True

    def on_log(self, args: Any, state: Any, control: Any, **given: Any) -> None:  # noqa: ARG002
        values = {key: float(value) for key, value in given["logs"].items() if isinstance(value, int | float)}
        epoch = values.pop("epoch", state.epoch)
        for name in ("loss", "eval_loss"):
            if not math.isfinite(values.get(name, 0.0)):
                raise diverged(state.global_step)
        if "train_runtime" in values:
            return
        if "loss" in values:
            values |= self._pace(values.get("num_tokens")) | {"memory": float(peak_memory())}
        if state.is_world_process_zero:
            self._events.emit("log", step=state.global_step, epoch=epoch, values=values)

    def on_evaluate(self, args: Any, state: Any, control: Any, **given: Any) -> None:  # noqa: ARG002
        losses = [entry["eval_loss"] for entry in state.log_history if "eval_loss" in entry]
        if state.is_world_process_zero and all(losses[-1] < loss for loss in losses[:-1]):
            self._events.emit("best", step=state.global_step, value=losses[-1])
        if out_of_patience(losses, self._patience):
            control.should_training_stop = True

    def on_save(self, args: Any, state: Any, control: Any, **given: Any) -> None:  # noqa: ARG002
        if torch.distributed.is_available() and torch.distributed.is_initialized():
            # Every process writes its own random state: only when all have done so is the checkpoint whole.
            torch.distributed.barrier()
        if state.is_world_process_zero:
            checkpoint = Path(args.output_dir) / f"checkpoint-{state.global_step}"
            seal(checkpoint)
            # Not the trainer's own rotation: it removes older ones before the newest is known to be whole.
            rotate(checkpoint)
            self._events.emit("checkpoint", step=state.global_step)

    def _pace(self, tokens: float | None) -> dict[str, float]:
        """Return the tokens per second since the last log; `tokens` counts all so far."""
        if tokens is None or not self._busy:
            return {}
        pace = (tokens - self._tokens) / self._busy
        self._tokens, self._busy = tokens, 0.0
        return {"tokens_per_second": pace} if pace > 0 else {}


def out_of_patience(losses: Sequence[float], patience: int) -> bool:
    """Tell whether the last `patience` validation losses were none of them lower than all before."""
    return bool(patience) and bool(losses) and len(losses) - 1 - losses.index(min(losses)) >= patience


def _agreed(asked: bool, args: Any) -> bool:
    """Tell whether any process has seen the wish to pause: all must stop at the same step."""
    if not (torch.distributed.is_available() and torch.distributed.is_initialized()):
        return asked
    flag = torch.tensor(int(asked), device=args.device)
    torch.distributed.all_reduce(flag, op=torch.distributed.ReduceOp.MAX)
    return bool(flag.item())


def diverged(step: int) -> BadInput:
    """Return what is said when the loss is no number."""
    return BadInput(
        f"training diverged: the loss is no number at step {step}",
        "start again with a lower learning rate, for example --set learning_rate=1e-4",
    )


def peak_memory() -> int:
    """Return the most bytes held so far: on the GPU, or on the CPU by this process."""
    if torch.cuda.is_available():
        return int(torch.cuda.max_memory_reserved())
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
