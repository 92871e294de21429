"""Dividing a dataset into splits: by fractions or counts, within strata, with what belongs together kept together."""

import random
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction

from viva.dataset.allotment import Allotment, shares
from viva.errors import UsageError
from viva.records.dataset import Example
from viva.records.split import Amount, Part, SplitPlan, SplitReport, SplitResult, Stratum, StratumAmounts
from viva.text import display_line, plural

REST = "rest"

_HINT = "write parts as train=0.75,test=0.25 or train=93,validation=16,test=19 or test=2,train=rest"
_NAME = re.compile(r"[\w.-]{1,64}")
_NUMBER = re.compile(r"(?:[0-9]{1,12}(?:\.[0-9]{1,12})?|\.[0-9]{1,12})%?", re.ASCII)

Key = tuple[str | None, str | None]
Cell = tuple[Key, Key]


def parse_parts(text: str) -> tuple[Part, ...]:
    """Return the parts in words such as `train=0.75,test=0.25`, `train=80%,test=20%` or `test=2,train=rest`.

    A whole number is a count of examples; a number with a point or `%` is a fraction. Raises `UsageError`.
    """
    parts = tuple(_part(piece.strip()) for piece in text.split(",")) if text.strip() else ()
    _check_parts(parts)
    return parts


def parse_stratum(text: str) -> Stratum:
    """Return the stratum named `field` or `subfield`. Raises `UsageError`."""
    try:
        return Stratum(text.strip().lower())
    except ValueError as error:
        raise UsageError(f"there are no strata by {display_line(text, 30)!r}", "give field or subfield") from error


def assign(examples: Sequence[Example], plan: SplitPlan, groups: Iterable[Sequence[int]] = ()) -> SplitResult:
    """Return a split for each example.

    `groups` holds indices (from 0) of examples that stay in one split, such as near-duplicates; groups that share an
    example are one. With `plan.keep_sources` so are the examples of one source. Amounts are exact where nothing
    is kept together. Where groups stand in the way, they come near by moving and swapping groups, which need not be
    the nearest there is, and the report says by how much. A stratum that is too small for its amounts fills the parts
    in their order. Raises `UsageError` for a plan that cannot be carried out, `ValueError` for an index that is not
    an example's.
    """
    _check_parts(plan.parts)
    _check_plan(examples, plan)
    # Of all that `random` offers only this method promises the same numbers in every version of Python.
    draw = random.Random(plan.seed).random
    order = [draw() for _ in examples]
    scopes = [_key(example, plan.per) for example in examples]
    cells = [(scope, _key(example, plan.stratify)) for scope, example in zip(scopes, examples, strict=True)]
    drawn = sorted(range(len(examples)), key=order.__getitem__)
    quotas = {scope: _quotas(plan.parts, size) for scope, size in Counter(scopes[index] for index in drawn).items()}
    wanted = _wanted([cells[index] for index in drawn], quotas)

    units = _units(examples, plan, groups)
    units.sort(key=lambda unit: (-len(unit), order[unit[0]]))
    several = [unit for unit in units if len(unit) > 1]
    allotment = Allotment(
        cells,
        scopes,
        {cell: list(row) for cell, row in wanted.items()},
        {scope: list(row) for scope, row in quotas.items()},
    )
    allotment.place(several)
    allotment.fill(unit[0] for unit in units[len(several) :])
    allotment.improve(units)
    names = [*(part.name for part in plan.parts), None]
    splits = [names[part] for part in allotment.parts]
    strata = _strata(plan, splits, scopes, cells, quotas, wanted)
    return SplitResult(splits, _report(plan, splits, quotas, several, strata))


def _part(piece: str) -> Part:
    name, equals, amount = (word.strip() for word in piece.partition("="))
    shown = display_line(piece, 40)
    if not equals or not name or not amount:
        raise UsageError(f"{shown!r} is not a part with its amount", _HINT)
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{display_line(name, 40)!r} cannot be the name of a split", "use letters, digits, points, - and _"
        )
    if amount.lower() == REST:
        return Part(name)
    if not _NUMBER.fullmatch(amount):
        raise UsageError(f"{display_line(amount, 40)!r} is not an amount", _HINT)
    if amount.endswith("%"):
        return Part(name, fraction=float(Fraction(amount[:-1]) / 100))
    return Part(name, fraction=float(amount)) if "." in amount else Part(name, count=int(amount))


def _check_parts(parts: Sequence[Part]) -> None:
    if not parts:
        raise UsageError("no parts are given", _HINT)
    names = [part.name for part in parts]
    if twice := [name for name, count in Counter(names).items() if count > 1]:
        raise UsageError(f"the split {display_line(twice[0], 40)} is named twice", "give each part a name of its own")
    if sum(part.is_rest for part in parts) > 1:
        raise UsageError("only one part can be the rest", _HINT)
    for part in parts:
        name = display_line(part.name, 40)
        if part.count is not None and part.fraction is not None:
            raise UsageError(f"{name} has a fraction and a count", "give one of them")
        if part.count is not None and part.count < 1:
            raise UsageError(f"{name} is to get {part.count} examples", "leave out a split that gets none")
        if part.fraction is not None and not 0 < part.fraction <= 1:
            raise UsageError(f"{name} is to get {part.fraction:g} of the examples", "a fraction is above 0, at most 1")
    total = _fraction(parts)
    if total > 1:
        raise UsageError(f"the fractions add up to {float(total):g}", "they may add up to 1 at most")


def _check_plan(examples: Sequence[Example], plan: SplitPlan) -> None:
    if not examples:
        raise UsageError("there are no examples to split", "import some first")
    for stratum in (plan.per, plan.stratify):
        if stratum is not None and not any(getattr(example, stratum.value) for example in examples):
            raise UsageError(f"no example names a {stratum}", f"split without strata, or import a column {stratum}")
    counted = sum(part.count or 0 for part in plan.parts)
    if plan.per is None:
        if counted + _fraction(plan.parts) * len(examples) > len(examples):
            asked = int(counted + _fraction(plan.parts) * len(examples))
            raise UsageError(
                f"the parts ask for {plural(asked, 'example')}, and there are {len(examples):,}",
                "ask for fewer, or use fractions",
            )
    elif counted > (largest := max(Counter(_key(example, plan.per) for example in examples).values())):
        raise UsageError(
            f"the parts ask for {plural(counted, 'example')} per {plan.per}, and the largest has {largest:,}",
            "ask for fewer, or use fractions",
        )


def _fraction(parts: Sequence[Part]) -> Fraction:
    # By way of its decimal digits: 0.7 + 0.2 + 0.1 is then 1 and not a little less.
    return sum((Fraction(repr(part.fraction)) for part in parts if part.fraction is not None), Fraction(0))


def _key(example: Example, stratum: Stratum | None) -> Key:
    if stratum is None:
        return None, None
    return example.field or None, (example.subfield or None) if stratum is Stratum.SUBFIELD else None


def _units(examples: Sequence[Example], plan: SplitPlan, groups: Iterable[Sequence[int]]) -> list[list[int]]:
    """Return the indices of all examples, those together that stay together."""
    parents = list(range(len(examples)))

    def root(index: int) -> int:
        while parents[index] != index:
            parents[index] = parents[parents[index]]
            index = parents[index]
        return index

    def join(one: int, other: int) -> None:
        low, high = sorted((root(one), root(other)))
        parents[high] = low

    for group in groups:
        for index in group:
            if not 0 <= index < len(examples):
                raise ValueError(f"there is no example {index} among {len(examples)}")
            join(group[0], index)
    if plan.keep_sources:
        firsts: dict[str, int] = {}
        for index, example in enumerate(examples):
            if example.source:
                join(firsts.setdefault(example.source, index), index)
    found: dict[int, list[int]] = {}
    for index in range(len(examples)):
        found.setdefault(root(index), []).append(index)
    return list(found.values())


def _quotas(parts: Sequence[Part], size: int) -> list[int]:
    """Return how many of `size` examples each part gets, and at the end how many are left over.

    Fractions are rounded by the largest remainder; of equal ones the smaller part gets more.
    """
    exact: list[Fraction] = []
    for part in parts:
        amount = Fraction(part.count or 0) if part.fraction is None else Fraction(repr(part.fraction)) * size
        exact.append(min(amount, size - sum(exact, Fraction(0))))
    left = size - sum(exact, Fraction(0))
    rest = next((at for at, part in enumerate(parts) if part.is_rest), len(parts))
    exact.append(Fraction(0))
    exact[rest] = left
    quotas = [int(amount) for amount in exact]
    remainders = sorted(range(len(exact)), key=lambda at: (quotas[at] - exact[at], exact[at]))
    for at in remainders[: size - sum(quotas)]:
        quotas[at] += 1
    return quotas


def _wanted(drawn: Sequence[Cell], quotas: dict[Key, list[int]]) -> dict[Cell, list[int]]:
    """Return how many of each cell each part is to get; of equal claims that of the cell first drawn counts more."""
    sizes: dict[Key, dict[Cell, int]] = {scope: {} for scope in quotas}
    for cell in drawn:
        inside = sizes[cell[0]]
        inside[cell] = inside.get(cell, 0) + 1
    wanted: dict[Cell, list[int]] = {}
    for scope, inside in sizes.items():
        wanted.update(zip(inside, shares(list(inside.values()), quotas[scope]), strict=True))
    return wanted


def _strata(
    plan: SplitPlan,
    splits: Sequence[str | None],
    scopes: Sequence[Key],
    cells: Sequence[Cell],
    quotas: dict[Key, list[int]],
    wanted: dict[Cell, list[int]],
) -> tuple[StratumAmounts, ...]:
    """Return what each stratum gave, in the order in which they first appear."""
    if plan.per is None and plan.stratify is None:
        return ()
    by_scope = plan.per is not None
    keys = list(scopes) if by_scope else [cell[1] for cell in cells]
    got: dict[Key, Counter[str | None]] = {}
    for key, split in zip(keys, splits, strict=True):
        got.setdefault(key, Counter())[split] += 1
    found = []
    for key, counts in got.items():
        row = quotas[key] if by_scope else wanted[(None, None), key]
        amounts = tuple(
            Amount(part.name, part.count if by_scope and part.count is not None else row[at], counts[part.name])
            for at, part in enumerate(plan.parts)
        )
        found.append(StratumAmounts(*key, counts.total(), amounts))
    return tuple(found)


def _report(
    plan: SplitPlan,
    splits: Sequence[str | None],
    quotas: dict[Key, list[int]],
    several: Sequence[Sequence[int]],
    strata: tuple[StratumAmounts, ...],
) -> SplitReport:
    got = Counter(splits)
    amounts = []
    for at, part in enumerate(plan.parts):
        if plan.per is not None:
            wanted = sum(stratum.amounts[at].wanted for stratum in strata)
        else:
            wanted = sum(row[at] for row in quotas.values())
        amounts.append(Amount(part.name, wanted, got[part.name]))
    left_wanted = sum(row[-1] for row in quotas.values())
    largest = max(map(len, several), default=0)
    return SplitReport(tuple(amounts), got[None], left_wanted, len(several), largest, strata)
