"""A study by the name that somebody gave it."""

from viva.records.study import Study
from viva.store import studies
from viva.workbench import names


def named_study(connection: studies.Connection, name: str) -> Study:
    """Return the study `name`. Raises `NotFound`, with what was perhaps meant."""
    study = studies.get(connection, name)
    if study is None:
        known = [each.name for each in studies.every(connection)]
        raise names.missing("study", name, known, "make one: viva study create NAME …")
    return study
