"""What is said about a name that is not there."""

from viva.workbench.names import meant


def test_names_that_are_left_out_of_a_hint_are_counted() -> None:
    known = [f"name-{number:02}" for number in range(13)]
    assert meant("zzz", known[:10], "").endswith("name-08, name-09")
    assert meant("zzz", known, "").endswith("name-09 and 3 more")
    assert meant("name-1", known, "").startswith("did you mean")
    assert meant("zzz", [], "make one") == "make one"
