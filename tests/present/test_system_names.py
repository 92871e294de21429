"""Short names of systems: they fit, and they are told apart."""

from hypothesis import example, given
from hypothesis import strategies as st

from viva.present.system_names import NARROWEST, short_names, tabs_that_fit

GRID = [f"starter-{steps}-few-shot-temp{t}-n{n}" for steps in (1, 20) for t in ("0", "0.5", "0.7") for n in (64, 320)]
names = st.text("ab-1. …", min_size=0, max_size=30)


@given(st.lists(names | st.text(max_size=20), max_size=12), st.integers(0, 40))
@example(["a" * 20 + str(number) + "b" * 20 for number in range(200)], 8)
@example(["a…1", "abcdefghij", "abcdefghik", "a  b", "a b"], 8)
def test_different_systems_keep_different_names_at_any_width(systems: list[str], width: int) -> None:
    short = short_names(systems, width)
    assert set(short.names) == set(systems)
    assert len(set(short.names.values())) == len(set(systems))
    assert all(0 < len(name) <= max(width, NARROWEST) for name in short.names.values())


def test_names_that_fit_stay_as_they_are() -> None:
    short = short_names(["starter-a", "starter-b"], 9)
    assert dict(short.names) == {"starter-a": "starter-a", "starter-b": "starter-b"}
    assert short.heading() == "System"


def test_what_all_share_is_said_once_in_the_heading() -> None:
    short = short_names(["starter-vad-lora-1", "starter-vad-lora-2", "starter-vad"], 12)
    assert list(short.names.values()) == ["…lora-1", "…lora-2", "starter-vad"]
    assert short.heading() == "System starter-vad-…"
    assert short.heading(15) == "starter-vad-…"
    assert short.heading(10) == "starter-v…"
    assert short_names(["starter-a-long-name", "other-a-long-name"], 12).start == ""
    assert short_names(["starter-a-long-name-alone"], 12).start == ""


def test_the_systems_of_a_grid_are_told_apart_by_what_differs() -> None:
    short = short_names(GRID, 18)
    assert short.start == "starter-"
    assert short.names["starter-20-few-shot-temp0.7-n64"] == "…20-few-s…p0.7-n64"
    cut = short_names(["starter-vad-lora", "starter-vad-lora-run-2", "tuned"], 9)
    assert cut.names["starter-vad-lora"] == "star…lora"
    between = short_names(["first-a-one-longer-word-1", "first-b-one-longer-word-1", "other"], 8)
    assert between.names["first-a-one-longer-word-1"] == "…a…"


@given(st.lists(st.integers(1, 30), min_size=1, max_size=20), st.data(), st.integers(30, 120))
def test_the_selected_tab_is_always_among_those_that_fit(widths: list[int], data: st.DataObject, room: int) -> None:
    selected = data.draw(st.integers(0, len(widths) - 1))
    shown = tabs_that_fit(widths, selected, room)
    assert selected in shown
    assert sum(widths[place] for place in shown) <= room
    assert len(shown) == len(widths) or sum(widths) > room


def test_tabs_go_on_behind_the_selected_one_first() -> None:
    assert list(tabs_that_fit([10] * 8, 3, 35)) == [3, 4, 5]
    assert list(tabs_that_fit([10] * 8, 7, 35)) == [5, 6, 7]
    assert list(tabs_that_fit([10] * 3, 1, 35)) == [0, 1, 2]
