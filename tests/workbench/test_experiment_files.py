"""Experiment files: read, checked, errors that name the file, the line and the key."""

from pathlib import Path

import pytest

from viva.errors import BadInput, UsageError
from viva.paths import shipped
from viva.records.experiment import ASKED_FOR, Experiment, JudgeStep, TrainStep
from viva.records.generating import Grid
from viva.records.judging import JudgeMode, JudgeSettings
from viva.train.recipes import apply_overrides, load_recipe
from viva.workbench import Workbench
from viva.workbench.experiment_files import load_experiment

GOOD = '''title = "A try"
description = """
Two models.
[train]
recipe = "this is a text"
"""
dataset = "bundled:vad"

[train]
recipe = "starter-lora"
model = "starter"
set = { epochs = 1, keep = "last", double_quantization = false, target_modules = ["a", "b"] }

[[generate]]
split = "test"
models = ["starter", "tuned"]
max_tokens = [20]

[[generate]]
name = "hot"
split = "test"
models = ["tuned"]
temperature = [0.7, 1]
top_p = [0.9]
samples = 2

[score]
metrics = ["rouge_l", "bertscore"]
embedding_model = "minilm"

[[show]]
title = "Means"
measures = ["rouge_l", "bertscore_recall"]
by = "field"

[[show]]
title = "Spread"
histogram = "bertscore"
bins = 8
of = "hot"
'''


JUDGED = """title = "Judged"
dataset = "bundled:vad"

[[generate]]
name = "greedy"
split = "test"
models = ["starter"]

[[generate]]
name = "hot"
split = "test"
models = ["starter"]
temperature = [0.7]

[[judge]]
judges = ["embedding-baseline", "$judge"]
of = "greedy"

[[judge]]
mode = "independent"
rubric = "own"
samples = 3
temperature = 1
max_tokens = 4000

[[judge]]
pairwise = true
per_criterion = true

[[show]]
title = "Points"
judge = "reference"

[[show]]
title = "Own approach"
judge = "independent"
of = "hot"

[[show]]
title = "Pairs"
pairs = true
"""


def read(path: Path, text: str = GOOD) -> Experiment:
    path.write_text(text, "utf-8")
    return load_experiment(
        path, lambda name, changes: apply_overrides(load_recipe(shipped("recipes", f"{name}.toml")), changes)
    )


def test_a_file_is_read_whole(tmp_path: Path, bench: Workbench) -> None:
    (tmp_path / "try.toml").write_text(GOOD, "utf-8")
    found = bench.experiments.get(str(tmp_path / "try.toml"))
    assert (found.name, found.title, found.dataset, found.bundled) == ("try", "A try", "vad", True)
    changes = {"epochs": "1", "keep": "last", "double_quantization": "false", "target_modules": "a,b"}
    assert found.train == TrainStep("starter-lora", "starter", changes)
    assert [step.models for step in found.generate] == [("starter", "tuned"), ("tuned",)]
    assert found.generate[0].grid == Grid(max_new_tokens=(20,))
    assert found.generate[1].grid == Grid((0.7, 1.0), (0.9,), samples=2)
    assert found.score.metrics == ("rouge_l", "bertscore")
    assert [(shown.title, shown.by_field, shown.bins, shown.of) for shown in found.show] == [
        ("Means", True, None, ""),
        ("Spread", False, 8, "hot"),
    ]


@pytest.mark.parametrize("name", ["similarity", "fields", "grid", "judge", "pairwise"])
def test_the_shipped_ones_are_right_and_of_bundled_data(bench: Workbench, name: str) -> None:
    found = bench.experiments.get(name)
    assert found.bundled
    assert found.dataset in bench.datasets.bundled()
    assert found.title
    assert found.description
    assert {step.split for step in found.generate} == {"test"}


def test_the_grid_holds_the_report_s_best_combination(bench: Workbench) -> None:
    grids = [step.grid for step in bench.experiments.get("grid").generate]
    assert any(0.7 in grid.temperature and 0.7 in grid.top_p for grid in grids)


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ('title = "A try"', 'titel = "A try"', 1, "unknown key 'titel'"),
        ('title = "A try"\n', "", None, "the experiment needs the key title"),
        ('dataset = "bundled:vad"', "dataset = 3", 7, "dataset must be text, not 3"),
        ('dataset = "bundled:vad"', 'dataset = " "', 7, "dataset is empty"),
        ('recipe = "starter-lora"', 'recipe = "starter-lora"\nlayers = 1', 11, "unknown key 'layers'"),
        ("epochs = 1", "epochs = 0", 12, "set: epochs must be above 0"),
        ("epochs = 1", "epoch = 1", 12, "set: a recipe has no key 'epoch'"),
        ("epochs = 1", "epochs = { a = 1 }", 12, "set: epochs must be text, a number"),
        ("epochs = 1", 'epochs = 1, format = "base"', 10, "trains no model"),
        ("max_tokens = [20]", "max_tokens = 20", 17, "max_tokens must be a list, not 20"),
        ("max_tokens = [20]", "max_tokens = [2.5]", 17, "max_tokens must be a list of numbers, not 2.5"),
        ("temperature = [0.7, 1]", "temperature = [true]", 23, "temperature must be a list of numbers"),
        ("samples = 2", "samples = 0", 25, "samples must be at least 1"),
        ("samples = 2", "samples = true", 25, "samples must be a whole number"),
        ('models = ["tuned"]', "models = []", 22, "models must be a list of names"),
        ('split = "test"\nmodels = ["tuned"]', 'models = ["tuned"]', 19, "generate needs the key split"),
        ('name = "hot"', 'name = "hot"\nshots = -1', 21, "shots must be at least 0"),
        ('"rouge_l", "bertscore"]', '"rouge_m", "bertscore"]', 28, "there is no metric 'rouge_m'"),
        ('"bertscore_recall"', '"meteor"', 33, "meteor is not scored"),
        ('"bertscore_recall"', '"bertscore_recal"', 33, "there is no measure 'bertscore_recal'"),
        ('by = "field"', 'by = "split"', 34, "by must be 'field', not 'split'"),
        ('by = "field"', "bins = 4", 34, "bins goes with histogram only"),
        ("bins = 8", 'by = "field"', 39, "by goes with measures only"),
        ('histogram = "bertscore"\n', "", 36, "a table shows one of: measures, histogram, judge, pairs"),
        ('of = "hot"', 'of = "cold"', 40, "no generate is called 'cold'"),
        ("[score]", "[scores]", 27, "unknown key 'scores'"),
    ],
)
def test_an_error_names_the_file_the_line_and_the_key(
    tmp_path: Path, old: str, new: str, line: int | None, said: str
) -> None:
    assert GOOD.count(old) == 1
    path = tmp_path / "try.toml"
    with pytest.raises(BadInput) as caught:
        read(path, GOOD.replace(old, new))
    place = f"{path}, line {line}" if line else str(path)
    assert caught.value.message.startswith(f"{place}: ")
    assert said in caught.value.message


def test_judges_are_read_and_stand_for_those_that_are_named_later(tmp_path: Path) -> None:
    found = read(tmp_path / "try.toml", JUDGED)
    assert found.score.metrics == ()
    first, second, third = found.judge
    assert first == JudgeStep(("embedding-baseline", ASKED_FOR), of="greedy")
    assert second == JudgeStep(
        (ASKED_FOR,), JudgeMode.INDEPENDENT, rubric="own",
        settings=JudgeSettings(1.0, samples=3, max_tokens=4000),
    )  # fmt: skip
    assert third == JudgeStep(pairwise=True, per_criterion=True)
    assert [(shown.judge, shown.pairs, shown.of) for shown in found.show] == [
        (JudgeMode.REFERENCE, False, ""), (JudgeMode.INDEPENDENT, False, "hot"), (None, True, ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ('of = "greedy"', 'off = "greedy"', 17, "unknown key 'off'"),
        ('of = "greedy"', 'of = "cold"', 17, "no generate is called 'cold'"),
        ('"$judge"]', '"$judges"]', 16, "judges cannot be '$judges'"),
        ('"$judge"]', '"$judge", 3]', 16, "judges must be a list of names"),
        ('judges = ["embedding-baseline", "$judge"]', 'judges = "far"', 16, "judges must be a list, not 'far'"),
        ('mode = "independent"', 'mode = "strict"', 20, "mode must be 'reference' or 'independent', not 'strict'"),
        ('mode = "independent"', 'mode = "reference"', 20, "two of judge score in the mode reference"),
        ('rubric = "own"', 'rubric = ""', 21, "rubric is empty"),
        ("samples = 3", "samples = 0", 22, "samples must be at least 1"),
        ("temperature = 1\n", "temperature = 3\n", 23, "temperature must lie between 0 and 2, not 3"),
        ("temperature = 1\n", "temperature = true\n", 23, "temperature must be a number"),
        ("max_tokens = 4000", "max_tokens = 0.5", 24, "max_tokens must be a whole number"),
        ("pairwise = true", "pairwise = 1", 27, "pairwise must be true or false, not 1"),
        ("pairwise = true", 'mode = "reference"', 28, "per_criterion goes with pairwise only"),
        ("pairwise = true\nper_criterion = true", 'judges = ["far"]', 26, "two of judge score in the mode reference"),
        ('judge = "reference"', 'judge = "strict"', 32, "judge must be 'reference' or 'independent'"),
        ('judge = "reference"', 'judge = ""', 30, "a table shows one of"),
        ('judge = "reference"', 'judge = "reference"\npairs = true', 30, "a table shows one of"),
        ('judge = "reference"', 'judge = "reference"\nof = "hot"', 33, "the texts of 'hot' are not judged"),
        ('judge = "reference"', 'judge = "reference"\nby = "field"', 33, "by goes with measures only"),
        ('judge = "reference"', 'measures = ["rouge_l"]', 32, "rouge_l is not scored"),
        ("pairs = true", "pairs = false", 39, "a table shows one of"),
        ("pairs = true", "pairs = true\nbins = 4", 42, "bins goes with histogram only"),
    ],
)
def test_an_error_about_judges_names_the_line_and_the_key(
    tmp_path: Path, old: str, new: str, line: int, said: str
) -> None:
    assert JUDGED.count(old) == 1
    path = tmp_path / "try.toml"
    with pytest.raises(BadInput) as caught:
        read(path, JUDGED.replace(old, new))
    assert caught.value.message.startswith(f"{path}, line {line}: ")
    assert said in caught.value.message


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        ('[[judge]]\nmode = "ind', "[[judge]]\npair", "no judge scores in the mode independent"),
        ("[[judge]]\npair", "[[show]]", "no judge compares texts"),
        ("[[judge]]", "[[show]]", "the experiment needs the key score, or judge"),
    ],
)
def test_what_is_shown_must_be_judged(tmp_path: Path, start: str, end: str, said: str) -> None:
    before = JUDGED.index(start)
    after = JUDGED.index(end, before + 1)
    with pytest.raises(BadInput, match=said):
        read(tmp_path / "try.toml", JUDGED[:before] + JUDGED[after:])


def test_two_steps_of_one_name_are_refused_at_the_second(tmp_path: Path) -> None:
    text = GOOD.replace('split = "test"\nmodels = ["starter"', 'name = "hot"\nsplit = "test"\nmodels = ["starter"')
    with pytest.raises(BadInput, match=r"line 21: two of generate are called 'hot'"):
        read(tmp_path / "try.toml", text)


def test_tuned_needs_a_training(tmp_path: Path) -> None:
    start, end = GOOD.index('\n[train]\nrecipe = "starter'), GOOD.index("[[generate]]")
    with pytest.raises(BadInput, match=r"line 11: models names 'tuned', but"):
        read(tmp_path / "try.toml", GOOD[:start] + "\n" + GOOD[end:])


@pytest.mark.parametrize("text", ["title = ", "", "\x00", "generate = 3", 'title = "\\ud800"'])
def test_what_is_no_experiment_at_all_is_told_by_its_file(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadInput, match=r"try\.toml"):
        read(tmp_path / "try.toml", text)
    with pytest.raises(BadInput, match="cannot be read"):
        load_experiment(tmp_path / "none.toml", lambda *_: load_recipe(tmp_path))


def test_a_recipe_that_is_not_there_is_told_with_its_line(tmp_path: Path, bench: Workbench) -> None:
    (tmp_path / "try.toml").write_text(GOOD.replace("starter-lora", "starter-loro"), "utf-8")
    with pytest.raises(BadInput, match=r"try\.toml, line 10: there is no recipe 'starter-loro'") as caught:
        bench.experiments.get(str(tmp_path / "try.toml"))
    assert caught.value.hint == "did you mean starter-lora?"


def test_errors_of_recipes_are_no_usage_errors_here(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        read(tmp_path / "try.toml", GOOD.replace("epochs = 1", "epochs = -1"))
    assert not isinstance(caught.value, UsageError)
