"""Every setting of a recipe in a list."""

from dataclasses import fields, replace

from tests.fakes.verdicts import shipped_recipe
from viva.present import recipe_settings as words
from viva.records.recipe import Recipe
from viva.train.recipes import apply_overrides

STARTER = shipped_recipe("starter-lora")
SWEEP = shipped_recipe("cs-qlora-sweep")


def test_every_setting_of_a_recipe_stands_in_the_list_with_what_it_means() -> None:
    keys = [
        field.name for field in fields(Recipe) if field.name not in {"name", "title", "description", "base", "sweep"}
    ]
    assert [setting.key for setting in words.settings(STARTER, {})] == keys
    assert all(setting.note for setting in words.settings(STARTER, {}))


def test_a_value_is_written_as_it_can_be_set() -> None:
    for recipe in (STARTER, SWEEP, shipped_recipe("vad-qlora")):
        texts = {setting.key: setting.text for setting in words.settings(recipe, {})}
        texts.pop("format")
        assert apply_overrides(replace(recipe, sweep=None), {k: v for k, v in texts.items() if k in words.NOTES}) == (
            replace(recipe, sweep=None)
        )


def test_what_was_changed_is_marked() -> None:
    recipe = apply_overrides(STARTER, {"warmup": "0.2"})
    changed = {setting.key: setting.text for setting in words.settings(recipe, {"warmup": "0.2"}) if setting.changed}
    assert changed == {"warmup": "0.2"}


def test_what_a_sweep_searches_is_told_and_its_own_settings_come_first() -> None:
    found = {setting.key: setting for setting in words.settings(SWEEP, {})}
    assert list(found)[:3] == ["trials", "parallel", "pruning"]
    assert [found[key].text for key in ("trials", "pruning")] == ["10", "true"]
    assert found["rank"].shown == "searched: 4, 8, 16 or 32"
    assert found["learning_rate"].shown == "searched: 1e-05 to 0.001"
    assert found["schedule"].shown == "cosine"


def test_a_setting_is_typed_with_its_value() -> None:
    assert words.typed(" epochs = 3 ") == ("epochs", "3")
    assert words.typed("instruction=a=b") == ("instruction", "a=b")
    assert words.typed("probe=") == ("probe", "")
    assert words.typed("epochs 3") == ("", "epochs 3")
