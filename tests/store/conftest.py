"""Fixtures: an empty store, and one filled by hand."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.hand_made import fill, store_at
from viva.store import Store
from viva.store.sql import SqlSession


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """The store of an empty workspace; its file is not made yet."""
    return store_at(tmp_path / "workspace")


@pytest.fixture
def small(store: Store) -> Store:
    """A store with one dataset, two systems, six generations and a study of them."""
    fill(store)
    return store


@pytest.fixture
def snapshots(tmp_path: Path) -> Path:
    """Where sessions put their copies of the store."""
    return tmp_path / "workspace" / "data" / "snapshots"


@pytest.fixture
def session(small: Store, snapshots: Path) -> Iterator[SqlSession]:
    """A session on the small store."""
    with SqlSession(small, snapshots) as opened:
        yield opened
