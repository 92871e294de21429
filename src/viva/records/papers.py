"""Papers: how PDF files are turned into examples, and what that will take."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class PapersPlan:
    """What is asked of a model for each paper of a folder.

    A paper of up to `words_per_piece` words is sent whole; a longer one is summarised piece by piece first.
    `max_tokens` bounds each reply. `papers_per_field` draws so many papers of each field with `seed`, 0 takes
    all. `field` is the field of every example; left empty, it is the sub-folder that the PDF file lies in.
    An approach has `least_words` words or more.
    """

    folder: str
    pairs_per_paper: int = 1
    words_per_piece: int = 3000
    max_tokens: int = 2048
    temperature: float = 0.3
    least_words: int = 40
    papers_per_field: int = 0
    field: str = ""
    seed: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return the plan as plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "PapersPlan":
        """Return the plan that `to_json()` gave."""
        return cls(**value)


@dataclass(frozen=True)
class PapersEstimate:
    """What turning a folder of papers into examples will take; `problems` are files that cannot be used.

    `calls` and tokens are upper bounds as far as replies are concerned: a reply may be shorter than allowed,
    and one that cannot be used is asked for again.
    """

    files: int
    pages: int
    words: int
    calls: int
    prompt_tokens: int
    completion_tokens: int
    problems: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class PaperFolder:
    """A folder, by its path within the workspace (`.` is the workspace itself), and the PDF files in and below it."""

    path: str
    papers: int


@dataclass(frozen=True)
class PapersFound:
    """What a plan takes: papers by their field, those without one under an empty name, and files that cannot be used.

    Only the files' places have been looked at: whether a file can be read shows when it is.
    """

    fields: dict[str, int]
    problems: tuple[tuple[str, str], ...] = ()

    @property
    def papers(self) -> int:
        return sum(self.fields.values())
