"""Rows staged in a file and taken into the store; versions, histories, leaks."""

import contextlib
from dataclasses import replace
from pathlib import Path

from viva.records.dataset import Example, Leakage
from viva.records.ids import utc_now
from viva.store import Store, datasets, leakage
from viva.store.staging import Staged, stage

CHAT = [{"role": "user", "content": "How?"}, {"role": "assistant", "content": "So."}]
EXAMPLES = [
    Example("How?", "So.", "energy", "solar", "test", {"n": 1, "deep": [None, {"a": "b"}]}, source="a.pdf"),
    Example("Why \x00 and \u202e?", "Line\r\nline\n\ud83d\ude00 é", meta={"": ""}),
    Example("When?", "x" * 1_000_000, messages=CHAT, tools=[{"name": "clock"}]),
]


def add(store: Store, folder: Path, examples: list[Example], name: str = "pairs", change: str = "imported") -> str:
    with stage(folder) as staging:
        for example in examples:
            staging.add(example)
        staged = staging.finish()
        with store.write() as connection:
            return datasets.add_staged(connection, name, "pairs.csv", staged, change)


def content(store: Store, dataset_id: str) -> list[Example]:
    with store.read() as connection:
        return datasets.examples(connection, dataset_id)


def staged(folder: Path, examples: list[Example]) -> Staged:
    with stage(folder) as staging:
        for example in examples:
            staging.add(example)
        return staging.finish()


def test_what_is_staged_comes_back_in_its_order(store: Store, tmp_path: Path) -> None:
    found = content(store, add(store, tmp_path / "staging", EXAMPLES))
    expected = [
        replace(given, example_id=stored.example_id, lineage=stored.example_id)
        for given, stored in zip(EXAMPLES, found, strict=True)
    ]
    assert found == [expected[0], replace(expected[1], reference="Line\r\nline\n😀 é"), expected[2]]
    assert len({example.example_id for example in found}) == 3


def test_the_staged_file_is_gone_afterwards(store: Store, tmp_path: Path) -> None:
    add(store, tmp_path / "staging", EXAMPLES)
    assert list((tmp_path / "staging").iterdir()) == []


def test_a_stage_that_is_given_up_leaves_nothing(tmp_path: Path) -> None:
    with contextlib.suppress(RuntimeError), stage(tmp_path / "staging") as staging:
        staging.add(EXAMPLES[0])
        raise RuntimeError
    assert list((tmp_path / "staging").iterdir()) == []


def test_the_same_rows_have_the_same_hash_and_others_another(tmp_path: Path) -> None:
    known = staged(tmp_path, EXAMPLES)
    assert staged(tmp_path, EXAMPLES).content == known.content
    assert staged(tmp_path, EXAMPLES[::-1]).content != known.content
    assert staged(tmp_path, [replace(EXAMPLES[0], split="train"), *EXAMPLES[1:]]).content != known.content


def test_the_same_work_in_two_places_gives_the_same_ids(tmp_path: Path) -> None:
    ids = []
    for place in ("one", "two"):
        store = Store(tmp_path / place / "results.duckdb", tmp_path / place / "results.duckdb.lock")
        ids.append([example.example_id for example in content(store, add(store, tmp_path / "staging", EXAMPLES))])
    assert ids[0] == ids[1]


def test_a_further_version_keeps_the_earlier_one(store: Store, tmp_path: Path) -> None:
    first = add(store, tmp_path, EXAMPLES)
    second = add(store, tmp_path, content(store, first)[:2], change="cut")
    with store.read() as connection:
        newest = datasets.by_name(connection, "pairs")
        before = datasets.by_name(connection, "pairs", 1)
        changes = [(dataset.version, dataset.change) for dataset in datasets.versions(connection, "pairs")]
    assert newest is not None
    assert before is not None
    assert (newest.dataset_id, newest.version, newest.size) == (second, 2, 2)
    assert (before.dataset_id, before.size) == (first, 3)
    assert changes == [(2, "cut"), (1, "imported")]


def test_the_history_of_an_example_names_only_what_changed_it(store: Store, tmp_path: Path) -> None:
    one = content(store, add(store, tmp_path, EXAMPLES))
    two = content(store, add(store, tmp_path, [one[1], one[0]], change="turned round"))
    edited = [two[0], replace(two[1], reference="So, then.")]
    three = content(store, add(store, tmp_path, edited, change="ann edited"))
    with store.read() as connection:
        history = datasets.history(connection, one[0].example_id)
        same = datasets.history(connection, three[1].example_id)
        untouched = datasets.history(connection, three[0].example_id)
    assert [(example.reference, dataset.change) for example, dataset in history] == [
        ("So, then.", "ann edited"),
        ("So.", "imported"),
    ]
    assert same == history
    assert [dataset.version for _, dataset in untouched] == [1]


def test_examples_are_read_in_pieces(store: Store, tmp_path: Path) -> None:
    dataset_id = add(store, tmp_path, [Example(str(number), "r") for number in range(25)])
    with store.read() as connection:
        pieces = [datasets.examples_between(connection, dataset_id, first, first + 10) for first in (0, 10, 20)]
    assert [[int(example.question) for example in piece] for piece in pieces] == [
        list(range(10)), list(range(10, 20)), list(range(20, 25)),
    ]  # fmt: skip


def test_the_last_check_for_leaks_counts(store: Store, tmp_path: Path) -> None:
    one, other, _ = content(store, dataset_id := add(store, tmp_path, EXAMPLES))
    checks = [Leakage(2, 1, 0.9, utc_now()), Leakage(0, 0, 0.95, utc_now())]
    for check in checks:
        with store.write() as connection:
            pairs = [("question", one.example_id, other.example_id, 0.97)] if check.found else []
            leakage.add(connection, dataset_id, check, pairs)
            dataset = datasets.by_id(connection, dataset_id)
            leaks = connection.execute("SELECT kind, similarity, question_a FROM leaks").fetchall()
        assert dataset is not None
        assert dataset.leakage == check
        assert leaks == ([("question", 0.97, "How?")] if check.found else [])


def test_the_public_view_tells_how_a_version_came_about(store: Store, tmp_path: Path) -> None:
    add(store, tmp_path, EXAMPLES)
    with store.read() as connection:
        rows = connection.execute("SELECT dataset, version, examples, change, near_duplicates FROM datasets").fetchall()
    assert rows == [("pairs", 1, 3, "imported", None)]
