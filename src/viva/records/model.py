"""Models, and the systems made of them: what is compared."""

import dataclasses
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from viva.records.ids import content_id


class ModelKind(StrEnum):
    """Where a model's weights come from."""

    STARTER = "starter"
    HUB = "hub"
    ADAPTER = "adapter"
    ENDPOINT = "endpoint"


@dataclass(frozen=True)
class Model:
    """Something that writes text.

    `location` is a directory, a hub id, or the URL of an endpoint; an adapter names the model it was trained over
    in `base`. `settings` of an endpoint: the `model` asked for there, `key_env`, the environment variable that
    holds the key, what a million tokens cost: `price_prompt`, `price_completion`; `takes`, what the server calls
    decoding parameters beyond the protocol's: {"top_k": "top_k", "repetition_penalty": "repeat_penalty"}; and
    `concurrency`, how many calls may be under way.
    """

    model_id: str
    name: str
    kind: ModelKind
    location: str
    base: str | None = None
    note: str = ""
    settings: dict[str, Any] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True)
class Decoding:
    """How text is drawn from a model; temperature 0 is greedy. `samples` texts are drawn for each question.

    The usual repetition penalty is a light one: without it small models fall into loops, base and tuned alike.
    """

    max_new_tokens: int = 320
    temperature: float = 0.0
    top_p: float = 1.0
    top_k: int = 0
    repetition_penalty: float = 1.1
    seed: int = 0
    samples: int = 1

    def identity(self) -> dict[str, Any]:
        """Return what tells this decoding from others; a single sample goes without saying."""
        values = asdict(self)
        if self.samples == 1:
            del values["samples"]
        return values


@dataclass(frozen=True)
class System:
    """Model + prompt template + decoding parameters."""

    name: str
    model: str
    prompt: str
    decoding: Decoding

    @property
    def system_id(self) -> str:
        return content_id(self.model, self.prompt, self.decoding.identity())

    def to_json(self) -> dict[str, Any]:
        """Return a JSON-ready form, `from_json` its inverse."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "System":
        return cls(**{**value, "decoding": Decoding(**value["decoding"])})
