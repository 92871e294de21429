"""What to do next for a study that is to become surer, with the command where there is one."""

import shlex
from collections.abc import Sequence

from viva.present.precision import FIRM, GUESS, margin, size
from viva.records.precision import FEWEST, PrecisionPlan, PrecisionRow
from viva.records.study import StudyMode, StudyState
from viva.text import display_line, plural


def steps(plan: PrecisionPlan) -> list[str]:
    """Return what to do next, with the command where there is one."""
    of = plan.pairs or plan.rows
    known = [row for row in of if row.best.foretold]
    if not known:
        return _beginning(plan, of)
    what = "pair" if plan.pairs else "system"
    hopeless = [row for row in known if row.best.to_margin is None]
    more = max((row.best.to_margin for row in known if row.best.to_margin is not None), default=0)
    said, which = [], f"{what} that can be" if hopeless else what
    none, few = sum(row.best.half is None for row in of), sum(_too_few(row) for row in of)
    if none:
        said.append(f"{plural(none, what)} {'has' if none == 1 else 'have'} no interval yet")
    if few:
        verb = "has" if few == 1 else "have"
        said.append(f"{plural(few, what)} {verb} fewer than {FEWEST} rated questions, too few to plan from")
    if none or few:
        which = f"other {which}"
    if hopeless:
        said += _out_of_reach(plan, hopeless, what, last=len(hopeless) == len(known))
    if len(hopeless) == len(known):
        return said
    if not more:
        return [*said, f"every {which} is within ±{margin(plan)}"]
    wanted = plural(more, "more rated question")
    said.append(f"{wanted} would bring every {which} to ±{margin(plan)}{_time(more, plan)}{_doubt(known)}")
    return [*said, _onward(plan, more)]


def by_layer(plan: PrecisionPlan) -> str:
    """Return how the next questions come to be drawn from the layers where they tell most."""
    if not any(row.strata for row in plan.rows):
        return "the study was drawn in one layer: no question is known to tell more than another"
    if plan.study.imported or plan.drawn >= plan.population or not any(row.people.foretold for row in plan.rows):
        return ""
    waiting = f"{_drawn(plan)}; " if plan.waiting else ""
    more = max(plan.following - plan.waiting, 1)
    return f"{waiting}to draw more by spread: {_extend(plan)} --questions {more} --by-spread"


def _beginning(plan: PrecisionPlan, of: Sequence[PrecisionRow]) -> list[str]:
    """Return what to do where nothing is known yet of what more questions would bring."""
    few = [row for row in of if _too_few(row)]
    if few:
        fewest = min(few, key=lambda row: row.people.n)
        return [fewest.people.reason, _onward(plan, FEWEST - fewest.people.n)]
    if plan.rated and plan.pairs and plan.waiting and not plan.study.imported and not any(row.people.n for row in of):
        return [f"no question has all its texts rated yet, which pairs need: viva rate {_shown(plan)}"]
    if plan.rated:
        return [_onward(plan, 1)] if plan.waiting else []
    if plan.study.imported:
        return [f"{_shown(plan)} was imported, and its questions are not known to be a random sample: where they are "
                "one, import it again with --random-sample"]  # fmt: skip
    return [f"Nothing of the study's random sample is rated yet: viva rate {_shown(plan)}"]


def _too_few(row: PrecisionRow) -> bool:
    return row.best.half is not None and not row.best.foretold


def _onward(plan: PrecisionPlan, more: int) -> str:
    """Return how so many more questions come to be rated."""
    if plan.study.imported:
        return f"nothing can be drawn for an imported study; make a new one: {_create(plan, plan.rated + more)}"
    shown = _shown(plan)
    if more <= plan.waiting:
        return f"{_drawn(plan)} to be rated: {_reopen(plan)}viva rate {shown}"
    waiting = f"{_drawn(plan)}; for the others: " if plan.waiting else ""
    return f"{waiting}{_extend(plan)} --questions {more - plan.waiting}"


def _out_of_reach(plan: PrecisionPlan, hopeless: Sequence[PrecisionRow], what: str, *, last: bool) -> list[str]:
    """Return how far pairs, or systems, can be brought that cannot be brought to the margin.

    More raters per item are advised only where they would do it, and where it is the `last` thing to be said.
    """
    at_best = max(row.best.at_end or 0.0 for row in hopeless)
    said = (
        f"{plural(len(hopeless), what)} cannot be had to ±{margin(plan)} within this split's "
        f"{plan.population:,} questions: all of them rated come to ±{size(at_best, plan)}"
    )
    ends = [min(row.raters.at_end, row.best.at_end or 0.0) if row.raters else None for row in hopeless]
    known = [end for end in ends if end is not None]
    if len(known) < len(ends) and plan.study.imported:
        return [f"{said}; another split is left"]
    if len(known) < len(ends):
        return [f"{said}; another split is left, or more raters per item: how far is known once questions have two"]
    if max(known) > plan.margin:
        return [f"{said}, with one more rater per item ±{size(max(known), plan)}; another split is left"]
    said += f", with one more rater per item ±{size(max(known), plan)}"
    if not last or plan.study.imported:
        return [said]
    return [said, f"{_extend(plan)} --raters-per-item {plan.study.raters_per_item + 1}"]


def _create(plan: PrecisionPlan, questions: int) -> str:
    """Return the command that makes a study of as many questions of the same texts."""
    study = plan.study
    options = [("--dataset", study.dataset), ("--split", study.split)]
    options += [("--system", name) for name in study.systems]
    options += [("--rubric", study.rubric.name)] if study.rubric.name != "default" else []
    options += [("--mode", study.mode.value)] if study.mode is StudyMode.PAIRWISE else []
    said = " ".join(f"{option} {shlex.quote(display_line(given, 60))}" for option, given in options)
    return f"viva study create NAME {said} --questions {min(questions, plan.population)}"


def _extend(plan: PrecisionPlan) -> str:
    return f"{'an engineer can: ' if plan.blind else ''}{_reopen(plan)}viva study extend {_shown(plan)}"


def _drawn(plan: PrecisionPlan) -> str:
    one = plan.waiting == 1
    return f"{plural(plan.waiting, 'question')} {'is' if one else 'are'} drawn and {'waits' if one else 'wait'}"


def _reopen(plan: PrecisionPlan) -> str:
    closed = plan.study.state is StudyState.CLOSED
    return f"viva study reopen {_shown(plan)}, then " if closed else ""


def _shown(plan: PrecisionPlan) -> str:
    return display_line(plan.study.name, 60)


def _doubt(rows: Sequence[PrecisionRow]) -> str:
    """Return how far off a forecast may be: it goes with a variance that so many values tell badly."""
    fewest = min(row.people.n for row in rows)
    if fewest < GUESS:
        return f"; from {plural(fewest, 'question')} this is no more than a guess"
    return f"; from {fewest} questions, half or twice as many may be true" if fewest < FIRM else ""


def _time(more: int, plan: PrecisionPlan) -> str:
    if plan.seconds_each is None or not plan.rated:
        return ""
    # A question is one item for each system, or for each pair of them.
    pairs = plan.study.mode is StudyMode.PAIRWISE
    each = sum((row.second is not None) is pairs for row in plan.rows)
    minutes = more * each * plan.study.raters_per_item * plan.seconds_each / 60
    long = f"{minutes / 60:.1f} hours" if minutes >= 60 else plural(max(round(minutes), 1), "minute")
    return f" (about {long} of rating)"
