"""How often the 95% intervals of a ranking from pairs hold what they should, by simulation.

    python -m bench.ranking_coverage [--runs N] [--seed N]

Systems of known strengths are compared on questions that suit one more than another, so that the comparisons on a
question hang together; a fifth of them are ties. The truth is what the same fit says of 200,000 questions. Covered are
the strengths of all systems and the win rate of the first. Beside stands the interval that takes comparisons to be
independent of one another.
"""

import argparse
import math
from itertools import combinations
from typing import Any

import numpy as np

from viva.stats import bradley_terry
from viva.stats.intervals import t_quantile
from viva.stats.win_rate import win_rate

STRENGTHS = {2: (0.4, -0.4), 4: (0.9, 0.2, -0.3, -0.8)}
QUESTIONS = (20, 60, 200)
TILT, TIES = 0.8, 0.2
LARGE = 200_000
Rows = tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], np.ndarray[Any, Any], np.ndarray[Any, Any]]


def compared(random: np.random.Generator, strengths: tuple[float, ...], questions: int) -> Rows:
    """Return (first, second, scores, questions) of every two systems on every question."""
    own = np.asarray(strengths) + random.normal(0, TILT, (questions, len(strengths)))
    pairs = list(combinations(range(len(strengths)), 2))
    chance = np.stack([1 / (1 + np.exp(own[:, other] - own[:, one])) for one, other in pairs], axis=1)
    scores = (random.random(chance.shape) < chance).astype(float)
    scores[random.random(chance.shape) < TIES] = 0.5
    first, second = (np.tile([pair[side] for pair in pairs], questions) for side in (0, 1))
    return first, second, scores.reshape(-1), np.repeat(np.arange(questions), len(pairs))


def covered(
    random: np.random.Generator, systems: int, questions: int, runs: int, truth: list[float], rate: float
) -> str:
    """Return a line of the table."""
    hits, naive, rates, widths = 0, 0, 0, 0.0
    for _ in range(runs):
        rows = compared(random, STRENGTHS[systems], questions)
        found = bradley_terry.fit(*rows, systems)
        alone = bradley_terry.fit(*rows[:3], np.arange(rows[2].size), systems)
        t = t_quantile(0.975, rows[2].size - 1)
        for system, true in enumerate(truth):
            strength = found.strength(system)
            assert strength.low is not None
            assert strength.high is not None
            hits += strength.low <= true <= strength.high
            widths += strength.high - strength.low
            half = t * math.sqrt(alone.covariance[system, system])
            naive += abs(alone.values[system] - true) <= half
        own = rows[0] == 0
        mean = np.bincount(rows[3][own], rows[2][own]) / np.bincount(rows[3][own])
        interval = win_rate(mean).rate
        rates += interval.low is not None and interval.high is not None and interval.low <= rate <= interval.high
    count = runs * systems
    return (
        f"| {systems} | {questions} | {100 * hits / count:.1f}% | {widths / count:.2f} | {100 * naive / count:.1f}% | "
        f"{100 * rates / runs:.1f}% |"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    random = np.random.default_rng(given.seed)
    print("| systems | questions | strength | width, logits | as if independent | win rate |")
    print("|---:|---:|---:|---:|---:|---:|")
    for systems, strengths in STRENGTHS.items():
        rows = compared(random, strengths, LARGE)
        truth = [float(value) for value in bradley_terry.fit(*rows, systems).values]
        rate = float(rows[2][rows[0] == 0].mean())
        for questions in QUESTIONS:
            print(covered(random, systems, questions, given.runs, truth, rate), flush=True)


if __name__ == "__main__":
    main()
