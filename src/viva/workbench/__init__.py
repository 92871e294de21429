"""Use cases, one module per noun: the only API that front ends and notebooks use.

from viva.workbench import Workbench
Workbench.open("my-workspace").results.leaderboard("vad", "test")
"""

from viva.workbench.workbench import Workbench

__all__ = ["Workbench"]
