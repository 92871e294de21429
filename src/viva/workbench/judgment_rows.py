"""Rows of a file of verdicts: what their columns are, which text each is about, and what is wrong with one."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from viva.errors import BadInput
from viva.records.judging import JudgeMode
from viva.records.reading import RawRow
from viva.records.rubric import Rubric
from viva.store.judgment_rows import Said, Slot, Text
from viva.store.rows import storable
from viva.text import display_line
from viva.workbench.output_rows import Examples
from viva.workbench.row_values import BadValue, by_column, check_columns, filled, number, whole

MOST_SAMPLES = 9_999
"""The largest number that a sample of a judge may have."""
_LONGEST_NAME = 100
_WORDS = {"true": True, "false": False}


class Reader:
    """Makes of a row the verdict that it holds."""

    def __init__(
        self,
        rows: Iterable[RawRow],
        dataset: str,
        examples: Examples,
        texts: Mapping[Text, str],
        rubric_of: Callable[[str], Rubric | None],
        rubric: Rubric,
        judge: str | None,
        file: str,
        splits: Mapping[str, str],
        own: Collection[str],
    ) -> None:
        """Judge by the first `rows` which columns there are; `judge` stands for that column.

        `texts` are those that can be judged, `splits` tells the split of an example. `rubric_of` finds a rubric by its
        name or id; `rubric` is that of rows that name none. `own` are the judges that viva asks itself. Raises
        `BadInput` where a column is missing.
        """
        self._dataset, self._examples, self._texts = dataset, examples, texts
        self._rubric_of, self._rubric, self._judge = rubric_of, rubric, judge
        self._systems = {system for system, _, _ in texts}
        self._rubrics: dict[str, Rubric | None] = {}
        self._lines: dict[Slot, int] = {}
        self._file, self._splits, self._own = file, splits, own
        self._rubric_by: dict[tuple[str, str, str], tuple[Rubric, int]] = {}
        self.used: dict[str, Rubric] = {}
        needed = {"system": "", "criterion": ""}
        if judge is None:
            needed["judge"] = "; or name the judge of all rows with --judge"
        check_columns(rows, file, needed, [("example", "question"), ("value", "unscored")])

    def row(self, raw: RawRow) -> dict[str, Any]:
        """Return the line of a row, its example's split, the fields of its `Slot` and those of its `Said`.

        Raises `BadValue`, and `BadInput` where a judge has judged by another rubric before: only one would count.
        """
        given = by_column(raw)
        dataset = given.get("dataset")
        if filled(dataset) and dataset != self._dataset:
            raise BadValue(f"the row is about the dataset {display_line(str(dataset), 60)}")
        rubric = self._rubric_named(given.get("rubric"))
        split, text = self._text(given)
        slot = Slot(
            text,
            checked_judge(given.get("judge")) if self._judge is None else self._judge,
            _mode(given.get("mode")),
            rubric.rubric_id,
            _word("criterion", given.get("criterion")),
            _judge_sample(given.get("judge_sample")),
        )
        if slot.judge in self._own:
            raise BadValue(f"{display_line(slot.judge, 60)} is a judge that viva asks itself: give it another --judge")
        said = _said(given, slot.criterion, rubric)
        if (before := self._lines.setdefault(slot, raw.line)) != raw.line:
            raise BadValue(f"the row says again what line {before} says: number several verdicts in judge_sample")
        self._check_rubric(raw.line, split, slot, rubric)
        self.used[rubric.rubric_id] = rubric
        return {"line": raw.line, "split": split, "slot": list(slot), "said": list(said)}

    def _check_rubric(self, line: int, split: str, slot: Slot, rubric: Rubric) -> None:
        first, before = self._rubric_by.setdefault((slot.judge, slot.mode, split), (rubric, line))
        if first.rubric_id != rubric.rubric_id:
            raise BadInput(
                f"{self._file}, line {line}: {display_line(slot.judge, 60)} judged by the rubric "
                f"{display_line(rubric.name, 40)}, in line {before} by {display_line(first.name, 40)}",
                "of a judge and mode one rubric counts: import a file for each, the one that is to count last",
            )

    def _text(self, given: Mapping[str, Any]) -> tuple[str, str]:
        """Return the split of a row's example and the id of the text that it is about."""
        if filled(given.get("example")):
            value = given["example"]
            example = self._examples.named(value.strip() if isinstance(value, str) else value)
            if filled(given.get("question")) and not self._examples.asks(example, given["question"]):
                raise BadValue("the example asks another question than the row")
        elif filled(given.get("question")):
            example = self._examples.asked(given["question"])
        else:
            raise BadValue("the row names no example")
        system = _word("system", given.get("system"))
        if system not in self._systems:
            raise BadValue(f"no system {display_line(system, 60)} has written for the dataset")
        sample = whole("sample", given.get("sample"), 0)
        if (system, example, sample) not in self._texts:
            of_sample = f" sample {sample} of" if sample else ""
            raise BadValue(f"{display_line(system, 60)} has written no{of_sample} text for this example")
        return self._splits[example], self._texts[system, example, sample]

    def _rubric_named(self, value: Any) -> Rubric:
        if not filled(value):
            return self._rubric
        name = _word("rubric", value)
        if name not in self._rubrics:
            self._rubrics[name] = self._rubric_of(name)
        found = self._rubrics[name]
        if found is None:
            raise BadValue(f"there is no rubric {display_line(name, 60)}")
        return found


def checked_judge(value: Any) -> str:
    """Return the name of a judge without the white space around it. Raises `BadValue` where it can be none."""
    name = _word("judge", value)
    if len(name) > _LONGEST_NAME or display_line(name) != name or "," in name:
        raise BadValue(f"a judge's name is one line of up to {_LONGEST_NAME} visible characters without a comma")
    return name


def _said(given: Mapping[str, Any], criterion: str, rubric: Rubric) -> Said:
    scale = next((one for one in rubric.criteria if one.name == criterion), None)
    if scale is None:
        known = ", ".join(display_line(one.name, 30) for one in rubric.criteria)
        raise BadValue(
            f"the rubric {display_line(rubric.name, 40)} has no criterion {display_line(criterion, 40)}, but {known}"
        )
    value, reason = given.get("value"), given.get("unscored")
    unscored = None if reason is None or reason == "" or reason is False else _text_of("unscored", reason)
    scored = None
    if filled(value):
        if unscored is not None:
            raise BadValue("the row has a value, and a reason why there is none")
        scored = number(value)
        if scored is None:
            raise BadValue(f"the value {display_line(str(value), 40)} is no number")
        if not scale.lowest <= scored <= scale.highest:
            raise BadValue(f"{display_line(criterion, 40)} goes from {scale.lowest} to {scale.highest}, not {scored:g}")
    elif unscored is None:
        raise BadValue("the row has neither a value nor a reason (unscored) why there is none")
    return Said(
        scored,
        unscored,
        _text_of("rationale", given.get("rationale")),
        _text_of("evidence", given.get("evidence")),
        _found(given.get("found")),
    )


def _judge_sample(value: Any) -> int:
    sample = whole("judge_sample", value, 0)
    if sample > MOST_SAMPLES:
        raise BadValue(f"judge_sample is no whole number from 0 to {MOST_SAMPLES:,}")
    return sample


def _found(value: Any) -> bool | None:
    if not filled(value):
        return None
    if isinstance(value, str) and value.strip().lower() in _WORDS:
        return _WORDS[value.strip().lower()]
    if not isinstance(value, bool):
        raise BadValue("found is neither true nor false")
    return value


def _mode(value: Any) -> str:
    if not filled(value):
        return JudgeMode.REFERENCE.value
    try:
        return JudgeMode(value.strip().lower() if isinstance(value, str) else value).value
    except ValueError as error:
        raise BadValue(f"the mode is neither {JudgeMode.REFERENCE} nor {JudgeMode.INDEPENDENT}") from error


def _word(word: str, value: Any) -> str:
    if not filled(value):
        raise BadValue(f"the row names no {word}")
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise BadValue(f"the {word} is no name")
    return str(storable(str(value).strip()))


def _text_of(word: str, value: Any) -> str:
    if value is None or value != value:
        return ""
    if not isinstance(value, str):
        raise BadValue(f"{word} is not text")
    return str(storable(value))
