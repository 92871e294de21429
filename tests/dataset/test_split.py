"""Splits: exact amounts, strata, groups that are never divided, and reports that hide nothing."""

import csv
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from viva.dataset.split import assign, parse_parts, parse_stratum
from viva.errors import UsageError
from viva.records.dataset import Example
from viva.records.split import Part, SplitPlan, Stratum

VAD = Path(__file__).parents[2] / "data" / "datasets" / "vad.csv"


def vad() -> list[Example]:
    with VAD.open(encoding="utf-8", newline="") as file:
        return [
            Example(row["question"], row["reference"], row["field"], row["subfield"]) for row in csv.DictReader(file)
        ]


def plain(count: int) -> list[Example]:
    return [Example(f"q{number}", "r") for number in range(count)]


def fielded(*sizes: int) -> list[Example]:
    return [
        Example(f"q{at}", "r", f"field {number}", "same") for number, size in enumerate(sizes) for at in range(size)
    ]


def got(examples: list[Example], text: str, **options: object) -> dict[str | None, int]:
    result = assign(examples, SplitPlan(parse_parts(text), **options))  # type: ignore[arg-type]
    assert len(result.splits) == len(examples)
    assert result.report.exact
    return dict(Counter(result.splits))


def test_93_16_19_stratified_by_field() -> None:
    examples = vad()
    result = assign(examples, SplitPlan(parse_parts("train=93,validation=16,test=19"), stratify=Stratum.FIELD))
    assert Counter(result.splits) == {"train": 93, "validation": 16, "test": 19}
    per_field = Counter((example.field, split) for example, split in zip(examples, result.splits, strict=True))
    for field in {example.field for example in examples}:
        assert per_field[field, "train"] in (5, 6)
        assert per_field[field, "validation"] == 1
        assert per_field[field, "test"] in (1, 2)
    assert result.report.exact


@pytest.mark.parametrize(
    ("text", "count", "sizes"),
    [
        ("train=0.75,test=0.25", 128, {"train": 96, "test": 32}),
        ("train=80%,test=20%", 15_001, {"train": 12_001, "test": 3_000}),
        ("train=0.7,validation=0.2,test=0.1", 10, {"train": 7, "validation": 2, "test": 1}),
        ("train=.5,test=.5", 3, {"train": 2, "test": 1}),
        ("test=2,train=rest", 10, {"test": 2, "train": 8}),
        ("test=10,train=0.5", 30, {"test": 10, "train": 15, None: 5}),
        ("train=0.3", 10, {"train": 3, None: 7}),
    ],
)
def test_amounts_are_exact(text: str, count: int, sizes: dict[str | None, int]) -> None:
    assert got(plain(count), text) == sizes


def test_two_of_each_subfield() -> None:
    examples = [Example(str(at), "r", f"f{at % 8}", f"s{at % 61}") for at in range(61 * 8 * 3)]
    result = assign(examples, SplitPlan(parse_parts("test=2,train=rest"), per=Stratum.SUBFIELD))
    per_subfield = Counter(
        (e.field, e.subfield) for e, split in zip(examples, result.splits, strict=True) if split == "test"
    )
    assert set(per_subfield.values()) == {2}
    assert len(per_subfield) == len({(example.field, example.subfield) for example in examples})


def test_one_train_and_one_test_of_each_category_leaves_the_others_in_no_split() -> None:
    result = assign(vad(), SplitPlan(parse_parts("train=1,test=1"), per=Stratum.FIELD))
    assert result.report.counts == {"train": 16, "test": 16}
    assert (result.report.left, result.report.left_wanted) == (96, 96)
    assert all(amount.got == 1 for stratum in result.report.strata for amount in stratum.amounts)


def test_subfields_of_the_same_name_in_different_fields_are_different() -> None:
    result = assign(fielded(4, 4), SplitPlan(parse_parts("test=1,train=rest"), per=Stratum.SUBFIELD))
    assert result.report.counts == {"test": 2, "train": 6}


def test_a_stratum_that_is_too_small_is_told() -> None:
    result = assign(fielded(5, 1), SplitPlan(parse_parts("train=2,test=1"), per=Stratum.FIELD))
    [short] = result.report.inexact_strata
    assert (short.field, short.size) == ("field 1", 1)
    assert [(amount.wanted, amount.got) for amount in short.amounts] == [(2, 1), (1, 0)]
    assert [(amount.name, amount.wanted, amount.got) for amount in result.report.parts] == [
        ("train", 4, 3),
        ("test", 2, 1),
    ]
    assert not result.report.exact


def test_strata_within_strata() -> None:
    examples = [Example(str(at), "r", f"f{at % 2}", f"s{at // 2 % 2}") for at in range(80)]
    plan = SplitPlan(parse_parts("test=10,train=rest"), per=Stratum.FIELD, stratify=Stratum.SUBFIELD)
    splits = assign(examples, plan).splits
    found = Counter((e.field, e.subfield) for e, split in zip(examples, splits, strict=True) if split == "test")
    assert set(found.values()) == {5}


def test_a_seed_gives_the_same_splits_everywhere_and_another_seed_others() -> None:
    plan = SplitPlan(parse_parts("a=4,b=4"), seed=7)
    splits = assign(plain(8), plan).splits
    assert "".join(map(str, splits)) == "aababbab"
    assert assign(plain(8), plan).splits == splits
    assert assign(plain(8), SplitPlan(plan.parts, seed=8)).splits != splits


def test_groups_and_sources_that_share_an_example_are_one() -> None:
    examples = [Example(str(at), "r", source="paper" if at in (3, 9) else None) for at in range(20)]
    for seed in range(20):
        result = assign(examples, SplitPlan(parse_parts("a=0.5,b=0.5"), seed=seed), groups=[(0, 1), (1, 3)])
        assert len({result.splits[at] for at in (0, 1, 3, 9)}) == 1
        assert result.report.exact
    assert (result.report.groups, result.report.largest_group) == (1, 4)


def test_sources_are_divided_where_that_is_wanted() -> None:
    examples = [Example(str(at), "r", source="one") for at in range(10)]
    kept = assign(examples, SplitPlan(parse_parts("a=0.5,b=0.5")))
    assert sorted(amount.got for amount in kept.report.parts) == [0, 10]
    assert [abs(amount.difference) for amount in kept.report.parts] == [5, 5]
    assert not kept.report.exact
    assert assign(examples, SplitPlan(parse_parts("a=0.5,b=0.5"), keep_sources=False)).report.exact


def test_groups_are_swapped_where_that_comes_nearer() -> None:
    # Dealt out by size, 4 goes to a, 3 and 3 to b and a; only exchanged they make 6 and 4.
    groups = [range(4), range(4, 7), range(7, 10)]
    assert got_with(plain(10), "a=6,b=4", groups) == {"a": 6, "b": 4}


def got_with(examples: list[Example], text: str, groups: list[range]) -> dict[str | None, int]:
    return dict(Counter(assign(examples, SplitPlan(parse_parts(text)), groups).splits))


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[Example], SplitPlan, list[list[int]]]:
    size = draw(st.integers(1, 40))
    names = st.sampled_from(["x", "y", "z", None])
    examples = [
        Example(str(at), "r", draw(names), draw(names), source=draw(st.sampled_from([None, None, None, "p", "q"])))
        for at in range(size)
    ]
    groups = draw(st.lists(st.lists(st.integers(0, size - 1), max_size=6), max_size=8))
    text = draw(
        st.sampled_from(["a=0.5,b=0.5", "a=0.6,b=0.2,c=0.2", "a=rest,b=1", "a=1", "a=0.31,b=0.33", "b=1,a=0.01,c=rest"])
    )
    strata = st.sampled_from([None, Stratum.FIELD, Stratum.SUBFIELD])
    plan = SplitPlan(parse_parts(text), draw(strata), draw(strata), draw(st.integers()), draw(st.booleans()))
    return examples, plan, groups


@settings(deadline=None, max_examples=300)
@given(cases())
def test_groups_are_never_divided_and_counts_add_up(case: tuple[list[Example], SplitPlan, list[list[int]]]) -> None:
    examples, plan, groups = case
    try:
        result = assign(examples, plan, groups)
    except UsageError:
        assume(False)
        return
    splits, report = result.splits, result.report
    for group in groups:
        assert len({splits[at] for at in group}) <= 1
    if plan.keep_sources:
        for source in ("p", "q"):
            assert len({s for e, s in zip(examples, splits, strict=True) if e.source == source}) <= 1
    assert report.counts == {part.name: splits.count(part.name) for part in plan.parts}
    assert report.left == splits.count(None)
    assert sum(report.counts.values()) + report.left == len(examples)
    for at, amount in enumerate(report.parts if report.strata else ()):
        assert amount.got == sum(stratum.amounts[at].got for stratum in report.strata)
    if report.groups == 0 and plan.per is None:
        assert report.exact
        assert report.left == report.left_wanted
    assert assign(examples, plan, groups) == result


@settings(deadline=None, max_examples=200)
@given(st.lists(st.integers(1, 12), min_size=1, max_size=8), st.integers(1, 30), st.integers(0, 5))
def test_with_enough_single_examples_amounts_are_exact_whatever_the_groups(
    sizes: list[int], wanted: int, seed: int
) -> None:
    groups, at = [], 0
    for size in sizes:
        groups.append(range(at, at + size))
        at += size
    total = at + max(sizes) * 4 + wanted
    result = assign(plain(total), SplitPlan((Part("a", count=wanted), Part("b")), seed=seed), groups)
    assert result.report.exact


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no parts"),
        ("  ", "no parts"),
        ("train", "'train' is not a part"),
        ("train=", "is not a part"),
        ("=3", "is not a part"),
        ("train=1,,test=1", "'' is not a part"),
        ("train=many", "'many' is not an amount"),
        ("train=-1", "is not an amount"),
        ("train=1e3", "is not an amount"),
        ("train=nan", "is not an amount"),
        ("train=٣", "is not an amount"),
        ("a b=1", "cannot be the name"),
        ("train=0", "is to get 0"),
        ("train=0.0", "is to get 0 of"),
        ("train=1.5", "is to get 1.5"),
        ("train=0.8,test=0.3", "add up to 1.1"),
        ("train=1,train=2", "named twice"),
        ("a=rest,b=rest", "only one part"),
        ("\x1b[31m", "is not a part"),
    ],
)
def test_parts_that_make_no_sense_are_refused(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        parse_parts(text)
    assert caught.value.hint
    assert "\x1b" not in caught.value.message


def test_parts_are_read() -> None:
    assert parse_parts(" train = 0.75 , dev=5%,test=3, x=REST") == (
        Part("train", fraction=0.75),
        Part("dev", fraction=0.05),
        Part("test", count=3),
        Part("x"),
    )
    assert parse_parts("train=1.0") == (Part("train", fraction=1.0),)
    assert parse_stratum(" Field ") is Stratum.FIELD
    with pytest.raises(UsageError, match="no strata by 'topic'"):
        parse_stratum("topic")


@pytest.mark.parametrize(
    ("examples", "text", "per", "said"),
    [
        ([], "a=1", None, "no examples to split"),
        (plain(3), "a=4", None, "ask for 4 examples, and there are 3"),
        (plain(10), "a=5,b=0.6", None, "ask for 11 examples"),
        (plain(3), "a=1", Stratum.FIELD, "no example names a field"),
        (fielded(2, 3), "a=4", Stratum.FIELD, "4 examples per field, and the largest has 3"),
    ],
)
def test_a_plan_that_cannot_be_carried_out_is_refused(
    examples: list[Example], text: str, per: Stratum | None, said: str
) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        assign(examples, SplitPlan(parse_parts(text), per))
    assert caught.value.hint


def test_an_index_beyond_the_examples_is_a_fault() -> None:
    with pytest.raises(ValueError, match="no example 3"):
        assign(plain(3), SplitPlan(parse_parts("a=1")), [(0, 3)])
