"""The list of metrics in words."""

from viva.present.metrics import MEANINGS, NEEDS, for_eyes, for_programs, unusual_line
from viva.present.tables import Format, write
from viva.records.metric import METRICS, Need


def test_every_metric_says_what_it_measures_and_which_end_is_better() -> None:
    assert set(MEANINGS) == set(METRICS)
    assert set(NEEDS) == set(Need)
    [rows] = for_eyes(METRICS.values()).pages
    said = {row[0]: row[1:] for row in rows}
    assert said["rouge_l"] == ("words shared in the same order", "higher", "")
    assert said["reference_perplexity"][1:] == ("lower", "own weights")
    assert said["length_ratio"][1] == "neither"


def test_the_list_fits_80_columns_and_programs_get_the_measures() -> None:
    lines = "".join(write(for_eyes(METRICS.values()), Format.TABLE, width=80)).splitlines()
    assert max(map(len, lines)) <= 80
    assert len(lines) == len(METRICS) + 2
    assert unusual_line(METRICS.values()).endswith("all but reference_perplexity")
    [rows] = for_programs(METRICS.values()).pages
    assert "rouge_l, rouge_l_precision, rouge_l_recall" in [row[2] for row in rows]
