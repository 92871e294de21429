"""What a study may be: its name, its note, who rates, what is guessed; nothing that raters get may name a system."""

import re
from collections.abc import Iterable, Mapping, Sequence

from viva.errors import UsageError
from viva.records.model import ModelKind
from viva.records.rubric import Rubric
from viva.records.study import Study, StudyMode, StudyOptions, StudyRequest
from viva.text import display_line, display_text, plural

LONGEST_NAME = 64
LONGEST_NOTE = 2000
LONGEST_LABEL = 60
MOST_RATERS_PER_ITEM = 1000

SHORTEST_PART = 4
"""Characters from which on the last part of a model's path tells which model it is."""
_JOINS = re.compile(r"[-_.\s]+")
_JOINED = r"[-_.\s]*"

_LABELS = {
    ModelKind.ADAPTER.value: "a model trained for this",
    ModelKind.HUB.value: "a model as it came",
    ModelKind.STARTER.value: "a model as it came",
    ModelKind.ENDPOINT.value: "a model of somebody else's",
}
_OTHER = "somebody else"


def checked_rater(name: str) -> str:
    """Return the name of a rater, which tables show and files are called by. Raises `UsageError`."""
    if not name or name != display_line(name) or len(name) > LONGEST_NAME or "/" in name or "\\" in name:
        raise UsageError(
            f"{display_line(name, 40)!r} cannot name a rater",
            f"use one line of up to {LONGEST_NAME} visible characters without a slash",
        )
    return name


def checked_raters(raters: Sequence[str] | None, raters_per_item: int) -> tuple[str, ...] | None:
    """Return who may rate, each once; None for everybody. Raises `UsageError` where they are too few."""
    if not 1 <= raters_per_item <= MOST_RATERS_PER_ITEM:
        raise UsageError(f"raters per item go from 1 to {MOST_RATERS_PER_ITEM:,}, not {raters_per_item}")
    if raters is None:
        return None
    names = tuple(dict.fromkeys(checked_rater(name) for name in raters))
    if len(names) < raters_per_item:
        raise UsageError(
            f"{plural(raters_per_item, 'rater')} per item {'is' if raters_per_item == 1 else 'are'} wanted, "
            f"but only {len(names)} may rate",
            "name more raters, or want fewer per item",
        )
    return names


def refuse_imported(study: Study) -> None:
    """Raise `UsageError` where a study holds what was rated elsewhere: it can have no raters and no more questions."""
    if study.imported:
        where = f"--dataset {display_line(study.dataset, 60)} --split {display_line(study.split, 40)}"
        raise UsageError(
            f"{display_line(study.name, 60)} was imported: it holds what was rated elsewhere, and nobody rates in it",
            f"make a new study: viva study create NAME {where} --system SYSTEM …",
        )


def check_numbers(request: StudyRequest) -> None:
    """Raise `UsageError` for a number that a study cannot have, or for what its mode does not have."""
    if request.questions is not None and request.questions < 1:
        raise UsageError(f"at least 1 question is drawn, not {request.questions}", "leave it out to take all")
    if not 0 <= request.calibration <= 1:
        raise UsageError(f"the calibration share goes from 0 to 1, not {request.calibration:g}")
    if request.gold is not None and request.gold_every < 1:
        raise UsageError(f"a gold item comes after at least 1 other, not {request.gold_every}")
    if len(request.note) > LONGEST_NOTE:
        raise UsageError(f"a note has up to {LONGEST_NOTE:,} characters, not {len(request.note):,}")
    if request.mode is not StudyMode.PAIRWISE and (request.strength or request.per_criterion):
        asked = "strength is" if request.strength else "a choice per criterion is"
        raise UsageError(f"{asked} asked of pairs only", "make a pairwise study")
    if not request.systems:
        raise UsageError("no system is named", "name at least one")
    if request.mode is StudyMode.PAIRWISE and len(set(request.systems)) < 2:
        raise UsageError("a pairwise study compares at least two systems")


def options(
    request: StudyRequest, rubric: Rubric, models: Mapping[str, tuple[str, str]]
) -> tuple[StudyOptions, dict[str, str]]:
    """Return how a study asks, and what may be guessed by system; `models` are (model, kind) by system.

    Raises `UsageError` where a name, a note, a label or the rubric tells which system wrote what.
    """
    labels = _labels(request, {system: kind for system, (_, kind) in models.items()})
    secret = {*models, *(model for model, _ in models.values())}
    asked = [rubric.title, *(text for c in rubric.criteria for text in (c.name, c.question, *c.levels.values()))]
    shown = {"name": [request.name], "note": [request.note], "label": labels.values(), "rubric": asked}
    for what, texts in shown.items():
        if told := next(filter(None, (betrayed(text, secret) for text in texts)), None):
            raise UsageError(
                f"the {what} of a study is shown to raters and must not name {display_line(told, 40)}",
                f"choose another {what}",
            )
    guess = tuple(sorted(set(labels.values())))
    gold_every = request.gold_every if request.gold is not None else 0
    return StudyOptions(request.strength, request.per_criterion, guess, gold_every, request.note), labels


def betrayed(text: str, secret: Iterable[str]) -> str | None:
    """Return which of the `secret` names stands in a text as a word of its own, None where none does.

    Of a path, as hubs name models by, the last part alone counts too; how the parts of a name are joined does not.
    """
    shown = display_text(text)
    for name in sorted(secret, key=lambda each: (-len(each), each)):
        last = re.split(r"[/\\]", name.split(":")[0])[-1]
        if any(_stands(each, shown) for each in (name, last if len(last) >= SHORTEST_PART else "")):
            return name
    return None


def _stands(name: str, text: str) -> bool:
    parts = [re.escape(part) for part in _JOINS.split(name) if part]
    pattern = _JOINED.join(parts) if parts else re.escape(name)
    return bool(name) and re.search(rf"(?<![^\W_]){pattern}(?![^\W_])", text, re.IGNORECASE) is not None


def _labels(request: StudyRequest, kinds: Mapping[str, str]) -> dict[str, str]:
    """Return what may be guessed by system; nothing where it is not asked."""
    given = request.labels
    if not request.guess and not given:
        return {}
    systems = list(dict.fromkeys(request.systems))
    if unknown := [system for system in given if system not in systems]:
        raise UsageError(f"there is a label for {display_line(unknown[0], 40)}, which is not in the study")
    if given and (missing := [system for system in systems if system not in given]):
        raise UsageError(
            f"there is no label for {display_line(missing[0], 40)}", "give one for every system, or none at all"
        )
    labels = {system: given.get(system, _LABELS.get(kinds.get(system, ""), _OTHER)).strip() for system in systems}
    for label in labels.values():
        if not label or display_line(label) != label or len(label) > LONGEST_LABEL:
            raise UsageError(
                f"{display_line(label, 40)!r} cannot be a label",
                f"use one line of up to {LONGEST_LABEL} visible characters",
            )
    if len(set(labels.values())) < 2:
        raise UsageError(
            "there is nothing to guess where all systems have the same label",
            "give each system a label of its own: Labels on the form, --label SYSTEM=LABEL on the command line",
        )
    return labels
