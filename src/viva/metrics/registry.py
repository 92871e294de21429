"""The metrics by name. Importing this is cheap: what computes them is loaded by `create`."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from viva.errors import MissingExtra, NotFound
from viva.records.metric import METRICS, MetricInfo, MetricOptions

if TYPE_CHECKING:
    from viva.metrics.protocol import Metric


def find(name: str) -> MetricInfo:
    """Return a metric by name. Raises `NotFound`."""
    if name not in METRICS:
        raise NotFound(f"there is no metric {name!r}", f"metrics: {', '.join(METRICS)}")
    return METRICS[name]


def settings(name: str, options: MetricOptions) -> str:
    """Return what changes the metric's numbers besides its version, as its scores carry it: `use_stemmer=false`."""
    text: str = _module(name).settings(options)
    return text


def create(name: str, options: MetricOptions) -> "Metric":
    """Return a metric ready to score.

    Raises `NotFound`, `BadInput` for a model that cannot be loaded, `MissingExtra`.
    """
    module = _module(name)
    try:
        metric: Metric = module.create(options)
    except ImportError as error:
        raise MissingExtra(f"{find(name).title} needs missing libraries", "pip install 'viva[local]'") from error
    return metric


def _module(name: str) -> Any:
    return import_module(f"viva.metrics.{find(name).name}")
