"""How far two systems are apart on a measure: the difference and its interval as text, as a bar, and in words."""

from viva.present import measures
from viva.present.measures import signed
from viva.records.comparison import MeasureDifference
from viva.records.estimate import Estimate

NONE = measures.NONE
ZERO = "|"
_INTERVALS = {"t": "", "bootstrap": ", bootstrap"}


def interval(one: MeasureDifference) -> str:
    """Return the difference with its interval as a cell: `+12.3 [+8.1, +16.4]`."""
    value, low, high = shown(one)
    if value is None:
        return NONE
    if measures.covers(one.difference, ends(one)):
        return f"{_value(one)} ({measures.TOO_FEW_SHORT})"
    if low is None or high is None:
        return _value(one)
    return f"{_value(one)} [{signed(low, digits(one))}, {signed(high, digits(one))}]"


def interval_words(one: MeasureDifference) -> str:
    """Return the difference with its interval in words."""
    found = f"difference {_value(one)}"
    if measures.covers(one.difference, ends(one)):
        return f"{found} ({measures.TOO_FEW})"
    _, low, high = shown(one)
    if low is not None and high is not None:
        bounds = f"{signed(low, digits(one))} to {signed(high, digits(one))}"
        return f"{found} (95% interval {bounds}{_INTERVALS.get(one.interval, '')})"
    why = (
        "one question alone has no interval" if one.n < 2 else "all differences are equal, so that there is no interval"
    )
    return f"{found} ({why})"


def bar(difference: Estimate, reach: float, width: int) -> str:
    """Return an interval beside zero that reads without colour: | is zero, ▒ the interval, █ the difference.

    The scale goes from −`reach` to `reach`.
    """
    if difference.value is None or width < 3 or reach <= 0:
        return ""

    def place(value: float) -> int:
        return round(min(max((value / reach + 1) / 2, 0.0), 1.0) * (width - 1))

    cells = ["·"] * width
    if difference.low is not None and difference.high is not None:
        for at in range(place(difference.low), place(difference.high) + 1):
            cells[at] = "▒"
    cells[place(0.0)] = ZERO
    cells[place(difference.value)] = "█"
    return "".join(cells)


def reach(one: MeasureDifference) -> float:
    """Return how far the bar of a measure goes to either side: a tenth of its scale, or as far as its interval."""
    known = [abs(value) for value in shown(one) if value is not None]
    return max([*known, (one.highest or 0) / 10])


def shown(one: MeasureDifference) -> Estimate:
    """Return a difference whose interval is cut to what there can be on the measure's scale."""
    return measures.on_scale(one.difference, ends(one))


def number(value: float | None, one: MeasureDifference) -> str:
    """Return a value with the decimals that suit its measure."""
    return NONE if value is None else f"{value:.{digits(one)}f}"


def p(value: float | None) -> str:
    """Return a p-value as papers write it."""
    if value is None:
        return NONE
    return "<0.001" if value < 0.001 else f"{value:.3f}" if value < 0.1 else f"{value:.2f}"


def digits(one: MeasureDifference) -> int:
    """Return how many decimals suit a measure."""
    known = [abs(value) for value in (one.first, one.second) if value is not None]
    return measures.digits(one.highest or max([1.0, *known]))


def _value(one: MeasureDifference) -> str:
    return NONE if one.difference.value is None else signed(one.difference.value, digits(one))


def ends(one: MeasureDifference) -> measures.Ends | None:
    """Return the largest differences that there can be, None where the scale is not known."""
    if one.highest is None:
        return None
    length = one.highest - (measures.bottom(one.key.measure) if one.key.source == "metric" else 0.0)
    return -length, length
