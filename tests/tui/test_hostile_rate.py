"""Texts that break terminal programs, in every place where the rating screen shows text."""

from dataclasses import replace

import pytest

from tests.fakes.hostile import FORBIDDEN, HOSTILE
from tests.fakes.screen import SMALL, SMALL_FIRST, painted, press, settle
from viva.records.rubric import Criterion, Rubric
from viva.records.study import RatingItem, RatingQueue
from viva.text import display_text
from viva.tui.app import VivaApp
from viva.tui.screens.rate import RateScreen
from viva.tui.widgets.reading import NO_TEXT, Reading
from viva.workbench import Workbench

HOSTILE_RUBRIC = Rubric(
    "hostile[/]",
    HOSTILE[5],
    (
        Criterion("[/foo]\x1b[2J", 60, "\u202e[@click=app.quit]why[/]", 0, 5, {3: HOSTILE[3], 4: "x" * 5000}),
        Criterion("b" * 300, 40, "", 0, 5, {}),
    ),
)


@pytest.fixture
def hostile(filled: Workbench, monkeypatch: pytest.MonkeyPatch) -> Workbench:
    """A workbench whose study shows every hostile text as question, as reference and as the text to rate."""
    queue = filled.ratings.queue("tiny-test", "ann")
    study = replace(queue.study, rubric=HOSTILE_RUBRIC, name="[/foo]\x1b]0;t\x07", items=len(HOSTILE))
    ids = tuple(f"item-{number}" for number in range(len(HOSTILE)))
    items = {
        item_id: RatingItem(item_id, n, HOSTILE[n], HOSTILE[n - 1], HOSTILE[n - 2]) for n, item_id in enumerate(ids)
    }
    monkeypatch.setattr(filled.ratings, "queue", lambda name, rater: RatingQueue(study, rater, ids, {}, {}))
    monkeypatch.setattr(filled.ratings, "items", lambda name, wanted: {item_id: items[item_id] for item_id in wanted})
    return filled


@SMALL_FIRST
async def test_nothing_painted_can_act_on_the_terminal(hostile: Workbench, size: tuple[int, int]) -> None:
    app = VivaApp(hostile, "rate:any")
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        for _ in HOSTILE:
            for key in ("t", "v", "end"):
                await pilot.press(key)
                assert not FORBIDDEN.search(painted(app))
            await press(pilot, "3", "4", "enter")
            assert isinstance(app.screen, RateScreen)
        assert f"{len(HOSTILE)} rated" in painted(app)


async def test_help_comment_and_skipping_live_through_hostile_words(hostile: Workbench) -> None:
    app = VivaApp(hostile, "rate:any")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "question_mark")
        assert not FORBIDDEN.search(painted(app))
        await press(pilot, "escape", "c")
        app.screen.query_one("TextArea").insert("\u202e\x1b[2J[/foo]")  # type: ignore[attr-defined]
        await settle(pilot)
        assert not FORBIDDEN.search(painted(app))
        await press(pilot, "escape", "s", *"[/foo]")
        assert not FORBIDDEN.search(painted(app))
        await press(pilot, "enter")
        assert "1 skipped" in painted(app)


async def test_markup_in_a_text_is_shown_as_it_was_written(hostile: Workbench) -> None:
    app = VivaApp(hostile, "rate:any")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "n", "n")
        assert HOSTILE[0] in painted(app)
        await press(pilot, "n")
        assert HOSTILE[1] in painted(app)
        await press(pilot, "n", "v")
        assert HOSTILE[2] in painted(app)


async def test_a_text_that_is_empty_cannot_be_confused_with_one_that_says_so(
    filled: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = iter(["", NO_TEXT, " \n "] + [""] * 20)
    monkeypatch.setattr(
        filled.ratings,
        "items",
        lambda name, wanted: {item_id: RatingItem(item_id, 0, "", "", next(texts)) for item_id in wanted},
    )
    app = VivaApp(filled, "rate:tiny-test")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        reading = app.screen.query_one(Reading)

        def first_line() -> tuple[str, bool]:
            strip = reading.approach.render_line(0)
            return strip.text.strip(), any(s.style is not None and s.style.reverse for s in strip if s.text.strip())

        assert first_line() == (NO_TEXT, True)
        await press(pilot, "n")
        assert first_line() == (NO_TEXT, False)
        await press(pilot, "n")
        assert first_line() == ("(nothing but white space)", True)


@pytest.mark.parametrize("rendered", [True, False])
async def test_a_text_of_any_length_is_there_to_its_last_letter(filled: Workbench, rendered: bool) -> None:
    app = VivaApp(filled, "rate:tiny-test")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        pane = app.screen.query_one(Reading).approach
        text = "y" * 100_000 + "\n" + "word " * 3000 + "END"
        pane.show(text, rendered=rendered)
        await settle(pilot)
        lines = [pane._layout_now.lines[n] for n in range(len(pane._layout_now.lines))]
        said = "".join(segment.text for line in lines for segment in line)
        assert said.replace(" ", "") == display_text(text).replace(" ", "").replace("\n", "")
        await press(pilot, "end")
        assert "END" in painted(app)
