"""Equal keys mean that the same was asked, so nothing that differs may share one."""

from viva.judge.keys import draft_key, pair_key, score_key


def test_the_same_question_has_the_same_key() -> None:
    assert score_key("p", "q", "r", "t", 0) == score_key("p", "q", "r", "t", 0)
    assert len(score_key("p", "q", "r", "t", 0)) == 16


def test_whatever_differs_has_another_key() -> None:
    keys = [
        score_key("p", "q", "r", "t", 0),
        score_key("p2", "q", "r", "t", 0),
        score_key("p", "q2", "r", "t", 0),
        score_key("p", "q", "r2", "t", 0),
        score_key("p", "q", "r", "t2", 0),
        score_key("p", "q", "r", "t", 1),
        score_key("p", "q", "rt", "", 0),
        score_key("p", "q", "", "rt", 0),
        draft_key("p", "q", 0),
        draft_key("p", "q", 1),
        pair_key("p", "q", "r", "a", "b", 0),
        pair_key("p", "q", "r", "b", "a", 0),
        pair_key("p", "q", "r", "a", "b", 1),
    ]
    assert len(set(keys)) == len(keys)


def test_texts_that_no_file_holds_have_keys() -> None:
    assert score_key("p", "\ud800", "\x00", "🙂", 0) != score_key("p", "\ud801", "\x00", "🙂", 0)
