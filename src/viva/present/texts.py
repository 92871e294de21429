"""The texts behind the leaderboard: examples with each system's measure, sorted, and one example in full."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import TypeVar

from viva.present import measures
from viva.records.generation import ExampleResult, ScoredText
from viva.text import display_line, plural

T = TypeVar("T")


class Order(StrEnum):
    """How examples are sorted: as in the dataset, by the lowest value, by how far systems lie apart."""

    POSITION = "position"
    MEASURE = "measure"
    DIFFERENCE = "difference"


@dataclass(frozen=True)
class Drilldown:
    """The examples of a split, looked at by one measure in one order."""

    examples: tuple[ExampleResult, ...]
    measure: str = ""
    order: Order = Order.POSITION

    @cached_property
    def measures(self) -> tuple[str, ...]:
        """The measures that some text has, the human total first."""
        texts = [text for example in self.examples for text in example.texts]
        found = {name for text in texts for name in text.metrics}
        if any(text.human_total is not None for text in texts):
            found.add(measures.HUMAN_TOTAL)
        return tuple(sorted(found, key=measures.rank))

    @cached_property
    def systems(self) -> tuple[str, ...]:
        """The systems that wrote something, in the order in which they first appear."""
        return tuple(dict.fromkeys(text.system for example in self.examples for text in example.texts))

    @cached_property
    def rows(self) -> tuple[ExampleResult, ...]:
        """The examples in order; those without a value come last."""
        if self.order is Order.MEASURE:
            return tuple(sorted(self.examples, key=lambda e: _last_if_none(min(self._values(e), default=None))))
        if self.order is Order.DIFFERENCE:
            return tuple(sorted(self.examples, key=lambda e: _last_if_none(_negative(self.difference(e)))))
        return tuple(sorted(self.examples, key=lambda e: e.position))

    @property
    def highest(self) -> float:
        """The end of the measure's scale."""
        known = measures.top(self.measure)
        return known or max([1.0, *(v for example in self.examples for v in self._values(example))])

    @property
    def order_title(self) -> str:
        name = measures.title(self.measure) if self.measure else "measure"
        return {
            Order.POSITION: "in the dataset's order",
            Order.MEASURE: f"lowest {name} first",
            Order.DIFFERENCE: f"by difference in {name}",
        }[self.order]

    def with_measure(self, measure: str) -> "Drilldown":
        """Return the same with `measure`, or with the first there is where no text has that one."""
        there = measure if measure in self.measures else (self.measures or ("",))[0]
        return replace(self, measure=there)

    def next_measure(self) -> "Drilldown":
        return replace(self, measure=_after(self.measures, self.measure)) if self.measures else self

    def next_order(self) -> "Drilldown":
        return replace(self, order=_after(tuple(Order), self.order))

    def value(self, example: ExampleResult, system: str) -> str:
        """Return what a system's text has for the example, a word where it has none, nothing without a text."""
        texts = [text for text in example.texts if text.system == system]
        if not texts:
            return ""
        found = value_of(texts[-1], self.measure)
        if found is None:
            return "not rated" if self.measure == measures.HUMAN_TOTAL else "unscored"
        return measures.number(found, self.highest)

    def difference(self, example: ExampleResult) -> float | None:
        """Return how far the systems lie apart on the example, None where fewer than two have a value."""
        values = self._values(example)
        return max(values) - min(values) if len(values) > 1 else None

    def difference_text(self, example: ExampleResult) -> str:
        return measures.number(self.difference(example), self.highest)

    def _values(self, example: ExampleResult) -> list[float]:
        found = (value_of(text, self.measure) for text in example.texts)
        return [value for value in found if value is not None]


def drilldown(examples: Iterable[ExampleResult], measure: str = "") -> Drilldown:
    """Return the examples, looked at by `measure` where some text has it."""
    return Drilldown(tuple(examples)).with_measure(measure)


def value_of(text: ScoredText, measure: str) -> float | None:
    """Return a text's value of a measure, None where it is unscored."""
    return text.human_total if measure == measures.HUMAN_TOTAL else text.metrics.get(measure)


def measure_lines(text: ScoredText) -> list[tuple[str, str]]:
    """Return what is known of a text as (measure, value), the human total first, in words where there is none."""
    if text.human_total is not None:
        people = f"{measures.number(text.human_total, 100)} ({plural(text.raters, 'rater')})"
    else:
        people = "not rated"
    lines = [(measures.HUMAN_TOTAL, people)]
    for name in sorted(text.metrics, key=measures.rank):
        value = text.metrics[name]
        highest = measures.top(name) or max(1.0, value or 0.0)
        lines.append((name, "unscored" if value is None else measures.number(value, highest)))
    return lines


def remarks(text: ScoredText) -> str:
    """Return what a reader should know of a text before reading it."""
    if not text.text.strip():
        return "It wrote nothing"
    return "Cut off at the length limit" if text.finish_reason == "length" else ""


def question_line(example: ExampleResult, width: int) -> str:
    """Return an example's question on one line."""
    return display_line(example.question, width) or "(no question)"


def _after(items: tuple[T, ...], item: T) -> T:
    return items[(items.index(item) + 1) % len(items)] if item in items else items[0]


def _negative(value: float | None) -> float | None:
    return None if value is None else -value


def _last_if_none(value: float | None) -> tuple[bool, float]:
    return (value is None, value or 0.0)
