import math
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

import pytest

from tests.fakes.odd_results import DATASET, METRIC, PAIRS, STATES, STUDY, fill_odd
from viva.errors import UserError
from viva.records.results import MeasureKey
from viva.workbench import Workbench

KEY = MeasureKey("metric", METRIC)

ASKED: dict[str, Callable[[Workbench], Any]] = {
    "leaderboard": lambda bench: bench.results.leaderboard(DATASET),
    "leaderboard by field": lambda bench: bench.results.leaderboard(DATASET, by="field"),
    "leaderboard by subfield": lambda bench: bench.results.leaderboard(DATASET, by="subfield"),
    "ranks": lambda bench: bench.results.ranks(DATASET),
    "compare": lambda bench: bench.comparisons.compare("base", "tuned", DATASET, every=True),
    "apart": lambda bench: bench.comparisons.apart("base", "tuned", DATASET, KEY),
    "agreement": lambda bench: bench.rater_agreement.of(STUDY),
    "agreement of pairs": lambda bench: bench.rater_agreement.of(PAIRS),
    "disputes": lambda bench: bench.adjudication.list(STUDY),
    "ranking": lambda bench: bench.ranking.of(DATASET),
    "weights of people": lambda bench: bench.weights.of(DATASET, study=STUDY),
    "weights": lambda bench: bench.weights.of(DATASET),
    "verdict": lambda bench: bench.calibration.of(DATASET, STUDY),
    "plan": lambda bench: bench.precision.of(STUDY),
    "plan of pairs": lambda bench: bench.precision.of(PAIRS),
}
"""What can be asked of results, by its name."""


def numbers(value: Any) -> Iterator[float]:
    """Return every number within a record, however deep."""
    if isinstance(value, float):
        yield value
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from numbers(getattr(value, field.name))
    elif isinstance(value, dict):
        for each in (*value, *value.values()):
            yield from numbers(each)
    elif isinstance(value, list | tuple | set | frozenset):
        for each in value:
            yield from numbers(each)
    elif hasattr(value, "tolist"):
        yield from numbers(value.tolist())
    else:
        assert value is None or isinstance(value, str | int | Enum) or hasattr(value, "isoformat"), value


@pytest.fixture(params=STATES, scope="module")
def odd(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Workbench:
    """A workbench on each of the odd workspaces; it is only read."""
    workbench = Workbench.open(tmp_path_factory.mktemp("odd"))
    fill_odd(workbench, request.param)
    return workbench


@pytest.mark.parametrize("asked", ASKED)
def test_what_is_odd_is_told_without_a_number_that_is_none(odd: Workbench, asked: str) -> None:
    try:
        found = ASKED[asked](odd)
    except UserError as error:
        said = str(error)
        assert said
        assert not said.endswith(".")
        assert "nan" not in said.lower().split()
    else:
        assert all(math.isfinite(number) for number in numbers(found))


def test_odd_frames_hold_no_number_that_is_none(odd: Workbench) -> None:
    for name in ("leaderboard", "ranking", "pairs", "weights", "generations", "metrics", "judgments"):
        try:
            frame = getattr(odd.frames, name)(DATASET)
        except UserError:
            continue
        assert all(math.isfinite(number) for number in numbers(frame.rows)), name
        assert {len(row) for row in frame.rows} <= {len(frame.columns)}
