"""Near-duplicate texts: finding pairs, making groups of them, and choosing what goes.

The similarity of two texts is the share of words that they have in common: twice the number of shared words, by
the number of words of both (the Dice coefficient of their bags of words). Case, punctuation, white space and the
order of the words do not count; a word that stands twice counts twice. 0.9 says that nine of ten words are the same:
one word replaced in a question of ten or more, two in one of twenty. A word spelt otherwise is another word.
"""

from collections.abc import Iterable, Sequence

from viva.errors import UsageError
from viva.records.dataset import Example
from viva.records.duplicates import DuplicateGroup, KeepRule, Pair, PairSearch

THRESHOLD = 0.9


def find_pairs(
    texts: Sequence[str],
    threshold: float = THRESHOLD,
    also: Iterable[Pair] = (),
    apart: Sequence[str] | None = None,
) -> PairSearch:
    """Return the pairs of texts whose similarity (0 to 1, see above) is at least `threshold`.

    Texts of the same words are linked to the first of them only, and in a group of more than 100 different texts
    not every pair is listed: the groups are complete, the list of pairs need not be. A pair that is just as similar
    as `threshold` is missed with a probability of at most 0.001. Texts without a word have no duplicates.
    `apart` gives each text a side: then only pairs across sides are returned, and each text with a partner on
    another side is in one. `also` are pairs found otherwise, added whatever their similarity; of two similarities
    the higher counts. Deterministic. Raises `UsageError` for a threshold outside (0, 1], `ValueError` for a pair
    in `also` that names no two texts or sides that do not match the texts.
    """
    if not 0 < threshold <= 1:
        raise UsageError(f"a similarity of {threshold:g} cannot be a threshold", "give a number above 0, up to 1")
    if apart is not None and len(apart) != len(texts):
        raise ValueError(f"{len(apart)} sides for {len(texts)} texts")
    # numpy and rapidfuzz take a tenth of a second to load, which commands that compare nothing need not spend.
    from viva.dataset.bags import make_bags
    from viva.dataset.candidates import alike

    bags = make_bags(texts, apart)
    found = alike(bags, threshold, apart is not None)
    pairs: dict[tuple[int, int], float] = {}
    if apart is None:
        for owners in bags.owners:
            pairs.update({(owners[0], owner): 1.0 for owner in owners[1:]})
    for one, other, similarity in zip(
        found.first.tolist(), found.second.tolist(), found.similarity.tolist(), strict=True
    ):
        left, right = bags.owners[one], bags.owners[other]
        linked = {(left[0], right[0])}
        if apart is not None:
            linked |= {(left[0], owner) for owner in right} | {(owner, right[0]) for owner in left}
        pairs.update({(min(link), max(link)): similarity for link in linked})
    for pair in also:
        first, second = sorted((pair.first, pair.second))
        if not 0 <= first < second < len(texts):
            raise ValueError(f"no two of {len(texts)} texts: {pair.first}, {pair.second}")
        pairs[first, second] = max(pair.similarity, pairs.get((first, second), pair.similarity))
    ordered = tuple(Pair(first, second, similarity) for (first, second), similarity in sorted(pairs.items()))
    return PairSearch(ordered, found.left_out)


def groups(pairs: Iterable[Pair], count: int) -> list[DuplicateGroup]:
    """Return the connected groups of `count` texts, ordered by their first member.

    A group's similarity is the lowest among the strongest links that hold it together (a maximum spanning tree).
    Raises `IndexError` for a pair that reaches beyond `count`.
    """
    parents = list(range(count))
    weakest: dict[int, float] = {}

    def root(index: int) -> int:
        while parents[index] != index:
            parents[index] = parents[parents[index]]
            index = parents[index]
        return index

    for pair in sorted(pairs, key=lambda pair: (-pair.similarity, pair.first, pair.second)):
        low, high = sorted((root(pair.first), root(pair.second)))
        if low != high:
            parents[high] = low
            weakest[low] = pair.similarity
    members: dict[int, list[int]] = {}
    for index in range(count):
        members.setdefault(root(index), []).append(index)
    return [DuplicateGroup(tuple(found), weakest[first]) for first, found in members.items() if len(found) > 1]


def keep(
    groups: Iterable[DuplicateGroup],
    examples: Sequence[Example],
    rule: KeepRule = KeepRule.FIRST,
    prefer: str | None = None,
) -> list[int]:
    """Return the indices of the examples to drop, ascending, so that one of each group is kept by `rule`.

    `longest` and `shortest` look at the reference, in characters; of equals the first is kept. Where a group has
    examples of the split `prefer`, one of these is kept.
    """
    dropped: list[int] = []
    for group in groups:
        favoured = [index for index in group.members if prefer is not None and examples[index].split == prefer]
        kept = _chosen(favoured or list(group.members), examples, rule)
        dropped.extend(index for index in group.members if index != kept)
    return sorted(dropped)


def _chosen(members: list[int], examples: Sequence[Example], rule: KeepRule) -> int:
    if rule is KeepRule.LONGEST:
        return max(members, key=lambda index: (len(examples[index].reference), -index))
    if rule is KeepRule.SHORTEST:
        return min(members, key=lambda index: (len(examples[index].reference), index))
    return min(members)
