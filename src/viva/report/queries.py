"""The SQL that reads what the numbers of a report rest on, to be run with `viva sql`."""

from collections.abc import Sequence

from viva.records.ranking import PairSource
from viva.records.report_data import ReportData


def literal(text: str) -> str:
    """Return text as SQL writes it."""
    doubled = text.replace("'", "''")
    return f"'{doubled}'"


def scope(data: ReportData, alias: str = "") -> str:
    """Return the condition that keeps the rows of the report's dataset, version and split."""
    name = f"{alias}." if alias else ""
    split = f"coalesce({name}split, '') = {literal(data.split)}"
    return f"{name}dataset = {literal(data.dataset.name)} AND {name}version = {data.dataset.version} AND {split}"


def leaderboard(data: ReportData, by_field: bool = False) -> str:
    """Return the query for means by system and measure."""
    view, field = ("field_leaderboard", "field, ") if by_field else ("leaderboard", "")
    return (
        f"SELECT source, study, scorer, measure, {field}system, n, attempted, mean, sd, se\n"
        f"FROM {view}\nWHERE {scope(data)}\nORDER BY ALL"
    )


def systems(data: ReportData) -> str:
    """Return the query for the systems' texts."""
    return (
        "SELECT system, model, count(*) AS texts, count(failed) AS failed\n"
        f"FROM generations\nWHERE {scope(data)}\nGROUP BY ALL ORDER BY ALL"
    )


def given_by(study: str = "", scorer: str = "") -> str:
    """Return the condition that keeps what people of a study gave, or a judge, named with its mode."""
    if study:
        return f"source = 'human' AND study = {literal(study)}"
    return f"source = 'judge' AND scorer = {literal(scorer)}"


def example_values(data: ReportData, only: Sequence[str]) -> str:
    """Return the query for the value of each question by system, the mean over its texts, under any of conditions."""
    either = " OR ".join(f"({one})" for one in only)
    return (
        "SELECT source, study, scorer, measure, example, system, value\n"
        f"FROM example_verdicts\nWHERE {scope(data)}\n  AND ({either})\nORDER BY ALL"
    )


def differences(data: ReportData, first: str, second: str) -> str:
    """Return the query for the means of two systems, and who has more how often, on the questions both have."""
    return (
        "SELECT one.source, one.study, one.scorer, one.measure, avg(one.value) AS first, avg(two.value) AS second,\n"
        "       avg(one.value - two.value) AS difference, count(*) FILTER (one.value > two.value) AS more,\n"
        "       count(*) FILTER (one.value = two.value) AS equal, count(*) FILTER (one.value < two.value) AS less,\n"
        "       count(*) AS questions\n"
        "FROM example_verdicts one JOIN example_verdicts two\n"
        "  ON one.example = two.example AND one.source = two.source AND one.measure = two.measure\n"
        "  AND one.study IS NOT DISTINCT FROM two.study AND one.scorer IS NOT DISTINCT FROM two.scorer\n"
        f"WHERE {scope(data, 'one')}\n  AND {scope(data, 'two')}\n"
        f"  AND one.system = {literal(first)} AND two.system = {literal(second)}\n"
        "  AND one.value IS NOT NULL AND two.value IS NOT NULL\nGROUP BY ALL ORDER BY ALL"
    )


def drawn_values(data: ReportData, study: str, scorer: str) -> str:
    """Return the query for what people of a study and a judge gave each question, and how it came into the study."""
    judge = f" OR ({given_by('', scorer)})" if scorer else ""
    return (
        "WITH drawn AS (\n"
        "    SELECT DISTINCT example, stream, stratum, probability FROM study_items\n"
        f"    WHERE study = {literal(study)} AND stream IN ('calibration', 'useful'))\n"
        "SELECT v.source, v.measure, v.system, v.example, d.stream, d.stratum, d.probability, v.value\n"
        "FROM example_verdicts v LEFT JOIN drawn d USING (example)\n"
        f"WHERE {scope(data, 'v')} AND v.value IS NOT NULL\n"
        f"  AND (({given_by(study)}){judge})\nORDER BY ALL"
    )


def values(data: ReportData, measure: str, human: bool) -> str:
    """Return the query for the values of a measure, text by text; people's are of all studies, rater by rater."""
    if human:
        return (
            "SELECT system, generation, avg(total) AS total\n"
            f"FROM totals\nWHERE source = 'human' AND {scope(data)}\nGROUP BY ALL ORDER BY ALL"
        )
    return (
        "SELECT system, generation, value, unscored\n"
        f"FROM metrics\nWHERE metric = {literal(measure)} AND {scope(data)}\nORDER BY ALL"
    )


def ratings(study: str) -> str:
    """Return the query for all that counts of a study's ratings."""
    return (
        "SELECT item, generation, rater, criterion, value, points, unscored\n"
        f"FROM ratings\nWHERE study = {literal(study)}\nORDER BY ALL"
    )


def preferences(data: ReportData, of: PairSource) -> str:
    """Return the query for the pairs of one source on what it ranks by, both orders of a judge taken together."""
    if of.source == "human":
        whose = f"source = 'human' AND coalesce(study, '') = {literal(of.study)}"
    else:
        whose = f"source = 'judge' AND scorer = {literal(of.scorer)} AND coalesce(mode, '') = {literal(of.mode)}"
    on = "criterion IS NULL" if of.criterion is None else f"criterion = {literal(of.criterion)}"
    return (
        "SELECT example, generation_a, generation_b, system_a, system_b, scorer, winner, unscored\n"
        f"FROM pair_verdicts\nWHERE {scope(data)}\n  AND {whose} AND {on}\nORDER BY ALL"
    )


def study_pairs(study: str) -> str:
    """Return the query for all that counts of what raters of a study said of pairs."""
    return (
        "SELECT example, generation_a, generation_b, scorer AS rater, criterion, winner, unscored\n"
        f"FROM pair_verdicts\nWHERE source = 'human' AND study = {literal(study)}\nORDER BY ALL"
    )


def both(data: ReportData, judge: str, mode: str) -> str:
    """Return the query for the points of texts that people, by the judge's rubric, and a judge have both given.

    A rater's points of several studies count as their mean, and the total of who left out a criterion does not.
    """
    return (
        "WITH judged AS (\n"
        "    SELECT generation, rubric, criterion, points FROM judgments\n"
        f"    WHERE judge = {literal(judge)} AND mode = {literal(mode)} AND {scope(data)}\n"
        "), said AS (\n"
        "    SELECT generation, NULL AS rater, criterion, points FROM judged\n"
        "    UNION ALL SELECT generation, rater, criterion, avg(points) FROM ratings\n"
        f"    WHERE rubric IN (SELECT rubric FROM judged) AND {scope(data)}\n"
        "    GROUP BY generation, rater, criterion\n"
        "), given AS (\n"
        "    SELECT * FROM said\n"
        "    UNION ALL SELECT generation, rater, 'total', sum(points) FROM said GROUP BY generation, rater\n"
        "    HAVING count(points) = (\n"
        "        SELECT max(criteria) FROM rubric_sizes WHERE rubric IN (SELECT rubric FROM judged))\n"
        ")\n"
        "SELECT criterion, system, example, generation, avg(points) FILTER (rater IS NOT NULL) AS people,\n"
        "       any_value(points) FILTER (rater IS NULL) AS judge\n"
        "FROM given JOIN generations USING (generation)\nGROUP BY criterion, system, example, generation\n"
        "HAVING people IS NOT NULL AND judge IS NOT NULL\nORDER BY ALL"
    )


def curves(data: ReportData) -> str:
    """Return the query for the curves of the trainings that made the report's models."""
    models = ", ".join(literal(run.model) for run in data.curves)
    return f"SELECT model, name, step, value\nFROM curves\nWHERE model IN ({models})\nORDER BY ALL"
