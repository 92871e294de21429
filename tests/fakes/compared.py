"""A dataset `duel` whose systems were compared in pairs, by people and by a judge, as a test says."""

from collections.abc import Sequence

from viva.records.dataset import Example
from viva.records.generation import Generation
from viva.records.ids import new_id, utc_now
from viva.records.model import Decoding, System
from viva.store import datasets, generations, models
from viva.workbench import Workbench

DATASET = "duel"
Verdict = tuple[int, str, str, str | None]
"""The number of a question, two systems, and the one that was found better; None is a tie."""


def write(
    workbench: Workbench, systems: Sequence[str], questions: int, samples: int = 1, longer: Sequence[int] = ()
) -> None:
    """Let systems write for so many questions; a text is longer by `longer`, and by how its question comes."""
    examples = [Example(f"question {n}", "reference", None, None, "test", {}, f"duel-{n}") for n in range(questions)]
    with workbench.store.write() as connection:
        datasets.add(connection, "duel-id", DATASET, "duel.csv", examples)
        for place, system in enumerate(systems):
            found = System(system, system, "{question}", Decoding())
            models.add_system(connection, found)
            extra = longer[place] if longer else 0
            generations.add(
                connection,
                [
                    Generation(
                        text_id(system, n, sample), found.system_id, f"duel-{n}",
                        "x" * (20 + extra + (7 * n + 3 * place * n) % 11), "stop", 1, 1, 0.1, sample,
                    )
                    for n in range(questions)
                    for sample in range(samples)
                ],
            )  # fmt: skip


def text_id(system: str, question: int, sample: int = 0) -> str:
    return f"text-{system}-{question}-{sample}"


def prefer(workbench: Workbench, verdicts: Sequence[Verdict], rater: str = "ann", criterion: str | None = None) -> None:
    """Let a person compare the first texts of two systems."""
    rows = [_row(verdict, rater, "human", "a", criterion, None) for verdict in verdicts]
    _add(workbench, rows)


def judge(
    workbench: Workbench, verdicts: Sequence[Verdict], turned: Sequence[Verdict] | None = None, name: str = "oracle"
) -> None:
    """Let a judge compare the first texts of two systems in both orders; `turned` is what it says in the other one."""
    rows = [_row(verdict, name, "judge", "a", None, "reference") for verdict in verdicts]
    rows += [_row(verdict, name, "judge", "b", None, "reference") for verdict in turned or verdicts]
    _add(workbench, rows)


def compare_with_itself(workbench: Workbench, system: str, question: int) -> None:
    """Let a person compare two samples of one system."""
    one, other = sorted((text_id(system, question, 0), text_id(system, question, 1)))
    _add(workbench, [(new_id(), f"duel-{question}", one, other, "ann", "human", "a", "a", None, None, None)])


def unscored(workbench: Workbench, question: int, first: str, second: str) -> None:
    """Let a person pass over two texts."""
    one, other = sorted((text_id(first, question), text_id(second, question)))
    _add(workbench, [(new_id(), f"duel-{question}", one, other, "ann", "human", "a", None, "skipped: odd", None, None)])


def _row(
    verdict: Verdict, scorer: str, source: str, shown: str, criterion: str | None, mode: str | None
) -> tuple[object, ...]:
    question, first, second, better = verdict
    one, other = sorted((text_id(first, question), text_id(second, question)))
    winner = "tie" if better is None else "a" if text_id(better, question) == one else "b"
    return (new_id(), f"duel-{question}", one, other, scorer, source, shown, winner, None, criterion, mode)


def _add(workbench: Workbench, found: Sequence[tuple[object, ...]]) -> None:
    now = utc_now()
    with workbench.store.write() as connection:
        connection.executemany(
            "INSERT INTO preference (event_id, example_id, generation_a, generation_b, scorer, source, shown_first,"
            " winner, unscored, criterion, mode, comment, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?)",
            [(*row, now) for row in found],
        )
