"""What loading a model's configuration says about it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ModelCheck:
    """A model whose configuration and tokenizer could be read.

    `parameters` are counted without loading the weights, those of an adapter not among them; `context` is in tokens,
    None where the model names no limit. `vocabulary` is the number of the tokenizer's tokens.
    """

    name: str
    architecture: str
    parameters: int
    context: int | None
    chat_template: bool
    vocabulary: int
    adapter: str = ""
