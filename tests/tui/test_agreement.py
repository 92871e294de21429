"""The screens of agreement and of settling: reached from the studies, by keys, with hostile texts in them."""

from typing import Any

import pytest
from textual.pilot import Pilot

from tests.fakes.disagreeing import PAIRS, RATERS, RUBRIC, make
from tests.fakes.filled import STUDY
from tests.fakes.hostile import FORBIDDEN, HOSTILE
from tests.fakes.rated_studies import as_person
from tests.fakes.screen import SIZES, SMALL, flowing, painted, press, settle
from viva.records.rating import OVERALL
from viva.tui.app import VivaApp
from viva.tui.screens.adjudication import AdjudicationScreen
from viva.tui.screens.agreement import AgreementScreen
from viva.tui.screens.studies import StudiesScreen
from viva.workbench import Workbench


@pytest.fixture
def disagreeing(bench: Workbench) -> Workbench:
    make(bench)
    return bench


async def opened(pilot: Pilot[Any], study: str) -> None:
    """Go from the studies to a study's agreement."""
    await settle(pilot)
    screen = pilot.app.screen
    assert isinstance(screen, StudiesScreen)
    screen.look(study)
    await settle(pilot)
    await press(pilot, "g")
    assert isinstance(pilot.app.screen, AgreementScreen)


@SIZES
async def test_each_table_is_a_key_away(disagreeing: Workbench, size: tuple[int, int]) -> None:
    app = VivaApp(disagreeing, "studies")
    async with app.run_test(size=size, notifications=True) as pilot:
        await opened(pilot, RUBRIC)
        text = flowing(app)
        assert "criterion by several α 95% κ same spread" in text
        assert "accuracy 24 of 24" in text
        assert "Total: ICC (absolute agreement)" in text
        await press(pilot, "r")
        severe = next(line for line in painted(app).splitlines() if line.strip().startswith("severe"))
        assert severe.rstrip().endswith("severe")
        assert "cyd stands out: lenient, other order, contrary" in flowing(app)
        await press(pilot, "tab")
        assert "κ ann bob cyd severe" in flowing(app)
        await press(pilot, "d")
        assert "Enter: read the texts" in flowing(app)
        assert "⏎ Settle" in painted(app).splitlines()[-1]
        await press(pilot, "question_mark")
        assert "Help" in painted(app)
        await press(pilot, "escape", "escape")
        assert isinstance(app.screen, StudiesScreen)


@SIZES
async def test_an_item_is_settled_and_the_next_one_comes(disagreeing: Workbench, size: tuple[int, int]) -> None:
    first, second = disagreeing.adjudication.list(RUBRIC).items[:2]
    app = VivaApp(disagreeing, "studies")
    async with app.run_test(size=size, notifications=True) as pilot:
        await opened(pilot, RUBRIC)
        await press(pilot, "d", "enter")
        assert isinstance(app.screen, AdjudicationScreen)
        text = flowing(app)
        assert f"item {first.number} · 1 of" in text
        assert "0 bob, severe · 1 ann · 5 cyd" in text
        assert "ann: flagged" in text
        assert "Type a value" in text
        await press(pilot, "9")
        assert "Accuracy goes from 0–5, not 9" in flowing(app)
        await press(pilot, "3", "2", "backspace", "up", "minus")
        await press(pilot, "c", *"half", "escape")
        assert "note: half" in flowing(app)
        assert "Enter: settle it and go on" in flowing(app)
        await press(pilot, "enter")
        decision = disagreeing.adjudication.get(RUBRIC, first.item).decision
        assert decision is not None
        assert (decision.values, decision.note) == ({"accuracy": 3, "completeness": 1}, "half")
        assert f"item {second.number} · 2 of" in flowing(app)
        await press(pilot, "p")
        assert "Settled by ann" in flowing(app)
        await press(pilot, "escape")
        assert isinstance(app.screen, AgreementScreen)
        assert app.screen.found is not None
        assert app.screen.found.disagreements[0].settled


async def test_what_was_entered_is_not_lost_without_a_question(disagreeing: Workbench) -> None:
    first = disagreeing.adjudication.list(RUBRIC).items[0]
    app = VivaApp(disagreeing, "studies")
    async with app.run_test(size=SMALL) as pilot:
        await opened(pilot, RUBRIC)
        await press(pilot, "d", "enter", "3")
        await press(pilot, "c", *"half", "escape", "n")
        await press(pilot, "p")
        assert "note: half" in flowing(app)
        assert "Enter: settle it and go on" in flowing(app)
        await press(pilot, "n")
        await press(pilot, "escape")
        assert f"What was entered for item {first.number} is not kept" in flowing(app)
        await press(pilot, "n")
        assert isinstance(app.screen, AdjudicationScreen)
        await press(pilot, "p")
        await press(pilot, "enter")
        await press(pilot, "escape")
        assert isinstance(app.screen, AgreementScreen)
    decision = disagreeing.adjudication.get(RUBRIC, first.item).decision
    assert decision is not None
    assert (decision.values, decision.note) == ({"accuracy": 3}, "half")


async def test_a_pair_is_settled_by_its_sides(disagreeing: Workbench) -> None:
    first = disagreeing.adjudication.list(PAIRS).items[0]
    app = VivaApp(disagreeing, "studies")
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await opened(pilot, PAIRS)
        await press(pilot, "d", "enter")
        assert "On the whole" in flowing(app)
        await press(pilot, "3", "b")
        assert "[B]" in painted(app)
        await press(pilot, "t", "enter")
        decision = disagreeing.adjudication.get(PAIRS, first.item).decision
        assert decision is not None
        assert decision.values == {OVERALL: "tie"}


async def test_without_verdicts_it_says_so(filled: Workbench) -> None:
    app = VivaApp(filled, "studies")
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await opened(pilot, STUDY)
        assert "Nothing has been rated yet" in flowing(app)
        for key in "rkd":
            await press(pilot, key, "enter")
            assert isinstance(app.screen, AgreementScreen)
            assert "nan" not in painted(app).lower()
        assert "no text with all its ratings" in flowing(app)


async def test_a_lead_sees_no_system(disagreeing: Workbench) -> None:
    app = VivaApp(as_person(disagreeing, "eve", "lead"), "studies")
    disagreeing.studies.reopen(RUBRIC)
    disagreeing.studies.assign(RUBRIC, RATERS)
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await opened(pilot, RUBRIC)
        for key in ("c", "r", "k", "d"):
            await press(pilot, key)
            assert "plain" not in painted(app)
        await press(pilot, "enter")
        assert isinstance(app.screen, AdjudicationScreen)


async def test_hostile_texts_are_shown_and_do_nothing(bench: Workbench) -> None:
    make(bench, "".join(HOSTILE[:11]))
    with bench.store.write() as connection:
        for number, text in enumerate(HOSTILE[:12]):
            clean = text.encode("utf-8", "replace").decode()[:3000]
            connection.execute("UPDATE example SET question = ?, reference = ? WHERE example_id = ?",
                               [clean, clean, f"q{number}"])  # fmt: skip
            connection.execute("UPDATE generation SET text = ? WHERE example_id = ?", [clean, f"q{number}"])
        connection.execute("UPDATE rating SET rater = ? WHERE rater = 'bob'", [HOSTILE[5]])
    app = VivaApp(bench, "studies")
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await opened(pilot, RUBRIC)
        for key in ("r", "k", "d", "enter"):
            await press(pilot, key)
            assert not FORBIDDEN.search(painted(app).replace("\n", ""))
        for _ in range(10):
            await press(pilot, "n")
            assert isinstance(app.screen, AdjudicationScreen)
            assert not FORBIDDEN.search(painted(app).replace("\n", ""))
