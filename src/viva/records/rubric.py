"""Rubrics: weighted criteria with a scale and a description of each level."""

from dataclasses import dataclass
from typing import Any

from viva.records.ids import content_id


@dataclass(frozen=True)
class Criterion:
    """One criterion; `levels` describes some or all whole values from `lowest` to `highest`."""

    name: str
    weight: float
    question: str
    lowest: int
    highest: int
    levels: dict[int, str]

    def points(self, value: float) -> float:
        """Return weight × (value − lowest) / (highest − lowest)."""
        return self.weight * (value - self.lowest) / (self.highest - self.lowest)

    def accepts(self, value: int) -> bool:
        return self.lowest <= value <= self.highest


@dataclass(frozen=True)
class Rubric:
    """Criteria whose weighted points sum to the total."""

    name: str
    title: str
    criteria: tuple[Criterion, ...]

    @property
    def rubric_id(self) -> str:
        return content_id(
            self.name,
            [[c.name, c.weight, c.question, c.lowest, c.highest, sorted(c.levels.items())] for c in self.criteria],
        )

    def to_json(self) -> dict[str, Any]:
        """Return a JSON-ready form, `from_json` its inverse."""
        criteria = [
            {**vars(criterion), "levels": {str(level): text for level, text in criterion.levels.items()}}
            for criterion in self.criteria
        ]
        return {"name": self.name, "title": self.title, "criteria": criteria}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Rubric":
        criteria = tuple(
            Criterion(**{**criterion, "levels": {int(level): text for level, text in criterion["levels"].items()}})
            for criterion in value["criteria"]
        )
        return cls(value["name"], value["title"], criteria)
