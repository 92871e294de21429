"""Experiments in words, and their tables."""

from viva.present.experiments import board_tables, facts, heading, notes
from viva.present.tables import Format, write
from viva.records.experiment import Experiment, ExperimentTable, GenerateStep, ScoreStep, Shown, TrainStep
from viva.records.generating import Grid
from viva.records.results import LeaderboardRow


def row(
    system: str, measure: str, mean: float | None, field: str | None = None, n: int = 4, attempted: int = 4
) -> LeaderboardRow:
    half = None if mean is None else 0.05
    return LeaderboardRow(
        "vad", "test", system, "metric", measure, n, attempted, mean, 0.1, 0.02, field, half_width=half
    )


def drawn(table: ExperimentTable) -> list[str]:
    return [title + "\n" + "".join(write(rows, Format.TABLE)) for title, rows in board_tables(table)]


def test_systems_are_rows_and_measures_columns() -> None:
    shown = Shown("Means", ("rouge_l", "meteor"))
    rows = tuple(row(system, measure, 0.2) for system in ("base", "tuned") for measure in shown.measures)
    [text] = drawn(ExperimentTable(shown, "test", ("base", "tuned"), rows))
    lines = text.splitlines()
    assert lines[1].split() == ["system", "ROUGE-L", "METEOR", "scored"]
    assert lines[3].split() == ["base", "0.200", "±", "0.050", "0.200", "±", "0.050", "4/4"]
    assert len(lines) == 5


def test_what_is_unscored_is_a_dash_with_its_count_and_reason() -> None:
    shown = Shown("Means", ("rouge_l", "meteor"))
    rows = (row("base", "rouge_l", 0.2), row("base", "meteor", None, n=0))
    table = ExperimentTable(shown, "test", ("base",), rows, unscored=(("meteor", "WordNet is not here\x1b[2J", 4),))
    [text] = drawn(table)
    assert "– (0/4)" in text
    assert "0.200 ± 0.050 (4/4)" in text
    assert notes(table) == ["METEOR: 4 texts unscored: WordNet is not here␛[2J"]


def test_by_field_each_measure_is_a_table_with_all_fields_last() -> None:
    shown = Shown("By field", ("rouge_l",), by_field=True)
    fields = tuple(row(s, "rouge_l", v, f) for s, v in (("base", 0.2), ("tuned", 0.3)) for f in ("arts", None))
    whole = (row("base", "rouge_l", 0.2, n=8, attempted=8), row("tuned", "rouge_l", 0.25, n=7, attempted=8))
    [text] = drawn(ExperimentTable(shown, "test", ("base", "tuned"), whole, fields))
    lines = text.splitlines()
    assert lines[0] == "ROUGE-L"
    assert lines[1].split() == ["field", "base", "tuned", "change", "scored"]
    assert lines[3].startswith("arts")
    assert "+50%" in lines[3]
    assert lines[-1].startswith("all fields")
    assert "+25%" in lines[-1]
    assert lines[-1].endswith("8/8, 7/8")


def test_a_system_without_a_value_leaves_a_dash() -> None:
    shown = Shown("By field", ("rouge_l",), by_field=True)
    fields = (row("base", "rouge_l", 0.0, "arts"), row("tuned", "rouge_l", None, "law", n=0))
    [text] = drawn(ExperimentTable(shown, "test", ("base", "tuned"), (), fields))
    assert text.count("–") >= 4


def test_the_steps_are_told_in_words() -> None:
    experiment = Experiment(
        "try", "A try", "", "vad", True, TrainStep("lora", "starter", {"epochs": "1"}),
        (
            GenerateStep("test", ("starter", "tuned"), Grid((0.7,), (), (), (20, 30), samples=2), "hot", None, 3),
            GenerateStep("test", ("starter",)),
        ),
        ScoreStep(("rouge_l",)), (Shown("Means", ("rouge_l",), True), Shown("Spread", histogram="rouge_l", of="hot")),
    )  # fmt: skip
    found = facts(experiment)
    assert found["train"] == "starter with the recipe lora, epochs = 1"
    assert found["generate 1"] == (
        "hot: starter, tuned for the split test; temperature 0.7; max tokens 20, 30; 2 samples; 3 examples shown"
    )
    assert found["generate 2"] == "starter for the split test"
    assert found["show"] == "Means: rouge_l by field\nSpread: histogram of rouge_l of hot"
    assert heading(ExperimentTable(experiment.show[0], "test", ())) == "Means (split test)"
