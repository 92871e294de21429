"""Only a checkpoint that is whole and as it was written is gone on from."""

import json
from pathlib import Path

import pytest

from viva.errors import BadInput
from viva.train.checkpoints import SEAL, check_origin, last_sound, note_origin, origin_of, rotate, seal, sound, step_of


def checkpoint(folder: Path, step: int, best: int | None = None, sealed: bool = True) -> Path:
    path = folder / f"checkpoint-{step}"
    path.mkdir()
    (path / "weights").write_bytes(bytes(range(200)))
    state = {"best_model_checkpoint": None if best is None else f"/elsewhere/checkpoint-{best}", "log_history": []}
    (path / "trainer_state.json").write_text(json.dumps(state))
    if sealed:
        seal(path)
    return path


def test_the_newest_sound_one_is_taken_and_torn_ones_are_removed(tmp_path: Path) -> None:
    checkpoint(tmp_path, 2)
    whole = checkpoint(tmp_path, 10)
    torn = checkpoint(tmp_path, 12, sealed=False)
    assert last_sound(tmp_path) == whole
    assert step_of(whole) == 10
    assert not torn.exists()
    assert last_sound(tmp_path / "none") is None


@pytest.mark.parametrize("damage", ["shorter", "changed", "missing", "seal"])
def test_any_damage_is_seen(tmp_path: Path, damage: str) -> None:
    path = checkpoint(tmp_path, 2)
    assert sound(path)
    file = path / "weights"
    if damage == "shorter":
        file.write_bytes(file.read_bytes()[:-1])
    elif damage == "changed":
        file.write_bytes(file.read_bytes()[:-1] + b"x")
    elif damage == "missing":
        file.unlink()
    else:
        (path / SEAL).write_text("{", "utf-8")
    assert not sound(path)


def test_one_whose_best_checkpoint_is_gone_is_passed_over(tmp_path: Path) -> None:
    older = checkpoint(tmp_path, 4, best=4)
    newest = checkpoint(tmp_path, 8, best=6)
    assert last_sound(tmp_path) == older
    assert last_sound(tmp_path, best=False) == newest


def test_a_damaged_best_checkpoint_is_told_and_not_started_over(tmp_path: Path) -> None:
    checkpoint(tmp_path, 8, best=6)
    with pytest.raises(BadInput, match="best checkpoint of this training is damaged"):
        last_sound(tmp_path)


def test_what_is_torn_can_be_left_to_another_process(tmp_path: Path) -> None:
    torn = checkpoint(tmp_path, 2, sealed=False)
    assert last_sound(tmp_path, clear=False) is None
    assert torn.exists()


def test_the_newest_its_best_and_one_more_stay(tmp_path: Path) -> None:
    for step in (2, 4, 6):
        checkpoint(tmp_path, step, best=2)
    rotate(checkpoint(tmp_path, 8, best=2))
    assert {step_of(path) for path in tmp_path.glob("checkpoint-*")} == {2, 6, 8}


def test_a_kill_before_the_newest_is_sealed_leaves_one_to_go_on_from(tmp_path: Path) -> None:
    first, second = checkpoint(tmp_path, 2, best=2), checkpoint(tmp_path, 4, best=2)
    rotate(second)
    checkpoint(tmp_path, 6, best=6, sealed=False)
    assert last_sound(tmp_path) == second
    assert first.exists()


@pytest.mark.parametrize("part", ["recipe", "base", "prompt", "train split", "validation split"])
def test_checkpoints_made_of_something_else_are_refused(tmp_path: Path, part: str) -> None:
    for name in ("train", "validation"):
        (tmp_path / name).write_text("{}")
    config = {
        "recipe": {"rank": 4}, "base": "b", "prompt": "p", "train": str(tmp_path / "train"),
        "validation": str(tmp_path / "validation"),
    }  # fmt: skip
    note_origin(tmp_path / "checkpoints", origin_of(config))
    check_origin(tmp_path / "checkpoints", origin_of(config))
    if part.endswith("split"):
        (tmp_path / part.split()[0]).write_text("{ }")
    else:
        config[part] = "other"
    with pytest.raises(BadInput, match=f"made with another {part}"):
        check_origin(tmp_path / "checkpoints", origin_of(config))
