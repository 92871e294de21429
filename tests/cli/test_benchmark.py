"""`viva benchmark`: starting, listing and showing, with the endpoint on loopback."""

import json
from pathlib import Path

import pytest

from tests.cli.running import Viva
from tests.fakes.arc import make_arc
from tests.fakes.chat_server import ChatServer
from viva.workbench import Workbench


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return make_arc(tmp_path / "arc.jsonl", 4)


def test_choices_list_and_show(viva: Viva, bench: Workbench, file: Path) -> None:
    with ChatServer(lambda _: "A") as server:
        bench.models.add_endpoint("there", server.url, "fake")
        words = ("benchmark", "choices", file, "--model", "there", "--wait", "--limit", 2)
        started = viva(*words)
        again = viva(*words)
    assert (again.code, again.out) == (0, "")
    assert again.err == "there answered all of arc before, so no job is started: viva benchmark show arc\n"
    assert started.code == 0
    assert started.out.strip() == bench.jobs.list()[0].job_id
    assert "viva benchmark show arc" in started.err
    listed = viva("benchmark", "list", "--format", "json")
    assert [(row["name"], row["kind"], row["items"]) for row in json.loads(listed.out)] == [("arc", "choices", 4)]
    [row] = json.loads(viva("benchmark", "show", "arc", "--format", "json").out)
    assert (row["model"], row["measure"], row["n"], row["attempted"], row["mean"]) == ("there", "acc", 2, 2, 0.5)
    shown = viva("benchmark", "show", "arc")
    assert "50.0" in shown.out
    assert "2/2" in shown.out
    assert "acc: the right choice" in shown.err
    for form in ("csv", "md"):
        assert "there" in viva("benchmark", "show", "arc", "--format", form).out


def test_what_goes_wrong_is_one_line(viva: Viva, file: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.jsonl"
    broken.write_text('{"question": "Why?"}\n', "utf-8")
    for arguments, said in [
        (("choices", broken, "--model", "starter"), "broken.jsonl, line 1: it has no choices"),
        (("choices", tmp_path / "gone.jsonl", "--model", "starter"), "there is no file"),
        (("choices", file, "--model", "nobody"), "there is no model 'nobody'"),
        (("calls", "nothing", "--split", "test", "--model", "starter"), "there is no dataset"),
        (("show", "arc"), "there is no benchmark 'arc'"),
    ]:
        outcome = viva("benchmark", *arguments)
        assert outcome.code in (1, 2)
        assert outcome.out == ""
        assert said in outcome.err.splitlines()[0]


def test_a_list_of_nothing_says_how_to_begin(viva: Viva) -> None:
    outcome = viva("benchmark", "list")
    assert outcome.code == 0
    assert "viva benchmark choices" in outcome.err
