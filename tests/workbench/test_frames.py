import sys
from datetime import datetime
from typing import Any

import pytest

import viva
from tests.fakes.filled import STUDY
from tests.fakes.odd_results import DATASET, fill_odd
from tests.fakes.odd_results import PAIRS as ODD_PAIRS
from tests.fakes.odd_results import STUDY as ODD_STUDY
from viva.errors import MissingExtra, NotFound, UserError
from viva.records.frame import Frame, Kind
from viva.workbench import Workbench
from viva.workbench.frame_rows import kind_of

MIXED = Frame(
    ("name", "n", "mean", "there", "at"),
    (Kind.TEXT, Kind.INTEGER, Kind.NUMBER, Kind.TRUTH, Kind.TIME),
    (("a", 1, 0.1 + 0.2, True, datetime(2026, 1, 2)), (None, None, None, None, None)),
)


@pytest.fixture
def odd(bench: Workbench) -> Workbench:
    fill_odd(bench, "one rater")
    return bench


def test_the_package_offers_the_workbench_and_nothing_else() -> None:
    assert viva.Workbench is Workbench
    with pytest.raises(AttributeError, match="Workshop"):
        _ = viva.Workshop  # type: ignore[attr-defined]


def test_the_leaderboard_is_what_results_say(filled: Workbench) -> None:
    frame, rows = filled.frames.leaderboard("tiny", "test"), filled.results.leaderboard("tiny", "test")
    assert frame.column("system") == tuple(row.system for row in rows)
    # DuckDB adds in whatever order threads come: the last digit is not the same twice.
    assert frame.column("mean") == pytest.approx(tuple(row.mean for row in rows), rel=1e-12)
    assert frame.column("low") == pytest.approx(tuple(row.low for row in rows), rel=1e-9)


@pytest.mark.parametrize(
    "asked",
    [
        lambda frames: frames.leaderboard(DATASET, by="field"),
        lambda frames: frames.compare("base", "tuned", DATASET),
        lambda frames: frames.agreement(ODD_STUDY),
        lambda frames: frames.raters(ODD_STUDY),
        lambda frames: frames.ranking(DATASET, study=ODD_PAIRS),
        lambda frames: frames.pairs(DATASET),
        lambda frames: frames.verdict(DATASET, ODD_STUDY),
        lambda frames: frames.weights(DATASET),
        lambda frames: frames.plan(ODD_STUDY),
        lambda frames: frames.generations(DATASET, "test", "base"),
        lambda frames: frames.metrics(DATASET),
        lambda frames: frames.judgments(DATASET),
        lambda frames: frames.ratings(ODD_STUDY),
        lambda frames: frames.sql("SELECT * FROM leaderboard"),
    ],
)
def test_every_result_comes_as_rows_pandas_and_arrow(odd: Workbench, asked: Any) -> None:
    frame = asked(odd.frames)
    assert len(frame) > 0
    assert len(set(frame.columns)) == len(frame.columns) == len(frame.kinds)
    pandas, arrow = frame.pandas(), frame.arrow()
    assert list(pandas.columns) == arrow.column_names == list(frame.columns)
    assert len(pandas) == arrow.num_rows == len(frame)
    for name in frame.columns:
        assert tuple(arrow.column(name).to_pylist()) == frame.column(name)


def test_columns_have_their_types_and_full_digits() -> None:
    arrow, pandas = MIXED.arrow(), MIXED.pandas()
    assert [str(field.type) for field in arrow.schema] == ["string", "int64", "double", "bool", "timestamp[us]"]
    assert [str(kind) for kind in pandas.dtypes] == ["object", "Int64", "float64", "boolean", "datetime64[us]"]
    assert arrow.column("mean").to_pylist() == [0.1 + 0.2, None]
    assert pandas.loc[0, "mean"] == 0.1 + 0.2
    assert pandas.isna().loc[1].all()


def test_a_table_without_rows_keeps_its_columns(bench: Workbench) -> None:
    fill_odd(bench, "no texts")
    frame = bench.frames.leaderboard(DATASET)
    assert len(frame) == 0
    assert list(frame.pandas().columns) == frame.arrow().column_names == list(frame.columns)
    assert Frame((), (), ()).pandas().empty


def test_a_large_whole_number_is_written_out() -> None:
    frame = Frame(("n",), (Kind.INTEGER,), ((1 << 70,), (None,)))
    assert frame.arrow().column("n").to_pylist() == [str(1 << 70), None]
    assert frame.pandas()["n"].tolist() == [str(1 << 70), None]


def test_sql_gives_all_pages_and_no_number_that_is_none(filled: Workbench) -> None:
    frame = filled.frames.sql(
        "SELECT i, 'nan'::DOUBLE AS odd, [i] AS l, 1.5::DECIMAL(4, 1) AS d FROM range(45000) t(i)"
    )
    assert frame.column("i") == tuple(range(45_000))
    assert set(frame.column("odd")) == {None}
    assert frame.kinds == (Kind.INTEGER, Kind.NUMBER, Kind.TEXT, Kind.NUMBER)


def test_sql_knows_times(filled: Workbench) -> None:
    query = "SELECT TIMESTAMP '2026-01-02 03:04:05' AS at, DATE '2026-01-02' AS day, 'infinity'::TIMESTAMP AS never"
    frame = filled.frames.sql(query)
    assert frame.rows == ((datetime(2026, 1, 2, 3, 4, 5), "2026-01-02", None),)
    assert str(frame.arrow().schema.field("at").type) == "timestamp[us]"


def test_sql_changes_nothing(filled: Workbench) -> None:
    with pytest.raises(UserError):
        filled.frames.sql("DELETE FROM generation")


def test_texts_are_as_they_are_and_of_one_system_where_one_is_named(filled: Workbench) -> None:
    frame = filled.frames.generations("tiny", system="tuned")
    assert set(frame.column("system")) == {"tuned"}
    with filled.store.read() as connection:
        kept = connection.execute("SELECT text FROM generations WHERE system = 'tuned'").fetchall()
    assert sorted(frame.column("text")) == sorted(text for (text,) in kept)


def test_what_is_not_there_is_said(filled: Workbench) -> None:
    with pytest.raises(NotFound, match="no study 'other'"):
        filled.frames.ratings("other")
    assert len(filled.frames.ratings(STUDY)) == 0
    with pytest.raises(NotFound):
        filled.frames.generations("other")
    with pytest.raises(KeyError):
        MIXED.column("other")


@pytest.mark.parametrize("library", ["pandas", "pyarrow"])
def test_a_library_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch, library: str) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(MissingExtra, match=library) as raised:
        MIXED.pandas() if library == "pandas" else MIXED.arrow()
    assert raised.value.hint == "pip install viva[notebook]"


@pytest.mark.parametrize(
    ("name", "kind"),
    [("BIGINT", Kind.INTEGER), ("UTINYINT", Kind.INTEGER), ("HUGEINT", Kind.INTEGER), ("INTEGER", Kind.INTEGER),
     ("DOUBLE", Kind.NUMBER), ("BOOLEAN", Kind.TRUTH), ("TIMESTAMP", Kind.TIME), ("INTEGER[]", Kind.TEXT),
     ("DECIMAL(4,1)", Kind.NUMBER), ("DECIMAL(4,1)[]", Kind.TEXT), ("DATE", Kind.TEXT), ("JSON", Kind.TEXT)],
)  # fmt: skip
def test_types_of_the_store_have_kinds(name: str, kind: Kind) -> None:
    assert kind_of(name) is kind
