"""The methods paragraph of a report, with the numbers filled in, for whoever writes a paper."""

from collections import Counter

from viva.present.datasets import split_name
from viva.records.judging import JudgeMode
from viva.records.report import Section
from viva.records.report_data import ReportData
from viva.records.study import Study, StudyMode
from viva.report import cells, people
from viva.text import plural

HUMAN, JUDGE, METRIC = "human", "judge", "metric"
_MODES = {
    JudgeMode.REFERENCE: "in mode reference against the reference",
    JudgeMode.INDEPENDENT: "in mode independent against an approach of its own",
}


def methods(data: ReportData) -> Section:
    """Return how the numbers of this report came about, in sentences that name their numbers."""
    told = [_texts(data), _people(data), _judges(data), _intervals(data)]
    return Section("methods", "Methods", tuple(one for one in told if one))


def _texts(data: ReportData) -> str:
    size = data.dataset.splits.get(data.split, 0)
    names = [one.name for one in data.systems]
    metrics = len({row.measure for row in data.rows if row.source == METRIC})
    said = [
        f"The dataset {data.dataset.name}, version {data.dataset.version}, has {plural(data.dataset.size, 'example')}, "
        f"of which {size:,} belong to the split {split_name(data.split)}."
    ]
    if names:
        failed = sum(one.failed for one in data.systems)
        lost = f", of which {failed:,} could not be had" if failed else ""
        said.append(
            f"{plural(len(names), 'system')} ({cells.listed(names)}) wrote "
            f"{plural(sum(one.texts for one in data.systems), 'text')}"
            f"{lost}."
        )
    if metrics:
        said.append(f"{plural(metrics, 'automatic measure')} {'was' if metrics == 1 else 'were'} computed.")
    return " ".join(said)


def _people(data: ReportData) -> str:
    study, facts = data.study, data.facts
    if study is None:
        return "Nobody rated texts of this split."
    weights = ", ".join(f"{one.name} {one.weight:g}" for one in study.rubric.criteria)
    said = (
        f"{_held(study)}, by the rubric {study.rubric.name} ({weights}); "
        f"{plural(facts.study_raters, 'person', 'people')} gave {plural(facts.study_ratings, 'value')} in it. "
        f"{_blind(study)} "
        "A criterion's points are its weight × (value − lowest) / (highest − lowest), and the total is their sum."
    )
    if facts.ratings > facts.study_ratings:
        said += (
            f" With the other studies of this split {plural(facts.raters, 'person', 'people')} gave "
            f"{plural(facts.ratings, 'value')}."
        )
    found = data.agreement.value
    alphas = (
        [f"{one.alpha:.2f} for {one.criterion}" for one in found.criteria if one.alpha is not None] if found else []
    )
    if alphas:
        said += f" Krippendorff's α was {cells.listed(alphas)}."
    return said


def _held(study: Study) -> str:
    unit = "pairs of texts" if study.mode is StudyMode.PAIRWISE else "texts"
    if study.imported:
        return f"The study {study.name} holds what was said elsewhere of {plural(study.items, 'item')} ({unit})"
    return (
        f"The study {study.name} holds {plural(study.items, 'item')} ({unit}), each meant for "
        f"{plural(study.raters_per_item, 'rater')}"
    )


def _blind(study: Study) -> str:
    """Return what is known of whether raters knew who wrote what: only viva's own desk hides it for certain."""
    if study.imported:
        return "It was imported from a file: viva does not know whether raters were blind to which system wrote what."
    return "Its raters were not shown which system wrote what."


def _judges(data: ReportData) -> str:
    scorers = sorted({row.scorer for row in data.rows if row.source == JUDGE and row.scorer})
    if not scorers:
        return "No judge has judged texts of this split."
    used = [how for mode, how in _MODES.items() if any(scorer.endswith(f" ({mode})") for scorer in scorers)]
    said = f"{plural(len(scorers), 'judge')} ({cells.listed(scorers)}) scored texts by a rubric"
    said += f", {' and '.join(used)}. " if used else ". "
    for scorer in scorers:
        left_out = people.ungiven(_left_out(data, scorer))
        said += f"The judge {scorer} {left_out}. " if left_out else ""
    said += "Verdicts that could not be had are unscored, which is never 0, and stand in no mean."
    beside = data.beside_people.value
    total = next((one for one in beside.criteria if one.criterion == "total"), None) if beside else None
    if beside and total and total.pearson is not None and total.bias is not None:
        bias = cells.signed(total.bias, 1).shown
        said += (
            f" On the {plural(total.n, 'text')} that both scored, the totals of people and of the judge "
            f"{beside.judge} correlate "
            f"with r = {total.pearson:.2f}, and the judge gives {bias} points."
        )
    return said


def _left_out(data: ReportData, scorer: str) -> list[str]:
    """Return the criteria of a judge's rubric on which it has no value."""
    rubric = data.judges.get(scorer)
    given = {row.measure for row in data.rows if row.source == JUDGE and row.scorer == scorer and row.n}
    return [one.name for one in rubric.criteria if one.name not in given] if rubric else []


def _intervals(data: ReportData) -> str:
    made = Counter(row.interval for row in data.rows if row.n)
    kinds = {"t": "Student's t", "bootstrap": "the studentised bootstrap", "none": "none, for want of spread or values"}
    counted = [f"{kinds.get(kind, kind)} for {plural(count, 'mean')}" for kind, count in sorted(made.items())]
    said = (
        "The unit of all statistics is the question: a system's value on a question is the mean over its texts, a "
        "text's "
        "human value the mean over its raters. Intervals are at 95%"
    )
    said += f": {cells.listed(counted)}." if counted else "."
    pairs = data.comparisons.value or ()
    tests = sum(one.tests for one in pairs)
    if tests:
        said += (
            f" Systems were compared on shared questions with {plural(tests, 'sign-flip test')}, corrected by Holm's "
            "method "
            f"within {'the pair' if len(pairs) == 1 else f'each of the {len(pairs)} pairs'} of systems. Ranks are "
            "corrected within each measure instead, so that a pair may be told apart by the one and not by the other."
        )
    return f"{said} All that is drawn at random was drawn with the seed that stands with each table."
