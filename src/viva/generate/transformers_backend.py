"""Text from a local model through transformers: a base model, or an adapter over one."""

import time
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from transformers import GenerationConfig, LogitsProcessorList

from viva.generate import adapted
from viva.generate.backend import Completion
from viva.generate.drawing import Chosen, Drawing
from viva.generate.prompting import end_tokens, prompt_tokens
from viva.generate.rolling import Rolling, Writing, rolls
from viva.generate.shared_base import SharedBase, load_of
from viva.records.model import Decoding


class TransformersBackend:
    """A causal language model in this process: fp32 on the CPU, bf16 on a GPU.

    `location` is a directory, a `.gguf` file or a hub id; with `base` it is an adapter's, trained over `base`, and laid
    over it as it was trained: over a quantised base where the recipe said so. `shared` is the base in memory where
    several systems use it. In fp32 a text depends neither on the batch size nor on the texts beside it, greedy or
    drawn. Raises `BadInput`, `MissingExtra`.
    """

    def __init__(self, location: str, base: str | None = None, *, shared: SharedBase | None = None) -> None:
        self._tokenizer = adapted.tokenizer_for(location, base, padding_side="left")
        self._shared = SharedBase(load_of(location, base)) if shared is None else shared
        self._adapter = None if base is None else location
        self._ends = end_tokens(self._shared.base, self._tokenizer)
        if self._tokenizer.pad_token_id is None:
            self._tokenizer.pad_token_id = self._ends[0]
        self._context = int(getattr(self._shared.base.config, "max_position_embeddings", 1 << 20))

    def generate(
        self,
        questions: Sequence[str],
        template: str,
        decoding: Decoding,
        batch_size: int,
        keys: Sequence[str] | None = None,
    ) -> Iterator[list[Completion]]:
        """Yield completions, the longest prompts first so that too little memory shows at once.

        `keys` name the texts: what is drawn for one depends on its key and on the decoding's seed; without them they
        are numbered. A prompt that fills the model's context comes as failed. Where a GPU's memory runs out the batch
        is halved; what does not fit alone comes as failed.
        """
        names = [str(index) for index in range(len(questions))] if keys is None else keys
        rows = [
            self._writing(index, key, prompt_tokens(self._tokenizer, template, question), decoding)
            for index, (key, question) in enumerate(zip(names, questions, strict=True))
        ]
        rows.sort(key=lambda row: -len(row.prompt))
        if full := [row for row in rows if row.room <= 0]:
            for row in full:
                row.failed = f"the prompt's {len(row.prompt):,} tokens fill the model's context of {self._context:,}"
            yield [self._completion(row) for row in full]
        rows = [row for row in rows if row.room > 0]
        drawing = Drawing(decoding)
        with self._shared.switched(self._adapter) as model:
            for group, most in _apart(model, rows, batch_size):
                if rolls(model):
                    batches = Rolling(model, drawing, self._ends, most).write(group)
                else:
                    batches = self._padded(model, drawing, group, most)
                for batch in batches:
                    yield [self._completion(row) for row in batch]

    def _writing(self, index: int, key: str, prompt: list[int], decoding: Decoding) -> Writing:
        return Writing(index, key, prompt, min(decoding.max_new_tokens, self._context - len(prompt)))

    def _padded(
        self, model: Any, drawing: Drawing, rows: Sequence[Writing], batch_size: int
    ) -> Iterator[list[Writing]]:
        """Write batch after batch through the library's own loop, each until its longest text has ended."""
        first = 0
        while first < len(rows):
            # A batch is written until its longest text has ended: none may pass the model's context meanwhile.
            batch = [row for row in rows[first : first + batch_size] if row.room == rows[first].room]
            try:
                self._write(model, drawing, batch)
                short = False
            except torch.OutOfMemoryError:
                short = True
            if short and batch_size > 1:
                batch_size = max(1, batch_size // 2)
                continue
            if short:
                batch[0].failed = f"the GPU's memory does not hold a prompt of {len(batch[0].prompt):,} tokens"
            first += len(batch)
            yield list(batch)

    def _write(self, model: Any, drawing: Drawing, batch: Sequence[Writing]) -> None:
        started = time.perf_counter()
        inputs = self._tokenizer.pad({"input_ids": [row.prompt for row in batch]}, return_tensors="pt").to(model.device)
        width = inputs["input_ids"].shape[1]
        longest = max(row.room for row in batch)
        settings = GenerationConfig(  # type: ignore[no-untyped-call]
            max_new_tokens=longest, do_sample=False, eos_token_id=self._ends,
            pad_token_id=self._tokenizer.pad_token_id,
        )  # fmt: skip
        processors = LogitsProcessorList()
        if drawing.draws or drawing.penalises:
            processors.append(Chosen(drawing, width, [drawing.chances(row.key, longest) for row in batch]))
        # What a model's own configuration wishes for is no part of the system: the library would add it.
        own, model.generation_config = model.generation_config, settings
        try:
            with torch.inference_mode():
                output = model.generate(**inputs, generation_config=settings, logits_processor=processors)
        finally:
            model.generation_config = own
        seconds = (time.perf_counter() - started) / len(batch)
        for row, tokens in zip(batch, output[:, width:].tolist(), strict=True):
            row.written, row.seconds = tokens[: row.room], seconds

    def _completion(self, row: Writing) -> Completion:
        if row.failed is not None:
            return Completion(row.index, "", "failed", len(row.prompt), 0, row.seconds, row.failed)
        end = next((place for place, token in enumerate(row.written) if token in self._ends), None)
        written = row.written if end is None else row.written[: end + 1]
        text = str(self._tokenizer.decode(written, skip_special_tokens=True)).strip()
        reason = "length" if end is None else "stop"
        return Completion(row.index, text, reason, len(row.prompt), len(written), row.seconds)


def _apart(model: Any, rows: Sequence[Writing], batch_size: int) -> list[tuple[list[Writing], int]]:
    """Return the texts that may be written side by side, and how many at a time.

    A model with `longrope` reads all texts of a batch otherwise once one of them is long: those that can become so are
    written one by one.
    """
    parameters = getattr(model.config, "rope_parameters", None) or {}
    if parameters.get("rope_type") != "longrope":
        return [(list(rows), batch_size)]
    limit = int(parameters.get("original_max_position_embeddings") or model.config.max_position_embeddings)
    long = [row for row in rows if len(row.prompt) + row.room > limit]
    short = [row for row in rows if len(row.prompt) + row.room <= limit]
    return [(group, most) for group, most in ((long, 1), (short, batch_size)) if group]
