"""Training speed and loss: viva with dynamic padding, grouped by length and packed, beside a plain TRL script.

    python -m bench.training [ROWS] [EPOCHS]

Every way trains the starter model with the recipe `starter-lora` on the same pairs, each in a process of its own, one
after the other, in turns. Pairs are of very different lengths, as real approaches are. The plain script is what TRL's
documentation leads to: `SFTTrainer` over `prompt` and `completion`, with the same hyperparameters.

`tokens/s` counts real tokens (no padding) over the time spent in steps. `loss` is the mean loss per token over the
validation pairs after training, always computed one pair at a time, so that it compares. `before` is the mean loss
per token over the training pairs before the first step, computed through the way's own batches: it must be the same
for all of them, or batching changes what is learnt.
"""

import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

WAYS: dict[str, dict[str, str]] = {
    "viva, dynamic padding": {},
    "viva, by length": {"batching": "by-length"},
    "viva, packed (bfd)": {"packing": "bfd", "max_length": "512"},
    "viva, checkpointing": {"checkpointing": "on"},
}
PLAIN = "plain TRL script"
REPEATS = 3
BATCH = 8


def make_pairs(path: Path, count: int, seed: int) -> None:
    """Write pairs whose answers are from 5 to 250 words long, most of them short."""
    chance = random.Random(seed)
    words = ["camera", "window", "score", "model", "frame", "person", "night", "crowd", "alarm", "robust", "label"]
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            length = min(250, int(5 + chance.expovariate(1 / 60)))
            row = {
                "question": f"How would one watch place {number}?",
                "reference": " ".join(chance.choices(words, k=length)),
            }
            file.write(json.dumps(row) + "\n")


def config(folder: Path, changes: dict[str, str], epochs: str) -> dict[str, Any]:
    """Return the configuration of viva's training program."""
    from viva.paths import shipped
    from viva.train.recipes import apply_overrides, load_recipe

    recipe = load_recipe(shipped("recipes", "starter-lora.toml"))
    settings = {"epochs": epochs, "batch_size": str(BATCH), "evaluations": "1", "patience": "0", "probe_tokens": "0"}
    return {
        "base": str(shipped("models", "starter")),
        "prompt": "{question}",
        "recipe": apply_overrides(recipe, {**settings, **changes}).to_json(),
        "train": str(folder / "train.jsonl"),
        "validation": str(folder / "validation.jsonl"),
    }


def viva_way(folder: Path, told: dict[str, Any]) -> dict[str, float]:
    """Train as viva's program does and return what was measured."""
    from viva.train.building import build, make_trainer

    built = build(told)
    trainer = make_trainer(built, folder / "out", eval_strategy="no", save_strategy="no", logging_strategy="no")
    return measure(trainer, built.rows["train"].kept, built.rows["validation"].kept)


def plain_way(folder: Path, told: dict[str, Any]) -> dict[str, float]:
    """Train with SFTTrainer over prompt and completion and return what was measured."""
    from datasets import Dataset
    from peft import LoraConfig
    from transformers import AutoModelForCausalLM, AutoTokenizer, set_seed
    from trl import SFTConfig, SFTTrainer  # type: ignore[attr-defined]

    from viva.train.building import read_recipe
    from viva.train.rows import read_rows

    recipe = read_recipe(told)
    set_seed(recipe.seed)
    tokenizer = AutoTokenizer.from_pretrained(told["base"])
    pairs = [json.loads(line) for line in Path(told["train"]).read_text("utf-8").splitlines()]
    rows = [
        {
            "prompt": [{"role": "user", "content": pair["question"]}],
            "completion": [{"role": "assistant", "content": pair["reference"]}],
        }
        for pair in pairs
    ]
    arguments = SFTConfig(
        output_dir=str(folder / "out"), num_train_epochs=recipe.epochs, per_device_train_batch_size=recipe.batch_size,
        learning_rate=recipe.learning_rate, lr_scheduler_type=recipe.schedule, warmup_steps=recipe.warmup,
        weight_decay=recipe.weight_decay, max_length=recipe.max_length, seed=recipe.seed, bf16=False, use_cpu=True,
        activation_checkpointing=False, save_strategy="no", logging_strategy="no", report_to="none", disable_tqdm=True,
        dataloader_pin_memory=False, optim="adamw_torch",
    )  # fmt: skip
    lora = LoraConfig(
        task_type="CAUSAL_LM", r=recipe.rank, lora_alpha=recipe.alpha, lora_dropout=recipe.dropout,
        target_modules=recipe.target_modules,
    )  # fmt: skip
    trainer = SFTTrainer(
        model=AutoModelForCausalLM.from_pretrained(told["base"], dtype="float32"), args=arguments,
        train_dataset=Dataset.from_list(rows), processing_class=tokenizer, peft_config=lora,
    )  # fmt: skip
    kept = [read_rows(told[split], tokenizer, recipe, told["prompt"], 1024).kept for split in ("train", "validation")]
    return measure(trainer, *kept)


def measure(
    trainer: Any, train: list[dict[str, list[int]]], validation: list[dict[str, list[int]]]
) -> dict[str, float]:
    """Return tokens per second, steps, and the losses before and after, of a trainer that has not run yet."""
    from transformers import TrainerCallback

    class Clock(TrainerCallback):  # type: ignore[misc,unused-ignore]
        seconds = started = 0.0

        def on_step_begin(self, args: Any, state: Any, control: Any, **given: Any) -> None:  # noqa: ARG002
            self.started = time.perf_counter()

        def on_step_end(self, args: Any, state: Any, control: Any, **given: Any) -> None:  # noqa: ARG002
            self.seconds += time.perf_counter() - self.started

    clock = Clock()
    trainer.add_callback(clock)
    before = batch_loss(trainer)
    trainer.train()
    tokens = sum(len(row["input_ids"]) for row in train) * trainer.args.num_train_epochs
    return {
        "tokens_per_second": tokens / clock.seconds,
        "seconds": clock.seconds,
        "steps": trainer.state.global_step,
        "before": before,
        "loss": row_loss(trainer.model, validation),
    }


def batch_loss(trainer: Any) -> float:
    """Return the mean loss per counted token over the trainer's own training batches."""
    import torch

    total = count = 0.0
    trainer.model.eval()
    with torch.no_grad():
        for batch in trainer.get_train_dataloader():
            counted = int((batch["labels"][:, 1:] != -100).sum())
            inputs = {key: value for key, value in batch.items() if key != "seq_lengths"}
            total += float(trainer.model(**inputs).loss) * counted
            count += counted
    return total / count


def row_loss(model: Any, rows: list[dict[str, list[int]]]) -> float:
    """Return the mean loss per counted token over rows, one at a time."""
    import torch

    total = count = 0.0
    model.eval()
    with torch.no_grad():
        for row in rows:
            labels = torch.tensor([row["labels"]])
            counted = int((labels[:, 1:] != -100).sum())
            total += float(model(input_ids=torch.tensor([row["input_ids"]]), labels=labels).loss) * counted
            count += counted
    return total / count


def child(folder: Path, way: str, epochs: str) -> None:
    """Measure one way and print it as JSON."""
    told = config(folder, WAYS.get(way, {}), epochs)
    found = plain_way(folder, told) if way == PLAIN else viva_way(folder, told)
    sys.stdout.write(json.dumps(found) + "\n")


def main() -> None:
    """Run every way in turns and print the table."""
    if len(sys.argv) > 1 and sys.argv[1] == "--child":
        child(Path(sys.argv[2]), sys.argv[3], sys.argv[4])
        return
    rows, epochs = (sys.argv[1:] + ["240", "2"][len(sys.argv) - 1 :])[:2]
    found: dict[str, list[dict[str, float]]] = {way: [] for way in (PLAIN, *WAYS)}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_pairs(folder / "train.jsonl", int(rows), 0)
        make_pairs(folder / "validation.jsonl", 40, 1)
        for _ in range(REPEATS):
            for way, runs in found.items():
                command = [sys.executable, "-m", "bench.training", "--child", str(folder), way, epochs]
                printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
                runs.append(json.loads(printed.splitlines()[-1]))
    plain = statistics.median(run["tokens_per_second"] for run in found[PLAIN])
    print(f"{rows} pairs, {epochs} epochs, batch {BATCH}; the median of {REPEATS} runs each, in turns")
    print(f"{'':24}{'tokens/s':>10}{'ratio':>8}{'steps':>7}{'before':>10}{'loss':>9}")
    for way, runs in found.items():
        pace = statistics.median(run["tokens_per_second"] for run in runs)
        last = runs[-1]
        speed = f"{pace:>10,.0f}{pace / plain:>8.2f}{last['steps']:>7.0f}"
        print(f"{way:24}{speed}{last['before']:>10.5f}{last['loss']:>9.4f}")


if __name__ == "__main__":
    main()
