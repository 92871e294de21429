"""viva: find out whether a fine-tuned language model is any good.

from viva import Workbench
Workbench.open("my-workspace").frames.leaderboard("vad", "test").pandas()
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from viva.workbench import Workbench

__all__ = ["Workbench", "__version__"]

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    # Looked up when it is asked for, so that what needs the version alone loads nothing else.
    if name == "Workbench":
        return import_module("viva.workbench").Workbench
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
