"""Fixtures: an empty store, and one filled by hand."""

from pathlib import Path

import pytest

from tests.store.hand_made import fill, store_at
from viva.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """The store of an empty workspace; its file is not made yet."""
    return store_at(tmp_path / "workspace")


@pytest.fixture
def small(store: Store) -> Store:
    """A store with one dataset, two systems, six generations and a study of them."""
    fill(store)
    return store
