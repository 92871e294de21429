"""Text from a local model through transformers: a base model, or an adapter over one."""

import time
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from transformers import GenerationConfig, LogitsProcessorList, RepetitionPenaltyLogitsProcessor

from viva.generate import adapted
from viva.generate.backend import Completion
from viva.records.model import Decoding
from viva.records.prompt import conversation, plain


class TransformersBackend:
    """A causal language model in this process: fp32 on the CPU, bf16 on a GPU.

    `location` is a directory, a `.gguf` file or a hub id; with `base` it is an adapter's, trained over `base`, and laid
    over it as it was trained: over a quantised base where the recipe said so. In fp32 the texts of greedy decoding do
    not depend on the batch size; sampled ones do, and repeat for a seed. Raises `BadInput`, `MissingExtra`.
    """

    def __init__(self, location: str, base: str | None = None) -> None:
        self._tokenizer = adapted.tokenizer_for(location, base, padding_side="left")
        model = adapted.load(location, base, dtype=adapted.usual_dtype())
        self._device = model.device
        self._model = model
        self._ends = _end_tokens(model, self._tokenizer)
        if self._tokenizer.pad_token_id is None:
            self._tokenizer.pad_token_id = self._ends[0]
        self._context = int(getattr(model.config, "max_position_embeddings", 1 << 20))

    def generate(
        self, questions: Sequence[str], template: str, decoding: Decoding, batch_size: int
    ) -> Iterator[list[Completion]]:
        """Yield completions, the longest prompts first so that too little memory shows at once.

        A prompt that fills the model's context gets an empty text with finish reason `length`.
        """
        torch.manual_seed(decoding.seed)
        prompts = [self._tokens(template, question) for question in questions]
        order = sorted(range(len(prompts)), key=lambda index: -len(prompts[index]))
        full = [index for index in order if len(prompts[index]) >= self._context]
        if full:
            yield [Completion(index, "", "length", len(prompts[index]), 0, 0.0) for index in full]
        order = order[len(full) :]
        for first in range(0, len(order), batch_size):
            indices = order[first : first + batch_size]
            yield self._batch({index: prompts[index] for index in indices}, decoding)

    def _tokens(self, template: str, question: str) -> list[int]:
        if self._tokenizer.chat_template:
            messages = conversation(template, question)
            tokens = self._tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_dict=False)
        else:
            tokens = self._tokenizer(plain(template, question))["input_ids"]
        return list(tokens)

    def _batch(self, prompts: dict[int, list[int]], decoding: Decoding) -> list[Completion]:
        started = time.perf_counter()
        inputs = self._tokenizer.pad({"input_ids": list(prompts.values())}, return_tensors="pt")
        inputs = inputs.to(self._device)
        width = inputs["input_ids"].shape[1]
        rooms = [min(decoding.max_new_tokens, self._context - len(prompt)) for prompt in prompts.values()]
        processors = LogitsProcessorList()
        if decoding.repetition_penalty != 1.0:
            # Only what the model wrote itself counts: the prompt holds end marks and, in a batch, padding.
            processors.append(RepetitionPenaltyLogitsProcessor(decoding.repetition_penalty, width))
        with torch.inference_mode():
            output = self._model.generate(
                **inputs, generation_config=self._settings(decoding, max(rooms)), logits_processor=processors
            )
        rows = [row[:room] for row, room in zip(output[:, width:].tolist(), rooms, strict=True)]
        seconds = (time.perf_counter() - started) / len(rows)
        return [
            self._completion(index, row, len(prompts[index]), seconds) for index, row in zip(prompts, rows, strict=True)
        ]

    def _settings(self, decoding: Decoding, max_new_tokens: int) -> GenerationConfig:
        drawn: dict[str, Any] = {"do_sample": False}
        if decoding.temperature > 0:
            drawn = {
                "do_sample": True,
                "temperature": decoding.temperature,
                "top_p": decoding.top_p,
                "top_k": decoding.top_k,
            }
        return GenerationConfig(  # type: ignore[no-untyped-call]
            max_new_tokens=max_new_tokens,
            eos_token_id=self._ends,
            pad_token_id=self._tokenizer.pad_token_id,
            **drawn,
        )

    def _completion(self, index: int, row: list[int], prompt_tokens: int, seconds: float) -> Completion:
        end = next((place for place, token in enumerate(row) if token in self._ends), None)
        written = row if end is None else row[: end + 1]
        text = str(self._tokenizer.decode(written, skip_special_tokens=True)).strip()
        reason = "length" if end is None else "stop"
        return Completion(index, text, reason, prompt_tokens, len(written), seconds)


def _end_tokens(model: Any, tokenizer: Any) -> list[int]:
    """Return the tokens that end a text, as model and tokenizer name them."""
    named = model.generation_config.eos_token_id
    ends = list(named) if isinstance(named, list) else [named]
    return sorted({token for token in [*ends, tokenizer.eos_token_id] if token is not None})
