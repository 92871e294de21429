"""Examples become rows as the recipe's format says, and only what its loss names counts."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.tiny_model import make_tiny_model
from tests.fakes.training import pairs, tiny_recipe
from viva.dataset.conversations import from_sharegpt
from viva.errors import BadInput
from viva.records.model import Decoding
from viva.records.prompt import CHAT
from viva.train.rows import IGNORED, Rows, asked, encode, read_rows

GLAIVE = Path(__file__).parents[2].parent / "shared" / "data" / "glaive_toolcall_en_demo.json"
PAIR = {"question": "Why?", "reference": "Because."}
CALL = {"id": "1", "type": "function", "function": {"name": "look_up", "arguments": '{"what": "rain"}'}}
TALK: dict[str, Any] = {
    "question": "Does it rain?",
    "reference": "Yes.",
    "messages": [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Does it rain?"},
        {"role": "assistant", "content": None, "tool_calls": [CALL]},
        {"role": "tool", "content": "wet"},
        {"role": "assistant", "content": "Yes."},
        {"role": "user", "content": "Thanks"},
        {"role": "assistant", "content": "Bye."},
    ],
    "tools": [{"type": "function", "function": {"name": "look_up"}}],
}


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return make_tiny_model(tmp_path_factory.mktemp("tiny"))[1]


@pytest.fixture(scope="module")
def plain_tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return make_tiny_model(tmp_path_factory.mktemp("plain"), chat=False)[1]


def texts(tokenizer: Any, example: dict[str, Any], **changes: Any) -> list[tuple[str, str]]:
    """Return the whole text of each row, and the part that counts."""
    found = []
    for row in encode(tokenizer, tiny_recipe(**changes), CHAT, example):
        assert row is not None
        counted = [token for token, counts in zip(row.ids, row.counts, strict=True) if counts]
        found.append((tokenizer.decode(row.ids), tokenizer.decode(counted)))
    return found


@pytest.mark.parametrize(
    ("form", "whole", "counted"),
    [
        (
            "chat",
            "<|im_start|>user\nWhy?<|im_end|>\n<|im_start|>assistant\nBecause.<|im_end|>\n",
            "Because.<|im_end|>\n",
        ),
        ("question-approach", "Question: Why?\nApproach: Because.<|im_end|>", " Because.<|im_end|>"),
        ("prompt-question-approach", "Do it.\n\nQuestion: Why?\nApproach: Because.<|im_end|>", " Because.<|im_end|>"),
        ("overfit", "Do it.\n\nQuestion: Why?\nApproach: Because.<|im_end|>", " Because.<|im_end|>"),
        ("approach", "Because.<|im_end|>", "Because.<|im_end|>"),
    ],
)
def test_each_format_makes_its_text_and_the_completion_counts(
    tokenizer: Any, form: str, whole: str, counted: str
) -> None:
    [(text, part)] = texts(tokenizer, PAIR, format=form, instruction="Do it.")
    assert text == whole
    assert part.rstrip("\n") == counted.rstrip("\n")
    assert texts(tokenizer, PAIR, format=form, instruction="Do it.", loss="all") == [(whole, whole)]


def test_question_and_approach_can_be_two_texts(tokenizer: Any) -> None:
    found = texts(tokenizer, PAIR, format="question-and-approach-separately")
    assert found == [("Why?<|im_end|>", "Why?<|im_end|>"), ("Because.<|im_end|>", "Because.<|im_end|>")]


def test_a_model_without_a_template_is_given_plain_text_for_a_chat(plain_tokenizer: Any) -> None:
    [(text, _)] = texts(plain_tokenizer, PAIR, format="chat")
    assert text == "Question: Why?\nApproach: Because.<|im_end|>"


def test_all_of_the_assistants_turns_count_function_calls_included(tokenizer: Any) -> None:
    [(text, counted)] = texts(tokenizer, TALK)
    assert '{"type": "function", "function": {"name": "look_up"}}' in text
    call = '<tool_call>{"name": "look_up", "arguments": {"what": "rain"}}</tool_call><|im_end|>'
    assert call in text
    assert counted.replace("\n", "") == f"{call}Yes.<|im_end|>Bye.<|im_end|>"


def test_a_conversation_whose_calls_the_template_leaves_out_is_not_trained_on(tokenizer: Any) -> None:
    import copy

    silent = copy.deepcopy(tokenizer)
    silent.chat_template = "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}"
    assert list(encode(silent, tiny_recipe(), CHAT, TALK)) == [None]
    silent.chat_template = "{{ raise_exception('no tools') }}"
    assert list(encode(silent, tiny_recipe(), CHAT, PAIR)) == [None]


def test_a_template_that_writes_a_last_turn_differently_loses_no_turn(tokenizer: Any) -> None:
    import copy

    thinking = copy.deepcopy(tokenizer)
    thinking.chat_template = (
        "{% for m in messages %}<|im_start|>{{ m.role }}\n"
        "{% if m.role == 'assistant' and loop.last %}<think></think>{% endif %}{{ m.content }}<|im_end|>\n{% endfor %}"
        "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
    )
    messages = [
        {"role": "user", "content": "One?"}, {"role": "assistant", "content": "First."},
        {"role": "user", "content": "Two?"}, {"role": "assistant", "content": "Second."},
    ]  # fmt: skip
    [(_, counted)] = texts(thinking, {"question": "q", "reference": "r", "messages": messages})
    assert counted.replace("\n", "") == "First.<|im_end|><think></think>Second.<|im_end|>"


@pytest.mark.skipif(not GLAIVE.exists(), reason="the shared data are not here")
def test_real_function_calling_conversations_count_what_the_assistant_said(tokenizer: Any) -> None:
    rows = json.loads(GLAIVE.read_text("utf-8"))[:40]
    for row in rows:
        messages, tools, _ = from_sharegpt(row["conversations"], row.get("system"), row.get("tools"))
        example = {"question": "q", "reference": "r", "messages": messages, "tools": tools}
        [(_, counted)] = texts(tokenizer, example)
        said = [m for m in messages if m["role"] == "assistant"]
        assert counted.count("<|im_end|>") == len(said)
        assert counted.count("<tool_call>") == sum(len(m.get("tool_calls") or []) for m in said)
        for message in said:
            assert (message.get("content") or "") in counted


@pytest.mark.parametrize("chat", [True, False])
def test_the_prompt_in_training_is_the_prompt_in_generation(tmp_path: Path, chat: bool) -> None:
    from viva.generate.transformers_backend import TransformersBackend

    _, tokenizer = make_tiny_model(tmp_path, chat=chat)
    [row] = encode(tokenizer, tiny_recipe(), CHAT, PAIR)
    assert row is not None
    start = row.counts.index(True)
    batch = next(TransformersBackend(str(tmp_path)).generate(["Why?"], CHAT, Decoding(max_new_tokens=1), 1))
    assert start == batch[0].prompt_tokens
    assert row.ids[:start] == asked(tokenizer, tiny_recipe(), CHAT, "Why?")


def read(path: str, tokenizer: Any, **changes: Any) -> Rows:
    return read_rows(path, tokenizer, tiny_recipe(**changes), CHAT, 256)


def test_rows_that_are_cut_or_left_out_are_counted(tmp_path: Path, tokenizer: Any) -> None:
    path = pairs(tmp_path / "pairs.jsonl", 3)
    [row] = encode(
        tokenizer, tiny_recipe(), CHAT, {"question": "What about 0?", "reference": "A camera waits 0 times."}
    )
    assert row is not None
    length, start = len(row.ids), row.counts.index(True)
    whole = read(path, tokenizer, max_length=length)
    assert (len(whole.kept), whole.truncated, whole.dropped, whole.lengths) == (3, 0, 0, [length] * 3)
    cut = read(path, tokenizer, max_length=start + 1)
    assert (cut.lengths, cut.truncated, cut.dropped) == ([start + 1] * 3, 3, 0)
    assert [label for label in cut.kept[0]["labels"] if label != IGNORED] == [row.ids[start]]
    dropped = read(path, tokenizer, max_length=start)
    assert (dropped.kept, dropped.truncated, dropped.dropped) == ([], 0, 3)


def test_no_row_is_longer_than_the_models_context_unless_blocks_are_cut_from_it(tmp_path: Path, tokenizer: Any) -> None:
    path = pairs(tmp_path / "pairs.jsonl", 1)
    assert read_rows(path, tokenizer, tiny_recipe(), CHAT, 30).truncated == 1
    long = read_rows(path, tokenizer, tiny_recipe(packing="wrapped"), CHAT, 30)
    assert (long.truncated, long.lengths[0] > 30) == (0, True)


def test_a_file_that_cannot_be_read_is_bad_input(tmp_path: Path, tokenizer: Any) -> None:
    (tmp_path / "pairs.jsonl").write_text("{", "utf-8")
    with pytest.raises(BadInput, match=r"pairs\.jsonl, line 1 is not JSON"):
        read(str(tmp_path / "pairs.jsonl"), tokenizer)
