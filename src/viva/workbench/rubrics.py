"""Rubrics: those that viva ships with, and those that people write in the workspace."""

import re
import shutil
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from viva.errors import BadInput, UsageError
from viva.paths import shipped
from viva.records.rubric import Criterion, Rubric
from viva.text import display_line
from viva.workbench import names

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench

LOWEST, HIGHEST = 0, 5
"""The ends of a scale where the file does not say."""
LARGEST = 1 << 20
"""Bytes: a longer file is no rubric."""
LONGEST_NAME = 60
MOST = 1_000_000_000
"""No weight and no value is larger."""
RESERVED = ("total", "overall")
"""Names that stand for all criteria together."""

_HINT = "viva rubric copy default makes one to start from"
_LEVEL = re.compile(r"0|-?[1-9][0-9]{0,8}")
_KEYS = ("title", "criterion")
_CRITERION_KEYS = ("name", "weight", "question", "lowest", "highest", "levels")


class Rubrics:
    """Read rubrics; a file in the workspace's `data/rubrics/` comes before a shipped one of its name."""

    def __init__(self, workbench: "Workbench") -> None:
        self._folder = workbench.paths.rubrics

    def names(self) -> list[str]:
        """Return the names of all rubrics, also of files that are none."""
        return sorted(self._files())

    def get(self, name: str) -> Rubric:
        """Return the rubric `name`, or the one in the TOML file of that path. Raises `NotFound`, `BadInput`."""
        if name.endswith(".toml"):
            return load_rubric(Path(name).expanduser())
        return load_rubric(self._file(name))

    def problems(self) -> tuple[BadInput, ...]:
        """Return what is wrong with those files of the workspace that are no rubrics."""
        return tuple(self._read()[1])

    def copy(self, name: str, new_name: str | None = None) -> Path:
        """Copy a rubric into the workspace, to be edited there; return the copy.

        Under its own name the copy takes the place of the rubric it was made from. Raises `NotFound`, and `UsageError`
        where the workspace has a rubric of that name already.
        """
        source = self._file(name)
        target = self._folder / f"{names.checked('rubric', new_name or name)}.toml"
        if target.exists():
            shown = display_line(target.stem, 60)
            raise UsageError(f"the workspace has a rubric {shown} already", "choose another name with --as NAME")
        self._folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        return target

    def _file(self, name: str) -> Path:
        files = self._files()
        if name not in files:
            raise names.missing("rubric", name, files, "")
        return files[name]

    def _files(self) -> dict[str, Path]:
        folders = (shipped("rubrics"), self._folder)
        return {path.stem: path for folder in folders for path in folder.glob("*.toml")}

    def _read(self) -> tuple[list[Rubric], list[BadInput]]:
        rubrics, problems = [], []
        for _, path in sorted(self._files().items()):
            try:
                rubrics.append(load_rubric(path))
            except BadInput as error:
                problems.append(error)
        return rubrics, problems

    def list(self) -> Sequence[Rubric]:
        """Return all rubrics by name; a file of the workspace that is none is left out, see `problems`."""
        return self._read()[0]


def load_rubric(path: Path) -> Rubric:
    """Read a rubric from TOML. Raises `BadInput` with the file, the criterion and what is wrong with it."""
    table = _table(path)
    try:
        _no_others(table, _KEYS)
        title = _text(table, "title")
        found = table.get("criterion")
        if not isinstance(found, list) or not found or not all(isinstance(one, dict) for one in found):
            raise WrongRubric("it has no criterion", "each begins with a line [[criterion]]")
        criteria = tuple(criterion_of(one, number) for number, one in enumerate(found, 1))
        seen: set[str] = set()
        for criterion in criteria:
            if criterion.name.casefold() in seen:
                raise WrongRubric(
                    f"two criteria are called {criterion.name!r}", "give each criterion a name of its own"
                )
            seen.add(criterion.name.casefold())
    except WrongRubric as error:
        raise BadInput(f"{display_line(path.name, 80)}: {error}", error.hint) from error
    return Rubric(path.stem.encode("utf-8", "replace").decode(), title, criteria)


class WrongRubric(ValueError):
    """What is wrong with a rubric, and how to mend it."""

    def __init__(self, message: str, hint: str = _HINT) -> None:
        super().__init__(message)
        self.hint = hint


def _table(path: Path) -> dict[str, Any]:
    shown = display_line(path.name, 80)
    try:
        if not path.is_file():
            raise BadInput(f"there is no file {display_line(str(path), 120)}", "viva rubric list shows the rubrics")
        if path.stat().st_size > LARGEST:
            raise BadInput(f"{shown} is no rubric: it is larger than 1 MB", _HINT)
        # Some editors begin a file with a mark that is no part of the text.
        return tomllib.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise BadInput(f"{shown} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{shown} is not UTF-8: byte {error.start:,} is none", "save it as UTF-8") from error
    except (ValueError, RecursionError) as error:
        reason = display_line(str(error), 120)
        raise BadInput(f"{shown} is not valid TOML: {reason}", _HINT) from error


def criterion_of(table: dict[str, Any], number: int) -> Criterion:
    """Return one criterion. Raises `WrongRubric`, which names it."""
    named = table.get("name")
    place = f"criterion {number}" + (f" ({display_line(named, 40)})" if isinstance(named, str) and named else "")
    try:
        _no_others(table, _CRITERION_KEYS)
        lowest, highest = _whole(table, "lowest", LOWEST), _whole(table, "highest", HIGHEST)
        if lowest >= highest:
            raise WrongRubric(f"lowest ({lowest}) is not below highest ({highest})", "a scale has at least two values")
        return Criterion(
            _name(table), _weight(table), _text(table, "question"), lowest, highest, _levels(table, lowest, highest)
        )
    except WrongRubric as error:
        raise WrongRubric(f"{place}: {error}", error.hint) from error


def _no_others(table: dict[str, Any], known: tuple[str, ...]) -> None:
    for key in table:
        if key not in known:
            raise WrongRubric(f"unknown key {display_line(key, 40)!r}", names.meant(key, known, ""))


def _text(table: dict[str, Any], key: str) -> str:
    value = table.get(key)
    if value is None:
        raise WrongRubric(f"the {key} is missing", f'write {key} = "…"')
    if not isinstance(value, str) or not value.strip():
        raise WrongRubric(f"the {key} must be text, not {_shown(value)}", f'write {key} = "…"')
    return value


def _name(table: dict[str, Any]) -> str:
    name = _text(table, "name")
    if len(name) > LONGEST_NAME or not name.isprintable() or name != name.strip():
        raise WrongRubric(f"{display_line(name, 40)!r} cannot name a criterion", "use a short word or two on one line")
    if name.casefold() in RESERVED:
        raise WrongRubric(f"a criterion cannot be called {name!r}", "that word stands for all criteria together")
    return name


def _weight(table: dict[str, Any]) -> float:
    value = table.get("weight")
    if value is None:
        raise WrongRubric("the weight is missing", "write weight = 10, say; weights need not sum to 100")
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < MOST:
        raise WrongRubric(f"the weight must be a number above 0, not {_shown(value)}", "weights need not sum to 100")
    return float(value)


def _whole(table: dict[str, Any], key: str, default: int) -> int:
    value = table.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int) or not -MOST < value < MOST:
        raise WrongRubric(f"{key} must be a whole number, not {_shown(value)}", f"without it {key} is {default}")
    return value


def _shown(value: Any) -> str:
    """Return a value for a message; some numbers are too long to be written out."""
    if isinstance(value, int) and not -MOST < value < MOST:
        return "one of that size"
    return display_line(repr(value), 40)


def _levels(table: dict[str, Any], lowest: int, highest: int) -> dict[int, str]:
    found = table.get("levels")
    if not isinstance(found, dict) or not found:
        raise WrongRubric("the levels are missing", 'describe them under a line [criterion.levels], such as 0 = "…"')
    levels: dict[int, str] = {}
    for key, text in found.items():
        shown = display_line(key, 40)
        if not _LEVEL.fullmatch(key):
            raise WrongRubric(f"the level {shown!r} is no whole number", 'such as 0 = "…"')
        if not lowest <= int(key) <= highest:
            raise WrongRubric(
                f"the level {shown} lies outside its scale, {lowest} to {highest}",
                "set lowest and highest, or leave the level out",
            )
        if not isinstance(text, str) or not text.strip():
            raise WrongRubric(f"the level {shown} must be described by text", "say what a text of that level is like")
        levels[int(key)] = text
    return levels
