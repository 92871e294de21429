"""Which items a rater is given next: a pure choice among those that the store says are free.

An item is free for a rater who has given no verdict on it and not passed it over, as long as fewer raters have given a
verdict on it or hold it than the study wants. Items with known answers are free for every rater once. The rules, in
the order in which they decide:

1. Practice comes first, by position, until there is none left.
2. A gold item comes after every `gold_every` others, by position. None comes where no ordinary item is free: gold lies
   among the others, and never at the end.
3. Of the others the `WINDOW` free ones with the fewest verdicts and holders are looked at, then those of the lowest
   position: a study is covered once before it is covered twice. Among them decides, first to last:
   a. a question that is not among the last `RECENT` this rater has had; where all are, the one that lies longest back;
   b. the fewest verdicts and holders;
   c. the system, or pair of systems, that this rater has had least;
   d. the lowest position.

What a rater holds counts as had, so several items chosen at once follow the same rules one after another.
"""

import heapq
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from viva.records.claim import Candidate, Had, Mark, Place, Standing
from viva.records.study import Stream

WINDOW = 100
"""How many free items are looked at."""
RECENT = 8
"""How many items of a rater lie between two on the same question, where that is possible."""


UNTOUCHED = Mark()


def standing(places: Sequence[Place], marks: Mapping[str, Mark], quota: int, gold_every: int) -> Standing:
    """Return how a study stands for the rater whose marks these are, with at most `WINDOW` ordinary candidates.

    `quota` is how many raters an item shall have.
    """
    past: list[tuple[datetime, int, Place]] = []
    free: list[tuple[int, int, Place]] = []
    known: list[Place] = []
    needed = holding = elsewhere = practice = gold = gold_held = 0
    for order, place in enumerate(places):
        mark = marks.get(place.item_id, UNTOUCHED)
        had_at = mark.answered_at or mark.claimed_at
        if had_at is not None:
            past.append((had_at, order, place))
        if mark.skipped is not None:
            continue
        if place.known:
            practice += place.stream is Stream.PRACTICE
            gold += place.stream is Stream.GOLD
            gold_held += place.stream is Stream.GOLD and had_at is not None
            known += [place] if had_at is None else []
        elif mark.verdicts < quota:
            load = mark.verdicts + mark.held
            needed += 1
            holding += had_at is not None
            elsewhere += had_at is None and load >= quota
            if had_at is None and load < quota:
                free.append((load, order, place))
    had = tuple(Had(place.stream, place.question, place.system) for _, _, place in sorted(past, key=lambda p: p[:2]))
    to_come = gold_to_come(needed - holding, gold - gold_held, gold_every, since_gold(_gold(had)))
    candidates = [_candidate(place) for place in known]
    candidates += [_candidate(place, load) for load, _, place in heapq.nsmallest(WINDOW, free, key=lambda f: f[:2])]
    return Standing(had, tuple(candidates), needed, elsewhere, gold, practice + needed + gold_held + to_come)


def regained(
    places: Sequence[Place], marks: Mapping[str, Mark], quota: int, wanted: Sequence[str], *, passed_over: bool = False
) -> list[str]:
    """Return those of the `wanted` items that the rater holds no more and can have again, in the order given.

    With `passed_over` that includes items that they have passed over.
    """
    known = {place.item_id: place.known for place in places}
    found = []
    for item_id in dict.fromkeys(wanted):
        mark = marks.get(item_id, UNTOUCHED)
        free = known.get(item_id, False) or mark.verdicts + mark.held < quota
        open_to = mark.skipped is None or (passed_over and mark.skipped)
        if item_id in known and mark.until is None and free and open_to:
            found.append(item_id)
    return found


def choose(candidates: Sequence[Candidate], had: Sequence[Had], gold_every: int, want: int) -> list[Candidate]:
    """Return up to `want` of the `candidates` in the order to be rated, for a rater who has `had` others, oldest first.

    `gold_every` is how many others a gold item comes after; 0 means that none comes.
    """
    free = sorted(candidates, key=lambda candidate: (candidate.load, candidate.position, candidate.item_id))
    past = list(had)
    chosen: list[Candidate] = []
    while len(chosen) < want and (found := _next(free, past, gold_every)) is not None:
        free.remove(found)
        past.append(Had(found.stream, found.question, found.system))
        chosen.append(found)
    return chosen


def since_gold(gold: Sequence[bool]) -> int:
    """Return how many items have come since the last gold one; `gold` says of each, oldest first, whether it was."""
    for distance, was_gold in enumerate(reversed(gold)):
        if was_gold:
            return distance
    return len(gold)


def gold_to_come(others: int, gold: int, gold_every: int, since: int) -> int:
    """Return how many gold items will come among so many `others` still to be given.

    `gold` is how many there are that the rater has not had, `since` how many others came since the last one.
    """
    if gold_every < 1 or others < 1:
        return 0
    return min(gold, (min(since, gold_every) + others - 1) // gold_every)


def _next(free: Sequence[Candidate], past: Sequence[Had], gold_every: int) -> Candidate | None:
    practice = [candidate for candidate in free if candidate.stream is Stream.PRACTICE]
    if practice:
        return min(practice, key=lambda candidate: candidate.position)
    window = [c for c in free if c.stream not in (Stream.PRACTICE, Stream.GOLD)][:WINDOW]
    if not window:
        return None
    gold = [candidate for candidate in free if candidate.stream is Stream.GOLD]
    if gold and gold_every > 0 and since_gold(_gold(past)) >= gold_every:
        return min(gold, key=lambda candidate: candidate.position)
    nearness = _nearness(past)
    times = Counter(item.system for item in past if item.stream not in (Stream.PRACTICE, Stream.GOLD))

    def rank(candidate: Candidate) -> tuple[int, int, int, int]:
        return nearness.get(candidate.question, 0), candidate.load, times[candidate.system], candidate.position

    return min(window, key=rank)


def _gold(past: Sequence[Had]) -> list[bool]:
    return [item.stream is Stream.GOLD for item in past if item.stream is not Stream.PRACTICE]


def _nearness(past: Sequence[Had]) -> dict[int, int]:
    """Return by question how near the last item on it lies, `RECENT` for the one just had, for the last `RECENT`."""
    return {item.question: place for place, item in enumerate(past[-RECENT:], RECENT + 1 - min(len(past), RECENT))}


def _candidate(place: Place, load: int = 0) -> Candidate:
    return Candidate(place.item_id, place.position, place.stream, place.question, place.system, load)
