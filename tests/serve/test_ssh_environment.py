"""What a session's process is given: a known terminal of a sensible size, and an environment that no client chose."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viva.records.person import Role
from viva.serve.request import (
    MOST_COLUMNS,
    MOST_ROWS,
    USUAL_TERMINAL,
    Opening,
    decoded,
    environment,
    known_terminal,
    opening_message,
    opening_of,
    sensible_size,
    settings_message,
    settings_of,
)
from viva.settings import Settings

CLIENT = "192.0.2.1 5 192.0.2.2 22"
OUTSIDE = {
    "HOME": "/home/viva",
    "PATH": "/bin",
    "OPENAI_API_KEY": "secret",
    "CUDA_VISIBLE_DEVICES": "1",
    "NO_COLOR": "1",
    "TERM": "dumb",
    "COLUMNS": "7",
    "SSH_AUTH_SOCK": "/tmp/agent",
    "TEXTUAL_DRIVER": "evil:Driver",
    "VIVA_RATER": "root",
    "VIVA_ROLE": "engineer",
}


@pytest.mark.parametrize("role", [Role.RATER, Role.LEAD])
def test_raters_and_leads_have_nothing_of_the_server_but_its_home(role: Role) -> None:
    found = environment(role, "xterm", True, CLIENT, OUTSIDE)
    assert set(found) == {"HOME", "PATH", "TERM", "COLORTERM", "LANG", "SSH_CONNECTION", "USER", "LOGNAME"}
    assert (found["HOME"], found["TERM"], found["COLORTERM"], found["LANG"]) == (
        "/home/viva", "xterm", "truecolor", "C.UTF-8",
    )  # fmt: skip


def test_an_engineers_jobs_have_what_the_server_has_but_no_other_terminal_or_name() -> None:
    found = environment(Role.ENGINEER, "xterm", False, CLIENT, OUTSIDE)
    assert (found["OPENAI_API_KEY"], found["CUDA_VISIBLE_DEVICES"], found["TERM"]) == ("secret", "1", "xterm")
    assert not {"NO_COLOR", "COLUMNS", "SSH_AUTH_SOCK", "TEXTUAL_DRIVER", "VIVA_RATER", "VIVA_ROLE"} & set(found)


@pytest.mark.parametrize("name", ["xterm", "xterm-kitty", "screen.xterm-256color", "tmux-256color", "linux", "vt220"])
def test_known_terminals_stay(name: str) -> None:
    assert known_terminal(name) == name


@given(st.text())
def test_other_terminals_are_the_usual_one(name: str) -> None:
    kept = known_terminal(name)
    assert kept == USUAL_TERMINAL or (kept == name and kept.isascii() and kept.isprintable() and "/" not in kept)


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
def test_a_size_is_sensible_whatever_the_client_says(columns: int, rows: int) -> None:
    width, height = sensible_size(columns, rows)
    assert 1 <= width <= MOST_COLUMNS
    assert 1 <= height <= MOST_ROWS


def test_requests_survive_the_way_to_the_fork_server() -> None:
    opening = Opening(7, "änn [/b]\n", Role.RATER, True, 80, 24, {"TERM": "xterm", "TZ": "ü"})
    assert opening_of(decoded(opening_message(opening))) == opening
    settings = Settings(rater="ann", lease=3.0)
    assert settings_of(settings_message(settings)) == settings
