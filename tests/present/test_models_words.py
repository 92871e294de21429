"""Models in words: their list and details, whether an exported one is the same, and the form that adds one."""

from dataclasses import asdict, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.hostile import FORBIDDEN, HOSTILE
from viva.present import models as words
from viva.present.models import AddForm
from viva.records.model import Model, ModelKind
from viva.records.model_check import ModelCheck
from viva.records.model_details import ModelDetails
from viva.records.training import Equivalence

SAME = Equivalence("tuned", "tuned-merged", "merged", 20, 3.1e-6, 1e-9, 1.0, 20, 0.0, True)
OTHER = replace(SAME, form="gguf", artefact="/x/tuned-q8_0.gguf", largest=0.42, agreement=0.9996, same_texts=12,
                score=-0.02, passed=False)  # fmt: skip
STARTER = Model("s", "starter", ModelKind.STARTER, "/somewhere", None, "built in")
ADAPTER = Model("a", "tuned", ModelKind.ADAPTER, "/w/models/tuned/adapter", "starter", "starter-lora on vad")
HUB = Model("h", "llama", ModelKind.HUB, "meta-llama/Llama-3.2-3B-Instruct")
ENDPOINT = Model("e", "gpt", ModelKind.ENDPOINT, "http://127.0.0.1:11434/v1", None, "llama3 at 127.0.0.1:11434",
                 {"model": "llama3", "key_env": "OPENAI_KEY", "api_key": "sk-1", "price_prompt": 0.15})  # fmt: skip


def test_an_equal_model_is_said_to_be_the_same_with_its_numbers() -> None:
    assert words.equivalence_text(SAME) == (
        "same model for all that can be seen: largest logit difference 3.1e-06, same most likely token at 100% of "
        "positions, 20 of 20 greedy texts equal"
    )


def test_a_different_model_is_said_to_be_not_the_same() -> None:
    assert words.equivalence_text(OTHER) == (
        "NOT the same: largest logit difference 0.42, same most likely token at 99.9% of positions, 12 of 20 greedy "
        "texts equal, log-likelihood of the references differs by -0.02 a token"
    )


@pytest.mark.parametrize(
    ("share", "text"), [(1.0, "100%"), (0.99999, "99.9%"), (0.5, "50%"), (1e-9, "0.1%"), (0.0, "0%")]
)
def test_all_and_none_are_said_only_of_all_and_none(share: float, text: str) -> None:
    assert words.share_text(share) == text


def test_a_job_tells_what_it_has_exported() -> None:
    result = {"model": "tuned-merged", "path": "/w/tuned-merged", "equivalence": asdict(SAME)}
    lines = words.export_lines(result)
    assert lines[:2] == ["Made the model tuned-merged", "Written to /w/tuned-merged"]
    assert lines[2].startswith("✓ Same model for all that can be seen")
    assert words.export_lines({"equivalence": asdict(OTHER)})[0].startswith("✗ NOT the same")
    assert words.export_lines({}) == []


@pytest.mark.parametrize("value", [None, "x", [], {}, {"prompts": 3}, {**asdict(SAME), "largest": "much"}])
def test_a_comparison_in_another_form_is_none(value: Any) -> None:
    assert words.equivalence_of(value) is None


def test_the_list_says_what_each_model_is() -> None:
    deep = Model("d", "deep", ModelKind.HUB, "/data/some/where/model")
    gguf = Model("g", "small", ModelKind.HUB, "/data/some/small-Q8_0.GGUF")
    assert words.row(STARTER, 2) == ["starter", "built in", "built in", "2"]
    assert words.row(ADAPTER, 0) == ["tuned", "adapter", "over starter · starter-lora on vad", "–"]
    assert words.row(HUB, 1) == ["llama", "hub", "meta-llama/Llama-3.2-3B-Instruct", "1"]
    assert words.row(deep, 1)[1:3] == ["directory", "…/where/model"]
    assert words.row(gguf, 1)[1] == "GGUF file"
    assert words.row(ENDPOINT, 1)[1:3] == ["endpoint", "llama3 at 127.0.0.1:11434"]


def told(details: ModelDetails) -> str:
    parts = [
        part
        for s in words.sections(details)
        for part in (s.title, *(x for line in s.lines for x in line), *s.paragraphs)
    ]
    return " ".join(parts)


def test_details_tell_the_settings_but_no_secret() -> None:
    text = told(ModelDetails(ENDPOINT, systems=("gpt", "gpt@t0.7")))
    assert "called there llama3" in text
    assert "key in OPENAI_KEY" in text
    assert "price read 0.15" in text
    assert "writes as gpt, gpt@t0.7" in text
    assert "sk-1" not in text
    hidden = replace(
        ENDPOINT, note="", location="http://ann:hunter2@host/v1", settings={"token": "t0k", "fingerprint": "ff"}
    )
    assert not any(
        secret in told(ModelDetails(hidden)) + words.what_text(hidden) for secret in ("hunter2", "t0k", "ff")
    )


def test_details_of_an_adapter_tell_its_training_and_what_was_made_of_it() -> None:
    facts = {
        "recipe": {"name": "starter-lora", "title": "Starter"}, "data": "vad", "train": 93, "validation": 15,
        "best_eval_loss": 1.23456, "best_step": 120, "steps": 138, "seconds": 43.2,
        "device": "cpu", "precision": "fp32",
    }  # fmt: skip
    text = told(ModelDetails(ADAPTER, False, facts, (), (SAME, OTHER)))
    assert "(it is not there)" in text
    assert "starter-lora: Starter" in text
    assert "93 for training, 15 for validation" in text
    assert "1.2346 at step 120" in text
    assert "138 in 43 s" in text
    assert "✓ merged tuned-merged: same model" in text
    assert "✗ gguf tuned-q8_0.gguf: NOT the same" in text


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)
KEYS = ("recipe", "data", "train", "validation", "best_eval_loss", "best_step", "steps", "seconds", "device")


@given(st.dictionaries(st.sampled_from(KEYS), JSON))
def test_any_training_file_can_be_told(facts: dict[str, Any]) -> None:
    for label, text in words.training_lines(facts):
        assert not FORBIDDEN.search(label + text)


def test_only_what_has_weights_here_can_be_exported() -> None:
    assert [option.key for option in words.exports(ADAPTER)] == ["merged", "gguf:f32", "gguf:f16", "gguf:q8_0"]
    assert "merged" not in [option.key for option in words.exports(HUB)]
    assert words.exports(ENDPOINT) == ()
    assert words.exports(replace(HUB, location="/x/y.gguf")) == ()
    assert words.exports(None) == ()
    assert words.export_call("merged") == ("merged", "f16")
    assert words.export_call("gguf:q8_0") == ("gguf", "q8_0")


@pytest.mark.parametrize(
    ("form", "adapter", "field"),
    [
        (AddForm("", ""), False, "location"),
        (AddForm("x", "a b"), False, "location"),
        (AddForm("x", "a/\0"), False, "location"),
        (AddForm("", "a/b"), False, "name"),
        (AddForm("-x", "a/b"), False, "name"),
        (AddForm("x", "/some/where"), True, "base"),
        (AddForm("x", "a/b"), False, None),
        (AddForm("x", "/some/where else"), False, None),
        (AddForm("x", "~/m"), True, "base"),
        (AddForm("x", "~/m", "starter"), True, None),
    ],
)
def test_the_first_field_that_cannot_be_right_is_named(form: AddForm, adapter: bool, field: str | None) -> None:
    found = form.problem(adapter)
    assert (found and found[0]) == field


def test_a_check_is_told_in_one_line() -> None:
    found = ModelCheck("llama", "LlamaForCausalLM", 3_212_749_824, 131_072, True, 128_256)
    assert words.checked_text(found) == (
        "LlamaForCausalLM · 3.2 billion parameters · context 131,072 tokens · vocabulary 128,256 · a chat template"
    )
    assert words.checkable(HUB)
    assert not words.checkable(ENDPOINT)


def test_a_name_is_made_of_the_last_part() -> None:
    assert words.suggested_name("meta-llama/Llama-3.2-3B") == "Llama-3.2-3B"
    assert words.suggested_name("/data/my models/") == "my-models"
    assert words.suggested_name("…") == ""


@pytest.mark.parametrize("text", HOSTILE)
def test_foreign_texts_are_harmless(text: str) -> None:
    for kind in ModelKind:
        model = Model("x", text, kind, text, text, text, {"model": text, text: text})
        equivalence = replace(SAME, artefact=text, original=text, form=text)
        facts = {"recipe": {"name": text, "title": text}, "data": text, "device": text}
        parts = [*words.row(model, 1), told(ModelDetails(model, True, facts, (text,), (equivalence,)))]
        parts += [
            words.base_label(model),
            words.checked_text(ModelCheck(text, text, 1, None, False, 1, text)),
            words.added_text(text),
        ]
        parts += words.export_lines({"model": text, "path": text})
        assert not any(FORBIDDEN.search(part) or "\n" in part for part in parts)
