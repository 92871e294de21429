"""Training recipes that viva ships with."""

from viva.paths import shipped
from viva.records.recipe import Recipe
from viva.train.recipes import load_recipe
from viva.workbench import names


class Recipes:
    """Read recipes."""

    def get(self, name: str) -> Recipe:
        """Return the recipe `name`. Raises `NotFound`."""
        path = shipped("recipes", f"{name}.toml")
        known = {file.stem for file in shipped("recipes").glob("*.toml")}
        if name not in known:
            raise names.missing("recipe", name, known, "")
        return load_recipe(path)

    def list(self) -> list[Recipe]:
        """Return the shipped recipes by name."""
        return [load_recipe(path) for path in sorted(shipped("recipes").glob("*.toml"))]
