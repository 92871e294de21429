"""Training recipes: those that viva ships with, and those of the workspace."""

from pathlib import Path
from typing import TYPE_CHECKING

from viva.errors import BadInput
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

    def problems(self) -> tuple[BadInput, ...]:
        """Return what is wrong with those files of the workspace that are no recipes."""
        return tuple(self._read()[1])

    def _read(self) -> tuple[list[Recipe], list[BadInput]]:
        recipes, problems = [], []
        for _, path in sorted(self._files().items()):
            try:
                recipes.append(load_recipe(path))
            except BadInput as error:
                problems.append(error)
        return recipes, problems

    def _files(self) -> dict[str, Path]:
        folders = (shipped("recipes"), self._folder)
        return {path.stem: path for folder in folders for path in folder.glob("*.toml")}

    def list(self) -> list[Recipe]:
        """Return all recipes by name; a file of the workspace that is none is left out, see `problems`."""
        return self._read()[0]
