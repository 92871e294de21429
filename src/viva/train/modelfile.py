"""The Modelfile with which Ollama serves an exported GGUF file."""

import re
from typing import Any

from viva.generate.prompting import end_tokens
from viva.records.prompt import CHAT, plain, render
from viva.train.gguf_tokenizer import plain_template

SYSTEM, USER, ASSISTANT = "viva-system-mark", "viva-user-mark", "viva-assistant-mark"
LONGEST_CONTEXT = 8192
"""A model that can read more is given Ollama's usual window, since memory grows with it."""

HEADER = """\
# Made by viva. To serve it: ollama create NAME -f Modelfile
# Then add it: viva model add MODEL --endpoint http://127.0.0.1:11434/v1 --model NAME
"""


def modelfile(tokenizer: Any, model: Any, file_name: str, prompt: str = CHAT) -> str:
    """Return the text of a Modelfile for the GGUF file `file_name`, which lies beside it.

    Questions are asked in the template `prompt`, `{question}` in it. What stands around it is derived from what the
    chat template writes. Where that cannot be told in Ollama's form it is left
    out, and Ollama goes by the template in the GGUF file. Decoding is greedy, as viva's is unless it is told otherwise.
    """
    lines = [HEADER + f"FROM ./{file_name}"]
    template = ollama_template(tokenizer, prompt)
    if template:
        lines.append(f'TEMPLATE """{template}"""')
    lines.append("PARAMETER temperature 0")
    context = getattr(model.config, "max_position_embeddings", None)
    if context and context <= LONGEST_CONTEXT:
        lines.append(f"PARAMETER num_ctx {context}")
    for token in end_tokens(model, tokenizer):
        text = str(tokenizer.convert_ids_to_tokens(token))
        if '"' not in text and "\\" not in text:
            lines.append(f'PARAMETER stop "{text}"')
    return "\n".join(lines) + "\n"


def ollama_template(tokenizer: Any, prompt: str = CHAT) -> str:
    """Return the template `prompt` in Ollama's template language, empty where it cannot be derived."""
    if not tokenizer.chat_template:
        return _question(plain(prompt, USER)) + "{{ .Response }}"
    asked = _written(tokenizer, [("user", USER)], asking=True)
    answered = _written(tokenizer, [("user", USER), ("assistant", ASSISTANT)], asking=False)
    if asked is None or asked.count(USER) != 1 or answered is None or answered.count(ASSISTANT) != 1:
        return ""
    before, after = asked.split(USER)
    end = answered.split(ASSISTANT)[1]
    opening = before
    told = _written(tokenizer, [("system", SYSTEM), ("user", USER)], asking=True)
    if told is not None and told.count(SYSTEM) == 1 and told.count(USER) == 1:
        first, rest = told.split(SYSTEM)
        between, _ = rest.split(USER)
        opening = f"{{{{ if .System }}}}{first}{{{{ .System }}}}{between}{{{{ else }}}}{before}{{{{ end }}}}"
    parts = (before, after, end)
    if any("{{" in part or '"""' in part for part in parts):
        return ""
    return f"{opening}{_question(render(prompt, USER))}{after}{{{{ .Response }}}}{end}"


def _question(text: str) -> str:
    """Return a text with a mark for the question in Ollama's language: what means something in it stands in quotes."""
    parts = text.split(USER)
    quoted = (re.sub(r'[{"]', lambda found: f"{{{{ `{found[0]}` }}}}", part) for part in parts)
    return "{{ .Prompt }}".join(quoted)


def _written(tokenizer: Any, turns: list[tuple[str, str]], *, asking: bool) -> str | None:
    """Return a conversation as the chat template writes it, without the token that every text begins with."""
    from jinja2.exceptions import TemplateError

    messages = [{"role": role, "content": content} for role, content in turns]
    template = plain_template(tokenizer.chat_template)
    try:
        text = str(
            tokenizer.apply_chat_template(
                messages, chat_template=template, add_generation_prompt=asking, tokenize=False
            )
        )
    except TemplateError:
        # Some templates know no system's turn.
        return None
    start = tokenizer.bos_token or ""
    # Ollama puts it there itself, as the file tells it to.
    return text.removeprefix(start) if start else text
