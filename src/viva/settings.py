"""What a person can set, and which source wins.

`load()` takes, first to last: what the command line gave, the environment (`VIVA_…`), `viva.toml` in the
workspace, `viva/config.toml` in the user's configuration folder, the defaults below.
"""

import getpass
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from viva.errors import BadInput
from viva.paths import WorkspacePaths
from viva.records.person import Person, Role

PREFIX = "VIVA_"


@dataclass(frozen=True)
class Settings:
    """The settings in force."""

    workspace: Path = Path()
    """The directory that holds `results.duckdb` and `data/`."""

    rater: str = ""
    """The name that ratings are stored under; empty means the name one is logged in as."""

    role: str = "engineer"
    """What one may see and do: `rater`, `lead` or `engineer`. On one's own machine one is an engineer."""

    embedding_model: str = "auto"
    """Sentence embeddings for the similarity metrics: `minilm` (packaged, offline), a hub id or a directory; `auto` is
    all-mpnet-base-v2 where it is here or can be fetched, else `minilm`."""

    bertscore_model: str = "minilm"
    """The encoder of BERTScore: `minilm` (packaged, offline), a hub id such as roberta-large, or a directory."""

    lock_timeout: float = 30.0
    """Seconds to wait for another program to let go of `results.duckdb`."""

    lease: float = 600.0
    """Seconds that a rater holds an item without a sign of life before others may have it."""

    @property
    def paths(self) -> WorkspacePaths:
        return WorkspacePaths(self.workspace)

    @property
    def rater_name(self) -> str:
        return self.rater or login_name()

    @property
    def person(self) -> Person:
        """Who is at the keyboard."""
        return Person(self.rater_name, Role(self.role))


def login_name() -> str:
    """Return the name of the person at the keyboard, `rater` where the system knows none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "rater"


def load(given: Mapping[str, Any], environment: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings; values of None in `given` count as not given. Raises `BadInput`."""
    values = {key: value for key, value in given.items() if value is not None}
    from_environment = {
        field.name: environment[PREFIX + field.name.upper()]
        for field in fields(Settings)
        if environment.get(PREFIX + field.name.upper())
    }
    values = {**from_environment, **values}
    workspace = Path(str(values.get("workspace", Path.cwd()))).expanduser().resolve()
    config_home = environment.get("XDG_CONFIG_HOME") or str(Path("~/.config").expanduser())
    layers = [Path(config_home, "viva", "config.toml"), WorkspacePaths(workspace).settings_file]
    for file in reversed(layers):
        values = {**_read(file), **values}
    values["workspace"] = workspace
    return Settings(**{name: _typed(name, value) for name, value in values.items()})


def _read(file: Path) -> dict[str, Any]:
    if not file.is_file():
        return {}
    try:
        table = tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{file} is not valid TOML: {error}", "mend the line it names, or delete the file") from error
    known = {field.name for field in fields(Settings)} - {"workspace"}
    for key in table:
        if key not in known:
            raise BadInput(f"{file}: unknown setting {key!r}", f"known settings: {', '.join(sorted(known))}")
    return table


def _typed(name: str, value: Any) -> Any:
    if name in ("lock_timeout", "lease"):
        try:
            return float(value)
        except (TypeError, ValueError) as error:
            raise BadInput(f"{name} must be a number of seconds, not {value!r}") from error
    if name == "role" and str(value) not in list(Role):
        raise BadInput(f"role must be {', '.join(Role)}, not {value!r}")
    return value if name == "workspace" else str(value)
