"""Recipe files are checked key by key, and changed only to values that fit."""

import tomllib
from dataclasses import fields, replace
from pathlib import Path

import pytest

from viva.errors import BadInput, UsageError
from viva.paths import shipped
from viva.records.recipe import Recipe
from viva.train.recipes import apply_overrides, load_recipe

STARTER = shipped("recipes", "starter-lora.toml")


def changed(tmp_path: Path, old: str, new: str) -> Path:
    text = STARTER.read_text("utf-8")
    assert old in text
    path = tmp_path / "changed.toml"
    path.write_text(text.replace(old, new), "utf-8")
    return path


@pytest.mark.parametrize("path", sorted(shipped("recipes").glob("*.toml")), ids=lambda path: path.stem)
def test_a_shipped_recipe_loads_and_explains_every_key(path: Path) -> None:
    recipe = load_recipe(path)
    assert recipe.name == path.stem
    lines = path.read_text("utf-8").splitlines()
    for field in fields(Recipe):
        place = next(i for i, line in enumerate(lines) if line.startswith(f"{field.name} = "))
        assert lines[place - 1].startswith("# "), field.name


def test_whole_numbers_are_read_where_a_number_is_wanted() -> None:
    assert isinstance(load_recipe(STARTER).epochs, float)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("rank = ", "ranks = ", "unknown key 'ranks'"),
        ("seed = ", "# seed = ", "key 'seed' is missing"),
        ('schedule = "cosine"', 'schedule = "cosines"', "schedule must be one of"),
        ("rank = ", 'rank = "x" # ', "rank must be a whole number, not 'x'"),
        ("rank = ", "rank = true # ", "rank must be a whole number, not True"),
        ("batch_size = ", "batch_size = 0 # ", "batch_size must be at least 1"),
        ("learning_rate = ", "learning_rate = nan # ", "learning_rate must be above 0"),
        ("warmup = ", "warmup = 1.0 # ", "warmup must be below 1"),
        ('target_modules = "all-linear"', "target_modules = [1]", "target_modules must be"),
        ("rank = ", "rank == ", "is not valid TOML"),
    ],
)
def test_a_wrong_recipe_is_refused_with_its_file_and_key(tmp_path: Path, old: str, new: str, words: str) -> None:
    path = changed(tmp_path, old, new)
    with pytest.raises(BadInput) as caught:
        load_recipe(path)
    assert words in caught.value.message
    assert str(path) in caught.value.message


def test_a_missing_recipe_file_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        load_recipe(tmp_path / "none.toml")


def test_overrides_are_read_in_the_type_of_their_key() -> None:
    recipe = load_recipe(STARTER)
    given = {"epochs": "3", "rank": "8", "target_modules": "q_proj, v_proj", "precision": "bf16"}
    assert apply_overrides(recipe, given) == replace(
        recipe, epochs=3.0, rank=8, target_modules=["q_proj", "v_proj"], precision="bf16"
    )


def test_one_name_of_modules_stays_a_name() -> None:
    recipe = apply_overrides(load_recipe(STARTER), {"target_modules": "all-linear"})
    assert recipe.target_modules == "all-linear"


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("epoch", "3", "no key 'epoch'"),
        ("name", "other", "no key 'name'"),
        ("epochs", "many", "epochs must be a number, not 'many'"),
        ("rank", "1.5", "rank must be a whole number, not '1.5'"),
        ("dropout", "1", "dropout must be below 1"),
        ("precision", "int8", "precision must be one of"),
        ("target_modules", ",", "target_modules must be"),
    ],
)
def test_a_wrong_override_is_wrong_use(key: str, value: str, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        apply_overrides(load_recipe(STARTER), {key: value})
    assert words in caught.value.message


def test_the_shipped_starter_recipe_is_plain_toml() -> None:
    assert set(tomllib.loads(STARTER.read_text("utf-8"))) == {field.name for field in fields(Recipe)}
