"""The workbench on its own terminal, shown one hostile string after the other, surface by surface.

python -m tests.fakes.hostile_app SURFACE COUNT SEED FOLDER: `rate` and `compare` fill the panes, `words` everything
else that people name and write, `plain` is rating line by line. What is not shown as it is stored ends the tour with
exit code 1 and a traceback in the folder.
"""

import asyncio
import sys
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import click
from textual.pilot import Pilot
from textual.widgets import TextArea

from tests.fakes.hostile import FORBIDDEN
from tests.fakes.hostile_strings import hostile_strings
from tests.fakes.rating import FakeDesk, event, preference
from tests.fakes.screen import painted
from viva.cli import plain_rating
from viva.present.closing import SKIP_REASONS
from viva.records.rating import KnownAnswer, RatingItem, RatingTask, Sitting, Verdict
from viva.records.rubric import Criterion, Rubric
from viva.records.study import StudyMode, StudyOptions, StudyState
from viva.settings import Settings
from viva.text import display_text
from viva.tui.app import VivaApp
from viva.tui.screens.comment import CommentScreen
from viva.tui.screens.guess import GuessScreen
from viva.tui.screens.known import KnownScreen
from viva.tui.screens.own_verdicts import OwnVerdictScreen, OwnVerdictsScreen
from viva.tui.screens.practice_report import PracticeReportScreen
from viva.tui.screens.sitting import screen_for
from viva.tui.screens.skip import SkipScreen
from viva.tui.widgets.reading import Reading
from viva.tui.widgets.text_pane import TextPane
from viva.workbench import Workbench

MARK = "§{:05}"
"""Stands before every string, so that the bytes tell which ones were painted."""
IN_A_PANE = 6
MOST_PAGES = 100
CRITERIA = 8
OF_A_STUDY = CRITERIA * 5 + 15
"""Strings that a study and its windows show; one of them only where two texts are compared."""


class HistoryDesk(FakeDesk):
    """A desk that also tells what was said."""

    def sit_down(self, study: str, want: int = 2) -> Sitting:
        return Sitting(self.task, "ann", tuple(self.done.values()), dict(self.drafts), self.serve("", want))

    def history(self, study: str | None = None) -> list[Verdict]:
        return list(self.done.values())


def marked(strings: Iterable[str]) -> Iterator[str]:
    return (f"{MARK.format(number)} {string}" for number, string in enumerate(strings))


def of_words(words: Iterator[str], mode: StudyMode) -> RatingTask:
    """Return a study all of whose words that a rater sees are hostile."""
    criteria = tuple(
        Criterion(next(words), 10, next(words), 0, 2, {0: next(words), 1: next(words), 2: next(words)})
        for _ in range(CRITERIA)
    )
    options = StudyOptions(guess=(next(words), next(words), next(words)), note=next(words), per_criterion=True)
    return RatingTask("study-1", next(words), mode, Rubric("r", "", criteria), options, StudyState.OPEN, 1)


class Tour:
    """Leads an app from surface to surface, and looks at each."""

    def __init__(self, folder: Path, surface: str, strings: Iterator[str]) -> None:
        self.surface, self.strings = surface, strings
        self.mode = StudyMode.PAIRWISE if surface == "compare" else StudyMode.RUBRIC
        self.wb = Workbench(Settings(workspace=folder, rater="ann", role="rater"))
        self.seat(of_words(iter(lambda: "word", None), self.mode))
        self.app = VivaApp(self.wb)
        self.pilot: Pilot[Any]
        self.failed = ""

    def seat(self, task: RatingTask) -> None:
        """Have the desk offer a study, with two items."""
        other = "other" if task.mode is StudyMode.PAIRWISE else None
        items = [RatingItem(name, "question", "reference", "text", other) for name in "ab"]
        self.desk = HistoryDesk(task, items)
        self.wb.__dict__["desk"] = self.desk

    async def go(self, pilot: Pilot[Any]) -> None:
        """Show every string; then end the app."""
        self.pilot = pilot
        try:
            await self.quiet()
            await (self.all_words() if self.surface == "words" else self.all_texts())
        except Exception:  # noqa: BLE001 - whatever it is, it goes into the report
            self.failed = traceback.format_exc()
        self.app.exit(return_code=1 if self.failed else 0)

    async def quiet(self) -> None:
        """Wait until everything is painted."""
        while any(not worker.is_finished for worker in self.app.workers):
            await asyncio.sleep(0.005)
        await self.pilot.pause()
        found = FORBIDDEN.search(painted(self.app))
        assert found is None, f"painted: {found!r}"

    async def all_texts(self) -> None:
        """Fill the panes of the screen for rating or comparing, again and again."""
        task = self.desk.task
        self.app.push_screen(screen_for(task)(self.wb, task.name))
        await self.quiet()
        reading = self.app.screen.query_one(Reading)
        pair = self.mode is StudyMode.PAIRWISE
        number = 0
        while packs := [pack for _ in range(3) if (pack := "\n".join(islice(self.strings, IN_A_PANE)))]:
            # The pane of the question is small.
            question, left, right = (*sorted(packs, key=len), "", "")[:3]
            number += 1
            first, other = (left, right) if pair else (right, None)
            item = RatingItem(str(number), question, "" if pair else left, first, other)
            for rendered in (True, False):
                if reading.rendered is not rendered:
                    reading.toggle_rendered()
                reading.show(item)
                if number % 5 == 0:
                    reading.toggle_shared()
                panes = [reading.question, *([] if pair else [reading.reference]), *reading.compared]
                await self.leaf_through(panes)
                if not rendered:
                    for pane in panes:
                        self.check(pane)

    async def leaf_through(self, panes: list[TextPane]) -> None:
        for _ in range(MOST_PAGES):
            await self.quiet()
            more = [pane for pane in panes if pane.lines_below and pane.display]
            if not more:
                return
            for pane in more:
                pane.scroll_to(
                    y=pane.scroll_offset.y + pane.scrollable_content_region.height, animate=False, immediate=True
                )

    def check(self, pane: TextPane) -> None:
        """Compare what a pane holds with what it was given."""
        lines = pane._laid_out(pane._width).lines
        said = "".join(segment.text for line in lines for segment in line)
        wanted = display_text(pane.text)
        if not wanted.strip():
            return
        assert "".join(said.split()) == "".join(wanted.split()), f"{pane.text!r} is shown as {said!r}"

    async def all_words(self) -> None:
        """Show studies all of whose words are hostile, and every window that has some of them."""
        mode = StudyMode.PAIRWISE
        while words := list(islice(self.strings, OF_A_STUDY)):
            words += ["word"] * (OF_A_STUDY - len(words))
            await self.one_study(iter(words), mode)
            mode = StudyMode.RUBRIC if mode is StudyMode.PAIRWISE else StudyMode.PAIRWISE

    async def one_study(self, words: Iterator[str], mode: StudyMode) -> None:
        app = self.app
        task = of_words(words, mode)
        self.seat(task)
        pair = mode is StudyMode.PAIRWISE
        other = next(words)
        names = [criterion.name for criterion in task.rubric.criteria]
        said = next(words)
        self.desk.done["c"] = (
            preference("c", None, said, comment=next(words)) if pair else event("c", None, said, comment=next(words))
        )
        text = next(words) if pair else f"{next(words)}\n{other}"
        question, reference = next(words), next(words)
        if pair:
            # The reference is not among what one sees of a comparison afterwards.
            question, reference = f"{question}\n{reference}", ""
        self.desk.all["c"] = RatingItem("c", question, reference, text, other if pair else None)
        screens: list[Any] = [
            screen_for(task)(self.wb, task.name),
            OwnVerdictsScreen(self.wb, task),
            OwnVerdictScreen(self.wb, task, self.desk.done["c"], self.desk.all["c"]),
            CommentScreen(next(words), lambda text: None, "Comment"),
            SkipScreen(SKIP_REASONS),
            GuessScreen(task.options.guess),
        ]
        answer = KnownAnswer("c", dict.fromkeys(names, 2), dict.fromkeys(names, 1), next(words))
        if pair:
            answer = replace(answer, answers={"": "a"}, given={"": "b"})
        screens += [KnownScreen(answer, task), PracticeReportScreen([answer], task)]
        app.screen_stack[0].look()  # type: ignore[attr-defined]
        await self.quiet()
        for screen in screens:
            app.push_screen(screen)
            await self.quiet()
            if isinstance(screen, CommentScreen):
                area = screen.query_one(TextArea)
                area.insert(f"{next(words)}\n", (0, 0))
                # The cursor would part the mark into two pieces.
                area.move_cursor((1, 0))
                await self.quiet()
                area.scroll_home(animate=False, immediate=True)
            if isinstance(screen, OwnVerdictScreen):
                await self.leaf_through(list(screen.query(TextPane)))
            if screen is screens[0]:
                await self.levels_and_help(len(names))
            await self.quiet()
            await app.pop_screen()
        app.notify(next(words), timeout=0.2, markup=False)
        await self.quiet()

    async def levels_and_help(self, criteria: int) -> None:
        for _ in range(criteria):
            await self.pilot.press("down")
            await self.quiet()
        await self.pilot.press("question_mark")
        await self.quiet()
        await self.pilot.press("end")
        await self.quiet()
        await self.app.pop_screen()


def plain(folder: Path, strings: Iterator[str]) -> int:
    """Rate line by line; what is typed is hostile too."""
    mode = StudyMode.PAIRWISE
    while words := list(islice(strings, OF_A_STUDY + 10)):
        words += ["word"] * (OF_A_STUDY + 10 - len(words))
        spare = iter(words)
        task = of_words(spare, mode)
        texts = 4 if mode is StudyMode.PAIRWISE else 3
        items = [RatingItem(str(number), *islice(spare, texts)) for number in range(2)]
        wb = Workbench(Settings(workspace=folder, rater="ann", role="rater"))
        wb.__dict__["desk"] = HistoryDesk(task, items)
        comment, skipped, *typed = (word.replace("\n", " ") for word in spare)
        entered = ["a"] * (CRITERIA + 1) if mode is StudyMode.PAIRWISE else ["1"] * CRITERIA
        script = iter(
            [
                *typed,
                "levels",
                "help",
                "comment",
                comment,
                "comment",
                "-",
                *entered,
                "",
                "0",
                "skip",
                skipped,
                "back",
                "quit",
            ]
        )
        plain_rating.run(wb, task.name, lambda script=script: next(script), click.echo)
        mode = StudyMode.RUBRIC if mode is StudyMode.PAIRWISE else StudyMode.PAIRWISE
    return 0


def main() -> int:
    surface, count, seed, folder = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])
    if surface == "plain":
        return plain(folder, marked(hostile_strings(count, seed)))
    tour = Tour(folder, surface, marked(hostile_strings(count, seed)))
    tour.app.run(auto_pilot=tour.go)
    (folder / "failed").write_text(tour.failed, "utf-8", "backslashreplace")
    return tour.app.return_code or 0


if __name__ == "__main__":
    sys.exit(main())
