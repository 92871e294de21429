"""What is measured while a model trains: the points to paint, and the latest values in words."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from viva.records.job import Curve

LOSS, EVAL_LOSS = "loss", "eval_loss"

GIB = 1 << 30


@dataclass(frozen=True)
class Measure:
    """Something that has a curve; values are multiplied by `scale` to be told in `unit`.

    Those that are `evaluated` are known at evaluations only, and painted as marks.
    """

    key: str
    title: str
    unit: str = ""
    scale: float = 1.0
    evaluated: bool = False

    @property
    def axis(self) -> str:
        """What stands above the numbers of the axis."""
        return self.unit or self.title


MEASURES = (
    Measure(LOSS, "loss"),
    Measure("learning_rate", "learning rate", "rate"),
    Measure("tokens_per_second", "tokens per second", "tok/s"),
    Measure("memory", "memory at the peak", "GiB", 1 / GIB),
    Measure("repetition", "repetition in the probes", "%", 100, True),
)


@dataclass(frozen=True)
class CurvePicture:
    """What a plot paints, thinned out: a line, marks where the model was evaluated, and the best step's point."""

    line: list[tuple[float, float]]
    marks: list[tuple[float, float]]
    best: tuple[float, float] | None = None

    @property
    def empty(self) -> bool:
        return not self.line and not self.marks

    @property
    def last_step(self) -> float:
        return max((x for x, _ in [*self.line, *self.marks]), default=0.0)

    @property
    def values(self) -> tuple[float, float]:
        """The least and greatest value with a little room, so that even a single point has an axis."""
        values = [y for _, y in [*self.line, *self.marks]] or [0.0]
        room = 0.05 * (max(values) - min(values)) or 0.1 * abs(values[0]) or 1.0
        return min(values) - room, max(values) + room


def measured(curve: Curve) -> list[Measure]:
    """Return the measures of which there are points, in their usual order."""
    return [
        measure
        for measure in MEASURES
        if _finite(curve.points.get(measure.key, []))
        or (measure.key == LOSS and _finite(curve.points.get(EVAL_LOSS, [])))
    ]


def curve_picture(curve: Curve, width: int, measure: Measure = MEASURES[0]) -> CurvePicture:
    """Return what to paint in `width` cells: at most twice as many points a curve, the extremes kept."""
    if measure.key != LOSS:
        points = [(x, y * measure.scale) for x, y in _finite(curve.points.get(measure.key, []))]
        thin = downsample(points, 2 * width)
        return CurvePicture([], thin) if measure.evaluated else CurvePicture(thin, [])
    evaluations = _finite(curve.points.get(EVAL_LOSS, []))
    best = next(((x, y) for x, y in evaluations if x == curve.best_step), None)
    loss = _finite(curve.points.get(LOSS, []))
    return CurvePicture(downsample(loss, 2 * width), downsample(evaluations, 2 * width), best)


def downsample(points: Sequence[tuple[float, float]], limit: int) -> list[tuple[float, float]]:
    """Return at most `limit` (at least 4) points in their order: the ends, and each stretch's least and greatest."""
    limit = max(limit, 4)
    if len(points) <= limit:
        return list(points)
    inner = points[1:-1]
    stretches = (limit - 2) // 2
    kept = [points[0]]
    for number in range(stretches):
        stretch = inner[number * len(inner) // stretches : (number + 1) * len(inner) // stretches]
        ends = {min(stretch, key=lambda point: point[1]), max(stretch, key=lambda point: point[1])}
        kept += sorted(ends)
    return [*kept, points[-1]]


def curve_line(curve: Curve) -> str:
    """Return the losses now, and the best checkpoint so far."""
    loss = _finite(curve.points.get(LOSS, []))
    evaluations = _finite(curve.points.get(EVAL_LOSS, []))
    parts = []
    if loss:
        parts.append(f"training loss {loss[-1][1]:.3f}")
    if evaluations:
        parts.append(f"validation loss {evaluations[-1][1]:.3f}")
    value = dict(evaluations).get(float(curve.best_step)) if curve.best_step is not None else None
    if curve.best_step is not None:
        parts.append(f"best step {curve.best_step:,}" + (f" ({value:.3f})" if value is not None else ""))
    return " · ".join(parts)


def pace_line(curve: Curve) -> str:
    """Return the latest of what else is measured: learning rate, tokens per second, memory, repetition."""
    latest = {measure.key: _finite(curve.points.get(measure.key, [])) for measure in MEASURES}
    values = {key: points[-1][1] for key, points in latest.items() if points}
    parts = []
    if "learning_rate" in values:
        parts.append(f"learning rate {values['learning_rate']:.3g}")
    if "tokens_per_second" in values:
        parts.append(f"{values['tokens_per_second']:,.0f} tokens/s")
    if "memory" in values:
        parts.append(f"memory {values['memory'] / GIB:.1f} GiB")
    if "repetition" in values:
        parts.append(f"repetition {values['repetition']:.0%}")
    return " · ".join(parts)


def _finite(points: Sequence[tuple[int, float]]) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in points if math.isfinite(y)]
