"""What every test of the screens has: windows that answer at once."""

import pytest


@pytest.fixture(autouse=True)
def _no_deaf_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let digits count from the first moment on: no test types by accident."""
    monkeypatch.setattr("viva.tui.screens.guess.DEAF", 0.0)
