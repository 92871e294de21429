"""The program that makes the starter model, from nothing but the corpus in `data/starter/`.

    python -m viva.train.starter OUT [--steps N] [--seed N]

It trains a byte-level BPE tokenizer and a small Llama-architecture model in fp32 on the CPU, always on two
threads and with a fixed seed: on one machine the same call writes the same bytes. It takes about three
minutes on an idle machine.
"""

import argparse
import json
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from viva.paths import shipped

PAD, START, END = "<|endoftext|>", "<|im_start|>", "<|im_end|>"

CHAT_TEMPLATE = """\
{%- if tools -%}
{{ '<|im_start|>system\n' }}
{%- for tool in tools -%}
{{ tool | tojson + '\n' }}
{%- endfor -%}
{{ '<|im_end|>\n' }}
{%- endif -%}
{%- for message in messages -%}
{{ '<|im_start|>' + message['role'] + '\n' }}
{%- if message['role'] == 'assistant' -%}
{% generation %}{{ message['content'] or '' }}
{%- for call in message['tool_calls'] or [] -%}
{{ '<tool_call>' + {'name': call['function']['name'], 'arguments': call['function']['arguments']} | tojson }}
{{- '</tool_call>' }}
{%- endfor -%}
{{ '<|im_end|>' }}{% endgeneration %}
{%- else -%}
{{ (message['content'] or '') + '<|im_end|>' }}
{%- endif -%}
{{ '\n' }}
{%- endfor -%}
{%- if add_generation_prompt -%}
{{ '<|im_start|>assistant\n' }}
{%- endif -%}
"""
"""ChatML, with the tools on offer as a first turn and function calls as JSON between marks."""

CARD = """\
---
license: apache-2.0
language: en
library_name: transformers
---

# The starter model of viva

A Llama-architecture model of {parameters:,} parameters with a byte-level BPE tokenizer of {vocabulary:,} tokens and
a ChatML template. It is made from nothing by `python -m viva.train.starter`, on a CPU, within minutes.

**It is not clever.** It has read {documents} short texts ({tokens:,} tokens) and nothing else. It picks up their tone,
not their sense: what it says about cameras, methods and numbers is not true, and often no sentence. It is there so
that every part of viva can be tried offline and without a GPU: fine-tuning, generating, scoring, rating. Fine-tuning
moves it measurably towards a dataset's style and words; it does not make it right. For work, use a real model.

| | |
|---|---|
| Layers, width, heads | {layers}, {hidden}, {heads} with {key_value_heads} key-value head |
| Context | {context:,} tokens |
| Training | {steps} steps of {rows} x {length} tokens in fp32, Muon and AdamW, seed {seed} |
| Loss at the end | {final_loss} nats a token, on its own training text |
| Weights | fp16 |

Its training text lies in `data/starter/` with a note on where it comes from. It was written for viva and holds no
question and no reference of the bundled validation and test splits.

Given under the Apache licence, version 2.0 (Apache-2.0), like viva.
"""


@dataclass(frozen=True)
class Plan:
    """What is built and how; tokens per step = rows × length."""

    vocabulary: int = 4096
    hidden: int = 192
    layers: int = 3
    heads: int = 3
    key_value_heads: int = 1
    intermediate: int = 512
    context: int = 1024
    steps: int = 450
    rows: int = 4
    length: int = 512
    learning_rate: float = 4e-3
    matrix_rate: float = 0.02
    warmup: float = 0.05
    weight_decay: float = 0.1
    seed: int = 0
    threads: int = 2


@dataclass(frozen=True)
class Document:
    """A question with its answer, or a piece of prose, which has no question."""

    question: str
    text: str

    def render(self) -> str:
        """Return the document as the model is trained on it; questions as the chat template puts them."""
        if not self.question:
            return f"{self.text}{PAD}"
        return f"{START}user\n{self.question}{END}\n{START}assistant\n{self.text}{END}\n"


def read_corpus(path: Path) -> list[Document]:
    """Return the documents of a corpus: blocks of `Q: …` and `A: …`, or `P: …`, between empty lines."""
    documents = []
    for block in path.read_text("utf-8").split("\n\n"):
        parts = {line[0]: line[3:].strip() for line in block.strip().splitlines()}
        documents.append(Document(parts.get("Q", ""), parts["A"] if "A" in parts else parts["P"]))
    return documents


def make_tokenizer(documents: list[Document], plan: Plan) -> Any:
    """Return a byte-level BPE tokenizer trained on the documents."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=plan.vocabulary,
        special_tokens=[PAD, START, END],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    bpe.train_from_iterator([f"{item.question}\n{item.text}" for item in documents], trainer)
    tokenizer: Any = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=bpe, pad_token=PAD, eos_token=END, model_max_length=plan.context
    )
    tokenizer.chat_template = CHAT_TEMPLATE
    return tokenizer


def make_model(tokenizer: Any, plan: Plan) -> Any:
    """Return the untrained model."""
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(
        vocab_size=plan.vocabulary,
        hidden_size=plan.hidden,
        intermediate_size=plan.intermediate,
        num_hidden_layers=plan.layers,
        num_attention_heads=plan.heads,
        num_key_value_heads=plan.key_value_heads,
        max_position_embeddings=plan.context,
        tie_word_embeddings=True,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
    )
    return LlamaForCausalLM(config)


def rows_of(documents: list[list[int]], length: int, seed: int) -> Iterator[list[int]]:
    """Yield rows of documents side by side without end, in a new order each time round.

    Each row starts at the start of a document, as a prompt does.
    """
    order = random.Random(seed)
    row: list[int] = []
    while True:
        for document in order.sample(documents, len(documents)):
            if row and len(row) + len(document) > length:
                yield row
                row = []
            row = (row + document)[:length]


def optimizers(model: Any, plan: Plan) -> list[Any]:
    """Return Muon for the weight matrices and AdamW for embeddings and norms."""
    import torch

    named = list(model.named_parameters())
    matrices = [p for name, p in named if p.dim() == 2 and "embed" not in name]
    embeddings = [p for name, p in named if p.dim() == 2 and "embed" in name]
    norms = [p for _, p in named if p.dim() < 2]
    decay = plan.weight_decay
    groups = [{"params": embeddings, "weight_decay": decay}, {"params": norms, "weight_decay": 0.0}]
    return [
        torch.optim.Muon(matrices, lr=plan.matrix_rate, weight_decay=decay),
        torch.optim.AdamW(groups, lr=plan.learning_rate, betas=(0.9, 0.95)),
    ]


def fit(model: Any, rows: Iterator[list[int]], plan: Plan, pad: int) -> list[float]:
    """Train the model in place and return the loss of each step."""
    import torch

    warmup = max(1, round(plan.warmup * plan.steps))

    def rate(step: int) -> float:
        falling = (plan.steps - step) / max(1, plan.steps - warmup)
        return (step + 1) / warmup if step < warmup else max(0.02, falling)

    used = optimizers(model, plan)
    schedules = [torch.optim.lr_scheduler.LambdaLR(one, rate) for one in used]
    model.train()
    losses: list[float] = []
    started = time.monotonic()
    for step in range(1, plan.steps + 1):
        batch = list(islice(rows, plan.rows))
        width = max(len(row) for row in batch)
        tokens = torch.tensor([row + [pad] * (width - len(row)) for row in batch])
        labels = torch.tensor([row + [-100] * (width - len(row)) for row in batch])
        # Attention looks back only and padding stands at the end: no mask is needed.
        loss = model(tokens, labels=labels, use_cache=False).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for one in [*used, *schedules]:
            one.step()
        model.zero_grad()
        losses.append(loss.item())
        if step % 50 == 0:
            seconds = time.monotonic() - started
            line = f"step {step}/{plan.steps}  loss {sum(losses[-50:]) / 50:.3f}  {seconds:.0f} s\n"
            sys.stderr.write(line)
    return losses


def make(corpus: Path, output: Path, plan: Plan) -> None:
    """Train tokenizer and model on a corpus and write them, in fp16 and with a model card, to a directory."""
    import torch
    from transformers import set_seed

    torch.set_num_threads(plan.threads)
    set_seed(plan.seed)
    documents = read_corpus(corpus)
    tokenizer = make_tokenizer(documents, plan)
    model = make_model(tokenizer, plan)
    encoded = [tokenizer(document.render())["input_ids"] for document in documents]
    rows = rows_of(encoded, plan.length, plan.seed)
    losses = fit(model, rows, plan, tokenizer.pad_token_id)
    output.mkdir(parents=True, exist_ok=True)
    model.half().save_pretrained(output)
    tokenizer.save_pretrained(output)
    (output / "model.safetensors").chmod(0o644)
    facts = {
        "plan": asdict(plan),
        "documents": len(documents),
        "tokens": sum(map(len, encoded)),
        "parameters": sum(p.numel() for p in model.parameters()),
        "final_loss": round(sum(losses[-20:]) / len(losses[-20:]), 3),
    }
    (output / "training.json").write_text(json.dumps(facts, indent=2) + "\n", "utf-8")
    (output / "README.md").write_text(CARD.format(**facts, **asdict(plan)), "utf-8")


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m viva.train.starter", description="Make the starter model.")
    parser.add_argument("output", type=Path, help="directory to write the model to")
    parser.add_argument("--corpus", type=Path, default=shipped("starter", "corpus.txt"), help="text to train on")
    parser.add_argument("--steps", type=int, default=Plan.steps, help="training steps (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=Plan.seed, help="seed of everything random")
    return parser


def main() -> None:
    given = make_parser().parse_args()
    make(given.corpus, given.output, replace(Plan(), steps=given.steps, seed=given.seed))


if __name__ == "__main__":
    main()
