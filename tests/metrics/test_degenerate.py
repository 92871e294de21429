"""Each flaw that makes a text degenerate is found where it is, and not where it is not."""

import random

import pytest

from tests.fakes.pairs import references, vocabulary
from viva.metrics import degenerate
from viva.metrics.protocol import Row
from viva.records.metric import FLAWS, MetricOptions

QUESTION = "How can a ceiling camera find a fall in a dark corridor without waking the residents?"
REFERENCE = (
    "A depth camera tracks the height of the head and raises an alarm when it drops below forty centimetres within one "
    "second and stays there; thermal frames confirm that a person lies on the floor."
)
GOOD = "Use thermal frames: the height of a warm blob drops quickly, and an alarm follows unless it rises again."
CHINESE = "摄像机检测到走廊里有人倒下以后会立即通知值班护士并保存前后十秒的热成像画面以便复核"


def flaws(text: str, *, question: str = QUESTION, reference: str = REFERENCE, finish_reason: str = "stop") -> set[str]:
    """Return the names of the flaws of a text; the first measure must tell whether there are any."""
    row = Row("1", question, reference, text, finish_reason)
    ((first, *rest),) = degenerate.create(MetricOptions()).values([row])
    found = {name for name, value in zip(FLAWS, rest, strict=True) if value}
    assert first == float(bool(found))
    assert set(rest) <= {0.0, 1.0}
    return found


@pytest.mark.parametrize("text", [GOOD, "Yes.", "42", "Thermal cameras.", "カメラです。", "no, no, no", "🎥"])
def test_an_answer_has_no_flaw(text: str) -> None:
    assert flaws(text) == set()


def test_the_bundled_references_have_no_flaw() -> None:
    texts = references()
    assert [text for text in texts if flaws(text, reference="another reference")] == []


@pytest.mark.parametrize("text", ["", " \n\t", "\u200b\u200d\ufeff", "\u3000\xa0", "\x00"])
def test_white_space_and_invisible_characters_are_empty(text: str) -> None:
    assert flaws(text) == {"empty"}


def test_a_text_that_ends_at_the_limit_is_cut_off() -> None:
    assert flaws(GOOD, finish_reason="length") == {"cut_off"}


@pytest.mark.parametrize(
    "text",
    [
        "the camera sees the fall " * 20,
        "no " * 12,
        "a" * 60,
        "。" * 60,
        "hahahahahahahahahahahahaha",
        "摄像机检测到倒下。" * 8,
        "🎥🚨" * 20,
        f"{GOOD} {GOOD}",
        f"{GOOD} and so on" + " and so on" * 20,
        f"{CHINESE}{'很好' * 30}",
    ],
)
def test_loops_repeat_themselves(text: str) -> None:
    assert "repetitive" in flaws(text)


RULES = "\n".join(f"{'-' * 30}\n{part}" for part in GOOD.split(": "))
TABLE = f"""| Camera | Range | Price |
|:---------------|---------------:|---------------|
| thermal | twelve metres | high |
| depth | five metres | low |

{GOOD}"""


@pytest.mark.parametrize(
    "text", [f"{RULES}\n{'-' * 30}", TABLE, f"{'=' * 40}\n{GOOD}\n{'=' * 40}", f"Name: {'_' * 40}\n{GOOD}"]
)
def test_rules_and_tables_are_no_loops(text: str) -> None:
    assert flaws(text) == set()


@pytest.mark.parametrize("text", ["-" * 90, f"Yes{'!' * 200}", f"{GOOD}{'-' * 400}", f"{GOOD} {'--- ' * 200}"])
def test_a_text_mostly_of_marks_is_a_loop(text: str) -> None:
    assert flaws(text) == {"repetitive"}


def test_long_prose_does_not_count_as_a_loop() -> None:
    prose = " ".join(dict.fromkeys(references()))
    assert flaws(" ".join(prose.split()[:20_000]), reference="") == set()
    drawn = random.Random(1)
    assert flaws(" ".join(drawn.choices(vocabulary(), k=5000)), reference="") == set()


@pytest.mark.parametrize(
    "text",
    [
        QUESTION,
        f"{QUESTION} With a thermal camera.",
        f"Question: {QUESTION.upper()}\n\nAnswer: With a thermal camera.",
        f'**"{QUESTION}"**',
        "Can a ceiling camera find a fall in a dark corridor without waking residents",
    ],
)
def test_a_text_that_begins_with_the_question_or_is_made_of_it_echoes_it(text: str) -> None:
    assert flaws(text) == {"echoes_prompt"}


def test_an_answer_that_restates_the_question_first_is_no_echo() -> None:
    answer = " ".join(references()[:5])
    assert len(answer.split()) > 150
    assert flaws(f"{QUESTION} {answer}", reference="another reference") == set()
    assert flaws(f"{QUESTION} {GOOD}") == set()


def test_a_question_without_spaces_is_echoed_too() -> None:
    assert flaws(f"{CHINESE}？是的。", question=f"{CHINESE}？") == {"echoes_prompt"}


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("", "The camera sees it."),
        ("Why?", "Why? Because heat rises."),
        ("What is chrF?", "What is chrF? A score of character sequences."),
        ("How can a camera find a fall?", "A camera can find a fall."),
        (
            QUESTION,
            "A ceiling camera can find a fall in a dark corridor if it senses heat, which shows a body at night.",
        ),
    ],
)
def test_short_questions_and_answers_in_their_words_are_no_echo(question: str, text: str) -> None:
    assert flaws(text, question=question) == set()


def test_twenty_words_in_a_row_copy_the_reference() -> None:
    words = REFERENCE.split()
    assert flaws(f"I would say: {' '.join(words[3:23]).upper()}!") == {"copies_reference"}
    assert flaws(f"I would say: {' '.join(words[3:22])}!") == set()
    assert flaws(REFERENCE) == {"copies_reference"}
    assert flaws("thermal frames", reference="Thermal frames.") == set()
    assert flaws(CHINESE, reference=f"是的，{CHINESE}。") == {"copies_reference"}


def test_several_flaws_are_all_told() -> None:
    question = f"{QUESTION} {REFERENCE}"
    assert flaws(f"{question} {REFERENCE}", question=question, finish_reason="length") == set(FLAWS) - {"empty"}


def test_the_settings_name_the_thresholds() -> None:
    assert degenerate.settings(MetricOptions()) == (
        "repetitive=0.3 of 4 words or 8 characters, echo=5 words at the start with no longer rest, "
        "or 0.8 of 8, copy=20 words"
    )
