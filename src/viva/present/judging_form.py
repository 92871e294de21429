"""The form that has texts judged, in words: what it asks for, what can be chosen, and what cannot be right."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from viva.present import generating
from viva.present.leaderboard import system_name
from viva.present.written_split import split_problem
from viva.records.dataset import Dataset
from viva.records.judging import BASELINE, JudgeMode, JudgeRequest, JudgeSettings
from viva.records.model import Model, ModelKind
from viva.records.rubric import Rubric
from viva.text import display_line, plural

USUAL_RUBRIC = "default"
MODES = (
    ("Against the reference", JudgeMode.REFERENCE.value),
    ("Independent: drafts its own first", JudgeMode.INDEPENDENT.value),
)
"""What a judge can hold a text against: how it reads in the form's menu, and the mode."""
NO_DATASET = "There is no dataset to judge for yet. Import one first: on Home, d and then i"
NO_SYSTEMS = "none has written for this split yet: Home, then g lets models write (viva generate)"
NO_ENDPOINT = "No language model behind an address is known yet: a adds one (Ollama, vLLM, OpenAI …)"
WEAK = "Only the baseline is ticked: it is no language model, and what a real judge must beat"
MOST_SAMPLES = 1000


@dataclass(frozen=True)
class Field:
    """A field that is typed into; `pattern` tells what can be right, in words: `kind`."""

    key: str
    label: str
    placeholder: str
    pattern: str
    kind: str
    length: int = 10


FIELDS = (
    Field("samples", "Samples", "1", r"[1-9][0-9]{0,3}", "a whole number from 1 on"),
    Field("temperature", "Temperature", f"{JudgeSettings().temperature:g}", r"[0-9]{1,2}(\.[0-9]{0,6})?|\.[0-9]{1,6}",
          "a number from 0 to 2"),
    Field("limit", "Limit", "all questions", r"[1-9][0-9]{0,8}", "a whole number from 1 on"),
    Field("budget", "Budget", "none", r"[0-9]{1,9}(\.[0-9]{0,6})?|\.[0-9]{1,6}", "a number above 0", 16),
    Field("panel", "Panel", "none", r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}",
          "letters, digits, dots, hyphens and underscores", 64),
)  # fmt: skip
PAIRWISE, PER_CRITERION, EXPECTED = "Compare in pairs", "Each criterion too", "Expected values"
NOTES = {
    "dataset": "Whose texts are judged; a judge never learns which system wrote what",
    "split": "The test split is for comparing; no model was trained on it",
    "judges": "Space ticks one; x all or none. Several judge one after the other",
    "systems": "Whose texts are judged; space ticks one, x all or none",
    "rubric": "The criteria and their levels; files in data/rubrics of the workspace are listed too",
    "mode": "Independent: for each question the judge drafts an approach, and holds the texts against that",
    "pairwise": "Every two systems' texts for a question, in both orders; a flip is a tie and is counted",
    "per_criterion": "With pairs: which text is better on the whole, and on each criterion",
    "samples": "So many verdicts on each text, each with a seed of its own; their spread is shown",
    "temperature": "0 is usual for judges; samples differ only above it",
    "expected": "The mean over the levels by their probabilities, where the judge tells these (G-Eval)",
    "limit": "Judge only so many questions, drawn at random; a larger limit adds to a smaller one",
    "panel": "Two or more judges are taken together under this name as well",
    "budget": "Asking stops before more than this is spent, in the currency of the prices",
}
"""What is said about the field one is in."""


@dataclass(frozen=True)
class JudgeForm:
    """What the form holds; `values` as typed, by field, an empty one meaning the usual value.

    `written` are the systems that have written for the split, None where that is not known yet; `systems` those of
    them that are ticked.
    """

    dataset: str = ""
    split: str = ""
    judges: tuple[str, ...] = ()
    written: tuple[str, ...] | None = None
    systems: tuple[str, ...] = ()
    rubric: str = USUAL_RUBRIC
    mode: JudgeMode = JudgeMode.REFERENCE
    pairwise: bool = False
    per_criterion: bool = False
    expected: bool = False
    values: Mapping[str, str] = field(default_factory=dict)

    def problem(self, datasets: Sequence[Dataset]) -> tuple[str, str] | None:
        """Return the first field that cannot be right, and what is wrong with it in one sentence."""
        nothing = f"Nothing is written for this split yet. Home, then g lets models write: {self._writing}"
        if found := split_problem(datasets, self.dataset, self.split, self.written, nothing):
            return found
        if not self.judges:
            return "judges", "Tick at least one judge"
        if self.written is not None and not self.systems:
            return "systems", "Tick at least one system"
        for known in FIELDS:
            typed = self.values.get(known.key, "")
            if typed and not (re.fullmatch(known.pattern, typed) and _sensible(known.key, typed)):
                return known.key, f"{known.label} must be {known.kind}, not {display_line(typed, 20)}"
        return self._contradiction()

    @property
    def _writing(self) -> str:
        return f"viva generate {display_line(self.dataset, 24)} --split {display_line(self.split, 16)}"

    def _contradiction(self) -> tuple[str, str] | None:
        """Return what does not go with something else on the form."""
        panel = self.values.get("panel", "")
        alone = self.judges == (BASELINE,)
        instead = "tick a language model" if alone else "take its tick away"
        checks = (
            (self.pairwise and self.written is not None and len(self.systems) < 2, "systems",
             "A pair needs two systems: tick another, or do not compare in pairs"),
            (self.pairwise and BASELINE in self.judges, "judges",
             f"{BASELINE} cannot compare two texts: {instead}"),
            (self.mode is JudgeMode.INDEPENDENT and BASELINE in self.judges, "judges",
             f"{BASELINE} cannot draft an approach of its own: {instead}"),
            (self.expected and BASELINE in self.judges, "judges",
             f"{BASELINE} tells no probabilities: {instead}"),
            (self.per_criterion and not self.pairwise, "per_criterion",
             f"Texts are always judged on each criterion: this goes with “{PAIRWISE}”"),
            (self.expected and self.pairwise, "expected", "Comparisons have no levels to take an expected value of"),
            (bool(panel) and self.pairwise, "panel", "A panel takes points together, and comparisons have none"),
            (bool(panel) and len(self.judges) < 2, "panel", "A panel needs two judges: tick another"),
        )  # fmt: skip
        return next(((where, what) for wrong, where, what in checks if wrong), None)

    def request(self) -> JudgeRequest:
        """Return what a form without problems asks for; with every system ticked, those to come are meant too."""
        typed = self.values
        settings = JudgeSettings(
            temperature=float(typed.get("temperature") or JudgeSettings().temperature),
            samples=int(typed.get("samples") or 1),
            expected=self.expected,
        )
        return JudgeRequest(
            self.dataset,
            self.split,
            self.judges,
            self.mode,
            self.rubric,
            () if self.systems == self.written else self.systems,
            self.pairwise,
            self.per_criterion,
            settings,
            typed.get("panel") or None,
            float(typed["budget"]) if typed.get("budget") else None,
            int(typed["limit"]) if typed.get("limit") else None,
        )


def _sensible(key: str, typed: str) -> bool:
    if key == "temperature":
        return float(typed) <= 2
    if key == "samples":
        return int(typed) <= MOST_SAMPLES
    return key != "budget" or float(typed) > 0


def judge_rows(judges: Iterable[str | Model]) -> list[tuple[str, str, str]]:
    """Return who can judge, to be ticked: the key, the name as it is shown, and what each is; local models last."""
    rows = []
    for judge in sorted(judges, key=lambda one: isinstance(one, Model) and not _is_endpoint(one)):
        if isinstance(judge, str):
            rows.append((judge, display_line(judge, 30), "no language model: computed from sentence embeddings"))
        else:
            rows += generating.model_rows([judge])
    return rows


def first_judges(judges: Iterable[str | Model]) -> tuple[str, ...]:
    """Return the judges to tick first: the first model behind an address, else the baseline, which needs nothing."""
    endpoints = [judge.name for judge in judges if isinstance(judge, Model) and _is_endpoint(judge)]
    return tuple(endpoints[:1]) or (BASELINE,)


def judges_note(judges: Iterable[str | Model], ticked: Sequence[str]) -> str:
    """Return what somebody should know who has no real judge yet, or ticked none; else nothing."""
    if not any(_is_endpoint(judge) for judge in judges):
        return NO_ENDPOINT
    return WEAK if tuple(ticked) == (BASELINE,) else ""


def _is_endpoint(judge: str | Model) -> bool:
    return isinstance(judge, Model) and judge.kind is ModelKind.ENDPOINT


def rubric_choices(rubrics: Iterable[Rubric]) -> list[tuple[str, str]]:
    """Return the rubrics as (label, name)."""
    return [
        (f"{display_line(rubric.name, 24)}: {plural(len(rubric.criteria), 'criterion', 'criteria')}", rubric.name)
        for rubric in rubrics
    ]


def first_rubric(rubrics: Sequence[Rubric]) -> str:
    """Return the rubric to offer first."""
    names = [rubric.name for rubric in rubrics]
    return USUAL_RUBRIC if USUAL_RUBRIC in names else names[0]


def system_rows(systems: Iterable[str]) -> list[tuple[str, str, str]]:
    """Return the systems to tick: the key, the name as it is shown, and nothing else."""
    return [(system, system_name(system, 50), "") for system in systems]
