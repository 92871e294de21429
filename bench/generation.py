"""Texts from the starter model: viva beside a one-by-one loop and the plain batched loop, in the same run.

    python -m bench.generation [PROMPTS ...]

Prompts are cut from the bundled texts, 3 to 150 words long, most of them short; texts end by themselves or after 256
tokens. Every way writes greedily in fp32 with two threads, in a process of its own, one after the other, in turns: the
median of three runs counts. `one by one` and `plain batches` are what the documentation of transformers leads to: its
`generate`, on one prompt, or on the prompts as they come in batches of the same size as viva's, padded on the left.
`generate_batch` is the library's own continuous batching, bounded in its memory. Beyond 128 prompts each way runs once:
one by one they take minutes.

`tokens/s` counts what was written, end marks included. `otherwise` counts the texts that are not, letter for letter,
those of the one-by-one loop.
"""

import csv
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

DATA = Path(__file__).parents[1] / "data"
MODEL = DATA / "models" / "starter"
SEED = 5
BATCH = 32
TOKENS = 256
THREADS = 2
REPEATS = 3
MANY = 128
ONE_BY_ONE = "one by one"
VIVA = "viva"


def make_prompts(count: int) -> list[str]:
    """Return prompts of uneven length, in random order."""
    drawn = random.Random(SEED)
    with (DATA / "datasets" / "vad.csv").open(encoding="utf-8", newline="") as file:
        words = " ".join(f"{row['question']} {row['reference']}" for row in csv.DictReader(file)).split()
    prompts = []
    for _ in range(count):
        length = min(150, 3 + int(drawn.expovariate(1 / 25)))
        start = drawn.randrange(len(words) - length)
        prompts.append(" ".join(words[start : start + length]))
    return prompts


Texts = list[tuple[str, int]]
"""Each prompt's text, and how many tokens it is."""


def write_with_viva() -> Callable[[list[str]], Texts]:
    """Return viva's way of writing, the model loaded."""
    from viva.generate.transformers_backend import TransformersBackend
    from viva.records.model import Decoding
    from viva.records.prompt import CHAT

    backend = TransformersBackend(str(MODEL))

    def write(prompts: list[str]) -> Texts:
        found: dict[int, tuple[str, int]] = {}
        for batch in backend.generate(prompts, CHAT, Decoding(TOKENS, repetition_penalty=1.0), BATCH):
            found.update({item.index: (item.text, item.completion_tokens) for item in batch})
        return [found[index] for index in range(len(prompts))]

    return write


def loaded() -> tuple[Any, Any]:
    """Return the model and its tokenizer as transformers loads them."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(MODEL, padding_side="left")
    return AutoModelForCausalLM.from_pretrained(MODEL, dtype="float32").eval(), tokenizer


def encoded(tokenizer: Any, prompts: list[str]) -> list[list[int]]:
    chats = [[{"role": "user", "content": prompt}] for prompt in prompts]
    return [tokenizer.apply_chat_template(chat, add_generation_prompt=True, return_dict=False) for chat in chats]


def decoded(tokenizer: Any, row: list[int]) -> tuple[str, int]:
    """Return the text of a row of tokens up to its end mark, and their number with it."""
    end = tokenizer.eos_token_id
    written = row[: row.index(end) + 1] if end in row else row
    return tokenizer.decode(written, skip_special_tokens=True).strip(), len(written)


def write_in_batches(size: int) -> Callable[[list[str]], Texts]:
    """Return the plain way of writing: the prompts as they come, `size` at a time."""
    import torch

    model, tokenizer = loaded()

    def write(prompts: list[str]) -> Texts:
        found: Texts = []
        ids = encoded(tokenizer, prompts)
        for first in range(0, len(ids), size):
            inputs = tokenizer.pad({"input_ids": ids[first : first + size]}, return_tensors="pt")
            with torch.inference_mode():
                output = model.generate(**inputs, do_sample=False, max_new_tokens=TOKENS)
            found += [decoded(tokenizer, row) for row in output[:, inputs["input_ids"].shape[1] :].tolist()]
        return found

    return write


def write_continuously() -> Callable[[list[str]], Texts]:
    """Return the library's continuous batching, its memory bounded to what the other ways take."""
    from transformers import ContinuousBatchingConfig, GenerationConfig

    model, tokenizer = loaded()
    settings = GenerationConfig(
        do_sample=False, max_new_tokens=TOKENS, eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id
    )
    bounds = ContinuousBatchingConfig(num_blocks=BATCH * 32, page_size=16, max_batch_tokens=512)

    def write(prompts: list[str]) -> Texts:
        output = model.generate_batch(
            encoded(tokenizer, prompts),
            generation_config=settings,
            continuous_batching_config=bounds,
            progress_bar=False,
        )
        rows = sorted(output.items(), key=lambda item: int(str(item[0]).rsplit("_", 1)[-1]))
        return [decoded(tokenizer, list(row.generated_tokens)) for _, row in rows]

    return write


WAYS: dict[str, Callable[[], Callable[[list[str]], Texts]]] = {
    ONE_BY_ONE: lambda: write_in_batches(1),
    "plain batches": lambda: write_in_batches(BATCH),
    "generate_batch": write_continuously,
    VIVA: write_with_viva,
}


def worker(way: str, count: int, texts: Path) -> None:
    """Write with one way, keep the texts, and print how long it took as JSON."""
    import torch

    torch.set_num_threads(THREADS)
    write = WAYS[way]()
    prompts = make_prompts(count)
    write(prompts[:2])  # what is made at the first use
    started = time.perf_counter()
    found = write(prompts)
    seconds = time.perf_counter() - started
    texts.write_text(json.dumps([text for text, _ in found]), "utf-8")
    print(json.dumps({"seconds": seconds, "tokens": sum(tokens for _, tokens in found)}))


def measured(way: str, count: int, folder: Path) -> dict[str, Any]:
    texts = folder / "texts.json"
    command = [sys.executable, "-m", "bench.generation", "--worker", way, str(count), str(texts)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return {**json.loads(done.stdout.splitlines()[-1]), "texts": json.loads(texts.read_text("utf-8"))}


def main() -> None:
    counts = [int(given) for given in sys.argv[1:]] or [128, 1024]
    caption = f"fp32, {THREADS} threads, batches of {BATCH}; ratio: times the pace of one by one"
    table = Table(title="texts from the starter model", caption=caption)
    for column in ("prompts", "way", "runs", "seconds", "tokens/s", "ratio", "otherwise"):
        table.add_column(column, justify="left" if column == "way" else "right")
    with tempfile.TemporaryDirectory() as name:
        for count in counts:
            runs: dict[str, list[dict[str, Any]]] = {way: [] for way in WAYS}
            for _ in range(REPEATS if count <= MANY else 1):
                for way, found in runs.items():
                    found.append(measured(way, count, Path(name)))
            add_rows(table, count, runs)
    Console().print(table)


def add_rows(table: Table, count: int, runs: dict[str, list[dict[str, Any]]]) -> None:
    right = runs[ONE_BY_ONE][0]["texts"]
    pace = {way: statistics.median(run["tokens"] / run["seconds"] for run in found) for way, found in runs.items()}
    for way, found in runs.items():
        otherwise = max(sum(a != b for a, b in zip(run["texts"], right, strict=True)) for run in found)
        table.add_row(
            f"{count:,}",
            way,
            str(len(found)),
            f"{statistics.median(run['seconds'] for run in found):.2f}",
            f"{pace[way]:,.0f}",
            f"{pace[way] / pace[ONE_BY_ONE]:.1f}",
            str(otherwise),
        )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--worker"]:
        worker(sys.argv[2], int(sys.argv[3]), Path(sys.argv[4]))
    else:
        main()
