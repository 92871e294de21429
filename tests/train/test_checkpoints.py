"""Only a checkpoint that is whole and as it was written is gone on from."""

import json
from pathlib import Path

import pytest

from viva.errors import BadInput
from viva.train.checkpoints import SEAL, check_recipe, last_sound, note_recipe, seal, sound, step_of


def checkpoint(folder: Path, step: int, best: int | None = None, sealed: bool = True) -> Path:
    path = folder / f"checkpoint-{step}"
    path.mkdir()
    (path / "weights").write_bytes(bytes(range(200)))
    state = {"best_model_checkpoint": None if best is None else f"/elsewhere/checkpoint-{best}"}
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
    checkpoint(tmp_path, 8, best=6)
    assert last_sound(tmp_path) == older


def test_another_recipe_is_refused(tmp_path: Path) -> None:
    note_recipe(tmp_path, {"rank": 4})
    path = checkpoint(tmp_path, 2)
    check_recipe(path, {"rank": 4})
    with pytest.raises(BadInput, match="another recipe"):
        check_recipe(path, {"rank": 8})
