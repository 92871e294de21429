"""The registry finds each metric's module, and says what its scores carry without loading what computes them."""

import subprocess
import sys

import pytest

from viva.errors import NotFound
from viva.metrics import registry
from viva.metrics.protocol import Row, Unscored
from viva.records.metric import METRICS, MetricInfo, MetricOptions

USUAL = [info for info in METRICS.values() if info.usual]


@pytest.mark.parametrize("info", USUAL, ids=lambda info: info.name)
def test_each_usual_metric_gives_a_value_for_each_of_its_measures(info: MetricInfo, rows: list[Row]) -> None:
    found = registry.create(info.name, MetricOptions()).values(rows)
    assert len(found) == len(rows)
    for values in found:
        assert len(values) == len(info.measures)
        assert all(isinstance(value, Unscored) or value == value for value in values)


def test_what_scores_carry_is_told_without_loading_anything_heavy() -> None:
    code = (
        "import sys; from viva.metrics import registry; from viva.records.metric import METRICS, MetricOptions\n"
        "for name in METRICS: assert isinstance(registry.settings(name, MetricOptions()), str)\n"
        "print(*({'torch', 'nltk', 'sacrebleu', 'sentence_transformers', 'transformers'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.split() == []


def test_an_unknown_metric_is_not_found() -> None:
    with pytest.raises(NotFound, match="no metric 'bleu'"):
        registry.find("bleu")
