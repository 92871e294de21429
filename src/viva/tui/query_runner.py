"""One screen's SQL session: opened with the first query, closed for good when the screen is left."""

import threading
from collections.abc import Callable
from typing import Protocol

from viva.errors import UserError
from viva.records.results import QueryPage
from viva.workbench import Workbench

PAGE = 200


class Session(Protocol):
    """What `Workbench.sql.session()` returns."""

    def run(self, query: str, page_size: int = 200) -> QueryPage: ...

    def next_page(self) -> QueryPage: ...

    @property
    def age(self) -> float: ...

    def cancel(self) -> None: ...

    def close(self) -> None: ...


class QueryRunner:
    """Runs queries in whatever thread asks; `cancel` and `close` may come from any other."""

    def __init__(self, workbench: Workbench) -> None:
        self._workbench = workbench
        self._guard = threading.Lock()
        self._session: Session | None = None
        self._closed = False

    def run(self, query: str) -> QueryPage:
        """Return the first page of a query's result. Raises `UserError`."""
        return self._guarded(lambda session: session.run(query, PAGE))

    def next_page(self) -> QueryPage:
        """Return the page after the last one. Raises `UserError`."""
        return self._guarded(lambda session: session.next_page())

    @property
    def age(self) -> float:
        """How many seconds old what the last query saw was, where the store was too busy for a fresh look; else 0."""
        return self._session.age if self._session is not None else 0.0

    def cancel(self) -> None:
        """End the query that runs, if one does."""
        if self._session is not None:
            self._session.cancel()

    def close(self) -> None:
        """End what runs; nothing can be run afterwards."""
        self._closed = True
        if self._session is not None:
            self._session.close()

    def _guarded(self, call: Callable[[Session], QueryPage]) -> QueryPage:
        with self._guard:
            if self._closed:
                raise UserError("this SQL session is closed")
            if self._session is None:
                self._session = self._workbench.sql.session()
            session = self._session
        page = call(session)
        if self._closed:
            # The screen was left while the query was being started, too early for its child to be ended then.
            session.close()
        return page
