"""The registry says of each metric what the metric says of itself, without loading it."""

import subprocess
import sys

import pytest

from viva.errors import NotFound
from viva.metrics import registry
from viva.metrics.embeddings import Embedder
from viva.metrics.protocol import Row


@pytest.mark.parametrize("info", registry.METRICS.values(), ids=lambda info: info.name)
def test_what_is_told_of_a_metric_is_true(info: registry.MetricInfo, embedder: Embedder, rows: list[Row]) -> None:
    metric = registry.create(info.name, embedder)
    assert (metric.name, metric.version, metric.measures) == (info.name, info.version, info.measures)
    assert metric.settings == info.settings(embedder.name)
    scores = metric.score(rows[:1])
    assert tuple(score.metric for score in scores) == info.measures
    assert {(score.version, score.settings) for score in scores} == {(info.version, info.settings(embedder.name))}


def test_an_unknown_metric_is_not_found() -> None:
    with pytest.raises(NotFound, match="no metric 'bleu'"):
        registry.find("bleu")


def test_the_registry_loads_nothing_heavy() -> None:
    code = (
        "import sys, viva.metrics.registry; "
        "sys.exit(bool({'torch', 'rapidfuzz', 'sentence_transformers'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
