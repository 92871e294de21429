"""Whether 95% intervals cover what they claim to: people alone, judge alone, and both by prediction-powered inference.

    python -m bench.coverage [SIMULATIONS] [SEED]

Each of SIMULATIONS (2,500) times a split of 240 questions is made from a known world: two systems whose texts people
and a judge give points to, the judge too kind to one of them. Of it n questions are drawn as a study draws them: at
random, or within quarters of how far the judge sees the systems apart, or within fields of very different sizes. Then
it is counted how often an interval holds the true mean, or difference. The Monte Carlo error of 2,500 is 0.44 points;
marked is what lies outside of 93 to 97%.
"""

import math
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from viva.stats import prediction_powered
from viva.stats.sampling import quarters
from viva.stats.weighted_mean import weighted_mean
from viva.workbench import study_drawing

SPLIT = 240
SIZES = (20, 60, 200)
DESIGNS = ("simple", "judge", "field")
WEIGHTS = np.array([40.0, 30.0, 20.0, 10.0])
FIELDS = np.repeat(np.arange(8), [80, 50, 40, 30, 20, 10, 6, 4])
FIELD_SHIFT = np.linspace(-0.6, 0.6, 8)
KINDNESS = 0.5
"""By how many levels the judge rates the second system too high: about 8 points."""
WORLDS = {
    "total": (WEIGHTS, 3.2), "criterion": (WEIGHTS[:1], 3.2), "near the top": (WEIGHTS[:1], 4.2),
    "half at the top": (WEIGHTS[:1], 4.6),
}  # fmt: skip
"""What is rated: the total of four criteria, one of them, one of which most texts get 4 or 5 of 5, half of them 5."""

Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass
class Tally:
    """How often an interval held the truth, of how many, and how wide it was."""

    covered: list[bool] = field(default_factory=list)
    widths: list[float] = field(default_factory=list)

    def add(self, truth: float, low: float | None, high: float | None) -> None:
        """Note an interval; one that does not exist holds nothing."""
        there = low is not None and high is not None
        self.covered.append(low is not None and high is not None and low <= truth <= high)
        self.widths.append(high - low if there else math.nan)  # type: ignore[operator]


def split(rng: np.random.Generator, world: str, fields: Array) -> tuple[Array, Array]:
    """Return people's and the judge's points (systems, questions) of a split made from a world."""
    weights, level = WORLDS[world]
    size = (2, fields.size, weights.size)
    question = rng.normal(size=(1, fields.size, 1)) * 0.6 + FIELD_SHIFT[fields.astype(int)][None, :, None]
    truth = level + question + rng.normal(size=(2, fields.size, 1)) * 0.7 + rng.normal(size=size) * 0.4
    truth[1] += 0.3
    people = np.clip(np.rint(truth + rng.normal(size=size) * 0.4), 0, 5)
    judge = truth + rng.normal(size=(2, fields.size, 1)) * 0.5 + rng.normal(size=size) * 0.4
    judge[1] += KINDNESS
    judge = np.clip(np.rint(judge), 0, 5)
    return people @ weights / 5, judge @ weights / 5


def truths(world: str) -> tuple[float, float]:
    """Return the true mean of the second system and its difference from the first, over ever so many questions."""
    rng = np.random.default_rng(1)
    shares = np.bincount(FIELDS) / FIELDS.size
    people, _ = split(rng, world, rng.choice(8, size=1_000_000, p=shares).astype(float))
    return float(people[1].mean()), float((people[1] - people[0]).mean())


def drawn(design: str, apart: Array, fields: Array, n: int, seed: int) -> tuple[list[int], list[float], list[str]]:
    """Return the questions that a study of n draws, their weights and strata."""
    names = [f"{place:03}" for place in range(apart.size)]
    if design == "judge":
        strata = {name: str(of) for name, of in quarters(dict(zip(names, np.abs(apart).tolist(), strict=True))).items()}
    else:
        strata = {name: str(of) if design == "field" else "" for name, of in zip(names, fields, strict=True)}
    frame = study_drawing.frame(strata, seed)
    sample = study_drawing.draw(frame, n, 1.0, {}, seed)
    chance = study_drawing.probabilities(sample, frame)
    chosen = [(int(name), stratum) for stratum, order in sample.calibration.items() for name in order]
    return [at for at, _ in chosen], [1 / chance[of] for _, of in chosen], [of for _, of in chosen]


def simulate(world: str, simulations: int, seed: int) -> dict[tuple[str, int, str, str], Tally]:
    """Return the tallies by (design, n, what is estimated, by whom)."""
    rng = np.random.default_rng([seed, list(WORLDS).index(world)])
    mean, difference = truths(world)
    tallies: dict[tuple[str, int, str, str], Tally] = {}
    shares = np.bincount(FIELDS) / FIELDS.size
    for number in range(simulations):
        fields = rng.choice(8, size=SPLIT, p=shares).astype(float)
        people, judge = split(rng, world, fields)
        apart = judge[1] - judge[0]
        targets = (("mean", mean, people[1], judge[1]), ("difference", difference, people[1] - people[0], apart))
        for design in DESIGNS:
            for n in SIZES:
                at, weights, strata = drawn(design, apart, fields, n, number)
                for what, truth, y, f in targets:
                    found = _intervals(y, f, at, *((None, None) if design == "simple" else (weights, strata)))
                    for whom, (low, high) in found.items():
                        tallies.setdefault((design, n, what, whom), Tally()).add(truth, low, high)
    return tallies


def _intervals(
    y: Array, f: Array, at: list[int], weights: Sequence[float] | None, strata: Sequence[str] | None
) -> dict[str, tuple[float | None, float | None]]:
    alone = weighted_mean(y[at].tolist(), weights, strata)
    powered = prediction_powered.mean(y[at].tolist(), f[at].tolist(), np.delete(f, at).tolist(), weights, strata)
    judge = weighted_mean(f.tolist())
    return {
        "people": (alone.low, alone.high),
        "both": (powered.low, powered.high),
        "judge": (judge.low, judge.high),
    }


def table(world: str, tallies: dict[tuple[str, int, str, str], Tally]) -> Table:
    """Return coverage in percent, and how wide the intervals of both are beside those of people alone."""
    made = Table(title=f"{world}: coverage of 95% intervals, %")
    for name in ("drawn", "n", "of", "people", "both", "judge alone", "width both / people"):
        made.add_column(name, justify="left" if name in {"drawn", "of"} else "right")
    for design, n, what in dict.fromkeys(key[:3] for key in tallies):
        one = {whom: tallies[design, n, what, whom] for whom in ("people", "both", "judge")}
        shown = [100 * float(np.mean(tally.covered)) for tally in one.values()]
        marked = [f"{value:.1f}{'' if 93 <= value <= 97 else ' !'}" for value in shown[:2]]
        ratio = np.nanmean(one["both"].widths) / np.nanmean(one["people"].widths)
        made.add_row(design, str(n), what, *marked, f"{shown[2]:.1f}", f"{ratio:.2f}")
    return made


def main(arguments: Sequence[str]) -> None:
    """Print a table for each world."""
    simulations, seed = ([int(one) for one in arguments] + [2500, 0][len(arguments) :])[:2]
    console = Console(width=100)
    for world in WORLDS:
        begun = time.perf_counter()
        tallies = simulate(world, simulations, seed)
        error = 100 * math.sqrt(0.95 * 0.05 / simulations)
        console.print(table(world, tallies))
        console.print(
            f"{simulations:,} simulations, seed {seed}, Monte Carlo error {error:.2f} points, "
            f"{time.perf_counter() - begun:.0f} s\n"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
