"""A model's fingerprint stays while the model does, and changes with it."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from viva.errors import BadInput
from viva.generate.fingerprint import PIECE_BYTES, PIECES, WHOLE, fingerprint


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model"
    path.mkdir()
    (path / "model.safetensors").write_bytes(os.urandom(1000))
    (path / "config.json").write_text("{}")
    return path


def test_a_copy_has_the_same_fingerprint(model: Path, tmp_path: Path) -> None:
    shutil.copytree(model, tmp_path / "copy")
    assert fingerprint(model) == fingerprint(str(tmp_path / "copy"))
    assert len(fingerprint(model)) == 64


def test_what_does_not_decide_what_a_model_writes_does_not_count(model: Path) -> None:
    before = fingerprint(model)
    (model / "README.md").write_text("about it")
    (model / "training.json").write_text("{}")
    assert fingerprint(model) == before


@pytest.mark.parametrize("name", ["model.safetensors", "config.json"])
def test_a_changed_byte_changes_it(model: Path, name: str) -> None:
    before = fingerprint(model)
    data = bytearray((model / name).read_bytes())
    data[len(data) // 2] ^= 1
    (model / name).write_bytes(data)
    assert fingerprint(model) != before


def test_a_file_more_or_of_another_name_changes_it(model: Path) -> None:
    found = {fingerprint(model)}
    shutil.copy(model / "model.safetensors", model / "more.bin")
    found.add(fingerprint(model))
    (model / "model.safetensors").rename(model / "other.safetensors")
    found.add(fingerprint(model))
    assert len(found) == 3


def test_a_large_file_is_sampled_from_its_first_byte_to_its_last(tmp_path: Path) -> None:
    path = tmp_path / "large.gguf"
    size = 4 * PIECES * PIECE_BYTES
    with path.open("wb") as file:
        file.truncate(size)
    before = fingerprint(path)
    for place in (0, size - 1):
        with path.open("r+b") as file:
            file.seek(place)
            file.write(b"x")
        after = fingerprint(path)
        assert after != before
        before = after


def test_a_large_file_that_grows_by_a_byte_changes(tmp_path: Path) -> None:
    path = tmp_path / "large.gguf"
    found = set()
    for more in (0, 1):
        with path.open("wb") as file:
            file.truncate(4 * PIECES * PIECE_BYTES + more)
        found.add(fingerprint(path))
    assert len(found) == 2


@pytest.mark.parametrize("name", ["nowhere", "empty"])
def test_what_holds_no_weights_has_none(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadInput, match="holds no weights"):
        fingerprint(tmp_path / name)


@pytest.mark.parametrize("name", sorted(WHOLE | {"adapter_config.json"}))
def test_every_file_that_decides_what_a_model_writes_counts(model: Path, name: str) -> None:
    found = {fingerprint(model)}
    for content in ('{"a": 1}', '{"a": 2}'):
        (model / name).write_text(content)
        found.add(fingerprint(model))
    assert len(found) == 3


def test_the_order_in_which_an_adapter_names_its_modules_does_not_count(model: Path) -> None:
    found = set()
    for text in (
        '{"r": 4, "target_modules": ["q_proj", "v_proj"]}',
        '{"target_modules":["v_proj","q_proj"],"r":4}',
        '{"target_modules": ["v_proj"], "r": 4}',
        '{"target_modules": ["v_proj"], "r": 4, "rank_pattern": [[2, 1]]}',
        '{"target_modules": ["v_proj"], "r": 4, "rank_pattern": [[1, 2]]}',
        "no JSON",
        "no JSON either",
        "[" * 900 + "]" * 900,
    ):
        (model / "adapter_config.json").write_text(text)
        found.add(fingerprint(model))
    assert len(found) == 7


@pytest.mark.parametrize(
    ("changes", "counts"),
    [
        ({"base": "another"}, True),
        ({"prompt": "Q: {question}"}, True),
        ({"recipe": {"quantization": "nf4", "double_quantization": False, "epochs": 3}}, True),
        ({"recipe": {"quantization": "none", "double_quantization": True, "epochs": 3}}, True),
        ({"recipe": {"quantization": "none", "double_quantization": False, "epochs": 4}}, False),
        ({"seconds": 2.5}, False),
    ],
)
def test_of_how_it_was_trained_counts_what_a_model_writes_by(
    model: Path, changes: dict[str, Any], counts: bool
) -> None:
    told = {
        "base": "tiny",
        "prompt": "{question}",
        "recipe": {"quantization": "none", "double_quantization": False, "epochs": 3},
        "seconds": 1.5,
    }
    (model / "training.json").write_text(json.dumps(told))
    before = fingerprint(model)
    (model / "training.json").write_text(json.dumps(told | changes))
    assert (fingerprint(model) != before) is counts


@pytest.mark.parametrize("text", ["", "[]", "null", "{", '{"recipe": [1]}', "\udcff"])
def test_a_record_that_says_nothing_does_not_count(model: Path, text: str) -> None:
    before = fingerprint(model)
    (model / "training.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    assert fingerprint(model) == before
