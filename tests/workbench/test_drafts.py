"""What is half-entered: kept to the keystroke, an item at a time, whatever else lies in the folder."""

import json
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viva.errors import StoreError
from viva.records.rating import Choice, Draft, Strength
from viva.workbench.drafts import Drafts

FULL = Draft({"accuracy": 2}, "lone \ud800 surrogate\n\x1b[2J", True, 3.5, {"": Choice("a", Strength.CLEARLY)})


@pytest.fixture
def drafts(tmp_path: Path) -> Drafts:
    return Drafts(tmp_path, "ann")


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_drafts_are_kept_by_study_rater_and_item(drafts: Drafts, tmp_path: Path) -> None:
    drafts.save("study-1", "one", FULL)
    drafts.save("study-1", "two", Draft({"relevance": 1}))
    drafts.save("study-2", "one", Draft(comment="other"))
    assert drafts.every("study-1") == {"one": FULL, "two": Draft({"relevance": 1})}
    assert drafts.every("study-2") == {"one": Draft(comment="other")}
    assert Drafts(tmp_path, "bob").every("study-1") == {}
    assert drafts.every("study-3") == {}


def test_an_empty_draft_removes_the_one_before(drafts: Drafts, tmp_path: Path) -> None:
    drafts.save("study-1", "one", FULL)
    drafts.save("study-1", "one", Draft(seconds=9.0))
    drafts.save("study-1", "two", Draft())
    drafts.drop("study-1", "three")
    assert drafts.every("study-1") == {}
    assert files(tmp_path) == []


def test_the_one_changed_last_comes_last(drafts: Drafts) -> None:
    for item in ("b", "a", "c", "b"):
        drafts.save("study-1", item, FULL)
    assert list(drafts.every("study-1"))[-1] == "b"


@pytest.mark.parametrize(
    "content",
    [
        b"", b'{"item": "x", "dra', b"[]", b"7", b"\xff\xfe", b"[" * 100_000,
        b'{"item": 7, "draft": {"values": {}, "comment": "", "flagged": false, "seconds": 0, "choices": {}}}',
        b'{"item": "x", "draft": {"values": {"a": "1"}, "comment": "", "flagged": false, "seconds": 0, "choices": {}}}',
        b'{"item": "x", "draft": {"values": {}, "comment": null, "flagged": false, "seconds": 0, "choices": {}}}',
        b'{"item": "x", "draft": {"values": {}, "comment": "", "flagged": 1, "seconds": 0, "choices": {}}}',
        b'{"item": "x", "draft": {"values": {}, "comment": "", "flagged": false, "seconds": NaN, "choices": {}}}',
        b'{"item": "x", "draft": {"values": {}, "comment": "", "flagged": false, "seconds": 0, "choices": {"": "a"}}}',
        b'{"item": "x", "draft": {"values": {}, "comment": "", "flagged": false, "seconds": 0, '
        b'"choices": {"": {"winner": "c", "strength": null}}}}',
    ],
    ids=range(13),
)  # fmt: skip
def test_a_file_that_is_no_draft_is_put_aside_and_hides_no_other(
    drafts: Drafts, tmp_path: Path, content: bytes
) -> None:
    drafts.save("study-1", "one", FULL)
    drafts.save("study-1", "two", FULL)
    files(tmp_path)[0].write_bytes(content)
    assert len(drafts.every("study-1")) == 1
    [aside] = tmp_path.rglob("*.unreadable")
    assert aside.read_bytes() == content
    drafts.save("study-1", "one", FULL)
    drafts.save("study-1", "two", FULL)
    assert set(drafts.every("study-1")) == {"one", "two"}


def test_sessions_that_write_at_once_destroy_nothing(drafts: Drafts, tmp_path: Path) -> None:
    def write(session: int) -> None:
        own = Drafts(tmp_path, "ann")
        for number in range(50):
            own.save("study-1", f"item-{session}", Draft({"accuracy": number % 6}, f"{number}"))
            own.save("study-1", "shared", Draft(comment=f"{session} {number} " + "long " * 200))

    threads = [Thread(target=write, args=[session]) for session in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        drafts.every("study-1")
    found = drafts.every("study-1")
    assert {found[f"item-{session}"].comment for session in range(4)} == {"49"}
    assert found["shared"].comment.endswith("long ")
    assert len(files(tmp_path)) == 5


def test_a_draft_that_cannot_be_kept_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "drafts").write_text("a file in the folder's place")
    with pytest.raises(StoreError, match="could not be kept as a draft"):
        Drafts(tmp_path / "drafts", "ann").save("study-1", "one", FULL)
    assert Drafts(tmp_path / "drafts", "ann").every("study-1") == {}


def test_no_name_leads_out_of_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "drafts"
    drafts = Drafts(folder, "../../ann")
    drafts.save("../study", "../../item", FULL)
    assert drafts.every("../study") == {"../../item": FULL}
    assert all(path.is_relative_to(folder) for path in files(tmp_path))


@given(st.text(st.characters(exclude_categories=())), st.floats(0, 1e6), st.dictionaries(st.text(), st.integers(-9, 9)))
def test_any_draft_comes_back(
    tmp_path_factory: pytest.TempPathFactory, comment: str, seconds: float, values: dict[str, int]
) -> None:
    drafts = Drafts(tmp_path_factory.getbasetemp() / "any", "ann")
    draft = Draft(values, comment, True, seconds)
    drafts.save("study-1", "one", draft)
    read = json.loads(json.dumps(comment))
    assert drafts.every("study-1") == {"one": Draft(values, read, True, seconds)}
