"""What each rater is like beside the others, in words."""

from viva.present import rater_standing as words
from viva.records.rater_agreement import RaterStanding

ANN = RaterStanding("ann", 24, 0, 0, None, 0, 0, 0, None, shared=24, severity=4.0, severity_error=2.0)


def test_severity_stands_with_its_interval() -> None:
    assert words.severity(ANN) == "+4.0 ± 3.9"
    assert words.severity(RaterStanding("bo", 3, 0, 0, None, 0, 0, 0, None)) is None


def test_raters_between_whom_the_model_finds_nothing_are_not_told_to_be_exactly_alike() -> None:
    """There the estimate and its error are both 0, which is no interval."""
    assert words.severity(RaterStanding("bo", 3, 0, 0, None, 0, 0, 0, None, 3, 0.0, 0.0)) == "none found"
