"""Whatever keeps a model from being loaded is told in one line with a hint."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from tests.fakes.tiny_model import make_tiny_adapter, make_tiny_model
from viva.errors import BadInput, MissingExtra
from viva.generate.hub_errors import readable

pytestmark = [
    # One process asks the server on loopback for all of them: asking it takes longest.
    pytest.mark.xdist_group("hub"),
    pytest.mark.filterwarnings("ignore::FutureWarning:transformers"),
]

CHILD = """
import json, sys, time
time.sleep = lambda seconds: None  # the library waits between its attempts to reach a hub
from transformers import AutoConfig, AutoTokenizer
from viva.errors import BadInput
from viva.generate.hub_errors import readable

for name in sys.argv[1:]:
    for kind in (AutoConfig, AutoTokenizer):
        try:
            with readable(name):
                kind.from_pretrained(name)
        except BadInput as error:
            print(json.dumps([name, error.message, error.hint]), flush=True)
"""

GATED = (401, "GatedRepo", "Access to model is restricted")
ANSWERS = {
    "owner/gated": GATED,
    "owner/not-let-in": (403, *GATED[1:]),
    "owner/unknown": (401, "RepoNotFound", "Invalid username or password."),
    "owner/plain": (404, "", ""),
    "owner/gone": (404, "RepoNotFound", "Repository not found"),
    "owner/token": (401, "", "Invalid credentials in Authorization header"),
    "owner/expired": (401, "", 'User Access Token "mine" is expired'),
    "owner/forbidden": (403, "", "no"),
    "owner/empty": (404, "EntryNotFound", "Entry not found"),
    "owner/busy": (503, "", ""),
    "owner/often": (429, "", ""),
    "owner/page": (200, "", ""),
}
Told = dict[str, list[tuple[str, str]]]


def run_child(names: list[str], home: Path, **environment: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, *names],
        stdout=subprocess.PIPE,
        text=True,
        env={
            **{name: value for name, value in os.environ.items() if name != "TRANSFORMERS_OFFLINE"},
            "HF_HOME": str(home),
            "HF_HUB_OFFLINE": "0",
            **environment,
        },
    )


def read(child: "subprocess.Popen[str]") -> Told:
    out, _ = child.communicate(timeout=120)
    assert child.returncode == 0
    told: Told = {}
    for name, message, hint in map(json.loads, out.splitlines()):
        told.setdefault(name, []).append((message, hint))
    return told


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """What a child process says that asks a hub on this machine, one that is not there, and none at all."""

    def answer(request: Request) -> Response:
        name = next(name for name in ANSWERS if f"/{name}" in request.path)
        status, code, message = ANSWERS[name]
        return Response("", status, {"X-Error-Code": code, "X-Error-Message": message})

    with HTTPServer() as server:
        server.expect_request(re.compile(".*")).respond_with_handler(answer)
        home = tmp_path_factory.mktemp("hub")
        children = [
            run_child(list(ANSWERS), home / "a", HF_ENDPOINT=server.url_for("").rstrip("/"), HF_TOKEN="hf_wrong"),
            run_child(["owner/far"], home / "b", HF_ENDPOINT="http://127.0.0.1:9"),
            run_child(["owner/off", "no such name", "./nowhere", "a" * 300], home / "c", HF_HUB_OFFLINE="1"),
        ]
        return {name: lines for child in children for name, lines in read(child).items()}


@pytest.mark.parametrize(
    ("name", "message", "hint"),
    [
        ("owner/gated", "owner/gated is gated: its owners must let you in", "accept its licence"),
        ("owner/not-let-in", "owner/not-let-in is gated: its owners must let you in", "HF_TOKEN"),
        (
            "owner/unknown",
            "there is no model owner/unknown on the hub, or it is private",
            "need HF_TOKEN",
        ),
        ("owner/plain", "there is no model owner/plain on the hub, or it is private", "check the name"),
        ("owner/gone", "there is no model owner/gone on the hub, or it is private", "check the name"),
        ("owner/token", "the hub refuses the token in HF_TOKEN, asked for owner/token", "unset HF_TOKEN"),
        ("owner/expired", "the hub refuses the token in HF_TOKEN, asked for owner/expired", "make another"),
        ("owner/forbidden", "the hub does not let this account read owner/forbidden", "may read"),
        ("owner/busy", "the hub answered 503 for owner/busy", "later"),
        ("owner/often", "the hub has had too many requests, asked for owner/often", "wait"),
        ("owner/page", "what answers for owner/page is no hub", "HF_ENDPOINT"),
        ("owner/far", "the hub cannot be reached, and owner/far is not on this machine", "give a directory"),
        ("owner/off", "owner/off is not on this machine, and the hub is switched off (HF_HUB_OFFLINE)", "unset"),
        ("a" * 300, f"{'a' * 119}… is neither a directory nor a hub id", "owner/name"),
        ("no such name", "no such name is neither a directory nor a hub id", "owner/name"),
        ("./nowhere", "the model ./nowhere cannot be loaded: there is no such directory or file", "name a directory"),
    ],
)
def test_what_the_hub_answers_is_told_in_one_line(told: Told, name: str, message: str, hint: str) -> None:
    assert len(told[name]) == 2
    for said, helped in told[name]:
        assert said == message
        assert hint in helped


def test_a_repository_without_a_model_is_told(told: Told) -> None:
    assert told["owner/empty"][0][0] == "owner/empty holds no model: config.json is missing or names no model_type"


def load(location: Path) -> None:
    from transformers import AutoModelForCausalLM

    with readable(str(location)):
        AutoModelForCausalLM.from_pretrained(str(location), trust_remote_code=False)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("whole")
    make_tiny_model(path)
    return path


def edit(path: Path, **changes: object) -> None:
    config = json.loads((path / "config.json").read_text())
    (path / "config.json").write_text(json.dumps({**config, **changes}))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda path: (path / "config.json").unlink(), "cannot be loaded: it holds no config.json"),
        (lambda path: (path / "config.json").write_text('{"a'), "cannot be read"),
        (lambda path: (path / "config.json").write_text("[]"), "names no model_type"),
        (lambda path: edit(path, model_type="zork9"), "does not know: zork9"),
        (lambda path: edit(path, model_type="clip"), "writes no text: it is a CLIP"),
        (lambda path: edit(path, num_attention_heads="x"), "cannot be loaded: Validation error"),
        (lambda path: edit(path, auto_map={"AutoConfig": "x.C"}, model_type="zork"), "brings code of its own"),
        (lambda path: edit(path, hidden_size=64), "have other shapes"),
        (lambda path: (path / "model.safetensors").unlink(), "holds no weights"),
        (lambda path: os.truncate(path / "model.safetensors", 9000), "are cut off or damaged"),
        (lambda path: os.truncate(path / "model.safetensors", 0), "are cut off or damaged"),
        (lambda path: (path / "model.safetensors").write_bytes(b"<html>" * 99), "are cut off or damaged"),
    ],
)
def test_what_is_wrong_with_a_directory_is_told_in_one_line(
    tmp_path: Path, whole: Path, spoil: Callable[[Path], object], message: str
) -> None:
    path = tmp_path / "model"
    shutil.copytree(whole, path)
    spoil(path)
    with pytest.raises(BadInput) as caught:
        load(path)
    assert message in caught.value.message
    assert "\n" not in caught.value.message
    assert caught.value.hint


def test_a_directory_without_a_tokenizer_is_told(tmp_path: Path, whole: Path) -> None:
    from transformers import AutoTokenizer

    shutil.copytree(whole, tmp_path / "model")
    (tmp_path / "model" / "tokenizer.json").unlink()
    with pytest.raises(BadInput, match="holds no tokenizer"), readable(str(tmp_path / "model")):
        AutoTokenizer.from_pretrained(tmp_path / "model")


def test_an_adapter_that_does_not_fit_its_base_is_told(tmp_path: Path, whole: Path) -> None:
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    from viva.paths import shipped

    make_tiny_adapter(tmp_path, whole)
    base = AutoModelForCausalLM.from_pretrained(shipped("models", "starter"))
    with pytest.raises(BadInput, match="have other shapes"), readable(str(tmp_path)):
        PeftModel.from_pretrained(base, str(tmp_path))


def test_what_is_no_fault_of_the_model_surfaces(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="the moon"), readable("owner/model"):
        raise RuntimeError("the moon is full")
    with pytest.raises(TypeError, match="argument"), readable("owner/model"):
        raise TypeError("an argument too many")


def test_a_missing_library_is_told() -> None:
    with pytest.raises(MissingExtra, match="needs a missing library: no gguf"), readable("owner/model"):
        raise ImportError("no gguf")


def test_a_file_that_is_no_model_is_told(tmp_path: Path) -> None:
    for name, message in (("model.gguf", "is no GGUF file"), ("notes.txt", "is no model")):
        (tmp_path / name).write_text("<html>")
        with pytest.raises(BadInput, match=message), readable(str(tmp_path / name)):
            raise ValueError("cannot read")
