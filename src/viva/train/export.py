"""The export program: makes a model of its own out of another, and proves that it is still the same.

    python -m viva.train.export CONFIG.json

CONFIG.json holds

    model      the name of what is exported, `location` its directory, `.gguf` file or hub id
    base       the directory or hub id of the model that an adapter was trained over, else null
    form       `merged`: an adapter's weights added to those of its base; or `gguf`
    quantize   how GGUF stores matrices: `f32`, `f16` or `q8_0`
    name       the name of the artefact
    output     the directory that it is written to, with `merged_from.json`, and for GGUF a `Modelfile`
    prompt     the prompt template, `{question}` in it
    pairs      a file of JSON lines {"question", "reference"}: both are put through both models
    job        the id of the job that exports, for the record; may be left out

Events go to stdout as JSON lines, `progress` in hundredths; `done` has `path` and `equivalence`.
"""

import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from viva import jsonl
from viva.errors import BadInput, MissingExtra
from viva.events import EventWriter, run_worker
from viva.records.training import Equivalence
from viva.train import merge
from viva.train.disk import full_disk_told
from viva.train.gguf_export import MAKE_ROOM

TOTAL = 100
LOADED, WRITTEN, RELOADED = 15, 55, 65
"""How far along the program is, in hundredths."""

BYTES = 4
"""The gate compares in fp32."""


def export(events: EventWriter, config: dict[str, Any]) -> None:
    """Export as `config` says, compare, and report. Raises `BadInput`, `MissingExtra`."""
    with full_disk_told(Path(config["output"]), MAKE_ROOM):
        _export(events, config)


def _export(events: EventWriter, config: dict[str, Any]) -> None:
    try:
        from viva.generate import adapted
    except ImportError as error:
        raise MissingExtra("exporting needs missing libraries", "pip install 'viva[local]'") from error
    location, base, output = config["location"], config.get("base"), Path(config["output"])
    if config["form"] == "merged" and base is None:
        raise BadInput(f"{config['model']} is no adapter: there is nothing to merge")
    pairs = read_pairs(Path(config["pairs"]))
    events.emit("start", total=TOTAL, unit="percent", done=0)

    def tell(done: int, message: str) -> None:
        events.emit("progress", done=done, total=TOTAL, message=message)

    tell(0, "loading the model")
    tokenizer = adapted.tokenizer_for(location, base)
    model = _whole(location) if base is None else merge.merged(location, base, half=config["form"] == "merged")
    tell(LOADED, "writing")
    stored, size = str(model.dtype).removeprefix("torch."), model.num_parameters()
    path = _write(config, model, tokenizer, output, tell)
    del model
    told = {key: config.get(key) for key in ("form", "quantize", "prompt", "job")}
    merge.write_record(output, location, base, file=str(path.relative_to(output)), **told)
    tell(WRITTEN, "comparing with the original")
    form = form_of(config, stored, adapted.quantization_of(Path(location)) if base is not None else {})
    found = gate(config, path, pairs, form, size, tell)
    events.emit("done", path=str(path), equivalence=asdict(found))


def form_of(config: dict[str, Any], stored: str, quantization: dict[str, Any]) -> str:
    """Return the key of `LIMITS` by which an artefact is measured."""
    if quantization.get("quantization") == "int8":
        return "int8"
    if config["form"] == "gguf":
        return f"gguf {config['quantize']}"
    return "merged bf16" if stored == "bfloat16" else "merged"


def gate(
    config: dict[str, Any],
    path: Path,
    pairs: list[Any],
    form: str,
    size: int,
    tell: Callable[[int, str], None],
) -> Equivalence:
    """Load the original as it is rated and the artefact as it was written, and compare them."""
    import torch

    from viva.generate import adapted
    from viva.train.equivalence import Loaded, compare

    location, base = config["location"], config.get("base")
    device = device_for(2 * BYTES * size)
    original = Loaded(
        adapted.load(location, base, dtype=torch.float32, device=device), adapted.tokenizer_for(location, base)
    )
    artefact = Loaded(
        adapted.load(str(path), None, dtype=torch.float32, device=device), adapted.tokenizer_for(str(path), None)
    )
    tell(RELOADED, "comparing with the original")
    return compare(
        original,
        artefact,
        pairs,
        config["prompt"],
        names=(config["model"], config["name"]),
        form=form,
        progress=lambda done, total: tell(RELOADED + (TOTAL - RELOADED) * done // total, "comparing with the original"),
    )


def device_for(needed: int) -> str:
    """Return the GPU where `needed` bytes are free on it with some to spare, else the CPU."""
    import torch

    if torch.cuda.is_available() and torch.cuda.mem_get_info()[0] > 1.3 * needed:
        return "cuda"
    return "cpu"


def _whole(location: str) -> Any:
    from viva.generate.loading import load_model

    return load_model(location, dtype="auto", device="cpu")


def _write(config: dict[str, Any], model: Any, tokenizer: Any, output: Path, tell: Callable[[int, str], None]) -> Path:
    """Write the artefact; return the directory or file that is the model."""
    output.mkdir(parents=True, exist_ok=True)
    if config["form"] == "merged":
        merge.write(model, tokenizer, output)
        return output
    from viva.train.gguf_export import write_gguf
    from viva.train.modelfile import modelfile

    path = output / f"{config['name'].removesuffix('.gguf')}.gguf"
    write_gguf(
        model,
        tokenizer,
        path,
        config["quantize"],
        name=config["name"],
        progress=lambda done, total, name: tell(LOADED + (WRITTEN - LOADED) * done // total, f"writing {name}"),
    )
    (output / "Modelfile").write_text(modelfile(tokenizer, model, path.name, config["prompt"]), "utf-8")
    return path


def read_pairs(path: Path) -> list[Any]:
    """Return the pairs in a file of JSON lines. Raises `BadInput`."""
    from viva.train.equivalence import pairs_of

    try:
        found = pairs_of(jsonl.read(path))
    except KeyError as error:
        raise BadInput(f"{path.name} holds a pair without {error}") from error
    if not found:
        raise BadInput(f"{path} holds no questions to compare with")
    return found


if __name__ == "__main__":
    sys.exit(run_worker(export))
