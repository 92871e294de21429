"""Takes a picture of every screen, as SVG, from a workspace in which `viva demo` has run.

    python docs/pictures.py WORKSPACE OUT [NAME …]

Each NAME is one of the screens below, all by default; each is taken at 80×24 and 120×40. Ratings entered for a
picture are drafts: nothing is saved.
"""

import asyncio
import sys
from pathlib import Path
from typing import Any

from textual.pilot import Pilot
from textual.worker import WorkerFailed

from viva.settings import Settings
from viva.tui.app import VivaApp
from viva.workbench import Workbench

SIZES = ((80, 24), (120, 40))
SCREENS: dict[str, tuple[str | None, list[str]]] = {
    "home": (None, []),
    "datasets": ("datasets", []),
    "example": ("datasets", ["tab", "enter"]),
    "new-dataset": ("datasets", ["i"]),
    "import-file": ("datasets", ["i", "enter"]),
    "synthesise": ("datasets", ["i", "down", "down", "enter"]),
    "papers": ("datasets", ["i", "down", "down", "down", "enter"]),
    "mend": ("datasets", ["m"]),
    "clean": ("datasets", ["m", "enter"]),
    "near-duplicates": ("datasets", ["m", "down", "enter"]),
    "leaks": ("datasets", ["m", "down", "down", "enter"]),
    "split": ("datasets", ["m", *["down"] * 3, "enter"]),
    "statistics": ("datasets", ["m", *["down"] * 4, "enter"]),
    "versions": ("datasets", ["m", *["down"] * 5, "enter"]),
    "export": ("datasets", ["m", *["down"] * 6, "enter"]),
    "train": ("train", []),
    "train-form": ("train", ["enter"]),
    "train-settings": ("train", ["enter", "ctrl+e"]),
    "curve": ("train", ["tab", "enter"]),
    "probes": ("train", ["tab", "enter", "v"]),
    "runs": ("runs", []),
    "models": ("models", ["end"]),
    "export-model": ("models", ["end", "e"]),
    "add-model": ("models", ["i", "enter"]),
    "jobs": ("jobs", []),
    "rate": ("rate", ["1"]),
    "rate-help": ("rate", ["question_mark"]),
    "results": ("results", []),
    "texts": ("results", ["enter", "enter"]),
    "sql": ("sql", ["f5"]),
}
"""By name: the place to go to, and the keys to press there."""


async def main(workspace: Path, out: Path, names: list[str]) -> None:
    """Take the pictures."""
    out.mkdir(parents=True, exist_ok=True)
    for name in names or list(SCREENS):
        place, keys = SCREENS[name]
        for columns, rows in SIZES:
            app = VivaApp(Workbench(Settings(workspace=workspace.resolve(), rater="expert")), place)
            async with app.run_test(size=(columns, rows)) as pilot:
                await settle(pilot)
                for key in keys:
                    await pilot.press(key)
                    await settle(pilot)
                (out / f"{name}-{columns}x{rows}.svg").write_text(picture(app), "utf-8")


def picture(app: VivaApp) -> str:
    """Return the screen as SVG, with spaces that every viewer keeps."""
    drawn = app.export_screenshot(title="viva")
    return drawn.replace("<svg ", '<svg xml:space="preserve" ', 1).replace("&#160;", " ")


async def settle(pilot: Pilot[Any]) -> None:
    """Wait until the workers are done, and those that their results start."""
    for _ in range(5):
        await pilot.pause(0.1)
        try:
            await pilot.app.workers.wait_for_complete()
        except WorkerFailed:
            await pilot.pause()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:]))
