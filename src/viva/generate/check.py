"""The checking program: reads a model's configuration and tokenizer, not its weights.

    python -m viva.generate.check CONFIG.json

CONFIG.json holds `location`, and for an adapter the `base` that it was trained over, else null. The event `done` has
`architecture`, `parameters`, `context`, `chat_template`, `vocabulary` and `adapter`.
"""

import json
import sys
from pathlib import Path
from typing import Any

from viva.errors import BadInput, MissingExtra
from viva.events import EventWriter, run_worker


def check(events: EventWriter, config: dict[str, Any]) -> None:
    """Read the model that `config` names and report what it is."""
    try:
        from viva.generate.adapted import tokenizer_for
        from viva.generate.loading import load_config
    except ImportError as error:
        raise MissingExtra("looking at a model needs missing libraries", "pip install 'viva[local]'") from error
    location, base = config["location"], config.get("base")
    read = load_config(base or location)
    tokenizer = tokenizer_for(location, base)
    events.emit(
        "done",
        architecture=(read.architectures or [read.model_type])[0],
        parameters=parameters(base or location, read),
        context=getattr(read, "max_position_embeddings", None),
        chat_template=bool(tokenizer.chat_template),
        vocabulary=len(tokenizer),
        adapter=adapter(Path(location)) if base is not None else "",
    )


def parameters(location: str, config: Any) -> int:
    """Return the number of a model's parameters, counted on tensors without data; tied ones count once."""
    import torch
    from transformers import AutoModelForCausalLM

    from viva.generate.hub_errors import readable

    with readable(location), torch.device("meta"):
        model: Any = AutoModelForCausalLM.from_config(config, trust_remote_code=False)  # type: ignore[no-untyped-call]
        model.tie_weights()
    return sum(weights.numel() for weights in model.parameters())


def adapter(directory: Path) -> str:
    """Return what kind of adapter lies in a directory, such as `LORA of rank 16`. Raises `BadInput`."""
    try:
        read = json.loads((directory / "adapter_config.json").read_text("utf-8"))
        return f"{read['peft_type']} of rank {read['r']}" if "r" in read else str(read["peft_type"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput(f"adapter_config.json in {directory.name} cannot be read", "copy the adapter again") from error


if __name__ == "__main__":
    sys.exit(run_worker(check))
