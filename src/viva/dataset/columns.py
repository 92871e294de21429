"""Which column of a file is the question, which the reference approach."""

from collections.abc import Mapping, Sequence

from viva.errors import BadInput, UsageError
from viva.text import display_line

NAMES: dict[str, tuple[str, ...]] = {
    "question": ("question", "prompt", "instruction", "query", "input"),
    "reference": ("reference", "approach", "answer", "output", "response", "completion"),
    "field": ("field", "domain", "category"),
    "subfield": ("subfield", "subdomain", "subcategory"),
    "split": ("split",),
}
NEEDED = ("question", "reference")


def match_columns(columns: Sequence[str], given: Mapping[str, str], file: str) -> dict[str, str]:
    """Return a column of the file for each of viva's words that has one.

    A name given wins; otherwise the first of the usual names that the file has, upper or lower case.
    Raises `UsageError` for a name given that the file lacks, `BadInput` where a needed column is not found.
    """
    shown = ", ".join(display_line(column, 30) for column in columns)
    for word, column in given.items():
        if word not in NAMES:
            raise UsageError(f"{word!r} is no column of a dataset", f"columns: {', '.join(NAMES)}")
        if column not in columns:
            raise UsageError(f"{file} has no column {display_line(column, 40)}", f"its columns: {shown}")
    lowered = {column.strip().lower(): column for column in reversed(columns)}
    found = {}
    for word, names in NAMES.items():
        match = given.get(word) or next((lowered[name] for name in names if name in lowered), None)
        if match is not None:
            found[word] = match
    for word in NEEDED:
        if word not in found:
            raise BadInput(
                f"{file} has no column that looks like a {word}",
                f"name it with --{word}; its columns: {shown}",
            )
    return found
