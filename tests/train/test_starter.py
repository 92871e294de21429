"""The starter model can be made again, byte for byte, and has not seen what it is tested on."""

import csv
import json
import re
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.tiny_model import PLAN
from viva.paths import shipped
from viva.records.prompt import CHAT
from viva.train import starter
from viva.train.starter import Document, Plan, make, make_parser, make_tokenizer, read_corpus, rows_of

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning:transformers")

CORPUS = shipped("starter", "corpus.txt")
STARTER = shipped("models", "starter")
RUN = 8


def runs_of_words(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"[a-z0-9]+", text.lower())
    return {tuple(words[i : i + RUN]) for i in range(len(words) - RUN + 1)}


@pytest.fixture(scope="module")
def loaded() -> tuple[Any, Any]:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    return AutoModelForCausalLM.from_pretrained(STARTER), AutoTokenizer.from_pretrained(STARTER)


@pytest.mark.parametrize("path", sorted(shipped("datasets").glob("*.csv")), ids=lambda path: path.stem)
def test_the_corpus_shares_no_run_of_eight_words_with_what_models_are_tested_on(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        held = [row for row in csv.DictReader(file) if row["split"] in {"validation", "test"}]
    assert held
    seen = set().union(*(runs_of_words(f"{d.question}\n{d.text}") for d in read_corpus(CORPUS)))
    for row in held:
        assert not seen & runs_of_words(row["reference"]), row["question"]
        assert not seen & runs_of_words(row["question"]), row["question"]


@pytest.mark.slow
@pytest.mark.parallel
def test_the_same_call_writes_the_same_bytes(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus.txt"
    corpus.write_text("\n\n".join(CORPUS.read_text("utf-8").split("\n\n")[:24]), "utf-8")
    written = []
    for name in ("one", "two"):
        make(corpus, tmp_path / name, Plan(**{**PLAN.__dict__, "steps": 3, "rows": 2, "length": 64}))
        written.append({file.name: file.read_bytes() for file in (tmp_path / name).iterdir()})
    assert {"model.safetensors", "tokenizer.json", "config.json", "README.md"} <= set(written[0])
    assert written[0] == written[1]


def test_the_shipped_tokenizer_comes_from_the_shipped_corpus(tmp_path: Path) -> None:
    make_tokenizer(read_corpus(CORPUS), Plan()).save_pretrained(tmp_path)
    for name in ("tokenizer.json", "chat_template.jinja"):
        assert (tmp_path / name).read_bytes() == (STARTER / name).read_bytes()


def test_the_shipped_model_is_the_one_that_the_program_plans(loaded: tuple[Any, Any]) -> None:
    model, tokenizer = loaded
    facts = json.loads((STARTER / "training.json").read_text("utf-8"))
    assert facts["plan"] == Plan().__dict__
    assert facts["documents"] == len(read_corpus(CORPUS))
    assert facts["parameters"] == sum(p.numel() for p in model.parameters()) < 4_000_000
    assert len(tokenizer) == model.config.vocab_size == Plan.vocabulary
    assert sum(file.stat().st_size for file in STARTER.iterdir()) < 9_000_000


def test_the_chat_template_marks_what_the_assistant_says(loaded: tuple[Any, Any]) -> None:
    _, tokenizer = loaded
    messages = [{"role": "user", "content": "Why?"}, {"role": "assistant", "content": "Because of rain."}]
    found = tokenizer.apply_chat_template(messages, return_dict=True, return_assistant_tokens_mask=True)
    said = [t for t, mark in zip(found["input_ids"], found["assistant_masks"], strict=True) if mark]
    assert tokenizer.decode(said) == "Because of rain.<|im_end|>"
    whole = tokenizer.decode(found["input_ids"])
    assert whole == Document("Why?", "Because of rain.").render()


def test_the_shipped_model_answers_and_ends_by_itself() -> None:
    from viva.generate.transformers_backend import TransformersBackend
    from viva.records.model import Decoding

    questions = ["How do I find odd things on a quiet platform at night?", "Is a thermal camera worth the money?"]
    found = next(TransformersBackend(str(STARTER)).generate(questions, CHAT, Decoding(), 2))
    for item in found:
        assert item.finish_reason == "stop"
        assert 20 < len(item.text.split()) < 200


def test_the_card_promises_nothing() -> None:
    card = (STARTER / "README.md").read_text("utf-8")
    assert "not clever" in card
    assert "Apache-2.0" in card


def test_every_row_starts_with_a_document() -> None:
    documents = [[i] * (3 + i) for i in range(5)]
    for row in islice(rows_of(documents, length=12, seed=0), 20):
        assert len(row) <= 12
        first = row[0]
        assert row[: 3 + first] == [first] * (3 + first)


def test_the_corpus_is_questions_with_answers_and_prose(tmp_path: Path) -> None:
    path = tmp_path / "corpus.txt"
    path.write_text("Q: Why?\nA: Rain: it blinds.\n\nP: A piece of prose.\n", "utf-8")
    question, prose = read_corpus(path)
    assert question == Document("Why?", "Rain: it blinds.")
    assert question.render() == (
        "<|im_start|>user\nWhy?<|im_end|>\n<|im_start|>assistant\nRain: it blinds.<|im_end|>\n"
    )
    assert prose.render() == "A piece of prose.<|endoftext|>"


def test_the_command_makes_what_is_shipped_unless_told_otherwise(tmp_path: Path) -> None:
    given = make_parser().parse_args([str(tmp_path)])
    assert (given.corpus, given.steps, given.seed) == (CORPUS, Plan.steps, Plan.seed)
    assert starter.CHAT_TEMPLATE.count("generation %}") == 2
