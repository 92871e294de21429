"""What can be done with datasets, in one place: where new ones come from, and what can be made of one that is there."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from textual.screen import Screen

from viva.tui.widgets.chooser import Choice, ChooserScreen
from viva.workbench import Workbench


@dataclass(frozen=True)
class Entry:
    """Something to do: how it is called, what it does, and its screen, `module:Class` below `viva.tui.screens`.

    The screen ends with the dataset that it made or changed, or with None.
    """

    name: str
    detail: str
    screen: str


NEW = (
    Entry("From a file", "CSV, TSV, JSON, JSON Lines or Parquet", "dataset_file:ChooseFileScreen"),
    Entry("From the Hugging Face hub", "by its id, such as tatsu-lab/alpaca", "dataset_hub:HubScreen"),
    Entry("Written by a model", "after a taxonomy, or over domains", "synthesise:SynthesiseScreen"),
    Entry("From papers", "pairs drawn by a model from PDF files", "papers:PapersScreen"),
    Entry("A bundled dataset", "one that viva ships with", "dataset_bundled:BundledScreen"),
)
"""Screens that bring a dataset in, or start a job that does; each is made with the workbench."""

MEND = (
    Entry("Clean", "decoration, control characters, duplicates", "dataset_clean:CleanScreen"),
    Entry("Near-duplicates", "find groups, keep one of each", "dataset_duplicates:DuplicatesScreen"),
    Entry("Check for leaks", "what one split gives away of another", "dataset_leaks:LeaksScreen"),
    Entry("Split", "divide anew, by fractions or counts", "dataset_split:SplitScreen"),
    Entry("Statistics", "sizes, lengths, vocabulary", "dataset_statistics:StatisticsScreen"),
    Entry("Versions", "how it came about; look at an older one", "dataset_versions:VersionsScreen"),
    Entry("Export", "write it to a file", "dataset_export:ExportScreen"),
)
"""Screens about one dataset; each is made with the workbench and the dataset's name."""


def menu(workbench: Workbench, title: str, entries: Sequence[Entry]) -> ChooserScreen:
    """Return the window that lets somebody choose an entry; it ends with the entry's screen."""
    return ChooserScreen(workbench, title, [Choice(entry.screen, entry.name, entry.detail) for entry in entries])


def opened(screen: str, workbench: Workbench, *arguments: str) -> Screen[Any]:
    """Return the screen of an entry, importing its module."""
    module, name = screen.split(":")
    made: Screen[Any] = getattr(import_module(f"viva.tui.screens.{module}"), name)(workbench, *arguments)
    return made
