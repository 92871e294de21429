"""The leaderboard on a screen: names, bars and counts share what room there is."""

import pytest

from viva.present import leaderboard, leaderboard_table
from viva.records.results import LeaderboardRow

LONG = tuple(f"hub/mistral-7b-instruct-v0.3-qlora-r16-a32-lr2e-4-step-{step}" for step in (1200, 2400))
MEASURE = "Semantic similarity"


@pytest.mark.parametrize(("width", "least"), [(80, 6), (120, 16)])
def test_long_names_leave_room_for_bars_and_counts(width: int, least: int) -> None:
    rows = [
        LeaderboardRow(
            "vad", "test", name, "metric", "semantic_similarity", 20, 20, 0.5, None, None, None, None, None,
            half_width=0.12, low=0.31, high=0.55,
        )
        for name in (*LONG, "starter")
    ]  # fmt: skip
    shown, every, fill = leaderboard_table.on_screen(leaderboard.build(rows), width)
    assert {len(line.cells[-2]) >= least for line in every} == {True}
    assert len({line.cells[-4] for line in every}) == len(rows)
    taken = sum(max(len(one.heading), *(len(line.cells[at]) for line in every)) + 2 for at, one in enumerate(shown))
    # A column of measures gives way, down to its least width.
    room = len(MEASURE) - max(taken + 1 - width, 0)
    assert room == len(MEASURE) or (fill and room >= leaderboard_table.NARROWEST_SHORT)
