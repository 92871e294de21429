"""How a question becomes a model's tokens, and which of its tokens end a text; the same wherever a model is asked."""

from typing import Any

from viva.errors import BadInput
from viva.generate.dialect import encodable
from viva.records.prompt import conversation, plain
from viva.text import display_line


def prompt_tokens(tokenizer: Any, template: str, question: str) -> list[int]:
    """Return the tokens of a question: the tokenizer's chat template around it, else the plain prompt.

    Raises `BadInput` where the chat template does not take the turn of a user.
    """
    question = encodable(question)
    if not tokenizer.chat_template:
        return list(tokenizer(plain(template, question))["input_ids"])
    from jinja2.exceptions import TemplateError

    messages = conversation(template, question)
    try:
        return list(tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_dict=False))
    except TemplateError as error:
        raise BadInput(
            f"the model's chat template refuses a question: {display_line(str(error), 160)}",
            "check chat_template.jinja beside the model",
        ) from error


def end_tokens(model: Any, tokenizer: Any) -> list[int]:
    """Return the ids of the tokens that end a text, as model and tokenizer name them, the tokenizer's own first."""
    settings = getattr(model, "generation_config", None)
    named = None if settings is None else settings.eos_token_id
    ends = [tokenizer.eos_token_id, *(named if isinstance(named, list) else [named])]
    return list(dict.fromkeys(int(token) for token in ends if token is not None))
