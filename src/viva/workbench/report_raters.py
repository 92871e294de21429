"""Raters without their names: `rater 1` is who began first."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from viva.records.rater_agreement import StudyAgreement
from viva.records.report_data import ReportData
from viva.records.study import Study


def numbers(raters: Sequence[str]) -> dict[str, str]:
    """Return what each rater is called instead, in the order in which they began."""
    return {name: f"rater {place}" for place, name in enumerate(raters, 1)}


def numbered(data: ReportData, raters: Sequence[str]) -> ReportData:
    """Return the data of a report in which no rater has a name."""
    found = data.agreement.value
    called = numbers(raters)
    if found is not None:
        # Whoever may rate and has not begun comes last.
        for one in sorted({one.rater for one in found.raters} - set(called)):
            called[one] = f"rater {len(called) + 1}"
    return replace(
        data,
        agreement=data.agreement if found is None else replace(data.agreement, value=_agreement(found, called)),
        study=None if data.study is None else _study(data.study),
        studies=tuple(_study(one) for one in data.studies),
    )


def _study(study: Study) -> Study:
    return replace(study, raters=None)


def _agreement(found: StudyAgreement, called: Mapping[str, str]) -> StudyAgreement:
    return replace(
        found,
        study=_study(found.study),
        raters=tuple(replace(one, rater=called[one.rater]) for one in found.raters),
        pairs=tuple(
            replace(one, first=called.get(one.first, one.first), second=called.get(one.second, one.second))
            for one in found.pairs
        ),
    )
