"""Where things lie: in a workspace, and in what viva ships with."""

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

STORE_NAME = "results.duckdb"


def shipped(*parts: str) -> Path:
    """Return the path of something in the shipped `data/` folder."""
    package = Path(str(files("viva")))
    installed = package / "data"
    root = installed if installed.is_dir() else package.parents[1] / "data"
    return root.joinpath(*parts)


@dataclass(frozen=True)
class WorkspacePaths:
    """The files and folders of one workspace; nothing is created by asking."""

    root: Path

    @property
    def store(self) -> Path:
        return self.root / STORE_NAME

    @property
    def store_lock(self) -> Path:
        return self.root / (STORE_NAME + ".lock")

    @property
    def settings_file(self) -> Path:
        return self.root / "viva.toml"

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def raters_file(self) -> Path:
        """Who may come in over SSH."""
        return self.root / "raters.toml"

    @property
    def ssh(self) -> Path:
        """The host key and the access log."""
        return self.data / "ssh"

    @property
    def outboxes(self) -> Path:
        return self.data / "outbox"

    @property
    def drafts(self) -> Path:
        return self.data / "drafts"

    @property
    def jobs(self) -> Path:
        return self.data / "jobs"

    @property
    def models(self) -> Path:
        return self.data / "models"

    @property
    def snapshots(self) -> Path:
        return self.data / "snapshots"

    @property
    def staging(self) -> Path:
        return self.data / "staging"

    @property
    def taxonomies(self) -> Path:
        return self.data / "taxonomies"

    @property
    def recipes(self) -> Path:
        return self.data / "recipes"

    @property
    def rubrics(self) -> Path:
        return self.data / "rubrics"

    @property
    def experiments(self) -> Path:
        return self.data / "experiments"

    @property
    def prompts(self) -> Path:
        return self.data / "prompts"

    @property
    def queries(self) -> Path:
        return self.data / "queries"

    @property
    def log(self) -> Path:
        return self.data / "viva.log"
