"""The form that makes a study, in words: what it asks for, what cannot be right, and what it comes to."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from viva.present.closing import rough_time
from viva.present.jobs import duration
from viva.present.written_split import split_problem
from viva.records.dataset import Dataset
from viva.records.study import Stratify, StudyMode, StudyPlan, StudyRequest
from viva.text import display_line, plural

NO_DATASET = "There is no dataset to rate texts for yet. Import one first: on Home, d and then i"
NO_SYSTEMS = "none has written for this split yet: Home, then g lets models write (viva generate)"
MODES = (
    ("Rate each text", StudyMode.RUBRIC.value),
    ("Compare two texts", StudyMode.PAIRWISE.value),
)
STRATIFY = (
    ("By field", Stratify.FIELD.value),
    ("By the judges' totals", Stratify.JUDGE.value),
    ("Not at all", Stratify.NONE.value),
)
"""How questions are sorted before they are drawn, as it reads in the menu."""
STRENGTH, PER_CRITERION, GUESS = "And by how much", "Each criterion too", "Guess who wrote it"


@dataclass(frozen=True)
class Field:
    """A field that is typed into; `pattern` tells what can be right, in words: `kind`; empty where anything can."""

    key: str
    label: str
    placeholder: str
    pattern: str = ""
    kind: str = ""
    length: int = 10


FIELDS = (
    Field("raters", "Raters each", "1", r"[1-9][0-9]{0,2}", "a whole number from 1 on"),
    Field("who", "Who may rate", "everybody", length=1000),
    Field("questions", "Questions", "all", r"[1-9][0-9]{0,8}", "a whole number from 1 on"),
    Field("calibration", "At random", "100 %", r"(100|[1-9]?[0-9])\s?%?", "a share from 0 to 100 %"),
    Field("seed", "Seed", "0", r"[0-9]{1,9}", "a whole number from 0 on"),
    Field("labels", "Labels", "viva's own", length=1000),
    Field("practice", "Training", "no file", length=400),
    Field("gold", "Gold", "no file", length=400),
    Field("gold_every", "Gold after", "10 others", r"[1-9][0-9]{0,3}", "a whole number from 1 on"),
    Field("told", "Note", "what raters are told before they begin", length=2000),
)
BY_KEY = {each.key: each for each in FIELDS}
NAME_PATTERN = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
NOTES = {
    "name": "Raters see this name; it must not tell whose texts they read",
    "dataset": "Whose questions are rated; raters see the study's name only",
    "split": "The test split is for comparing; no model was trained on it",
    "systems": "Whose texts are rated, blind; space ticks one, x all or none",
    "mode": "Values on the rubric for each text, or which of two texts is better",
    "rubric": "The criteria and their levels; your own lie in data/rubrics",
    "raters": "So many people rate each text; two or more tell how far they agree",
    "who": "Names of those who may rate, with commas between; can be changed later",
    "questions": "So many are drawn, each with the texts of all systems; empty takes all",
    "calibration": "This share is drawn by chance and stands for all; the rest differ most",
    "stratify": "Each layer is drawn from by its size, so that none is missed",
    "seed": "The same seed draws the same questions",
    "strength": "In pairs: clearly or slightly better",
    "per_criterion": "In pairs: which text is better on the whole, and on each criterion",
    "guess": "After each verdict a guess at who wrote it tells how blind raters were",
    "labels": "What is guessed: SYSTEM=LABEL, SYSTEM=LABEL; empty takes viva's own",
    "practice": "CSV or JSON Lines of texts with known answers that every rater does first",
    "gold": "CSV or JSON Lines of texts with known answers, mixed in without a sign",
    "gold_every": "After so many others comes a gold text",
    "told": "Shown before rating begins; it must not name a system",
}
"""What is said about the field one is in, in a line of 76 cells."""


@dataclass(frozen=True)
class StudyForm:
    """What the form holds; `values` as typed, by field, an empty one meaning the usual value.

    `written` are the systems that have written for the split, None where that is not known yet.
    """

    name: str = ""
    dataset: str = ""
    split: str = ""
    written: tuple[str, ...] | None = None
    systems: tuple[str, ...] = ()
    mode: StudyMode = StudyMode.RUBRIC
    rubric: str = "default"
    stratify: Stratify = Stratify.FIELD
    strength: bool = False
    per_criterion: bool = False
    guess: bool = False
    values: Mapping[str, str] = field(default_factory=dict)

    def problem(self, datasets: Sequence[Dataset]) -> tuple[str, str] | None:
        """Return the first field that cannot be right, and what is wrong with it in one sentence."""
        nothing = "Nothing is written for this split yet. Home, then g lets models write"
        if found := split_problem(datasets, self.dataset, self.split, self.written, nothing):
            return found
        if self.written is not None and not self.systems:
            return "systems", "Tick at least one system"
        if self.mode is StudyMode.PAIRWISE and self.written is not None and len(self.systems) < 2:
            return "systems", "A pair needs two systems: tick another, or rate each text"
        if not re.fullmatch(NAME_PATTERN, self.name):
            return "name", "The name needs letters, digits, dots, hyphens and underscores, a letter or a digit first"
        return self._wrong_value() or self._contradiction()

    def _wrong_value(self) -> tuple[str, str] | None:
        for known in FIELDS:
            typed = self.values.get(known.key, "")
            if typed and known.pattern and not re.fullmatch(known.pattern, typed):
                return known.key, f"{known.label} must be {known.kind}, not {display_line(typed, 20)}"
        return None

    def _contradiction(self) -> tuple[str, str] | None:
        if self.values.get("who") and not listed(self.values["who"]):
            return "who", "Name at least one rater, or leave it empty for everybody"
        if self.values.get("labels") and not self.guess:
            return "labels", "Labels are for guessing: tick Guess who wrote it, or leave them empty"
        if read_labels(listed(self.values.get("labels", "")), self.systems) is None:
            return "labels", "Write SYSTEM=LABEL for each system, with commas between them"
        if self.mode is StudyMode.PAIRWISE:
            return None
        if self.strength:
            return "strength", "By how much is asked of pairs only: compare two texts, or take the tick away"
        if self.per_criterion:
            return "per_criterion", "A choice per criterion is asked of pairs only: take the tick away"
        return None

    def request(self) -> StudyRequest:
        """Return what a form without problems asks for."""
        typed = self.values
        return StudyRequest(
            self.name,
            self.dataset,
            self.split,
            self.systems,
            self.mode,
            self.rubric,
            int(typed.get("raters") or 1),
            int(typed.get("seed") or 0),
            int(typed["questions"]) if typed.get("questions") else None,
            self.stratify,
            int((typed.get("calibration") or "100").rstrip("% ")) / 100,
            listed(typed.get("who", "")) or None,
            strength=self.strength,
            per_criterion=self.per_criterion,
            guess=self.guess,
            labels=read_labels(listed(typed.get("labels", "")), self.systems) or {},
            practice=typed.get("practice") or None,
            gold=typed.get("gold") or None,
            gold_every=int(typed.get("gold_every") or 10),
            note=typed.get("told", ""),
        )


def listed(typed: str) -> tuple[str, ...]:
    """Return what was typed with commas between."""
    return tuple(part for each in typed.split(",") if (part := each.strip()))


def read_labels(typed: Sequence[str], systems: Sequence[str]) -> dict[str, str] | None:
    """Return what may be guessed by system of `SYSTEM=LABEL`; None where one has no label.

    The name of a system may hold an equals sign itself.
    """
    labels = {}
    for each in typed:
        known = max((system for system in systems if each.startswith(f"{system}=")), key=len, default=None)
        system, equals, label = (known, "=", each[len(known) + 1 :]) if known else each.partition("=")
        if not equals or not label.strip():
            return None
        labels[system.strip()] = label.strip()
    return labels


def plan_rows(plan: StudyPlan, raters_per_item: int, mode: StudyMode) -> list[tuple[str, str, str]]:
    """Return what a study comes to, as (name, value, remark)."""
    noun = "pair" if mode is StudyMode.PAIRWISE else "text"
    drawn = "all of them" if plan.questions == plan.of_questions else f"of {plan.of_questions:,}"
    rows = [
        ("To rate", f"{plural(plan.items, noun)} on {plural(plan.questions, 'question')}", drawn),
        ("Needs", plural(plan.verdicts, "verdict"), f"{plural(raters_per_item, 'rater')} each"),
        ("Time", time_text(plan), "all raters together" if plan.seconds_each is not None else ""),
        ("Drawn", _streams(plan), _strata(plan)),
    ]
    if plan.practice or plan.gold:
        rows.append(("Known", f"{plural(plan.practice, 'training text')}, {plan.gold:,} gold", ""))
    return rows


def time_text(plan: StudyPlan) -> str:
    """Return how long all verdicts take, at the pace of earlier ones."""
    if plan.seconds_each is None:
        return "not known before the first verdicts"
    return f"about {rough_time(plan.verdicts * plan.seconds_each)} at {duration(plan.seconds_each)} each"


def plan_warnings(plan: StudyPlan) -> list[str]:
    """Return what should be known before a study is made."""
    lines = []
    if not plan.items:
        lines.append("Nothing would be left to rate")
    if plan.missing:
        missing = plural(plan.missing, "question has", "questions have")
        lines.append(f"{missing} no text of some ticked system; only what is there counts")
    if plan.identical:
        lines.append(f"{plural(plan.identical, 'pair')} left out: both texts are the same")
    if plan.items and not plan.calibration:
        lines.append("No question is drawn at random: means and intervals would not stand for the split")
    return lines


def _streams(plan: StudyPlan) -> str:
    at_random = f"{plan.calibration:,} items at random"
    return f"{at_random}, {plan.useful:,} that tell systems apart" if plan.useful else at_random


def _strata(plan: StudyPlan) -> str:
    """Return the layers as drawn of how many, as many as fit."""
    named = [f"{display_line(name, 18) or 'none'} {drawn}/{of}" for name, (drawn, of) in plan.strata.items()]
    if len(named) < 2:
        return ""
    shown = ", ".join(named[:2])
    return f"{shown} and {len(named) - 2} more" if len(named) > 2 else shown
