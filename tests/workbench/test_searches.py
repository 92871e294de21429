"""Near-duplicates are searched for once for each version, and tie examples together where a split is made."""

import pytest

from tests.fakes.mending import add, near, plain, question, reference
from viva.dataset import near_duplicates
from viva.errors import UsageError
from viva.records.dataset import Example
from viva.workbench import Workbench
from viva.workbench.searches import Searches, Text


def test_a_search_is_remembered_by_version_threshold_and_text(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(bench, [*plain(4), near(1, "one", "test", "a")])
    dataset, examples = bench.datasets.get("zoo"), bench.datasets.examples("zoo")
    searches, done = Searches(), []
    find = near_duplicates.find_pairs
    monkeypatch.setattr(near_duplicates, "find_pairs", lambda *given: (done.append(given[1]), find(*given))[1])
    for threshold in (None, 0.9, 1.0, None):
        searches.groups(dataset, examples, threshold)
    assert done == [0.9, 1.0]
    assert searches.groups(dataset, examples, None, Text.REFERENCE) == ([], 0)
    assert len(done) == 3
    assert [group.members for group in searches.groups(dataset, examples, None)[0]] == [(1, 4)]


def test_the_same_question_or_the_same_long_reference_ties_examples_together(bench: Workbench) -> None:
    more = [Example(question(20 + n), reference(0), example_id=f"long{n}") for n in range(2)]
    more += [Example(question(30 + n), "yes", example_id=f"short{n}") for n in range(3)]
    add(bench, [*plain(3), near(2, "one", "test", "a"), *more])
    tied = Searches().tied(bench.datasets.get("zoo"), bench.datasets.examples("zoo"))
    assert tied == [(2, 3), (0, 4, 5)]


def test_an_impossible_threshold_is_refused(bench: Workbench) -> None:
    add(bench, plain(2))
    with pytest.raises(UsageError):
        bench.datasets.duplicates("zoo", 1.5)
    with pytest.raises(UsageError):
        bench.datasets.duplicates("zoo", 0.0)
