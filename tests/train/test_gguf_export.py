"""A GGUF file is the same model as the directory it was written from, or is not written."""

import csv
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from tests.fakes.tiny_model import PLAN, TEXTS, make_tiny_model
from viva.errors import BadInput
from viva.generate.loading import load_model, load_tokenizer
from viva.paths import shipped
from viva.train import gguf_export
from viva.train.gguf_export import permute, write_gguf
from viva.train.gguf_tokenizer import plain_template, read_vocabulary
from viva.train.modelfile import modelfile, ollama_template
from viva.train.starter import make_tokenizer

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning:transformers")

STARTER = str(shipped("models", "starter"))
MESSAGES = [{"role": "user", "content": "How\n  so?"}, {"role": "assistant", "content": " So. "}]


def questions() -> list[str]:
    with shipped("datasets", "vad.csv").open(encoding="utf-8", newline="") as file:
        return [row["question"] for row in csv.DictReader(file)][:20]


def export(source: str, path: Path, quantize: str = "f32") -> tuple[Any, Any, Any, Any]:
    """Write a model as GGUF and load it back: both models, both tokenizers."""
    model = load_model(source, dtype=torch.float32, device="cpu").eval()
    tokenizer = load_tokenizer(source)
    write_gguf(model, tokenizer, path, quantize, name="it")
    return model, load_model(str(path), dtype=torch.float32, device="cpu").eval(), tokenizer, load_tokenizer(str(path))


def logits(model: Any, tokens: list[int]) -> torch.Tensor:
    with torch.inference_mode():
        return torch.as_tensor(model(torch.tensor([tokens])).logits[0])


def written(model: Any, rows: list[list[int]], length: int = 24) -> list[list[int]]:
    """The tokens that a model writes greedily, all rows at once."""
    width = max(map(len, rows))
    tokens = torch.tensor([[0] * (width - len(row)) + row for row in rows])
    mask = torch.tensor([[0] * (width - len(row)) + [1] * len(row) for row in rows])
    with torch.inference_mode():
        found = model.generate(
            tokens, attention_mask=mask, do_sample=False, max_new_tokens=length, eos_token_id=None, pad_token_id=0
        )
    return [list(row) for row in found[:, width:].tolist()]


@pytest.mark.parametrize("which", ["starter", "tiny"])
def test_the_file_writes_the_same_tokens_for_twenty_questions(tmp_path: Path, which: str) -> None:
    source = STARTER
    if which == "tiny":
        source = str(tmp_path / "tiny")
        make_tiny_model(Path(source))
    model, back, tokenizer, tokenizer_back = export(source, tmp_path / "it.gguf")
    rows = [asked(tokenizer, question) for question in questions()]
    assert [asked(tokenizer_back, question) for question in questions()] == rows
    assert torch.equal(logits(model, rows[0]), logits(back, rows[0]))
    texts = written(model, rows)
    assert written(back, rows) == texts
    assert len({tuple(text) for text in texts}) > 10
    assert not list(tmp_path.glob("*.part"))


def asked(tokenizer: Any, question: str) -> list[int]:
    turns = [{"role": "user", "content": question}]
    return list(tokenizer.apply_chat_template(turns, add_generation_prompt=True, return_dict=False))


@pytest.mark.parametrize(("quantize", "most"), [("f16", 1e-3), ("q8_0", 0.5)])
def test_rounded_forms_are_smaller_and_close(tmp_path: Path, quantize: str, most: float) -> None:
    export(STARTER, tmp_path / "f32.gguf")
    model, back, tokenizer, _ = export(STARTER, tmp_path / "it.gguf", quantize)
    tokens = tokenizer(questions()[0])["input_ids"]
    assert (logits(model, tokens) - logits(back, tokens)).abs().max() < most
    assert (tmp_path / "it.gguf").stat().st_size < 0.6 * (tmp_path / "f32.gguf").stat().st_size


def test_the_order_of_queries_and_keys_matters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gguf_export, "permute", lambda weights, heads: weights)
    model, back, tokenizer, _ = export(STARTER, tmp_path / "it.gguf")
    tokens = tokenizer(questions()[0])["input_ids"]
    assert (logits(model, tokens) - logits(back, tokens)).abs().max() > 1


def test_queries_are_interleaved_within_each_head() -> None:
    rows = torch.arange(8)[:, None].numpy()
    assert permute(rows, 2)[:, 0].tolist() == [0, 2, 1, 3, 4, 6, 5, 7]


def qwen(path: Path, **changes: Any) -> None:
    from transformers import Qwen2Config, Qwen2ForCausalLM

    tokenizer = make_tokenizer(TEXTS * 4, PLAN)
    torch.manual_seed(3)
    sizes = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
    config = Qwen2Config(
        **{
            "vocab_size": 328,  # the embeddings of Qwen models have more rows than the tokenizer has tokens
            "num_key_value_heads": 1,
            "max_position_embeddings": 256,
            "tie_word_embeddings": False,
            "eos_token_id": tokenizer.eos_token_id,
            **sizes,
            **changes,
        }
    )
    model = Qwen2ForCausalLM(config)
    with torch.no_grad():
        for weights in model.parameters():
            weights.normal_(std=0.3)
    model.save_pretrained(path)
    tokenizer.save_pretrained(path)


def test_qwen_with_biases_and_an_output_layer_of_its_own(tmp_path: Path) -> None:
    qwen(tmp_path / "qwen")
    model, back, tokenizer, tokenizer_back = export(str(tmp_path / "qwen"), tmp_path / "it.gguf")
    tokens = tokenizer("How does it, and why?")["input_ids"]
    assert tokenizer_back("How does it, and why?")["input_ids"] == tokens
    assert torch.equal(logits(model, tokens), logits(back, tokens))


def llama(path: Path, **changes: Any) -> None:
    from transformers import LlamaConfig, LlamaForCausalLM

    make_tiny_model(path)
    config = LlamaConfig(**{**json.loads((path / "config.json").read_text()), **changes})
    torch.manual_seed(4)
    LlamaForCausalLM(config).save_pretrained(path)


LLAMA3 = {
    "rope_type": "llama3", "rope_theta": 500000.0, "factor": 32.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
    "original_max_position_embeddings": 64,
}  # fmt: skip


@pytest.mark.parametrize("rope", [LLAMA3, {"rope_type": "linear", "rope_theta": 10000.0, "factor": 4.0}])
def test_scaled_positions_come_back_scaled(tmp_path: Path, rope: dict[str, Any]) -> None:
    llama(tmp_path / "llama", rope_parameters=rope)
    model, back, tokenizer, _ = export(str(tmp_path / "llama"), tmp_path / "it.gguf")
    tokens = tokenizer("What " * 60)["input_ids"]
    assert torch.allclose(logits(model, tokens), logits(back, tokens), atol=1e-4)
    back.model.rotary_emb.inv_freq = load_model(STARTER, dtype=torch.float32).model.rotary_emb.inv_freq[:8]
    assert not torch.allclose(logits(model, tokens), logits(back, tokens), atol=1e-4)


def test_a_head_size_that_is_not_width_by_heads(tmp_path: Path) -> None:
    llama(tmp_path / "llama", head_dim=32)
    model, back, tokenizer, _ = export(str(tmp_path / "llama"), tmp_path / "it.gguf")
    tokens = tokenizer("How?")["input_ids"]
    assert torch.equal(logits(model, tokens), logits(back, tokens))


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"attention_bias": True}, "biases"),
        ({"hidden_act": "gelu"}, "the activation gelu"),
        (
            {"rope_parameters": {"rope_type": "dynamic", "rope_theta": 1e4, "factor": 2.0}},
            "positions scaled by dynamic",
        ),
    ],
)
def test_a_llama_that_llama_cpp_would_read_differently_is_refused(
    tmp_path: Path, changes: dict[str, Any], what: str
) -> None:
    llama(tmp_path / "llama", **changes)
    with pytest.raises(BadInput, match=what):
        export(str(tmp_path / "llama"), tmp_path / "it.gguf")
    assert list(tmp_path.glob("it*")) == []


def test_other_architectures_are_refused_with_who_can_write_them(tmp_path: Path) -> None:
    from transformers import GPT2Config, GPT2LMHeadModel

    model = GPT2LMHeadModel(GPT2Config(vocab_size=320, n_embd=32, n_layer=1, n_head=2))
    with pytest.raises(BadInput, match="models of the kind gpt2 cannot be written as GGUF here") as caught:
        write_gguf(model, make_tokenizer(TEXTS, PLAN), tmp_path / "it.gguf", "f32", name="it")
    assert "convert_hf_to_gguf.py" in caught.value.hint


def test_a_form_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="GGUF is not written as 'q2'"):
        export(STARTER, tmp_path / "it.gguf", "q2")


def test_a_tokenizer_of_another_kind_is_refused(tmp_path: Path) -> None:
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    model, tokenizer = make_tiny_model(tmp_path)
    words = Tokenizer(models.WordLevel({"a": 0, "b": 1}, unk_token="a"))
    with pytest.raises(BadInput, match="is no byte-level BPE"):
        read_vocabulary(PreTrainedTokenizerFast(tokenizer_object=words), model)  # type: ignore[no-untyped-call]
    backend = tokenizer.backend_tokenizer
    backend.normalizer = normalizers.Lowercase()
    with pytest.raises(BadInput, match="changes the text"):
        read_vocabulary(tokenizer, model)
    backend.normalizer = normalizers.NFC()
    backend.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    with pytest.raises(BadInput, match="cuts texts in a way of its own"):
        read_vocabulary(tokenizer, model)
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    with pytest.raises(BadInput, match="puts a space before"):
        read_vocabulary(tokenizer, model)


def test_splitting_is_named_as_llama_cpp_knows_it(tmp_path: Path) -> None:
    from tokenizers import Regex, pre_tokenizers
    from transformers.models.qwen2.tokenization_qwen2 import PRETOKENIZE_REGEX

    model, tokenizer = make_tiny_model(tmp_path)
    assert read_vocabulary(tokenizer, model).pre == "gpt-2"
    for expression, pre in (
        (PRETOKENIZE_REGEX, "qwen2"),
        (PRETOKENIZE_REGEX.replace(r"\p{N}|", r"\p{N}{1,3}|", 1), "llama-bpe"),
    ):
        tokenizer.backend_tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [
                pre_tokenizers.Split(Regex(expression), behavior="isolated"),
                pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
            ]
        )
        assert read_vocabulary(tokenizer, model).pre == pre


@pytest.mark.parametrize(
    "template",
    [
        "{% for m in messages %}{% generation %}{{ m['content'] }}{% endgeneration %}\n{% endfor %}",
        "{%- for m in messages %}\n  {%- generation -%}\n {{ m['content'] }} \n{%- endgeneration %}\n !{% endfor %}",
        "{% for m in messages %} {%- generation %} {{ m['content'] }}{% endgeneration -%} \n x{% endfor %}",
    ],
)
def test_a_template_without_its_marks_writes_the_same(tmp_path: Path, template: str) -> None:
    _, tokenizer = make_tiny_model(tmp_path)
    plain = plain_template(template)
    assert "generation" not in plain
    texts = [tokenizer.apply_chat_template(MESSAGES, chat_template=one, tokenize=False) for one in (template, plain)]
    assert texts[0] == texts[1]


def test_a_modelfile_asks_as_viva_does(tmp_path: Path) -> None:
    model, tokenizer = make_tiny_model(tmp_path)
    text = modelfile(tokenizer, model, "it.gguf")
    assert "FROM ./it.gguf\n" in text
    assert 'PARAMETER stop "<|im_end|>"\n' in text
    assert "PARAMETER num_ctx 256\n" in text
    whole = tokenizer.apply_chat_template(MESSAGES[:1], add_generation_prompt=True, tokenize=False)
    template = ollama_template(tokenizer)
    assert template in text
    opening, _, rest = template.partition("{{ else }}")
    assert rest.split("{{ .Response }}")[0].replace("{{ end }}{{ .Prompt }}", MESSAGES[0]["content"]) == whole
    assert "{{ .System }}" in opening


def test_a_modelfile_of_a_model_without_a_chat_template_asks_in_plain_text(tmp_path: Path) -> None:
    model, tokenizer = make_tiny_model(tmp_path, chat=False)
    assert 'TEMPLATE """Question: {{ .Prompt }}\nApproach:{{ .Response }}"""' in modelfile(tokenizer, model, "it.gguf")


@pytest.mark.parametrize(
    ("prompt", "template"),
    [
        ("Q: {question}\nA: ", "Q: {{ .Prompt }}\nA:{{ .Response }}"),
        ("{question} {question}", "{{ .Prompt }} {{ .Prompt }}{{ .Response }}"),
        ('"{{question}}"', '{{ `"` }}{{ `{` }}{{ .Prompt }}}{{ `"` }}{{ .Response }}'),
    ],
)
def test_a_modelfile_asks_in_the_prompt_that_was_trained_with(tmp_path: Path, prompt: str, template: str) -> None:
    model, tokenizer = make_tiny_model(tmp_path, chat=False)
    assert f'TEMPLATE """{template}"""' in modelfile(tokenizer, model, "it.gguf", prompt)


def test_a_modelfile_asks_in_the_prompt_within_the_chat_template(tmp_path: Path) -> None:
    _, tokenizer = make_tiny_model(tmp_path)
    usual = ollama_template(tokenizer)
    assert ollama_template(tokenizer, "Q: {question}") == usual.replace("{{ .Prompt }}", "Q: {{ .Prompt }}")


def test_a_disk_that_fills_up_is_told_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import gguf

    def fail(*_: Any) -> None:
        raise OSError("100 requested and 0 written")

    model, tokenizer = make_tiny_model(tmp_path / "tiny")
    monkeypatch.setattr(gguf.GGUFWriter, "write_tensor_data", fail)
    with pytest.raises(OSError, match="100 requested"):
        write_gguf(model, tokenizer, tmp_path / "it.gguf", "f32", name="it")
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=0))
    with pytest.raises(BadInput, match="the disk is full") as caught:
        write_gguf(model, tokenizer, tmp_path / "it.gguf", "f32", name="it")
    assert caught.value.hint == "make room, then export again"
    assert list(tmp_path.glob("it*")) == []


def test_a_template_that_knows_no_system_or_cannot_be_told_is_left_to_the_file(tmp_path: Path) -> None:
    _, tokenizer = make_tiny_model(tmp_path)
    tokenizer.chat_template = (
        "{% if messages[0]['role'] == 'system' %}{{ raise_exception('no') }}{% endif %}"
        "{% for m in messages %}[{{ m['content'] }}]{% endfor %}"
    )
    assert ollama_template(tokenizer) == "[{{ .Prompt }}]{{ .Response }}]"
    tokenizer.chat_template = "{{ messages[0]['content'] | upper }}"
    assert ollama_template(tokenizer) == ""


def test_llama_cpp_writes_the_same_tokens(tmp_path: Path) -> None:
    llama_cpp = pytest.importorskip("llama_cpp", reason="llama-cpp-python is not installed")
    model, _, tokenizer, _ = export(STARTER, tmp_path / "it.gguf")
    there = llama_cpp.Llama(str(tmp_path / "it.gguf"), n_ctx=512, verbose=False, n_threads=1)
    rows = [asked(tokenizer, question) for question in questions()]
    texts = written(model, rows)
    for row, text in zip(rows, texts, strict=True):
        assert there.tokenize(tokenizer.decode(row).encode(), add_bos=True, special=True) == row
        there.reset()
        stream = there.generate(row, temp=0.0, repeat_penalty=1.0)
        assert [next(stream) for _ in text] == text
