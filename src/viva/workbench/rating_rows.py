"""Rows of a file of ratings: what their columns are, which text each is about, and what is wrong with one."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from viva.errors import BadInput, UsageError
from viva.records.dataset import Dataset
from viva.records.reading import RawRow
from viva.records.rubric import Criterion, Rubric
from viva.records.study import StudyMode
from viva.store.judgment_rows import Text
from viva.store.rating_rows import HeldStudy, Said
from viva.store.rows import storable
from viva.text import display_line
from viva.workbench import names
from viva.workbench.output_rows import Examples
from viva.workbench.row_values import BadValue, amount, by_column, check_columns, filled, number, whole

LONGEST_NAME = 200
"""Characters that the name of a rater may have."""
_WORDS = {"true": True, "false": False, "1": True, "0": False, "yes": True, "no": False}
COMMON = (
    "study", "dataset", "example", "question", "position", "split", "rater", "rubric", "criterion", "unscored",
    "comment", "flagged", "seconds", "created_at",
)  # fmt: skip
"""The columns that both kinds of files may have."""
_ELSEWHERE = "the study {study} is on another dataset, or another version of it"
_RATED = ("system", "sample", "value")


@dataclass(frozen=True)
class Texts:
    """Finds the text that a row is about: `texts` are those that there are, `splits` tells an example's split."""

    dataset: Dataset
    examples: Examples
    texts: Mapping[Text, str]
    splits: Mapping[str, str]

    def example(self, given: Mapping[str, Any]) -> str:
        """Return the id of the example that a row names. Raises `BadValue`."""
        dataset = given.get("dataset")
        if filled(dataset) and dataset != self.dataset.name:
            raise BadValue(f"the row is about the dataset {display_line(str(dataset), 60)}")
        if filled(given.get("example")):
            value = given["example"]
            example = self.examples.named(value.strip() if isinstance(value, str) else value)
            if filled(given.get("question")) and not self.examples.asks(example, given["question"]):
                raise BadValue("the example asks another question than the row")
            return example
        if filled(given.get("question")):
            return self.examples.asked(given["question"])
        raise BadValue("the row names no example")

    def text(self, example: str, system: str, sample: Any) -> str:
        """Return the id of what a system wrote for an example. Raises `BadValue`."""
        place = whole("sample", sample, 0)
        if (system, example, place) in self.texts:
            return self.texts[system, example, place]
        shown = display_line(system, 60)
        if not any(system == other for other, _, _ in self.texts):
            raise BadValue(f"no system {shown} has written for the dataset")
        of_sample = f" sample {place} of" if place else ""
        raise BadValue(f"{shown} has written no{of_sample} text for this example")


class Rows:
    """What rows of ratings and rows of preferences have in common.

    Where a study, a rater or a rubric is given it stands for that column; a rubric only where a row names none.
    `columns` tells by which name the file has a column, such as {"system": "model"}.
    """

    def __init__(
        self,
        texts: Texts,
        studies: Mapping[str, HeldStudy],
        rubric_of: Callable[[str], Rubric | None],
        mode: StudyMode,
        *,
        study: str | None = None,
        rater: str | None = None,
        rubric: Rubric | None = None,
        columns: Mapping[str, str] | None = None,
    ) -> None:
        """`studies` are those that are there; `rubric_of` finds a rubric by its name or id. Raises `UsageError`."""
        self.texts, self.mode = texts, mode
        self._studies, self._rubric_of = studies, rubric_of
        self._study = study
        self._called = {name.strip().lower(): word for word, name in (columns or {}).items()}
        # An id is a digest of the whole rubric: it is taken once, not for each row.
        self._rubric = None if rubric is None else (rubric, rubric.rubric_id)
        try:
            self._rater = None if rater is None else checked_rater(rater)
        except BadValue as error:
            raise UsageError(str(error), "choose another --rater") from error
        if study is not None:
            names.checked("study", study)
            self._check_mode(study)
            if not self._of_dataset(study):
                raise UsageError(f"{_ELSEWHERE.format(study=study)}", "name another --study")
        self._rubrics: dict[str, tuple[Rubric, str] | None] = {}
        self._begun: dict[str, tuple[str, str, int]] = {}
        self._lines: dict[tuple[Any, ...], int] = {}
        self.used: dict[str, Rubric] = {}

    def given(self, raw: RawRow) -> dict[str, Any]:
        """Return a row's values by the names that columns have here, in lower case."""
        values = by_column(raw)
        if not self._called:
            return values
        words = {word: values[name] for name, word in self._called.items() if name in values}
        return {name: value for name, value in values.items() if name not in self._called} | words

    def column(self, word: str) -> str:
        """Return by which name, in lower case, the file has a column."""
        return next((name for name, of in self._called.items() if of == word), word)

    def check_columns(
        self,
        rows: Sequence[RawRow],
        file: str,
        used: Collection[str],
        needed: Iterable[str],
        either: Sequence[tuple[str, str]],
    ) -> tuple[str, ...]:
        """Return the names of the columns of the first rows; `used` are those that such a file may have.

        Raises `UsageError` for a column that cannot be called otherwise, `BadInput` where one is missing.
        """
        for word in self._called.values():
            if word not in used:
                raise UsageError(
                    f"there is no column {display_line(word, 40)} to be called otherwise",
                    f"there are {', '.join(used)}",
                )
        missing = [display_line(name, 60) for name in self._called if name not in column_names(rows)]
        check_columns(rows, file, dict.fromkeys(missing, ""), [])
        if self._called:
            rows = [RawRow(row.line, self.given(row)) for row in rows]
        more = {
            word: f"; or name the {word} of all rows with --{word}"
            for word, given in (("study", self._study), ("rater", self._rater))
            if given is None
        }
        try:
            check_columns(rows, file, {**more, **dict.fromkeys(needed, "")}, [("example", "question"), *either])
        except BadInput as error:
            raise BadInput(str(error), f"{error.hint}; --column WORD=COLUMN tells what one is called") from error
        return column_names(rows)

    def study(self, given: Mapping[str, Any], line: int, example: str) -> tuple[str, str, str]:
        """Return the study of a row, its split and the id of its rubric, which is then in `used`.

        Raises `BadValue`, and `UsageError` where the study holds the other kind of verdicts.
        """
        name = self._study if self._study is not None else word("study", given.get("study"))
        if self._study is None:
            try:
                names.checked("study", name)
            except UsageError as error:
                raise BadValue(str(error)) from error
        self._check_mode(name)
        if not self._of_dataset(name):
            raise BadValue(_ELSEWHERE.format(study=name))
        there = self._studies.get(name)
        rubric, rubric_id = self._rubric_named(given.get("rubric"), there)
        split = self.texts.splits[example]
        shown = display_line(name, 60)
        if there is None:
            first, begun, before = self._begun.setdefault(name, (rubric_id, split, line))
            expected, of, why = first, begun, f"by line {before} "
        else:
            expected, of, why = there.rubric_id, there.split, ""
        if rubric_id != expected:
            raise BadValue(f"the study {shown} is {why}rated by another rubric than {display_line(rubric.name, 40)}")
        if split != of:
            raise BadValue(
                f"the study {shown} is {why}on the split {display_line(of, 40) or '(none)'}, the example in "
                f"{display_line(split, 40) or '(none)'}: give it another study"
            )
        self.used[rubric_id] = rubric
        return name, split, rubric_id

    def rater(self, given: Mapping[str, Any]) -> str:
        """Return who rated. Raises `BadValue`."""
        return checked_rater(given.get("rater")) if self._rater is None else self._rater

    def once(self, line: int, *what: Any) -> None:
        """Note what a row is about. Raises `BadValue` where a row before was about the same."""
        if (before := self._lines.setdefault(what, line)) != line:
            raise BadValue(f"the row says again what line {before} says")

    def _check_mode(self, study: str) -> None:
        there = self._studies.get(study)
        if there is not None and there.mode != self.mode:
            holds = "preferences" if there.mode == StudyMode.PAIRWISE else "ratings"
            raise UsageError(
                f"the study {display_line(study, 60)} holds {holds}", f"viva {holds[:-1]} import takes them"
            )

    def _of_dataset(self, study: str) -> bool:
        there = self._studies.get(study)
        return there is None or there.dataset_id == self.texts.dataset.dataset_id

    def _rubric_named(self, value: Any, there: HeldStudy | None) -> tuple[Rubric, str]:
        if filled(value):
            name = word("rubric", value)
        elif self._rubric is not None:
            return self._rubric
        else:
            name = "default" if there is None else there.rubric_id
        if name not in self._rubrics:
            rubric = self._rubric_of(name)
            self._rubrics[name] = None if rubric is None else (rubric, rubric.rubric_id)
        found = self._rubrics[name]
        if found is None:
            raise BadValue(f"there is no rubric {display_line(name, 60)}")
        return found


class Reader:
    """Makes of a row the ratings that it holds: one, or one for each criterion that has a column."""

    def __init__(self, first: Sequence[RawRow], file: str, rows: Rows) -> None:
        """Judge by the `first` rows which columns there are. Raises `BadInput` where one is missing."""
        self._rows = rows
        used = (*COMMON, *_RATED)
        self._wide = not any("criterion" in rows.given(row) for row in first)
        either = [] if self._wide else [("value", "unscored")]
        self._columns = rows.check_columns(first, file, used, ["system"], either)

    def row(self, raw: RawRow) -> dict[str, Any]:
        """Return the line of a row, its study with split and rubric, the text, the rater, and what was said.

        Raises `BadValue`.
        """
        rows = self._rows
        given = rows.given(raw)
        example = rows.texts.example(given)
        text = rows.texts.text(example, word("system", given.get("system")), given.get("sample"))
        study, split, rubric_id = rows.study(given, raw.line, example)
        rater = rows.rater(given)
        said = self._said(given, rows.used[rubric_id])
        for criterion in said:
            rows.once(raw.line, study, text, rater, criterion)
        return {
            "line": raw.line, "study": study, "split": split, "rubric": rubric_id, "texts": [text, None],
            "rater": rater, "said": {criterion: packed(one) for criterion, one in said.items()},
        }  # fmt: skip

    def unused(self) -> tuple[str, ...]:
        """Return the columns that nothing was made of."""
        criteria = {key(one) for rubric in self._rows.used.values() for one in rubric.criteria} if self._wide else set()
        return tuple(name for name in self._columns if name not in {*COMMON, *_RATED, *criteria})

    def _said(self, given: Mapping[str, Any], rubric: Rubric) -> dict[str, Said]:
        reason = reason_of(given)
        if not self._wide:
            criterion = criterion_named(rubric, word("criterion", given.get("criterion")))
            value = _value(criterion, given.get("value"))
            if value is not None and reason is not None:
                raise BadValue("the row has a value, and a reason why there is none")
            if value is None and reason is None:
                raise BadValue("the row has neither a value nor a reason (unscored) why there is none")
            return {criterion.name: said(given, value, reason)}
        columns = [one for one in rubric.criteria if key(one) in given and key(one) not in {*COMMON, *_RATED}]
        if not columns:
            raise BadValue(
                "there is no column criterion, and none that is called as one of the rubric "
                f"{display_line(rubric.name, 40)}: {_names(rubric)}; another is chosen with --rubric"
            )
        values = {one.name: _value(one, given[key(one)]) for one in columns}
        found = {
            name: said(given, value, None if value is not None else reason)
            for name, value in values.items()
            if value is not None or reason is not None
        }
        if not found:
            raise BadValue("the row has neither a value nor a reason (unscored) why there is none")
        return found


def criterion_named(rubric: Rubric, name: str) -> Criterion:
    """Return the criterion of that name, else of that name in small or capital letters. Raises `BadValue`."""
    alike = [one for one in rubric.criteria if key(one) == name.lower()]
    found = next((one for one in alike if one.name == name), alike[0] if alike else None)
    if found is None:
        shown = display_line(rubric.name, 40)
        raise BadValue(f"the rubric {shown} has no criterion {display_line(name, 40)}, but {_names(rubric)}")
    return found


def said(given: Mapping[str, Any], value: float | str | None, unscored: str | None, **pair: str | None) -> Said:
    """Return what a row says beside its value. Raises `BadValue`."""
    return Said(
        value, unscored, _text("comment", given.get("comment")), _flagged(given.get("flagged")),
        amount("seconds", _there(given.get("seconds"))) or None, _time(given.get("created_at")), **pair,
    )  # fmt: skip


def reason_of(given: Mapping[str, Any]) -> str | None:
    """Return why a row has no value, None where it does not say. Raises `BadValue`."""
    reason = given.get("unscored")
    return None if reason is None or reason == "" or reason is False else _text("unscored", reason) or None


def packed(one: Said) -> list[Any]:
    """Return what was said for a line of JSON; `unpacked` is its inverse."""
    return [*one[:5], None if one.created_at is None else one.created_at.isoformat(), *one[6:]]


def unpacked(values: Sequence[Any]) -> Said:
    """Return what was said."""
    time = values[5]
    return Said._make([*values[:5], None if time is None else datetime.fromisoformat(time), *values[6:]])


def column_names(rows: Iterable[RawRow]) -> tuple[str, ...]:
    """Return the names of the columns of some rows as `by_column` has them."""
    return tuple(dict.fromkeys(str(name).strip().lower() for row in rows for name in row.values))


def key(criterion: Criterion) -> str:
    """Return by which name a column for a criterion is found."""
    return criterion.name.strip().lower()


def word(of: str, value: Any) -> str:
    """Return a name without the white space around it. Raises `BadValue` where there is none."""
    if not filled(value):
        raise BadValue(f"the row names no {of}")
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise BadValue(f"the {of} is no name")
    return str(storable(str(value).strip()))


def checked_rater(value: Any) -> str:
    """Return the name of a rater. Raises `BadValue` where it can be none."""
    name = word("rater", value)
    if len(name) > LONGEST_NAME:
        raise BadValue(f"a rater's name has at most {LONGEST_NAME} characters")
    return name


def _names(rubric: Rubric) -> str:
    return ", ".join(display_line(one.name, 30) for one in rubric.criteria)


def _value(criterion: Criterion, value: Any) -> float | None:
    if _there(value) is None:
        return None
    found = number(value)
    if found is None:
        raise BadValue(f"the value {display_line(str(value), 40)} is no number")
    if not criterion.lowest <= found <= criterion.highest:
        raise BadValue(
            f"{display_line(criterion.name, 40)} goes from {criterion.lowest} to {criterion.highest}, not {found:g}"
        )
    return found


def _there(value: Any) -> Any:
    """Return a value, None for an empty cell and for what tables of numbers have in its place."""
    return value if filled(value) and value == value else None


def _flagged(value: Any) -> bool:
    if _there(value) is None:
        return False
    found = value if isinstance(value, bool) else _WORDS.get(str(value).strip().lower())
    if found is None:
        raise BadValue("flagged is neither true nor false")
    return found


def _text(of: str, value: Any) -> str:
    if value is None or value != value:
        return ""
    if not isinstance(value, str):
        raise BadValue(f"{of} is not text")
    return str(storable(value))


def _time(value: Any) -> datetime | None:
    """Return when something was said, in UTC; a time without a zone is taken as UTC."""
    if _there(value) is None:
        return None
    try:
        found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value).strip())
        return found if found.tzinfo is None else found.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError) as error:
        raise BadValue("created_at is no time such as 2026-01-31T12:00:00") from error
