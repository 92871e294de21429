"""What people said, on its way in from elsewhere and out to a file: which rows count, and how pairs are turned."""

from tests.store.hand_made import NOON, RUBRIC, ask, comparison, fill_pairs, say
from viva.records.ids import new_id
from viva.records.rating import Strength
from viva.store import Store, agreement_rows, rating_rows
from viva.store.rating_rows import Said


def test_a_study_made_here_is_no_imported_one(small: Store) -> None:
    with small.read() as connection:
        [(name, study)] = rating_rows.studies(connection).items()
        items = rating_rows.items(connection, study.study_id)
    assert (name, study.rubric_id, study.mode, study.state, study.imported) == (
        "first", RUBRIC.rubric_id, "rubric", "open", False,
    )  # fmt: skip
    assert sorted(items) == [(text, None) for text in ("b1", "b2", "b3", "t1", "t2", "t3")]


def test_only_the_newest_rating_is_held_and_goes_out(small: Store) -> None:
    with small.read() as connection:
        study = rating_rows.studies(connection)["first"]
        item = rating_rows.items(connection, study.study_id)["t1", None]
    said = Said(3.0, None, "one", False, None, NOON)
    rows = [
        (new_id(), item, ("t1", None), "ann", "accuracy", said),
        (new_id(), item, ("t1", None), "ann", "accuracy", said._replace(value=5.0, created_at=NOON)),
    ]
    with small.write() as connection:
        rating_rows.add_ratings(connection, study.study_id, rows)
    with small.read() as connection:
        held = rating_rows.ratings(connection, "first")
        [row] = rating_rows.exported_ratings(connection)
        assert list(rating_rows.exported_ratings(connection, closed_only=True)) == []
        assert list(rating_rows.exported_ratings(connection, "other")) == []
        assert agreement_rows.ratings(connection, "first") == [("t1", "ann", "accuracy", 5.0)]
    assert held == {(("t1", None), "ann"): {"accuracy": said._replace(value=5.0)}}
    found = dict(zip(rating_rows.RATINGS, row, strict=True))
    assert (found["system"], found["position"], found["value"], found["seconds"]) == ("tuned", 1, 5.0, None)
    assert ask(small, "SELECT count(*) FROM rating") == [(2,)]


def test_a_pair_goes_out_with_its_systems_in_the_order_of_their_names(small: Store) -> None:
    fill_pairs(small)
    say(
        small,
        comparison("pair-1", "a", {"accuracy": "b"}, strength=Strength.CLEARLY, shown_first="b"),
        comparison("pair-2", skipped="not my field"),
    )
    with small.write() as connection:
        connection.execute("UPDATE system SET name = 'zero' WHERE name = 'base'")
    with small.read() as connection:
        rows = [
            dict(zip(rating_rows.PREFERENCES, row, strict=True)) for row in rating_rows.exported_preferences(connection)
        ]
        held = rating_rows.preferences(connection, "second")
        given = agreement_rows.preferences(connection, "second")
    shown = ("system_a", "system_b", "criterion", "winner", "shown_first")
    assert [tuple(row[name] for name in shown) for row in rows] == [
        ("tuned", "zero", "", "b", "a"), ("tuned", "zero", "accuracy", "a", "a"), ("tuned", "zero", "", None, "b"),
    ]  # fmt: skip
    assert sorted(criterion for said in held.values() for criterion in said) == ["", "", "accuracy"]
    assert {(criterion, winner) for _, _, criterion, winner in given} == {("", "a"), ("accuracy", "b")}


def test_a_comparison_taken_in_is_one_event_of_several_rows(small: Store) -> None:
    fill_pairs(small)
    with small.read() as connection:
        study = rating_rows.studies(connection)["second"]
        [texts, *_], [item, *_] = zip(*rating_rows.items(connection, study.study_id).items(), strict=True)
    whole = Said("a", None, "", True, 3.0, NOON, "slightly", "b")
    with small.write() as connection:
        rating_rows.add_preferences(
            connection,
            study.study_id,
            [
                ("event", item, texts, "bob", "", whole),
                ("event", item, texts, "bob", "clarity", whole._replace(value="tie", strength=None)),
            ],
        )
    assert ask(small, "SELECT event_id, criterion, item_id FROM preference ORDER BY ALL") == [
        ("event", None, item), ("event/clarity", "clarity", item),
    ]  # fmt: skip
    with small.read() as connection:
        assert rating_rows.preferences(connection, "second")[texts, "bob"][""] == whole
    say(small, comparison(item, "b", rater="bob", minute=5))
    with small.read() as connection:
        after = rating_rows.preferences(connection, "second")[texts, "bob"]
    assert {criterion: said.value for criterion, said in after.items()} == {"": "b"}
