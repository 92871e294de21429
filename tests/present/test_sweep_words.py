"""The trials of a sweep as a table and as a plot."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.hostile import FORBIDDEN, HOSTILE
from tests.fakes.trainings import trials
from viva.present import sweep as words
from viva.present.plots import along
from viva.records.training import Trial


def test_the_best_trial_is_marked_and_states_are_words_with_a_symbol() -> None:
    table = words.table(trials(), 200)
    assert table.headings == [
        "Trial",
        "State",
        "rank",
        "alpha",
        "dropout",
        "learning_rate",
        "quantization",
        "Loss",
        "Took",
    ]
    assert [row[0] for row in table.rows if row[0].startswith("★")] == ["★ 7"]
    assert table.rows[5][1] == "✗ failed"
    assert table.rows[5][7] == "–"
    assert table.right == {2, 3, 4, 5, 7, 8}


def test_a_narrow_table_shortens_its_headings_and_leaves_out_how_long_it_took() -> None:
    table = words.table(trials(), 77)
    assert "learning…" in table.headings
    assert table.headings[-1] == "Loss"
    assert all(len(row) == len(table.headings) for row in table.rows)


def test_what_all_trials_share_is_no_column_and_no_axis() -> None:
    found = [Trial(number, "complete", {"rank": number, "alpha": 8}, 1.0) for number in range(3)]
    assert words.parameters(found) == ["rank"]
    assert "alpha" not in words.table(found, 200).headings
    assert "alpha 8" in " ".join(words.about(found[0]))


def test_the_summary_counts_states_and_names_the_best() -> None:
    assert words.summary(trials()) == ("6 complete · 1 running · 1 pruned · 1 failed · 1 waiting · ★ trial 7: 3.1910")
    assert words.summary([]) == ""


def test_the_best_so_far_falls_in_steps_and_counts_complete_trials_only() -> None:
    losses = [("complete", 3.0), ("pruned", 1.0), ("complete", 3.5), ("complete", 2.0)]
    found = [Trial(number, state, {}, loss) for number, (state, loss) in enumerate(losses)]
    plot = words.plot(found)
    line = next(trace.line for trace in plot.traces if trace.line)
    assert line == [(0.0, 3.0), (2.0, 3.0), (2.0, 3.0), (3.0, 3.0), (3.0, 2.0)]
    assert [(trace.marker, trace.marks) for trace in plot.traces if trace.marks] == [
        ("o", [(0.0, 3.0), (2.0, 3.5)]),
        ("x", [(1.0, 1.0)]),
        ("★", [(3.0, 2.0)]),
    ]
    assert [name for *_, name in words.key(found)] == ["complete", "stopped", "best", "best so far"]


def test_a_learning_rate_lies_on_a_logarithmic_axis() -> None:
    axis, places = along("learning_rate", [1e-5, 1e-4, 1e-3])
    assert places == pytest.approx([-5, -4, -3])
    assert [label for _, label in axis.ticks] == ["1e-5", "1e-4", "1e-3"]


def test_words_lie_side_by_side_and_few_numbers_have_a_label_each() -> None:
    axis, places = along("quantization", ["nf4", "none", "nf4"])
    assert places == [0.0, 1.0, 0.0]
    assert axis.ticks == [(0.0, "nf4"), (1.0, "none")]
    assert [label for _, label in along("rank", [8, 4, 8])[0].ticks] == ["4", "8"]


def test_a_trial_without_a_loss_is_not_in_the_plot() -> None:
    for parameter in ("", *words.parameters(trials())):
        marks = [mark for trace in words.plot(trials(), parameter).traces for mark in trace.marks]
        assert len(marks) == 8


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=9), st.lists(st.text(), max_size=2)
)


@given(st.lists(st.tuples(VALUES, st.none() | st.floats(-1e9, 1e9)), max_size=12))
def test_any_values_can_be_plotted(drawn: list[tuple[object, float | None]]) -> None:
    found = [Trial(n, "complete", {"x": value, "n": n}, loss) for n, (value, loss) in enumerate(drawn)]
    for parameter in ("", "x", "n"):
        plot = words.plot(found, parameter)
        assert plot.axis.low < plot.axis.high
        assert plot.empty == all(trial.loss is None for trial in found)
    words.table(found, 77)


@pytest.mark.parametrize("text", HOSTILE)
def test_foreign_values_are_harmless(text: str) -> None:
    found = [Trial(0, text, {text: text}, 1.0, error=text), Trial(1, "failed", {text: 1}, None, error=text)]
    table = words.table(found, 77)
    told = [*table.headings, *(cell for row in table.rows for cell in row), words.summary(found), words.plot_name(text)]
    told += [line for trial in found for line in words.about(trial)]
    assert not any(FORBIDDEN.search(line) or "\n" in line for line in told)
