"""Rubric files: what makes one, and one clear line for what does not."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viva.errors import BadInput, NotFound, UsageError
from viva.paths import shipped
from viva.records.rubric import Criterion
from viva.workbench import Workbench
from viva.workbench.rubrics import WrongRubric, criterion_of, load_rubric

GOOD = """
title = "Clarity"
[[criterion]]
name = "plain words"
weight = 2.5
question = "Is it easy to read?"
lowest = -1
highest = 1
[criterion.levels]
-1 = "No"
1 = "Yes"
[[criterion]]
name = "length"
weight = 1
question = "Is it short?"
[criterion.levels]
0 = "Far too long"
"""


def rubric_file(folder: Path, text: str | bytes, name: str = "mine") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_rubric_has_its_own_scale_and_weights(tmp_path: Path) -> None:
    rubric = load_rubric(rubric_file(tmp_path, GOOD))
    assert (rubric.name, rubric.title) == ("mine", "Clarity")
    assert rubric.criteria == (
        Criterion("plain words", 2.5, "Is it easy to read?", -1, 1, {-1: "No", 1: "Yes"}),
        Criterion("length", 1.0, "Is it short?", 0, 5, {0: "Far too long"}),
    )
    assert load_rubric(rubric_file(tmp_path, b"\xef\xbb\xbf" + GOOD.encode())) == rubric


@pytest.mark.parametrize(
    ("was", "becomes", "message"),
    [
        (GOOD, "title = ", "mine.toml is not valid TOML"),
        (GOOD, b'title = "caf\xe9"', "mine.toml is not UTF-8: byte 12 is none"),
        (GOOD, 'title = "x"', "mine.toml: it has no criterion"),
        (GOOD, 'title = "x"\ncriterion = []', "mine.toml: it has no criterion"),
        (GOOD, 'title = "x"\ncriterion = "accuracy"', "mine.toml: it has no criterion"),
        (GOOD, "a = " + "[" * 5000, "mine.toml is not valid TOML"),
        (GOOD, "a = " + "9" * 5000, "mine.toml is not valid TOML"),
        ('"Clarity"', "7", "mine.toml: the title must be text, not 7"),
        ('title = "Clarity"', "", "mine.toml: the title is missing"),
        ("title", 'colour = "red"\ntitle', "mine.toml: unknown key 'colour'"),
        ("weight = 1\n", "weigth = 1\n", r"criterion 2 \(length\): unknown key 'weigth'"),
        ('"length"', '"Plain Words"', "two criteria are called 'Plain Words'"),
        ('"length"', '""', "criterion 2: the name must be text"),
        ('"length"', '"a\\u0000b"', "cannot name a criterion"),
        ('"length"', '"Total"', "a criterion cannot be called 'Total'"),
        ("weight = 1\n", "", r"criterion 2 \(length\): the weight is missing"),
        ("weight = 1\n", "weight = 0\n", "the weight must be a number above 0, not 0"),
        ("weight = 1\n", "weight = -3\n", "the weight must be a number above 0, not -3"),
        ("weight = 1\n", "weight = nan\n", "the weight must be a number above 0, not nan"),
        ("weight = 1\n", "weight = inf\n", "the weight must be a number above 0, not inf"),
        ("weight = 1\n", "weight = true\n", "the weight must be a number above 0, not True"),
        ("weight = 1\n", 'weight = "1"\n', "the weight must be a number above 0, not '1'"),
        ("weight = 1\n", f"weight = 0x{'f' * 5000}\n", "the weight must be a number above 0, not one of that size"),
        ("lowest = -1", "lowest = 1", r"lowest \(1\) is not below highest \(1\)"),
        ("lowest = -1", "lowest = 0.5", "lowest must be a whole number, not 0.5"),
        ('1 = "Yes"', '2 = "Yes"', r"criterion 1 \(plain words\): the level 2 lies outside its scale, -1 to 1"),
        ('1 = "Yes"', '01 = "Yes"', "the level '01' is no whole number"),
        ('1 = "Yes"', 'best = "Yes"', "the level 'best' is no whole number"),
        ('1 = "Yes"', "1 = 1", "the level 1 must be described by text"),
        ('question = "Is it short?"', "", r"criterion 2 \(length\): the question is missing"),
        ('[criterion.levels]\n0 = "Far too long"', "", r"criterion 2 \(length\): the levels are missing"),
        ('[criterion.levels]\n0 = "Far too long"', "levels = []", r"criterion 2 \(length\): the levels are missing"),
    ],
)
def test_each_kind_of_bad_file_gets_one_line_and_a_hint(
    tmp_path: Path, was: str, becomes: str | bytes, message: str
) -> None:
    assert was in GOOD
    text = becomes if isinstance(becomes, bytes) else GOOD.replace(was, becomes)
    with pytest.raises(BadInput, match=message) as caught:
        load_rubric(rubric_file(tmp_path, text))
    assert "\n" not in caught.value.message
    assert not caught.value.message.endswith(".")
    assert caught.value.hint


def test_what_is_no_file_or_too_large_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="there is no file"):
        load_rubric(tmp_path / "none.toml")
    (tmp_path / "folder.toml").mkdir()
    with pytest.raises(BadInput, match="there is no file"):
        load_rubric(tmp_path / "folder.toml")
    with pytest.raises(BadInput, match="larger than 1 MB"):
        load_rubric(rubric_file(tmp_path, "#" * (1 << 20) + GOOD))


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats() | st.text("a\"\\\x1b]'=#0", max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text("ab01", max_size=2), inner, max_size=2),
    max_leaves=4,
)


@given(st.sampled_from(["name", "weight", "question", "lowest", "highest", "levels", "other"]), _VALUES)
def test_a_value_under_any_key_is_taken_or_refused_in_one_line(key: str, value: object) -> None:
    table = {"name": "a", "weight": 1, "question": "?", "levels": {"0": "none"}, key: value}
    told = ""
    try:
        found = criterion_of(table, 1)
    except WrongRubric as error:
        told = str(error)
    if told:
        assert "\n" not in told
    else:
        assert found.lowest < found.highest
        assert found.weight > 0


def test_the_workspaces_own_come_before_the_shipped_ones(bench: Workbench) -> None:
    assert bench.rubrics.names() == ["default"]
    rubric_file(bench.paths.rubrics, GOOD, "default")
    rubric_file(bench.paths.rubrics, "no", "broken")
    assert bench.rubrics.get("default").title == "Clarity"
    assert [rubric.name for rubric in bench.rubrics.list()] == ["default"]
    assert [problem.message.split()[0] for problem in bench.rubrics.problems()] == ["broken.toml"]
    with pytest.raises(NotFound, match="there is no rubric 'defualt'") as caught:
        bench.rubrics.get("defualt")
    assert caught.value.hint == "did you mean default?"


def test_a_rubric_can_be_given_as_a_path(bench: Workbench, tmp_path: Path) -> None:
    path = rubric_file(tmp_path, GOOD, "elsewhere")
    assert bench.rubrics.get(str(path)).name == "elsewhere"


def test_a_copy_is_the_same_rubric_until_it_is_edited(bench: Workbench) -> None:
    before = bench.rubrics.get("default").rubric_id
    path = bench.rubrics.copy("default")
    assert path.read_bytes() == shipped("rubrics", "default.toml").read_bytes()
    assert bench.rubrics.get("default").rubric_id == before
    with pytest.raises(UsageError, match="the workspace has a rubric default already"):
        bench.rubrics.copy("default")
    assert bench.rubrics.copy("default", "strict") == bench.paths.rubrics / "strict.toml"
    with pytest.raises(UsageError, match="cannot name a rubric"):
        bench.rubrics.copy("default", "../../out")
