"""The form that makes a study: what it asks for, what it says that comes to, and what it makes."""

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Checkbox, Input, Select

from tests.fakes.rated_studies import as_person
from tests.fakes.screen import SIZES, SMALL, flowing, painted, press, settle
from tests.fakes.train_form import until
from viva.records.study import Stratify, StudyMode
from viva.tui.app import VivaApp
from viva.tui.screens import counting
from viva.tui.screens.studies import StudiesScreen
from viva.tui.screens.study_form import StudyFormScreen
from viva.workbench import Workbench


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "SECONDS", 0.01)


async def opened(pilot: Pilot[Any]) -> StudyFormScreen:
    await settle(pilot)
    assert isinstance(pilot.app.screen, StudyFormScreen)
    return pilot.app.screen


@SIZES
async def test_the_form_fits_and_says_what_the_study_comes_to(filled: Workbench, size: tuple[int, int]) -> None:
    app = VivaApp(filled, "study-form")
    async with app.run_test(size=size) as pilot:
        await opened(pilot)
        text = flowing(app)
        for part in (
            "tiny (9 examples)", "test (4 questions)", "[x] starter", "[x] tuned", "Rate each text",
            "default: 4 criteria", "By field", "And by how much", "Each criterion too", "Guess who wrote it",
            "Training no file", "Gold no file", "Name round-1", "To rate 8 texts on 4 questions all of them",
            "Needs 8 verdicts 1 rater each", "Time not known before the first verdicts", "Drawn 8 items at random",
        ):  # fmt: skip
            assert part in text, part
        assert "Ctrl+S Make it" in painted(app).splitlines()[-1]


async def test_what_is_typed_is_counted_and_made(filled: Workbench) -> None:
    app = VivaApp(filled, "study-form")
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        screen = await opened(pilot)
        typed = {"raters": "2", "questions": "3", "calibration": "50 %", "told": "Be kind", "who": "ann, bob"}
        for name, value in typed.items():
            screen.query_one(f"#{name}", Input).value = value
        screen.query_one("#stratify", Select).value = Stratify.NONE.value
        await until(pilot, lambda: "6 texts on 3 questions of 4" in flowing(app))
        assert "12 verdicts 2 raters each" in flowing(app)
        await press(pilot, "ctrl+s")
        assert isinstance(app.screen, StudiesScreen)
        assert "Made the study round-1: 6 texts to rate" in flowing(app)
    study = filled.studies.get("round-1")
    assert (study.raters_per_item, study.items, study.options.note) == (2, 6, "Be kind")
    assert (study.systems, study.raters) == (("starter", "tuned"), ("ann", "bob"))


async def test_pairs_take_strength_and_criteria_and_texts_do_not(filled: Workbench) -> None:
    app = VivaApp(filled, "study-form")
    async with app.run_test(size=SMALL) as pilot:
        screen = await opened(pilot)
        screen.query_one("#strength", Checkbox).value = True
        await settle(pilot)
        assert "By how much is asked of pairs only" in flowing(app)
        await press(pilot, "ctrl+s")
        assert len(filled.studies.list()) == 1
        screen.query_one("#mode", Select).value = StudyMode.PAIRWISE.value
        screen.query_one("#per_criterion", Checkbox).value = True
        await until(pilot, lambda: "4 pairs on 4 questions" in flowing(app))
        await press(pilot, "ctrl+s")
    study = filled.studies.get("round-1")
    assert study.mode is StudyMode.PAIRWISE
    assert study.options.strength
    assert study.options.per_criterion


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("raters", "0", "Raters each must be a whole number from 1 on, not 0"),
        ("questions", "many", "Questions must be a whole number from 1 on, not many"),
        ("calibration", "101", "At random must be a share from 0 to 100 %, not 101"),
        ("who", ",", "Name at least one rater"),
        ("labels", "tuned", "Labels are for guessing"),
        ("name", "no spaces", "The name needs letters, digits, dots, hyphens and underscores"),
    ],
)
async def test_a_field_that_cannot_be_right_is_named_and_gone_to(
    filled: Workbench, field: str, value: str, said: str
) -> None:
    app = VivaApp(filled, "study-form")
    async with app.run_test(size=SMALL) as pilot:
        screen = await opened(pilot)
        screen.query_one(f"#{field}", Input).value = value
        await settle(pilot)
        assert said in flowing(app)
        await press(pilot, "ctrl+s")
        assert app.focused is not None
        assert app.focused.id == field
    assert len(filled.studies.list()) == 1


async def test_a_name_that_tells_a_system_and_one_that_is_taken_are_refused(filled: Workbench) -> None:
    app = VivaApp(filled, "study-form")
    async with app.run_test(size=SMALL) as pilot:
        screen = await opened(pilot)
        screen.query_one("#name", Input).value = "tuned-vs-starter"
        await until(pilot, lambda: "must not name" in flowing(app))
        screen.query_one("#name", Input).value = "tiny-test"
        await until(pilot, lambda: "must not name" not in flowing(app))
        await press(pilot, "ctrl+s")
        assert "there is a study tiny-test already" in flowing(app)
        assert isinstance(app.screen, StudyFormScreen)


async def test_a_training_file_that_is_not_there_is_told_at_once(filled: Workbench, tmp_path: Path) -> None:
    app = VivaApp(filled, "study-form")
    async with app.run_test(size=SMALL) as pilot:
        screen = await opened(pilot)
        screen.query_one("#practice", Input).value = str(tmp_path / "none.csv")
        await until(pilot, lambda: "none.csv" in flowing(app).split("Name")[1])
        file = tmp_path / "practice.csv"
        file.write_text("question,reference,text,accuracy,completeness,relevance,practicality\nW?,B.,S.,4,3,2,1\n")
        screen.query_one("#practice", Input).value = str(file)
        await until(pilot, lambda: "1 training text, 0 gold" in flowing(app))


async def test_a_split_for_which_nobody_wrote_cannot_be_rated(filled: Workbench) -> None:
    app = VivaApp(filled, "study-form")
    async with app.run_test(size=SMALL) as pilot:
        screen = await opened(pilot)
        screen.query_one("#split", Select).value = "train"
        await settle(pilot)
        assert "none has written for this split yet" in flowing(app)
        await press(pilot, "ctrl+s")
        assert len(filled.studies.list()) == 1


@SIZES
async def test_without_a_dataset_one_is_told_to_import_one(bench: Workbench, size: tuple[int, int]) -> None:
    app = VivaApp(bench, "study-form")
    async with app.run_test(size=size) as pilot:
        await opened(pilot)
        assert "There is no dataset to rate texts for yet" in flowing(app)


async def test_letters_go_into_a_field_and_not_to_the_keys(filled: Workbench) -> None:
    app = VivaApp(filled, "study-form")
    async with app.run_test(size=SMALL) as pilot:
        screen = await opened(pilot)
        field = screen.query_one("#told", Input)
        field.focus()
        await press(pilot, *"nqx?")
        assert field.value == "nqx?"


async def test_a_lead_is_refused_the_form(filled: Workbench) -> None:
    app = VivaApp(as_person(filled, "eve", "lead"), "study-form")
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await settle(pilot)
        assert not isinstance(app.screen, StudyFormScreen)
        assert "only engineers may go to study form" in flowing(app)
