"""A base model in memory, with the adapters that were trained over it switched on and off."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from peft import PeftConfig, PeftModel

from viva.errors import BadInput
from viva.generate import adapted
from viva.generate.hub_errors import readable
from viva.generate.loading import load_model
from viva.text import display_line


class Load(NamedTuple):
    """What has to be loaded for a system: systems with equal ones are written for with one load.

    `base` is a location, `quantization` JSON of `adapted.quantization_of`, and `alone` the location of an adapter that
    changes its base for good, so that nothing else can be written with the same load.
    """

    base: str
    quantization: str = "{}"
    alone: str = ""


def load_of(location: str, base: str | None) -> Load:
    """Return what a model, or an adapter over `base`, needs loaded. Raises `BadInput`, `MissingExtra`."""
    if base is None:
        return Load(_same(location))
    quantization = json.dumps(adapted.quantization_of(Path(location)), sort_keys=True)
    return Load(_same(base), quantization, "" if _leaves_its_base(location) else _same(location))


class SharedBase:
    """The base model of a `Load`: fp32 on the CPU, bf16 on a GPU, quantised where its adapters were trained so.

    Adapters stay beside the base and are never merged into it: with one switched off, the base computes bit for bit
    what it computes when loaded alone, and an adapter what it computes as the only one of its base. So in fp32 a
    system writes the same texts, whatever else the load is used for. One adapter is in memory at a time.
    Raises `BadInput`, `MissingExtra`.
    """

    def __init__(self, load: Load) -> None:
        options: Mapping[str, Any] = json.loads(load.quantization)
        self._model = load_model(load.base, dtype=adapted.usual_dtype(), **options).eval()
        self._adapted: Any = None
        self._adapter: str | None = None
        self._name = ""
        self._laid = 0

    @property
    def settings(self) -> Any:
        """The base's configuration."""
        return self._model.config

    @property
    def base(self) -> Any:
        """The base model, with whatever is switched on at the moment."""
        return self._model

    @contextmanager
    def switched(self, adapter: str | None) -> Iterator[Any]:
        """Give the model with `adapter` (a directory or hub id) switched on, or with none."""
        if adapter is None:
            if self._adapted is None:
                yield self._model
            else:
                with self._adapted.disable_adapter():
                    yield self._model
            return
        if adapter != self._adapter:
            self._lay(adapter)
        # Adapters work inside the base's layers, so the base itself is what writes.
        yield self._model

    def _lay(self, adapter: str) -> None:
        self._laid += 1
        name, before = f"adapter{self._laid}", self._name
        with readable(adapter):
            if self._adapted is None:
                self._adapted = PeftModel.from_pretrained(self._model, adapter, adapter_name=name)
            else:
                self._adapted.load_adapter(adapter, adapter_name=name)
                self._adapted.set_adapter(name)
        self._adapter, self._name = adapter, name
        if before:
            self._adapted.delete_adapter(before)
        self._adapted.eval()


def _leaves_its_base(adapter: str) -> bool:
    """Tell whether the base is as before once the adapter is switched off. Raises `BadInput` for unknown kinds."""
    with readable(adapter):
        config: Any = PeftConfig.from_pretrained(adapter)
    if config.is_prompt_learning:
        kind = display_line(str(config.peft_type.value), 40)
        raise BadInput(
            f"{display_line(adapter, 120)} is an adapter of the kind {kind}, which cannot be laid over its base",
            "LoRA and its relatives can be used",
        )
    return (
        config.peft_type == "LORA"
        and config.bias == "none"
        and config.init_lora_weights in (True, False, "gaussian")
        and not config.layer_replication
        # Copies of whole layers, and of single rows of the embedding, are not taken out again cleanly.
        and not config.modules_to_save
        and not getattr(config, "trainable_token_indices", None)
        and not getattr(config, "target_parameters", None)
    )


def _same(location: str) -> str:
    """Return one name for a directory, however it was written; hub ids stay."""
    path = Path(location)
    return str(path.resolve()) if path.exists() else location
