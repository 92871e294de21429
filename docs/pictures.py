"""Takes a picture of every screen, as SVG, from a workspace in which `viva demo` has run.

    python docs/pictures.py WORKSPACE OUT [NAME …]

Each NAME is one of the screens below, all by default; each is taken at 80×24 and 120×40. They are taken in copies of
WORKSPACE, which stays as it is: raters' screens in one in which verdicts were made up, the others in one without.
"""

import asyncio
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from textual.app import App
from textual.pilot import Pilot
from textual.worker import WorkerFailed

from viva.records.rating import OVERALL, Choice, Strength
from viva.records.study import StudyMode, StudyRequest
from viva.settings import Settings
from viva.tui.app import VivaApp
from viva.workbench import Workbench

ALIKE = 8
"""How many times in a row a screen looks the same when nothing more is to come."""
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
    "studies": ("studies", []),
    "desk": ("desk", []),
    "rate": ("rate:clinic", ["4", "3"]),
    "rate-help": ("rate:clinic", ["question_mark"]),
    "compare": ("compare:clinic-pairs", ["a"]),
    "results": ("results", []),
    "system-compare": ("results", ["c"]),
    "report": ("results", ["x"]),
    "texts": ("results", ["enter", "enter"]),
    "sql": ("sql", ["f5"]),
}
"""By name: the place to go to, and the keys to press there."""
RATER = "ann"
OF_RATERS = ("desk", "rate", "rate-help", "compare")
"""The screens that are shown as a rater sees them; the others are an engineer's."""
RATED = {"ann": (14, 6), "eve": (21, 0), "tom": (9, 3)}
"""How many texts, and how many pairs, each rater has done before the pictures are taken."""


async def main(workspace: Path, out: Path, names: list[str]) -> None:
    """Take the pictures."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        # Some screens show the workspace's path: its last part is what a reader would have.
        plain, busy = Path(folder, "plain", "viva-demo"), Path(folder, "busy", "viva-demo")
        shutil.copytree(workspace, plain)
        shutil.copytree(workspace, busy)
        rated(busy)
        for name in names or list(SCREENS):
            place, keys = SCREENS[name]
            who = (RATER, "rater") if name in OF_RATERS else ("expert", "engineer")
            for columns, rows in SIZES:
                # Verdicts that nobody gave are on no picture of results.
                app = VivaApp(bench(busy if name in (*OF_RATERS, "studies") else plain, *who), place)
                async with app.run_test(size=(columns, rows)) as pilot:
                    await settle(pilot)
                    for key in keys:
                        await pilot.press(key)
                        await settle(pilot)
                    (out / f"{name}-{columns}x{rows}.svg").write_text(picture(app), "utf-8")


def bench(workspace: Path, person: str, role: str) -> Workbench:
    """Return the workbench as a person has it."""
    return Workbench(Settings(workspace=workspace, rater=person, role=role))


def rated(workspace: Path) -> None:
    """Make a study of texts and one of pairs, and let each of `RATED` do a part of them."""
    engineer = bench(workspace, "expert", "engineer")
    shared = ("vad", "test", engineer.studies.list()[0].systems)
    engineer.studies.create(StudyRequest("clinic", *shared, raters_per_item=2, raters=tuple(RATED)))
    engineer.studies.create(StudyRequest("clinic-pairs", *shared, StudyMode.PAIRWISE, strength=True))
    for rater, (texts, pairs) in RATED.items():
        do(bench(workspace, rater, "rater"), "clinic", texts)
        do(bench(workspace, rater, "rater"), "clinic-pairs", pairs)


def do(workbench: Workbench, study: str, count: int) -> None:
    """Give a verdict on the next items of a study."""
    desk = workbench.desk
    task = desk.sit_down(study).task
    for number in range(count):
        [lease, *_] = desk.serve(task.study_id).leases
        seconds = 40.0 + 7 * (number % 5)
        if task.mode is StudyMode.RUBRIC:
            values = {one.name: (number + place) % 4 for place, one in enumerate(task.rubric.criteria)}
            desk.save(task, lease.item_id, values, seconds=seconds)
        else:
            item = desk.items(task.study_id, [lease.item_id])[lease.item_id]
            better = Choice("b", Strength.CLEARLY if number % 3 else Strength.SLIGHTLY)
            desk.save_preference(task, item, {OVERALL: better}, seconds=seconds)
    desk.deliver()
    desk.release(task.study_id)


def picture(app: App[Any]) -> str:
    """Return the screen as SVG, with spaces that every viewer keeps."""
    drawn = app.export_screenshot(title="viva")
    return drawn.replace("<svg ", '<svg xml:space="preserve" ', 1).replace("&#160;", " ")


async def settle(pilot: Pilot[Any]) -> None:
    """Wait until the workers are done, and those that their results start, and the screen stays as it is."""
    before, alike = "", 0
    for _ in range(100):
        await pilot.pause(0.1)
        try:
            await pilot.app.workers.wait_for_complete()
        except WorkerFailed:
            await pilot.pause()
        now = picture(pilot.app)
        before, alike = now, alike + 1 if now == before else 0
        if alike == ALIKE:
            return


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:]))
