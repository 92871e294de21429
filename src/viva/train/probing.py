"""Probe questions: what the model writes for the same few questions at every evaluation, so that loops are seen early.

Only the training program imports this module, for it needs torch.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import torch
from transformers import GenerationConfig, TrainerCallback

from viva.events import EventWriter
from viva.generate.prompting import end_tokens
from viva.generate.repetition import repetition
from viva.records.training import Probe
from viva.train.building import Built
from viva.train.rows import asked


class Prober(TrainerCallback):
    """Asks the probe questions after every evaluation, and tells the answers and how much they repeat themselves.

    Answers are greedy, so that they differ between evaluations only by what was learnt; training goes on unchanged.
    """

    def __init__(self, events: EventWriter, built: Built, prompt: str, probes: Sequence[dict[str, str]]) -> None:
        self._events = events
        self._built = built
        self._prompt = prompt
        self._probes = list(probes) if built.recipe.probe_tokens else []

    def on_evaluate(self, args: Any, state: Any, control: Any, **given: Any) -> None:  # noqa: ARG002
        if self._probes and state.is_world_process_zero:
            self.ask(given["model"], state.global_step)

    def ask(self, model: Any, step: int) -> None:
        """Ask every question now."""
        answers = []
        for probe in self._probes:
            text = self._answer(model, probe["question"])
            answers.append(Probe(step, probe["source"], probe["question"], text, repetition(text)))
            self._events.emit("probe", **asdict(answers[-1]))
        known = [answer.repetition for answer in answers if answer.repetition is not None]
        if known:
            self._events.emit("log", step=step, values={"repetition": sum(known) / len(known)})

    def _answer(self, model: Any, question: str) -> str:
        tokenizer, recipe = self._built.tokenizer, self._built.recipe
        tokens = asked(tokenizer, recipe, self._prompt, question)
        room = recipe.probe_tokens
        if self._built.context is not None:
            room = min(room, self._built.context - len(tokens))
        if room <= 0:
            return ""
        inputs = torch.tensor([tokens], device=model.device)
        settings = GenerationConfig(  # type: ignore[no-untyped-call]
            max_new_tokens=room, do_sample=False, eos_token_id=end_tokens(model, tokenizer),
            pad_token_id=tokenizer.pad_token_id,
        )  # fmt: skip
        training = model.training
        model.eval()
        try:
            with torch.no_grad():
                written = model.generate(
                    input_ids=inputs, attention_mask=torch.ones_like(inputs), generation_config=settings
                )
        finally:
            model.train(training)
        return str(tokenizer.decode(written[0, len(tokens) :], skip_special_tokens=True)).strip()
