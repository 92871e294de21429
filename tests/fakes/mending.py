"""A dataset that needs mending, and a mending screen opened on top of the app."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from textual.pilot import Pilot
from textual.screen import Screen

from tests.fakes.hostile import HOSTILE
from tests.fakes.screen import SMALL, settle
from viva.records.dataset import Example
from viva.store import datasets
from viva.tui.app import VivaApp
from viva.workbench import Workbench

_WORDS = ["crane", "tunnel", "orchard", "harbour", "glacier", "turbine", "meadow", "furnace", "library", "pipeline"]


def question(number: int) -> str:
    """Return a question that resembles no other."""
    word = _WORDS[number % len(_WORDS)]
    return " ".join(f"{word}{number}{letter}" for letter in "abcdefghijkl")


def reference(number: int) -> str:
    return " ".join(f"answer{number}{letter}" for letter in "abcdefghijklmn")


def plain(count: int, field: str = "field", **more: Any) -> list[Example]:
    """Return examples that have nothing in common, two thirds in `train`, the others in `test`."""
    return [
        Example(
            question(n),
            reference(n),
            field,
            f"part {n % 4}",
            "test" if n % 3 == 0 else "train",
            example_id=f"e{n}",
            **more,
        )
        for n in range(count)
    ]


def near(number: int, changed: str, split: str, name: str) -> Example:
    """Return an example whose question differs from that of `number` in one word of twelve."""
    text = question(number).rsplit(" ", 1)[0] + f" {changed}"
    return Example(text, f"something else {changed} entirely {name}", "field", None, split, example_id=name)


def hostile() -> list[Example]:
    """Return examples of hostile texts, each in both splits, so that there are duplicates and leaks."""
    found = []
    for number, text in enumerate(HOSTILE):
        stored = text.encode("utf-8", "replace").decode()
        for split in ("train", "test"):
            asked = f"{stored} {split} {question(number)}"
            found.append(Example(asked, stored, stored, stored, split, example_id=f"h{number}{split}"))
    return found


def add(workbench: Workbench, examples: list[Example], name: str = "zoo") -> None:
    with workbench.store.write() as connection:
        datasets.add(connection, f"id of {name}", name, f"{name}.csv", examples)


@asynccontextmanager
async def shown(
    workbench: Workbench, kind: type[Screen[Any]], name: str = "zoo", size: tuple[int, int] = SMALL
) -> AsyncIterator[tuple[VivaApp, Pilot[None], list[Any]]]:
    """Open a screen about a dataset; what it ends with comes into the list."""
    app = VivaApp(workbench)
    ended: list[Any] = []
    async with app.run_test(size=size, notifications=True) as pilot:
        await settle(pilot)
        app.push_screen(kind(workbench, name), ended.append)
        await settle(pilot)
        yield app, pilot, ended
