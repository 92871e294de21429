"""What is known about judges in words: how they agree with people, what they may be used for, what talks them round."""

from typing import Any

from viva.present.tables import Table
from viva.records.judge_check import Agreement, AltTest, Consistency, InjectionEffect, JudgeCheck, PairHabits, Standing
from viva.records.results import place_name
from viva.text import display_line, plural

NONE = "–"

STANDINGS = {
    Standing.ALONE: "its word may stand alone",
    Standing.WITH_PEOPLE: "it counts only together with people's ratings",
    Standing.NOT_AT_ALL: "it says nothing about what people would say",
    Standing.UNKNOWN: "it cannot be told yet",
}
"""What each standing means."""

_COLUMNS = ("criterion", "n", "r", "95% interval", "Spearman", "κ", "α", "bias", "error", "alt-test", "standing")
_NUMBERS = (
    "n", "judged", "rated", "pearson", "pearson_low", "pearson_high", "spearman", "kendall", "kappa", "alpha", "bias",
    "bias_low", "bias_high", "error", "length_slope", "length_low", "length_high", "self_preference", "self_low",
    "self_high",
)  # fmt: skip


def for_eyes(check: JudgeCheck) -> Table:
    """Return a line for each criterion; bias and error are in points."""
    return Table.of(_COLUMNS, [_cells(found) for found in check.criteria], null=NONE)


def for_programs(check: JudgeCheck) -> Table:
    """Return all numbers of each criterion, unrounded."""
    tests = ("winning_rate", "advantage", "passed", "raters", "fewest", "epsilon")
    habits = ("pairs", "flip_rate", "inconsistent", "first_rate")
    columns = [
        "dataset", "version", "split", "judge", "mode", "rubric", "criterion", *_NUMBERS, "baseline_pearson",
        *(f"alt_{name}" for name in tests), *habits, "standing", "reason",
    ]  # fmt: skip
    rows = []
    for found in check.criteria:
        test = found.alt_test
        rows.append(
            (
                check.dataset, check.version, check.split, check.judge, str(check.mode), check.rubric, found.criterion,
                *(getattr(found, name) for name in _NUMBERS), check.baseline.get(found.criterion),
                *(None if test is None else getattr(test, name) for name in tests),
                *(None if check.pairs is None else getattr(check.pairs, name) for name in habits),
                str(found.standing), found.reason,
            )
        )  # fmt: skip
    return Table.of(columns, rows)


def headline(check: JudgeCheck) -> str:
    """Return one line that says what was checked, and whether that still holds."""
    place = place_name(check.dataset, check.split)
    said = (
        f"{display_line(check.judge, 60)} ({check.mode}) on {display_line(place, 60)}, rubric "
        f"{display_line(check.rubric, 40)}"
    )
    return f"{said} · expired: {display_line(check.expired, 160)}" if check.expired else said


def notes(check: JudgeCheck) -> list[str]:
    """Return what is to be said below the table: each standing's reason, and the judge's habits."""
    said = [reason(found) for found in check.criteria]
    said += [line for found in check.criteria for line in (_length(found), _preference(found)) if line]
    if check.pairs is not None:
        said += _pairs(check.pairs)
    said += [_repeated(one) for one in check.consistency]
    if any(found.n for found in check.criteria):
        said.append(
            "bias and error are in points, judge less people; intervals take all texts for one question as one; "
            "κ is weighted by squares, α (Krippendorff's) takes each person as a rater"
        )
    return said


def reason(found: Agreement) -> str:
    """Return one line that says what a judge may be used for on a criterion, and why."""
    return f"{display_line(found.criterion, 40)}: {found.standing} – {found.reason}"


def effects_for_eyes(effects: list[InjectionEffect]) -> Table:
    """Return a line for each attack: the mean change in points, its interval, the largest gain."""
    rows = [
        (e.attack, e.n, e.unscored, _signed(e.change), _between(e.low, e.high, _signed), _signed(e.worst))
        for e in effects
    ]
    return Table.of(["attack", "texts", "unscored", "change", "95% interval", "largest gain"], rows, null=NONE)


def effects_for_programs(effects: list[InjectionEffect]) -> Table:
    """Return all numbers of each attack, unrounded."""
    columns = ["attack", "n", "unscored", "change", "low", "high", "worst"]
    return Table.of(columns, [tuple(getattr(effect, name) for name in columns) for effect in effects])


def verdict_on_effects(effects: list[InjectionEffect]) -> str:
    """Return one line that says which attacks got more points out of the judge, by their intervals."""
    gains = [effect for effect in effects if effect.low is not None and effect.low > 0]
    if not any(effect.n for effect in effects):
        return "nothing can be said: no text was scored with and without an attack"
    if not gains:
        return "no attack got more points out of the judge: no interval lies above 0"
    worst = max(gains, key=lambda effect: effect.change or 0.0)
    return (
        f"{plural(len(gains), 'attack')} of {len(effects)} got more points out of the judge, "
        f"{display_line(worst.attack, 60)} the most: {_signed(worst.change)} on average (by chance one in forty would)"
    )


def _cells(found: Agreement) -> tuple[Any, ...]:
    return (
        found.criterion, found.n, _rounded(found.pearson), _between(found.pearson_low, found.pearson_high, _rounded),
        _rounded(found.spearman), _rounded(found.kappa), _rounded(found.alpha), _signed(found.bias),
        _points(found.error), _test(found.alt_test), str(found.standing),
    )  # fmt: skip


def _test(test: AltTest | None) -> str | None:
    if test is None:
        return None
    return f"{'passed' if test.passed else 'failed'}, ω {test.winning_rate:.2f}, ρ {test.advantage:.2f}"


def _length(found: Agreement) -> str:
    slope = found.length_slope
    if slope is None or found.length_low is None or found.length_high is None:
        return ""
    if found.length_low <= 0 <= found.length_high:
        return ""
    between = _between(found.length_low, found.length_high, _signed)
    return f"{display_line(found.criterion, 40)}: {_signed(slope)} points per 100 words beyond people ({between})"


def _preference(found: Agreement) -> str:
    if found.self_preference is None:
        return ""
    between = _between(found.self_low, found.self_high, _signed) or "no interval"
    name = display_line(found.criterion, 40)
    return f"{name}: {_signed(found.self_preference)} points for systems of its own family beyond people ({between})"


def _pairs(pairs: PairHabits) -> list[str]:
    said = []
    head = "pairs" if pairs.judge is None else f"pairs of {display_line(pairs.judge, 60)}, the panel's worst"
    if pairs.flip_rate is not None:
        said.append(
            f"{head}: {pairs.flips} of {pairs.pairs} flipped when the two were swapped "
            f"({100 * pairs.flip_rate:.0f}%), {pairs.inconsistent} a tie in one order only, {plural(pairs.ties, 'tie')}"
        )
    if pairs.first_rate is not None:
        said.append(f"{head}: the text shown first won {100 * pairs.first_rate:.0f}% of {pairs.decided:,} verdicts")
    if pairs.shared:
        said.append(f"{head}: it agrees with most people on {pairs.with_people} of {pairs.shared}")
    if pairs.unscored:
        said.append(f"{head}: {pairs.unscored} unscored")
    return said


def _repeated(one: Consistency) -> str:
    name = display_line(one.criterion, 40)
    return (
        f"{name}: asked again, {100 * one.same:.0f}% of pairs of values are equal, sd {one.sd:.2f} levels "
        f"({plural(one.items, 'text')})"
    )


def _between(low: float | None, high: float | None, show: Any) -> str | None:
    return None if low is None or high is None else f"{show(low)} to {show(high)}"


def _rounded(value: float | None) -> str | None:
    # Adding 0.0 makes a rounded minus zero a zero.
    return None if value is None else f"{round(value, 2) + 0.0:.2f}"


def _points(value: float | None) -> str | None:
    return None if value is None else f"{value:.1f}"


def _signed(value: float | None) -> str | None:
    return None if value is None else f"{round(value, 1) + 0.0:+.1f}"
