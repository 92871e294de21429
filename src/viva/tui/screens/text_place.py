"""Which example is read, among those of a page."""

from dataclasses import dataclass

from viva.records.browsing import BrowsePage


@dataclass(frozen=True)
class Place:
    """A row of a page of examples."""

    page: BrowsePage
    row: int

    @property
    def number(self) -> int:
        return self.page.query.offset + self.row + 1
