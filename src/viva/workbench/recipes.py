"""Training recipes: those that viva ships with, and those of the workspace."""

from pathlib import Path
from typing import TYPE_CHECKING

from viva.paths import shipped
from viva.records.recipe import Recipe
from viva.train.recipes import load_recipe
from viva.workbench import names

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench


class Recipes:
    """Read recipes; a file in the workspace's `data/recipes/` comes before a shipped one of its name."""

    def __init__(self, workbench: "Workbench") -> None:
        self._folder = workbench.paths.recipes

    def get(self, name: str) -> Recipe:
        """Return the recipe `name`, or the one in the TOML file of that path. Raises `NotFound`, `BadInput`."""
        if name.endswith(".toml"):
            return load_recipe(Path(name).expanduser())
        files = self._files()
        if name not in files:
            raise names.missing("recipe", name, set(files), "")
        return load_recipe(files[name])

    def list(self) -> list[Recipe]:
        """Return all recipes by name. Raises `BadInput` for a file that is none."""
        return [load_recipe(path) for _, path in sorted(self._files().items())]

    def _files(self) -> dict[str, Path]:
        folders = (shipped("recipes"), self._folder)
        return {path.stem: path for folder in folders for path in folder.glob("*.toml")}
