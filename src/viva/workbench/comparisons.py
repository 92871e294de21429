"""Two systems held against each other on the questions that both were tried on, measure by measure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from viva.errors import NotFound, UsageError
from viva.records.comparison import Apart, Comparison, MeasureDifference
from viva.records.dataset import Dataset
from viva.records.estimate import Estimate
from viva.records.metric import MEASURES, METRICS
from viva.records.results import MeasureKey
from viva.records.rubric import Rubric
from viva.stats.paired import holm, paired_difference
from viva.store import compared, example_values, models, rubrics, studies
from viva.store import leaderboard as table
from viva.store.example_values import ExampleValues
from viva.text import display_line
from viva.workbench import names

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench

TOTAL = "total"
_SOURCES = ("human", "judge", "metric")
_KNOWN = {name: place for place, name in enumerate(MEASURES)}
_ALIKE = {name for info in METRICS.values() for name in info.names[0 if not info.brief else 1 :]}
"""The measures of metrics that say much the same as another one."""


class Comparisons:
    """Tell how two systems differ, how sure that is, and on which questions they differ most."""

    def __init__(self, workbench: "Workbench") -> None:
        self._workbench = workbench
        self._store = workbench.store

    def compare(
        self,
        first: str,
        second: str,
        dataset: str,
        split: str | None = None,
        measures: Sequence[str] | None = None,
        field: str | None = None,
        subfield: str | None = None,
        seed: int = 0,
        *,
        every: bool = False,
    ) -> Comparison:
        """Return how two systems differ on the questions that both were tried on; the difference is first − second.

        The measures shown are those named, else the main ones, with `every` all of them. p is corrected for the main
        ones, with `every` for all, whichever are shown; one named that is none of them joins them. `seed` is that of
        the bootstrap and of the sign flips. A split, field or subfield of None is all of them. Raises `NotFound`,
        `UsageError` where both systems are the same.
        """
        found = self._scope(first, second, dataset, split)
        with self._store.read() as connection:
            values = _of_both(connection, found, split, first, second, field=field, subfield=subfield)
            if not values:
                _check_part(connection, found, field, subfield)
            known = _rubrics(connection, found)
            shown, family = _chosen(values, measures, every=every)
            people = sorted({one.key.study for one in shown if one.key.study})
            picked = compared.picked(connection, people) if people else {}
        corrected = _corrected([_difference(one, known, seed) for one in family])
        wanted = {one.key for one in shown}
        return Comparison(
            found.name, found.version, split, first, second,
            tuple(sorted((one for one in corrected if one.key in wanted), key=lambda one: _place(one.key, known))),
            seed, 0 if measures else len(values) - len(shown), _picked(shown, picked), field, subfield,
            sum(one.p is not None for one in corrected), every, _joined(values, measures, every=every),
        )  # fmt: skip

    def systems(self, dataset: str) -> list[str]:
        """Return the systems that wrote for a dataset, in the order in which they came. Raises `NotFound`."""
        found = self._workbench.results.version(dataset)
        with self._store.read() as connection:
            return [system.name for system in models.systems(connection, found.name)]

    def apart(
        self,
        first: str,
        second: str,
        dataset: str,
        key: MeasureKey,
        split: str | None = None,
        limit: int = 20,
        field: str | None = None,
        subfield: str | None = None,
    ) -> list[Apart]:
        """Return the questions on which two systems differ most on a measure, the largest difference first.

        Equal differences come in the order of the dataset; questions without one are left out. Raises what `compare`
        raises.
        """
        found = self._scope(first, second, dataset, split)
        with self._store.read() as connection:
            values = _of_both(connection, found, split, first, second, key, field=field, subfield=subfield)
            if not values:
                return []
            one, other, examples = values[0].values[:, 0], values[0].values[:, 1], values[0].examples
            there = np.flatnonzero(np.isfinite(one - other) & (one != other))
            order = there[np.argsort(-np.abs(one - other)[there], kind="stable")][:limit]
            texts = compared.questions(connection, [examples[at] for at in order], (first, second))
        made = []
        for at in order:
            position, question, reference, where, *written = texts[examples[at]]
            made.append(
                Apart(
                    examples[at], position, question, reference, where, float(one[at]), float(other[at]), *written
                )
            )  # fmt: skip
        return made

    def _scope(self, first: str, second: str, dataset: str, split: str | None) -> Dataset:
        found = self._workbench.results.version(dataset)
        if split:
            self._workbench.datasets.with_split(found.name, split, found.version)
        with self._store.read() as connection:
            known = [system.name for system in models.systems(connection, found.name)]
        for system in (first, second):
            if system not in known:
                raise names.missing("system", system, known, f"let one write: viva generate {found.name} …")
        if first == second:
            raise UsageError("a system is compared with another one", "name two different systems")
        return found


def _of_both(
    connection: example_values.Connection,
    found: Dataset,
    split: str | None,
    first: str,
    second: str,
    key: MeasureKey | None = None,
    *,
    field: str | None = None,
    subfield: str | None = None,
) -> list[ExampleValues]:
    """Return the values of the measures that both systems were tried on, with the two as columns in that order."""
    every = example_values.every(
        connection, found.name, found.version, split, field=field, subfield=subfield, systems=[first, second], key=key
    )
    made = []
    for one in every:
        if len(one.systems) == 2:
            order = [one.systems.index(first), one.systems.index(second)]
            made.append(one._replace(systems=[first, second], values=one.values[:, order], tried=one.tried[:, order]))
    return made


def _picked(values: Sequence[ExampleValues], useful: Mapping[str, set[str]]) -> tuple[tuple[str, int], ...]:
    """Return by study on how many of its useful questions both systems have a value."""
    counted = []
    for study in sorted(useful):
        both = {
            one.examples[at]
            for one in values
            if one.key.study == study
            for at in np.flatnonzero(np.isfinite(one.values).all(axis=1))
        }
        counted.append((study, len(both & useful[study])))
    return tuple((study, count) for study, count in counted if count)


def _check_part(connection: compared.Connection, found: Dataset, field: str | None, subfield: str | None) -> None:
    """Raise `NotFound` where no question is of the field or subfield."""
    parts = compared.parts(connection, found.dataset_id)
    for kind, wanted, known in (
        ("field", field, {one for one, _ in parts}),
        ("subfield", subfield, {two for one, two in parts if field is None or one == field}),
    ):
        if wanted is not None and wanted not in known:
            raise names.missing(kind, wanted, known - {""}, f"no question of {display_line(found.name, 40)} has one")


def _rubrics(connection: table.Connection, found: Dataset) -> dict[str, Rubric]:
    """Return by which rubric people of a study, or a judge, gave points: by the name in a measure's key."""
    ids = table.judge_rubrics(connection, found.dataset_id)
    judges = {scorer: rubrics.get(connection, rubric_id) for scorer, rubric_id in ids.items()}
    return judges | {study.name: study.rubric for study in studies.every(connection)}


def _chosen(
    values: Sequence[ExampleValues], measures: Collection[str] | None, *, every: bool
) -> tuple[list[ExampleValues], list[ExampleValues]]:
    """Return the values to show, and those of the whole family for which p is corrected. Raises `NotFound`."""
    there = {one.key.measure for one in values}
    for name in measures or ():
        if name not in there:
            known = ", ".join(display_line(one, 40) for one in sorted(there))
            hint = f"measures: {known}" if known else "they share none yet: viva score computes metrics"
            raise NotFound(f"the two share no value on {display_line(name, 40)!r}", hint)
    main = list(values) if every else _main(values)
    if not measures:
        return main, main
    usual, named = {one.key for one in main}, set(measures)
    family = [one for one in values if one.key in usual or one.key.measure in named]
    return [one for one in family if one.key.measure in named], family


def _joined(values: Sequence[ExampleValues], measures: Collection[str] | None, *, every: bool) -> tuple[str, ...]:
    """Return which of the measures named are none of the main ones."""
    usual = {one.key.measure for one in (values if every else _main(values))}
    return tuple(sorted(set(measures or ()) - usual))


def _main(values: Sequence[ExampleValues]) -> list[ExampleValues]:
    """Return the values of the main measures: of those that say much the same, one."""
    main = [one for one in values if one.key.source != "metric" or one.key.measure not in _ALIKE]
    # Where only such were computed, they are what was wanted.
    return main if any(one.key.source == "metric" for one in main) else list(values)


def _place(key: MeasureKey, known: Mapping[str, Rubric]) -> tuple[Any, ...]:
    """Return where a measure comes among others: people, judges, metrics; totals before criteria."""
    source = _SOURCES.index(key.source) if key.source in _SOURCES else len(_SOURCES)
    rubric = known.get(key.study or key.scorer)
    criteria = [one.name for one in rubric.criteria] if rubric else []
    if key.source == "metric":
        rank = _KNOWN.get(key.measure, len(_KNOWN))
    else:
        rank = -1 if key.measure == TOTAL else criteria.index(key.measure) if key.measure in criteria else len(criteria)
    return source, key.study, key.scorer, rank, key.measure


def _difference(values: ExampleValues, known: Mapping[str, Rubric], seed: int) -> MeasureDifference:
    found = paired_difference(values.values[:, 0], values.values[:, 1], seed)
    return MeasureDifference(
        values.key, found.n, int(values.tried.all(axis=1).sum()), found.first, found.second,
        Estimate(found.difference, found.low, found.high), found.sd, found.se, found.interval, found.p, None,
        found.test, found.effect, found.higher, found.equal, found.lower, _highest(values.key, known),
    )  # fmt: skip


def _highest(key: MeasureKey, known: Mapping[str, Rubric]) -> float | None:
    if key.source == "metric":
        measure = MEASURES.get(key.measure)
        return measure.highest if measure else None
    rubric = known.get(key.study or key.scorer)
    weights = {one.name: one.weight for one in rubric.criteria} if rubric else {}
    return sum(weights.values()) or 100.0 if key.measure == TOTAL else weights.get(key.measure)


def _corrected(differences: Sequence[MeasureDifference]) -> tuple[MeasureDifference, ...]:
    corrected = holm([one.p for one in differences])
    return tuple(replace(one, corrected=p) for one, p in zip(differences, corrected, strict=True))
