"""Mending a dataset: clean, drop near-duplicates, look for leaks, split, edit; each makes a new version."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import islice
from typing import TYPE_CHECKING

from viva.dataset import clean as cleaning
from viva.dataset import leakage, near_duplicates
from viva.dataset import split as splitting
from viva.dataset import statistics as counting
from viva.dataset.normalised import normalised_words
from viva.errors import Outdated, UsageError
from viva.paths import shipped
from viva.records.cleaning import CleanReport, CleanRules
from viva.records.dataset import Dataset, Example, Leakage
from viva.records.duplicates import KeepRule, Leak, LeakageReport, LeakKind
from viva.records.ids import utc_now
from viva.records.mending import DuplicateReport, LeakingTexts, NearDuplicate, Repetition
from viva.records.split import SplitPlan, SplitResult
from viva.records.statistics import DatasetStatistics
from viva.store import datasets as table
from viva.store import leakage as leakage_table
from viva.text import display_line
from viva.workbench import names, versions
from viva.workbench.searches import Searches

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench

CHECKED_UNASKED = 5000
"""A dataset of up to this size is looked through for leaks whenever it changes; a larger one when asked."""

MOST_COMPARED = 4_000_000
"""Words of one text times words of another: beyond that, the passage that they share is not looked for."""

EDIT_TRIES = 20
EDITABLE = ("question", "reference", "field", "subfield", "split")


def preview_clean(
    workbench: "Workbench", dataset: Dataset, rules: CleanRules, samples: int, limit: int | None = None
) -> CleanReport:
    """Return what cleaning would change in a version, or in its first `limit` examples; nothing is written."""
    examples = islice(versions.examples(workbench, dataset), limit)
    return cleaning.summary(cleaning.clean(examples, rules), samples)


def clean(workbench: "Workbench", dataset: Dataset, rules: CleanRules) -> tuple[Dataset, CleanReport]:
    """Make the cleaned version of a dataset."""
    report = preview_clean(workbench, dataset, rules, 0)
    if not report.changed and not report.dropped:
        return dataset, report
    rows = (row.after for row in cleaning.clean(versions.examples(workbench, dataset), rules) if row.after)
    change = f"cleaned: {report.changed:,} changed, {report.dropped:,} dropped"
    return checked(workbench, versions.derive(workbench, dataset, rows, change)), report


def duplicates(
    workbench: "Workbench",
    searches: Searches,
    dataset: Dataset,
    threshold: float | None,
    rule: KeepRule,
    prefer: str | None,
) -> DuplicateReport:
    """Return the groups of near-duplicate questions."""
    examples = list(versions.examples(workbench, dataset))
    return _duplicates(searches, dataset, examples, threshold, rule, prefer)[0]


def dedupe(
    workbench: "Workbench",
    searches: Searches,
    dataset: Dataset,
    threshold: float | None,
    rule: KeepRule,
    prefer: str | None,
) -> tuple[Dataset, DuplicateReport]:
    """Make a version that keeps one example of each group."""
    examples = list(versions.examples(workbench, dataset))
    report, drop = _duplicates(searches, dataset, examples, threshold, rule, prefer)
    if not drop:
        return dataset, report
    rows = (example for index, example in enumerate(examples) if index not in drop)
    change = f"near-duplicates dropped: {len(drop):,} (similarity {report.threshold:g} and above)"
    return checked(workbench, versions.derive(workbench, dataset, rows, change)), report


def _duplicates(
    searches: Searches,
    dataset: Dataset,
    examples: Sequence[Example],
    threshold: float | None,
    rule: KeepRule,
    prefer: str | None,
) -> tuple[DuplicateReport, set[int]]:
    threshold = near_duplicates.THRESHOLD if threshold is None else threshold
    groups, left_out = searches.groups(dataset, examples, threshold)
    drop = set(near_duplicates.keep(groups, examples, rule, prefer))
    found = [
        Repetition(
            group.similarity,
            tuple(NearDuplicate(index + 1, examples[index], index not in drop) for index in group.members),
        )
        for group in groups
    ]
    found.sort(key=lambda group: (-group.size, -group.similarity))
    return DuplicateReport(len(examples), threshold, tuple(found), left_out), drop


def check_leakage(workbench: "Workbench", dataset: Dataset, threshold: float | None) -> tuple[Leakage, LeakageReport]:
    """Look for leaks and store what was found."""
    examples = list(versions.examples(workbench, dataset))
    report = leakage.find_leaks(examples, near_duplicates.THRESHOLD if threshold is None else threshold)
    found = report.summary(utc_now())
    leaks = [(str(leak.kind), leak.first_id, leak.second_id, leak.similarity) for leak in report.leaks]
    with workbench.store.write() as connection:
        leakage_table.add(connection, dataset.dataset_id, found, leaks)
    return found, report


def leaking(workbench: "Workbench", leak: Leak) -> LeakingTexts:
    """Return the two examples of a finding, and the passage that was copied."""
    with workbench.store.read() as connection:
        first, second = (table.example(connection, example_id) for example_id in (leak.first_id, leak.second_id))
    if first is None or second is None:
        raise names.missing("example", leak.first_id if first is None else leak.second_id, [], "")
    copied = leak.kind is LeakKind.COPIED_REFERENCE
    return LeakingTexts(first[0], second[0], _passage(first[0].reference, second[0].question) if copied else "")


def _passage(reference: str, question: str) -> str:
    """Return the longest run of words that two texts share, or nothing where finding it would take long."""
    one, other = normalised_words(reference), normalised_words(question)
    if len(one) * len(other) > MOST_COMPARED:
        return ""
    found = SequenceMatcher(None, one, other, autojunk=False).find_longest_match()
    return " ".join(one[found.a : found.a + found.size])


def checked(workbench: "Workbench", dataset: Dataset) -> Dataset:
    """Return `dataset` with its leakage state, looked at now where it is small, divided and new."""
    named = [split for split in dataset.splits if split]
    if dataset.leakage is None and len(named) > 1 and dataset.size <= CHECKED_UNASKED:
        found, _ = check_leakage(workbench, dataset, None)
        return replace(dataset, leakage=found)
    return dataset


def split_plan(parts: str, per: str | None, stratify: str | None, seed: int, together: bool) -> SplitPlan:
    """Return the plan that is written as `train=0.75,test=0.25`, by `field` or `subfield`. Raises `UsageError`."""
    return SplitPlan(
        splitting.parse_parts(parts),
        splitting.parse_stratum(per) if per else None,
        splitting.parse_stratum(stratify) if stratify else None,
        seed,
        together,
    )


def plan_text(plan: SplitPlan) -> str:
    """Return a plan in words: `train=0.75,test=0.25 stratified by field, seed 0`."""
    amounts = (
        f"{part.fraction:g}" if part.fraction is not None else "rest" if part.count is None else str(part.count)
        for part in plan.parts
    )
    words = ",".join(f"{part.name}={amount}" for part, amount in zip(plan.parts, amounts, strict=True))
    words += f" per {plan.per}" if plan.per else ""
    words += f", stratified by {plan.stratify}" if plan.stratify else ""
    return f"{words}, seed {plan.seed}"


def preview_split(workbench: "Workbench", searches: Searches, dataset: Dataset, plan: SplitPlan) -> SplitResult:
    """Return how a plan would split; nothing is written."""
    return _assigned(searches, dataset, list(versions.examples(workbench, dataset)), plan)


def split(workbench: "Workbench", searches: Searches, dataset: Dataset, plan: SplitPlan) -> tuple[Dataset, SplitResult]:
    """Make a version with new splits."""
    examples = list(versions.examples(workbench, dataset))
    result = _assigned(searches, dataset, examples, plan)
    rows = (replace(example, split=part) for example, part in zip(examples, result.splits, strict=True))
    made = versions.derive(workbench, dataset, rows, f"split: {plan_text(plan)}")
    return checked(workbench, made), result


def statistics(workbench: "Workbench", dataset: Dataset, tokens: bool) -> DatasetStatistics:
    """Count a dataset through."""
    return counting.statistics(versions.examples(workbench, dataset), _tokenizer() if tokens else None)


def edit(workbench: "Workbench", example_id: str, changes: Mapping[str, str | None], by: str) -> Example:
    """Make a version in which one example says something else; return that example.

    Where others edit the same dataset at this moment, it is done on top of what they made.
    """
    for _ in range(EDIT_TRIES):
        try:
            return _edit(workbench, example_id, changes, by)
        except Outdated:
            continue
    return _edit(workbench, example_id, changes, by)


def _edit(workbench: "Workbench", example_id: str, changes: Mapping[str, str | None], by: str) -> Example:
    example, dataset = _newest(workbench, example_id)
    unknown = [word for word in changes if word not in EDITABLE]
    if unknown:
        raise UsageError(f"{unknown[0]!r} cannot be edited", f"what can: {', '.join(EDITABLE)}")
    for word in ("question", "reference"):
        if word in changes and not (changes[word] or "").strip():
            raise UsageError(f"the {word} would be empty", "an example needs both; nothing was changed")
    edited = replace(example, **{word: text or None for word, text in changes.items()})  # type: ignore[arg-type]
    if edited == example:
        return example
    words = ", ".join(word for word in EDITABLE if getattr(edited, word) != getattr(example, word))
    rows = (edited if row.example_id == example.example_id else row for row in versions.examples(workbench, dataset))
    made = checked(workbench, versions.derive(workbench, dataset, rows, f"{by} edited the {words} of an example"))
    with workbench.store.read() as connection:
        found = table.of_lineage(connection, made.dataset_id, example.lineage)
    assert found is not None
    return found


def _newest(workbench: "Workbench", example_id: str) -> tuple[Example, Dataset]:
    """Return the example as the newest version holds it, by its id in any version. Raises `NotFound`, `UsageError`."""
    with workbench.store.read() as connection:
        known = table.example(connection, example_id)
        if known is None:
            raise names.missing("example", example_id, [], "see: viva dataset show NAME")
        newest = table.by_name(connection, known[1].name)
        assert newest is not None
        found = table.of_lineage(connection, newest.dataset_id, known[0].lineage)
    if found is None:
        raise UsageError(
            f"version {newest.version} of {display_line(newest.name, 40)} does not hold this example any more",
            "it was dropped in between",
        )
    return found, newest


def _assigned(searches: Searches, dataset: Dataset, examples: list[Example], plan: SplitPlan) -> SplitResult:
    """Split; what is kept together are the examples of one source, and with them near-duplicates."""
    return splitting.assign(examples, plan, searches.tied(dataset, examples) if plan.keep_sources else ())


def _tokenizer() -> Callable[[str], int] | None:
    try:
        from tokenizers import Tokenizer
    except ImportError:
        return None
    tokenizer = Tokenizer.from_file(str(shipped("models", "starter", "tokenizer.json")))
    return lambda text: len(tokenizer.encode(text).ids)
