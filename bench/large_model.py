"""Training at real size on a GPU: memory against the prediction, speed beside a plain TRL script, where the time goes.

    python -m bench.large_model [--shape llama-3.2-3b|small] [--steps N]

The model has the published shape of Llama-3.2-3B and random weights, and the starter's tokenizer; it is trained on the
bundled pairs with the recipes `vad-qlora` and `fields-lora`. Each measurement is a process of its own. `--shape small`
runs the same on a CPU within minutes, to see that it runs; its figures say nothing of a GPU.
"""

import argparse
import csv
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

SHAPES: dict[str, dict[str, Any]] = {
    "llama-3.2-3b": {
        "vocab_size": 128_256, "hidden_size": 3072, "intermediate_size": 8192, "num_hidden_layers": 28,
        "num_attention_heads": 24, "num_key_value_heads": 8, "head_dim": 128, "max_position_embeddings": 131_072,
        "rope_theta": 500_000.0, "tie_word_embeddings": True,
    },
    "small": {
        "vocab_size": 4096, "hidden_size": 256, "intermediate_size": 512, "num_hidden_layers": 4,
        "num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 2048,
        "tie_word_embeddings": True,
    },
}  # fmt: skip
DATA = {"vad-qlora": "vad.csv", "fields-lora": "fields.csv"}
PLAIN, VIVA = "plain TRL", "viva"
GIB = 1 << 30


def make_model(folder: Path, shape: str) -> None:
    """Write a model of random weights, in bf16, with the starter's tokenizer."""
    import torch
    from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM

    from viva.paths import shipped

    torch.manual_seed(0)
    torch.set_default_dtype(torch.bfloat16)
    LlamaForCausalLM(LlamaConfig(**SHAPES[shape])).save_pretrained(folder)
    torch.set_default_dtype(torch.float32)
    AutoTokenizer.from_pretrained(shipped("models", "starter")).save_pretrained(folder)


def config(folder: Path, name: str) -> dict[str, Any]:
    """Write the rows of a recipe's dataset and return the training program's configuration."""
    from viva.paths import shipped
    from viva.train.recipes import load_recipe

    with shipped("datasets", DATA[name]).open(encoding="utf-8", newline="") as file:
        rows = [{"question": row["question"], "reference": row["reference"]} for row in csv.DictReader(file)]
    path = folder / f"{name}.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    recipe = load_recipe(shipped("recipes", f"{name}.toml"))
    told = {"base": str(folder / "model"), "prompt": "{question}", "recipe": recipe.to_json()}
    return {**told, "train": str(path), "validation": None}


def trainer_of(way: str, told: dict[str, Any], folder: Path, steps: int) -> Any:
    """Return a trainer that takes so many steps, made as viva makes it or as TRL's documentation does."""
    from viva.train.building import build, make_trainer

    if way == VIVA:
        return make_trainer(
            build(told), folder, max_steps=steps, save_strategy="no", eval_strategy="no", load_best_model_at_end=False
        )
    import torch
    from datasets import Dataset
    from peft import LoraConfig
    from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig
    from trl import SFTConfig, SFTTrainer  # type: ignore[attr-defined]

    recipe, cuda = told["recipe"], torch.cuda.is_available()
    four_bits = BitsAndBytesConfig(
        load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=torch.float16,
    )  # fmt: skip
    quantized = {"quantization_config": four_bits} if recipe["quantization"] == "nf4" else {}
    model = AutoModelForCausalLM.from_pretrained(
        told["base"],
        dtype=torch.bfloat16 if cuda else torch.float32,
        device_map={"": 0 if cuda else "cpu"},
        **quantized,
    )
    pairs = [json.loads(line) for line in Path(told["train"]).read_text("utf-8").splitlines()]
    rows = [
        {"prompt": f"Question: {pair['question']}\nApproach:", "completion": f" {pair['reference']}"} for pair in pairs
    ]
    arguments = SFTConfig(
        output_dir=str(folder), max_steps=steps, per_device_train_batch_size=recipe["batch_size"],
        gradient_accumulation_steps=recipe["accumulation"], learning_rate=recipe["learning_rate"],
        lr_scheduler_type=recipe["schedule"], optim=recipe["optimizer"], max_length=recipe["max_length"], bf16=cuda,
        use_cpu=not cuda, activation_checkpointing=cuda, save_strategy="no", report_to="none", disable_tqdm=True,
        dataloader_pin_memory=cuda, seed=0,
    )  # fmt: skip
    lora = LoraConfig(
        task_type="CAUSAL_LM", r=recipe["rank"], lora_alpha=recipe["alpha"], lora_dropout=recipe["dropout"],
        target_modules=recipe["target_modules"],
    )  # fmt: skip
    return SFTTrainer(
        model=model, args=arguments, train_dataset=Dataset.from_list(rows), peft_config=lora,
        processing_class=AutoTokenizer.from_pretrained(told["base"]),
    )  # fmt: skip


def pace(way: str, told: dict[str, Any], folder: Path, steps: int) -> dict[str, Any]:
    """Return tokens a second, peak memory, and the operations that take most time over the last steps."""
    import torch
    from torch.profiler import ProfilerActivity, profile
    from transformers import TrainerCallback

    from viva.train.reporter import peak_memory

    class Clock(TrainerCallback):  # type: ignore[misc,unused-ignore]
        times: list[float] = []
        tokens: list[float] = []

        def on_step_end(self, args: Any, state: Any, control: Any, **given: Any) -> None:  # noqa: ARG002
            if torch.cuda.is_available():
                torch.cuda.synchronize()
            self.times.append(time.perf_counter())

        def on_log(self, args: Any, state: Any, control: Any, **given: Any) -> None:  # noqa: ARG002
            if "num_tokens" in given["logs"]:
                self.tokens.append(given["logs"]["num_tokens"])

    clock = Clock()
    trainer = trainer_of(way, told, folder, steps)
    trainer.args.logging_steps = trainer.state.logging_steps = 1
    trainer.add_callback(clock)
    trainer.train()
    taken, seconds = clock.tokens[-1] - clock.tokens[0], clock.times[-1] - clock.times[0]
    found = {"tokens_per_second": taken / seconds, "memory": peak_memory(), "operations": []}
    if way == VIVA and torch.cuda.is_available():
        again = trainer_of(way, told, folder, 2)
        with profile(activities=[ProfilerActivity.CPU, ProfilerActivity.CUDA]) as profiler:
            again.train()
        events = sorted(profiler.key_averages(), key=lambda event: -event.self_device_time_total)
        whole = sum(event.self_device_time_total for event in events) or 1
        found["operations"] = [(event.key, event.self_device_time_total / whole) for event in events[:8]]
    return found


def run(*command: str) -> dict[str, Any]:
    """Run a program of Python and return the last JSON line that it prints."""
    ended = subprocess.run([sys.executable, "-m", *command], capture_output=True, text=True, check=False)
    if ended.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{ended.stdout[-500:]}\n{ended.stderr[-3000:]}")
    return dict(json.loads(ended.stdout.splitlines()[-1]))


def main() -> None:
    """Measure both recipes and print what was found."""
    parser = argparse.ArgumentParser(prog="python -m bench.large_model")
    parser.add_argument("--shape", choices=SHAPES, default="llama-3.2-3b")
    parser.add_argument("--steps", type=int, default=8)
    parser.add_argument("--child", nargs=2, metavar=("WAY", "CONFIG"))
    given = parser.parse_args()
    if given.child:
        told = json.loads(Path(given.child[1]).read_text("utf-8"))
        with tempfile.TemporaryDirectory() as name:
            print(json.dumps(pace(given.child[0], told, Path(name), given.steps)))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_model(folder / "model", given.shape)
        for recipe in DATA:
            path = folder / f"{recipe}.json"
            path.write_text(json.dumps(config(folder, recipe)), "utf-8")
            tried = run("viva.train.dry_run", str(path))
            ratio = tried["measured"] / tried["predicted"]
            print(f"\n{recipe} on {tried['device']}, longest row {tried['longest']} tokens")
            predicted, measured = tried["predicted"] / GIB, tried["measured"] / GIB
            print(f"  memory: predicted {predicted:.2f} GiB, measured {measured:.2f} GiB, ratio {ratio:.3f}")
            ways = {
                way: run("bench.large_model", "--steps", str(given.steps), "--child", way, str(path))
                for way in (PLAIN, VIVA)
            }
            for way, found in ways.items():
                faster = found["tokens_per_second"] / ways[PLAIN]["tokens_per_second"]
                memory = found["memory"] / GIB
                print(f"  {way:10}{found['tokens_per_second']:10,.0f} tokens/s{faster:7.2f}{memory:8.2f} GiB")
            for operation, share in ways[VIVA]["operations"]:
                print(f"    {share:6.1%}  {operation}")


if __name__ == "__main__":
    main()
