"""Options that take several values: separated by commas, or given more than once."""

from collections.abc import Sequence
from typing import Any

import click


class Several(click.ParamType[tuple[Any, ...]]):
    """Values of one type, separated by commas: `0,0.7`. The option may be repeated as well."""

    def __init__(self, one: click.ParamType[Any]) -> None:
        self.one = one
        self.name = f"{one.name} list"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not isinstance(value, str):
            return value
        parts = [part.strip() for part in value.split(",")]
        if not all(parts):
            self.fail(f"{value!r} has an empty place between commas", param, ctx)
        return tuple(self.one.convert(part, param, ctx) for part in parts)


def flat(given: Sequence[Sequence[Any]]) -> tuple[Any, ...]:
    """Return the values of an option that was given several times with several values each."""
    return tuple(value for values in given for value in values)


def listed(given: Sequence[str]) -> list[str]:
    """Return the names in an option that was given several times with names separated by commas."""
    return [name.strip() for names in given for name in names.split(",") if name.strip()]
