"""`viva report` and `viva capsule`: files where they were asked for, narration on stderr, exit codes."""

from pathlib import Path

import pytest

from tests.cli.running import Viva
from tests.fakes.reported import draw_nothing
from viva.workbench import Workbench


@pytest.fixture(autouse=True)
def _undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    draw_nothing(monkeypatch)


def test_html_is_one_file(viva: Viva, filled: Workbench, tmp_path: Path) -> None:
    outcome = viva("report", "tiny", tmp_path / "r.html")
    assert (outcome.code, outcome.out) == (0, "")
    assert outcome.err.splitlines()[0] == "report 0/7 means"
    assert "without ranking from pairs: No two texts of this split have been compared." in outcome.err
    assert [path.name for path in tmp_path.iterdir() if path.name != "workspace"] == ["r.html"]
    text = (tmp_path / "r.html").read_text("utf-8")
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_figures_are_written_where_they_are_wanted(viva: Viva, filled: Workbench, tmp_path: Path) -> None:
    assert viva("report", "tiny", tmp_path / "r.md", "--figures", tmp_path / "drawn").code == 0
    assert {path.suffix for path in (tmp_path / "drawn").iterdir()} == {".svg", ".png"}
    assert "](drawn/means.svg)" in (tmp_path / "r.md").read_text("utf-8")


def test_a_report_is_not_written_over_another_file(viva: Viva, filled: Workbench, tmp_path: Path) -> None:
    (tmp_path / "r.html").write_text("mine")
    assert viva("report", "tiny", tmp_path / "r.html").code == 2
    assert (tmp_path / "r.html").read_text() == "mine"
    assert viva("report", "tiny", tmp_path / "r.html", "--overwrite").code == 0
    assert (tmp_path / "r.html").read_text("utf-8").startswith("<!DOCTYPE html>")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("tiny", "r.pdf"), 2), (("tni", "r.html"), 1), (("tiny", "r.html", "--split", "tst"), 1),
        (("tiny", "r.html", "--judge", "nobody"), 1), (("tiny", "no/such/folder/r.html"), 1),
    ],
)  # fmt: skip
def test_what_cannot_be_is_one_line_and_a_hint(
    viva: Viva,
    filled: Workbench,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    code: int,
) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = viva("report", *arguments)
    assert outcome.code == code
    assert outcome.err.startswith("error: ")
    assert not list(tmp_path.glob("r.*"))


def test_a_capsule_goes_round(viva: Viva, filled: Workbench, tmp_path: Path) -> None:
    packed = viva("capsule", "write", "tiny", tmp_path / "c")
    assert packed.code == 0
    assert "a report with" in packed.err
    checked = viva("capsule", "check", tmp_path / "c")
    assert (checked.code, checked.err.splitlines()[-1].split(":")[0]) == (0, "the same")
    assert "capsule 0/7 means" in packed.err
    assert "capsule 0/7 means" in checked.err
    assert viva("capsule", "open", tmp_path / "c", tmp_path / "w").code == 0
    assert viva("leaderboard", "tiny", "--workspace", tmp_path / "w").out == viva("leaderboard", "tiny").out


def test_a_changed_capsule_fails_and_says_what(viva: Viva, filled: Workbench, tmp_path: Path) -> None:
    viva("capsule", "write", "tiny", tmp_path / "c")
    (tmp_path / "c" / "report.html").write_text("other")
    outcome = viva("capsule", "check", tmp_path / "c")
    assert outcome.code == 1
    assert "report.html was changed" in outcome.err
    assert viva("capsule", "open", tmp_path / "c", tmp_path / "w").code == 1
