"""Rating line by line: what is said, what can be typed, and that nothing is lost or kept from others."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fakes.hostile import FORBIDDEN
from viva.cli import plain_rating
from viva.errors import NotFound, StoreBusy
from viva.records.rating import OVERALL, PreferenceEvent, RatingEvent, Strength
from viva.records.study import StudyMode, StudyRequest
from viva.settings import Settings
from viva.workbench import Workbench

STUDY = "tiny-test"
SYSTEMS = ("starter", "tuned")
PRACTICE = "question,reference,text,accuracy,completeness,relevance,practicality,why\nWhy?,Because.,So.,4,3,2,1,Short\n"


def rater(workbench: Workbench, name: str = "bob", lease: float = 600.0) -> Workbench:
    return Workbench(Settings(workspace=workbench.paths.root, rater=name, role="rater", lease=lease, lock_timeout=10.0))


class Terminal:
    """Somebody who types these lines, then hangs up; an action among them is done when its turn comes."""

    def __init__(self, *lines: str | Callable[[], None]) -> None:
        self._lines: Iterator[str | Callable[[], None]] = iter(lines)
        self.said: list[str] = []

    def read(self) -> str:
        for line in self._lines:
            if isinstance(line, str):
                return line
            line()
        raise EOFError

    @property
    def text(self) -> str:
        return "\n".join(self.said)


def talk(workbench: Workbench, *lines: str | Callable[[], None], study: str | None = STUDY) -> Terminal:
    terminal = Terminal(*lines)
    assert plain_rating.run(workbench, study, terminal.read, terminal.said.append) == 0
    return terminal


def verdicts(workbench: Workbench, study: str = STUDY) -> list[RatingEvent]:
    return [verdict for verdict in workbench.desk.history(study) if isinstance(verdict, RatingEvent)]


def held(workbench: Workbench) -> int:
    study = workbench.studies.list()[0]
    return workbench.studies.progress(study.name).held


def test_a_value_for_each_criterion_and_an_empty_line_save_a_rating(filled: Workbench) -> None:
    bob = rater(filled)
    said = talk(bob, "4", "3", "5", "2", "", "quit").text
    assert [list(verdict.values.values()) for verdict in verdicts(bob)] == [[4, 3, 5, 2]]
    assert "Entered so far: Accuracy: 4. Completeness: 3. Relevance: 5. Practicality: 2." in said
    assert said.index("Saved.") < said.index("Text 2. 1 rated, 7 left")
    assert bob.desk.undelivered() == 0


def test_what_cannot_be_right_is_refused_with_a_line(filled: Workbench) -> None:
    said = talk(rater(filled), "9", "nonsense", "4", "").text
    assert "Accuracy goes from 0–5, not 9" in said
    assert "nonsense is nothing that can be typed here. Type help for what can." in said
    assert "Still missing: Completeness, Relevance, Practicality" in said


def test_nothing_that_is_said_holds_a_control_character_or_a_system_name(filled: Workbench) -> None:
    lines = [part for _ in range(4) for part in ("flag", "comment", "\x1b[2J[/foo]", "skip", "\u202eno", "levels")]
    terminal = talk(rater(filled), "help", *lines)
    assert not any(FORBIDDEN.search(line) or "\n" in line for line in terminal.said)
    assert not any(system in terminal.text for system in SYSTEMS)


def test_a_verdict_is_skipped_with_a_reason_by_number_or_in_words(filled: Workbench) -> None:
    bob = rater(filled)
    said = talk(bob, "skip", "2", "skip", "too long", "skip", "").text
    assert [verdict.skipped for verdict in verdicts(bob)] == ["text is broken or empty", "too long"]
    assert "Not skipped." in said


def test_one_goes_back_to_change_a_verdict_and_on_again(filled: Workbench) -> None:
    bob = rater(filled)
    talk(bob, "4", "3", "5", "2", "", "back", "1", "", "comment", "fine", "flag", "undo", "quit")
    assert [verdict.values["accuracy"] for verdict in verdicts(bob)] == [1]
    said = talk(bob).text
    assert "It has: comment." in said


def test_what_was_entered_is_there_the_next_time_and_the_item_is_free_meanwhile(filled: Workbench) -> None:
    bob = rater(filled)
    talk(bob, "4", "3")
    assert held(filled) == 0
    assert "Entered so far: Accuracy: 4. Completeness: 3." in talk(rater(filled)).text


def test_an_item_is_held_while_it_is_listened_to(filled: Workbench) -> None:
    counted: list[int] = []
    talk(rater(filled), lambda: counted.append(held(filled)), "quit")
    assert counted == [1]
    assert held(filled) == 0


def test_a_study_is_chosen_by_number_where_several_wait(filled: Workbench) -> None:
    filled.studies.create(StudyRequest("pairs", "tiny", "test", SYSTEMS, StudyMode.PAIRWISE))
    said = talk(rater(filled), "7", "2", study=None).text
    assert "1: tiny-test, 8 texts left" in said
    assert "Study pairs. Say which of two texts is better." in said
    assert "Text A" in said


def test_nobody_rates_what_is_not_open_to_them(filled: Workbench) -> None:
    filled.studies.assign(STUDY, ["ann"])
    with pytest.raises(NotFound):
        talk(rater(filled), study=None)
    with pytest.raises(NotFound):
        talk(rater(filled))


def test_pairs_are_compared_per_criterion_and_by_how_much(filled: Workbench) -> None:
    filled.studies.create(
        StudyRequest("pairs", "tiny", "test", SYSTEMS, StudyMode.PAIRWISE, strength=True, per_criterion=True)
    )
    bob = rater(filled)
    said = talk(bob, "1", "a", "1", "t", "b", "2", "a", "1", "b", "2", "", study="pairs").text
    assert "First say which is better" in said
    found = [one for one in bob.desk.history("pairs") if isinstance(one, PreferenceEvent)]
    assert len(found) == 1
    whole = found[0].choices[OVERALL]
    assert (whole.winner == found[0].shown_first, whole.strength) == (False, Strength.CLEARLY)
    assert found[0].choices["completeness"].winner == "tie"


def test_the_training_round_tells_what_is_known_and_how_far_off_one_was(filled: Workbench, tmp_path: Path) -> None:
    file = tmp_path / "practice.csv"
    file.write_text(PRACTICE)
    filled.studies.create(StudyRequest("trained", "tiny", "test", SYSTEMS, practice=str(file)))
    said = talk(rater(filled), "4", "3", "5", "1", "", study="trained").text
    assert "Text 1 of the training round." in said
    assert "Relevance: you gave 5, known is 2, 3 higher." in said
    assert "Why: Short" in said
    assert "You did 1 training text." in said


def test_a_guess_is_asked_where_the_study_asks_for_it(filled: Workbench) -> None:
    labels = {"starter": "as it came", "tuned": "made for this"}
    filled.studies.create(StudyRequest("guessed", "tiny", "test", SYSTEMS, guess=True, labels=labels))
    bob = rater(filled)
    talk(bob, "4", "3", "5", "2", "", "2", "1", "1", "1", "1", "", "0", study="guessed")
    with filled.store.read() as connection:
        found = connection.execute("SELECT guessed FROM guesses ORDER BY created_at").fetchall()
    assert found == [("made for this",), (None,)]


def test_a_busy_store_keeps_the_verdict_on_disk_and_says_so(filled: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    bob = rater(filled)

    def busy(_timeout: float | None = None) -> int:
        raise StoreBusy("another program holds results.duckdb")

    monkeypatch.setattr(bob.desk, "deliver", busy)
    said = talk(bob, "4", "3", "5", "2", "").text
    assert "Your verdict is on disk and is delivered later." in said
    assert len(verdicts(bob)) == 1


def test_a_study_that_is_closed_meanwhile_ends_calmly(filled: Workbench) -> None:
    said = talk(rater(filled), "4", "3", "5", "2", lambda: filled.studies.close(STUDY), "", "", "quit").text
    assert "This study is closed. Thank you." in said


def test_after_the_last_text_a_line_says_so(filled: Workbench) -> None:
    lines = ["skip", "1"] * 8
    said = talk(rater(filled), *lines, "quit").text
    assert "That was the last one. Thank you." in said
    assert "You rated 0 texts, and skipped 8." in said


PROGRAM = """
import sys
from pathlib import Path
from viva.cli import plain_rating
from viva.settings import Settings
from viva.workbench import Workbench
bob = Workbench(Settings(workspace=Path(sys.argv[1]), rater="bob", role="rater"))
sys.exit(plain_rating.run(bob, "tiny-test", input, lambda line: print(line, flush=True)))
"""


def test_a_dropped_connection_gives_the_item_back_and_keeps_what_was_entered(filled: Workbench) -> None:
    program = [sys.executable, "-c", PROGRAM, str(filled.paths.root)]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("4\n")
        process.stdin.flush()
        while not process.stdout.readline().startswith("Completeness"):
            pass
        process.send_signal(signal.SIGHUP)
        process.communicate(timeout=30)
    assert process.returncode == 0
    assert held(filled) == 0
    bob = rater(filled)
    assert [draft.values for draft in bob.desk.sit_down(STUDY).drafts.values()] == [{"accuracy": 4}]
