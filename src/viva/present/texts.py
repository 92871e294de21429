"""The texts behind the leaderboard in words: a page of examples, and one example in full."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from rich.cells import cell_len

from viva.present import measures
from viva.present.leaderboard import field_name, system_name
from viva.records.browsing import BrowsedExample, BrowseOrder, BrowsePage, BrowseQuery, BrowseRow
from viva.records.generation import ScoredText
from viva.records.metric import FLAWS, METRICS
from viva.text import display_line, plural

ORDERS = {
    BrowseOrder.DATASET: ("Dataset's order", "as the examples were imported"),
    BrowseOrder.LOWEST: ("Lowest first", "by the mean over the systems"),
    BrowseOrder.HIGHEST: ("Highest first", "by the mean over the systems"),
    BrowseOrder.DISAGREEMENT: ("Largest difference first", "where the systems lie furthest apart"),
}
"""How examples can be ordered: what it is called, and what it means."""

NOTHING_HERE = "No system that is shown has written anything for these questions yet.\n\nEsc goes back from here."
NOTHING_WRITTEN = (
    "No system has written anything for this split yet.\n\nOn Home, g lets models write. Esc goes back from here."
)
WIDEST_DIFFERENCE = 20
"""Columns of the names of two systems above their difference."""
_SAID_ELSEWHERE = {"empty", "cut_off"}
"""Flaws that can be told from the text itself, scored or not."""


def order_title(query: BrowseQuery) -> str:
    """Return in words how a query orders examples."""
    name = measures.title(query.measure) if query.measure else "measure"
    return {
        BrowseOrder.DATASET: "in the dataset's order",
        BrowseOrder.LOWEST: f"lowest {name} first",
        BrowseOrder.HIGHEST: f"highest {name} first",
        BrowseOrder.DISAGREEMENT: f"by difference in {name}",
    }[query.order]


def caption(page: BrowsePage) -> str:
    """Return what a page shows: its measure, its order, and what was looked for."""
    measure = measures.title(page.query.measure) if page.query.measure else "Nothing is scored"
    looked_for = f" · with “{display_line(page.query.text, 30)}”" if page.query.text else ""
    return f"{measure} · {order_title(page.query)}{looked_for}"


def range_text(page: BrowsePage) -> str:
    """Return which of the examples a page holds."""
    if not page.rows:
        return f"none of {page.total:,}" if page.total else ""
    first = page.query.offset + 1
    return f"{first:,}–{first + len(page.rows) - 1:,} of {page.total:,}"


def nothing_found(query: BrowseQuery) -> str:
    """Return what stands in place of a page without examples."""
    if query.text:
        return f"No example holds “{display_line(query.text, 60)}”, and no text does.\n\nx shows all of them again."
    return NOTHING_HERE if query.narrowed else NOTHING_WRITTEN


def turned(page: BrowsePage, step: int) -> BrowseQuery | None:
    """Return the query of the next page (`step` 1) or the one before (-1), None where there is none."""
    query = page.query
    offset = query.offset + step * query.limit
    if step < 0 and query.offset > 0:
        return replace(query, offset=max(offset, 0))
    return replace(query, offset=offset) if 0 <= offset < page.total else None


def highest(page: BrowsePage) -> float:
    """Return the end of the measure's scale, as far as the page tells where viva does not know it."""
    known = measures.top(page.query.measure)
    return known or max([1.0, *(value for row in page.rows for value in row.values if value is not None)])


def value_texts(page: BrowsePage, row: BrowseRow) -> list[str]:
    """Return the systems' values of an example, a word or a dash where there is none."""
    nothing = "not rated" if measures.is_human_total(page.query.measure) else measures.NONE
    top = highest(page)
    return [nothing if value is None else measures.number(value, top) for value in row.values]


def difference_heading(page: BrowsePage, names: Mapping[str, str]) -> str:
    """Return what stands above `difference_text`: of two systems which is taken from which, by `names` that are short.

    Where these take too much room, it says so by their places.
    """
    if len(page.systems) != 2:
        return "Difference"
    heading = " − ".join(names[system] for system in page.systems)
    return heading if cell_len(heading) <= WIDEST_DIFFERENCE else "1st − 2nd"


def difference_text(page: BrowsePage, row: BrowseRow) -> str:
    """Return the first of two systems' value less the second's, of more how far they lie apart; else a dash."""
    values = [value for value in row.values if value is not None]
    if len(values) < 2:
        return measures.NONE
    if len(page.systems) == 2:
        return measures.signed(values[0] - values[1], measures.digits(highest(page)))
    return measures.number(max(values) - min(values), highest(page))


def question_line(row: BrowseRow, width: int) -> str:
    """Return an example's question on one line."""
    return display_line(row.question, width) or "(no question)"


def sample_count(example: BrowsedExample) -> int:
    """Return how many samples the system has that wrote most of them."""
    systems = [text.system for text in example.texts]
    return max((systems.count(system) for system in set(systems)), default=0)


def place_text(example: BrowsedExample, system: str = "") -> str:
    """Return which example this is, and whose text of it is in front where that is to be said."""
    parts = [f"Example {example.position + 1}", *([field_name(example.field)] if example.field else [])]
    return " · ".join([*parts, *([system_name(system, 100)] if system else [])])


def samples_of(example: BrowsedExample, system: str) -> list[ScoredText]:
    """Return what a system wrote for an example."""
    return [text for text in example.texts if text.system == system]


def place_of(example: BrowsedExample, system: str, sample: int) -> int:
    """Return which of an example's texts is a system's that is seen when all show `sample`; the first without one."""
    found = samples_of(example, system)
    return example.texts.index(found[sample % len(found)]) if found else 0


def value_of(text: ScoredText, measure: str) -> float | None:
    """Return a text's value of a measure, None where it is unscored."""
    return text.human_total if measure == measures.HUMAN_TOTAL else text.metrics.get(measure)


def measure_lines(text: ScoredText, measure: str = "", *, everything: bool = True) -> list[tuple[str, str]]:
    """Return what is known of a text as (measure, value), the human total first, in words where there is none.

    Without `everything`, a metric of viva's is told by its first number and people's total is that of all studies,
    unless `measure` is another of them.
    """
    if text.failed is not None:
        return []
    if text.human_total is not None:
        people = f"{measures.number(text.human_total, 100)} ({plural(text.raters, 'rater')})"
    else:
        people = "not rated"
    lines = [(measures.HUMAN_TOTAL, people)]
    details = {name for info in METRICS.values() for name in info.names[1:]}
    details |= {name for name in text.metrics if measures.is_human_total(name)}
    for name in sorted(text.metrics, key=measures.rank):
        if everything or name == measure or name not in details:
            value = text.metrics[name]
            top = measures.top(name) or max(1.0, value or 0.0)
            lines.append((name, "unscored" if value is None else measures.number(value, top)))
    return lines


def has_details(texts: Sequence[ScoredText], measure: str) -> bool:
    """Tell whether more is known of some text than the first number of each metric."""
    return any(len(measure_lines(text)) > len(measure_lines(text, measure, everything=False)) for text in texts)


def mean_line(samples: Sequence[ScoredText], measure: str) -> str:
    """Return the mean of a measure over a system's samples; nothing where it wrote only one, or has no value."""
    values = [value for text in samples if (value := value_of(text, measure)) is not None]
    if len(samples) < 2 or not values:
        return ""
    top = measures.top(measure) or max(1.0, *values)
    of = f"{len(values)} of {len(samples)}" if len(values) < len(samples) else str(len(samples))
    return f"{measures.title(measure)}, mean of {of} samples: {measures.number(sum(values) / len(values), top)}"


def remarks(text: ScoredText) -> str:
    """Return what a reader should know of a text before reading it."""
    if text.failed is not None:
        return f"No text: {display_line(text.failed, 300) or 'no reason is known'}"
    if not text.text.strip():
        return "It wrote nothing"
    found = ["Cut off at the length limit"] if text.finish_reason == "length" else []
    found += [title for name, title in FLAWS.items() if name not in _SAID_ELSEWHERE and text.metrics.get(name)]
    return " · ".join(found)
