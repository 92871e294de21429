"""Nothing that reaches a rater tells who wrote a text, what a judge or a metric said of it, or what another gave it.

Every row that the rater's process fetches from the store and everything that the screen shows on a walk through the
rater's screens is looked through for names and words that stand for these.
"""

import itertools
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.recording import fetched
from tests.fakes.screen import painted, press, settle
from viva.cli import plain_rating
from viva.records.dataset import Example
from viva.records.generation import Generation, Score
from viva.records.judging import JudgeMode, Judgment
from viva.records.model import Decoding, Model, ModelKind, System
from viva.records.person import Role
from viva.records.rating import OVERALL, Choice
from viva.records.study import StudyMode, StudyRequest
from viva.settings import Settings
from viva.store import datasets, generations, judgments, models, rubrics
from viva.tui.app import VivaApp
from viva.tui.screens.guess import GuessScreen
from viva.tui.screens.rate import RateScreen
from viva.workbench import Workbench

SYSTEMS = "zebra-plain", "quokka-tuned"
SECRETS = [
    *SYSTEMS, "zebra-model", "quokka-model", "wombat", "ibex", "/nowhere/", "adapter", "similarity-of-llamas",
    "said by the judge", "said by bob",
]  # fmt: skip
RATING, PAIRS = "night-shift", "in-pairs"
PRACTICE = "question,reference,text,accuracy,completeness,relevance,practicality,why\nWhy?,Because.,So.,4,3,2,1,Short\n"
SIZE = (120, 40)


@pytest.fixture
def lead(bench: Workbench, tmp_path: Path) -> Workbench:
    """A workbench with texts, scores, a judge's verdicts and another rater's, in a study of each mode."""
    examples = [Example(f"Question {n}?", f"Reference {n}.", "wards", None, "test", {}, f"e{n}") for n in range(4)]
    systems = [System(name, name.split("-")[0] + "-model", "{question}", Decoding()) for name in SYSTEMS]
    written = [
        Generation(f"g{place}{n}", system.system_id, f"e{n}", f"Text {place} on {n}.", "stop", 9, 9, 0.1)
        for place, system in enumerate(systems)
        for n in range(4)
    ]
    rubric = bench.rubrics.get("default")
    judged = [
        Judgment(f"j{g.generation_id}{c.name}", g.generation_id, rubric.rubric_id, "ibex", JudgeMode.REFERENCE, c.name,
                 3.0, None, "said by the judge", "", None, 0)
        for g in written for c in rubric.criteria
    ]  # fmt: skip
    with bench.store.write() as connection:
        datasets.add(connection, "w", "wombat", "wombat.csv", examples)
        for system in systems:
            models.add(connection, Model(system.model, system.model, ModelKind.ADAPTER, "/nowhere/x", "starter", ""))
            models.add_system(connection, system)
        generations.add(connection, written)
        scores = [Score(g.generation_id, "similarity-of-llamas", "1", "", 0.5) for g in written]
        generations.add_scores(connection, scores)
        rubrics.add(connection, rubric)
        judgments.add(connection, "w", [], judged)
    (tmp_path / "known.csv").write_text(PRACTICE)
    known = str(tmp_path / "known.csv")
    labels = {"zebra-plain": "as it came", "quokka-tuned": "after training"}
    bench.studies.create(
        StudyRequest(
            RATING, "wombat", "test", SYSTEMS, raters_per_item=3, guess=True, labels=labels,
            practice=known, gold=known, gold_every=2,
        )
    )  # fmt: skip
    bench.studies.create(StudyRequest(PAIRS, "wombat", "test", SYSTEMS, StudyMode.PAIRWISE, raters_per_item=3))
    _rate_as_bob(_as(bench, "bob", Role.RATER))
    return bench


def _as(workbench: Workbench, name: str, role: Role) -> Workbench:
    settings = Settings(workspace=workbench.settings.workspace, rater=name, role=role, lock_timeout=10.0)
    return Workbench(settings)


def _rate_as_bob(bob: Workbench) -> None:
    for study in (RATING, PAIRS):
        sitting = bob.desk.sit_down(study, 3)
        for lease in sitting.served.leases:
            item = bob.desk.items(sitting.task.study_id, [lease.item_id])[lease.item_id]
            if sitting.task.mode is StudyMode.RUBRIC:
                values = {criterion.name: 2 for criterion in sitting.task.rubric.criteria}
                bob.desk.save(sitting.task, item.item_id, values, comment="said by bob")
            else:
                bob.desk.save_preference(sitting.task, item, {OVERALL: Choice("a")}, comment="said by bob")
        bob.desk.release(sitting.task.study_id)
    bob.desk.deliver()


def _told(rows: list[Any], seen: list[str]) -> list[str]:
    """Return which secrets are in what was fetched, or was painted."""
    everything = "\n".join([*(repr(row) for row in rows), *seen]).lower()
    return [secret for secret in SECRETS if secret in everything]


async def _rate_all(pilot: Any, seen: list[str]) -> None:
    """Rate until nothing is left, and answer whatever window comes in between."""
    for _ in range(60):
        screen = pilot.app.screen
        seen.append(painted(pilot.app))
        if isinstance(screen, GuessScreen):
            await press(pilot, "1")
        elif not isinstance(screen, RateScreen):
            await press(pilot, "enter")
        elif screen.state is not None and screen.state.at_end:
            return
        else:
            await press(pilot, "4", "3", "5", "2")
            seen.append(painted(pilot.app))
            await press(pilot, "enter")


async def test_no_payload_of_a_rating_study_tells_who_wrote_a_text(
    lead: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, seen = fetched(monkeypatch), list[str]()
    app = VivaApp(_as(lead, "ann", Role.RATER))
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        seen.append(painted(app))
        app.go("rate", study=RATING)
        await settle(pilot)
        await _rate_all(pilot, seen)
        for keys in (("b",), ("b", "question_mark"), ("escape",), ("b", "h"), ("s",), ("escape",), ("c",), ("escape",)):
            await press(pilot, *keys)
            seen.append(painted(app))
        await press(pilot, "escape", "h")
        seen.append(painted(app))
        await press(pilot, "enter")
        seen.append(painted(app))
        await press(pilot, "escape", "escape", "p")
        seen.append(painted(app))
    given = _as(lead, "ann", Role.RATER).desk.history(RATING)
    assert len(given) == 8 + 1 + 1
    assert any("Text 1 on" in page for page in seen)
    assert any("who wrote" in page.lower() for page in seen)
    assert _told(rows, seen) == []


async def test_no_payload_of_a_study_of_pairs_tells_who_wrote_a_text(
    lead: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, seen = fetched(monkeypatch), list[str]()
    app = VivaApp(_as(lead, "ann", Role.RATER), f"rate:{PAIRS}")
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        for key in ("a", "b", "t", "a"):
            await press(pilot, key)
            seen.append(painted(app))
            await press(pilot, "enter")
            seen.append(painted(app))
        await press(pilot, "b", "question_mark")
        seen.append(painted(app))
    assert len(_as(lead, "ann", Role.RATER).desk.history(PAIRS)) == 4
    assert _told(rows, seen) == []


@pytest.mark.parametrize("study", [RATING, PAIRS])
def test_nor_does_rating_line_by_line(lead: Workbench, monkeypatch: pytest.MonkeyPatch, study: str) -> None:
    rows, said = fetched(monkeypatch), list[str]()
    typed = itertools.chain(["help", "4", "3", "2", "1", "", "a", "1", ""] * (12 if study == RATING else 5), ["quit"])

    def read() -> str:
        for line in typed:
            return line
        raise EOFError

    assert plain_rating.run(_as(lead, "ann", Role.RATER), study, read, said.append) == 0
    assert any("Text 1 on" in line for line in said)
    assert _told(rows, said) == []


@pytest.mark.parametrize("study", [RATING, PAIRS])
def test_what_lies_on_the_disk_of_a_rater_tells_nothing_either(lead: Workbench, study: str) -> None:
    desk = _as(lead, "ann", Role.RATER).desk
    sitting = desk.sit_down(study)
    payload = repr(
        (sitting, desk.tasks(), desk.items(sitting.task.study_id, [x.item_id for x in sitting.served.leases]))
    )
    assert _told([], [payload]) == []


def test_the_same_walk_by_an_engineer_would_be_noticed(lead: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = fetched(monkeypatch)
    lead.studies.list()
    assert set(SYSTEMS) <= set(_told(rows, []))
