"""Recipe files are checked key by key, and changed only to values that fit."""

import json
import tomllib
from dataclasses import fields, replace
from pathlib import Path

import pytest

from viva.errors import BadInput, UsageError
from viva.paths import shipped
from viva.records.recipe import Recipe, Span, differences
from viva.train.recipes import apply_overrides, load_recipe

STARTER = shipped("recipes", "starter-lora.toml")
SWEEP = shipped("recipes", "cs-qlora-sweep.toml")


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
    assert Recipe.from_json(json.loads(json.dumps(recipe.to_json()))) == recipe
    lines = path.read_text("utf-8").splitlines()
    for field in fields(Recipe):
        if field.name == "sweep":
            continue
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
        ("double_quantization = ", "double_quantization = 1 # ", "double_quantization must be true or false, not 1"),
        ("packing = ", 'packing = "bfd" # ', "batching by-length has no effect with packing"),
        ("format = ", 'format = "overfit" # ', "keep must be 'last'"),
        ("weight_decay = ", "weight_decay = inf # ", "weight_decay must be above 0 and finite"),
    ],
)
def test_a_wrong_recipe_is_refused_with_its_file_and_key(tmp_path: Path, old: str, new: str, words: str) -> None:
    path = changed(tmp_path, old, new)
    if "by-length" in words:
        path.write_text(path.read_text("utf-8").replace('batching = "random"', 'batching = "by-length"'), "utf-8")
    with pytest.raises(BadInput) as caught:
        load_recipe(path)
    assert words in caught.value.message
    assert str(path) in caught.value.message


def test_a_wrong_value_is_told_with_its_line(tmp_path: Path) -> None:
    path = changed(tmp_path, "dropout = ", "dropout = 2 # ")
    line = path.read_text("utf-8").splitlines().index("dropout = 2 # 0.0") + 1
    with pytest.raises(BadInput, match=rf"changed\.toml, line {line}: dropout must be below 1"):
        load_recipe(path)


def swept(tmp_path: Path, old: str, new: str) -> Path:
    text = SWEEP.read_text("utf-8")
    assert old in text
    path = tmp_path / "swept.toml"
    path.write_text(text.replace(old, new), "utf-8")
    return path


def test_a_sweep_names_what_may_be_tried() -> None:
    sweep = load_recipe(SWEEP).sweep
    assert sweep is not None
    assert (sweep.trials, sweep.parallel, sweep.pruning) == (10, 1, True)
    assert sweep.space["rank"] == Span(choices=(4, 8, 16, 32))
    assert sweep.space["learning_rate"] == Span(low=1e-5, high=1e-3, log=True)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("rank = [4, 8, 16, 32]", "rank = [4, 0]", "line {line}: rank must be at least 1"),
        ("rank = [4, 8, 16, 32]", "rank = []", "line {line}: rank in a sweep must be a list"),
        ("rank = [4, 8, 16, 32]", "seed = [1]", "line {line}: a sweep cannot search over 'seed'"),
        ('quantization = ["none", "nf4"]', "quantization = { low = 1, high = 2 }", "line {line}: quantization in"),
        ("low = 1e-05", "low = 1", "line {line}: learning_rate in a sweep: low must be below high"),
        ("trials = 10", "trials = 0", "line {line}: trials must be at least 1"),
        ("pruning = true", "", "sweep needs the keys trials, parallel, pruning and space"),
    ],
)
def test_a_wrong_sweep_is_refused_with_its_line(tmp_path: Path, old: str, new: str, words: str) -> None:
    path = swept(tmp_path, old, new)
    line = next((n for n, text in enumerate(path.read_text("utf-8").splitlines(), 1) if new and new in text), 0)
    with pytest.raises(BadInput) as caught:
        load_recipe(path)
    assert words.format(line=line) in caught.value.message


def test_a_key_that_is_set_is_no_longer_searched_over() -> None:
    recipe = apply_overrides(load_recipe(SWEEP), {"rank": "8", "trials": "3", "pruning": "false"})
    assert recipe.sweep is not None
    assert (recipe.rank, recipe.sweep.trials, recipe.sweep.pruning) == (8, 3, False)
    assert "rank" not in recipe.sweep.space
    every = {"rank": "8", "alpha": "8", "dropout": "0", "learning_rate": "1e-4", "quantization": "none"}
    assert apply_overrides(load_recipe(SWEEP), every).sweep is None


def test_overfitting_sets_what_belongs_to_it() -> None:
    packed = load_recipe(shipped("recipes", "papers-packed.toml"))
    changed = differences(packed, apply_overrides(packed, {"format": "overfit"}))
    assert changed == {"format": ("approach", "overfit"), "epochs": (2.0, 5.0), "keep": ("best", "last")}
    assert apply_overrides(packed, {"format": "overfit", "epochs": "7"}).epochs == 7


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
    written = {field.name for field in fields(Recipe)} - {"sweep"}
    assert set(tomllib.loads(STARTER.read_text("utf-8"))) == written
