"""The attacks are many and of many kinds, and stand in the text where they are meant to."""

from pathlib import Path

import pytest

from viva.errors import BadInput
from viva.judge.injections import PLACES, Attack, attacked, load_attacks

TEXT = "One thing comes first. Another follows.\n\nThe second part is longer than the first one."


def test_many_attacks_ship() -> None:
    attacks = load_attacks()
    assert len(attacks) >= 12
    assert len({attack.name for attack in attacks}) == len({attack.text for attack in attacks}) == len(attacks)
    assert {attack.where for attack in attacks} == set(PLACES)
    assert any("\u200b" in attack.text for attack in attacks)


def test_an_attack_leaves_the_text_as_it_is() -> None:
    for attack in load_attacks():
        whole = attacked(TEXT, attack)
        assert attack.text in whole
        assert whole.replace(attack.text, "").split() == TEXT.split()


@pytest.mark.parametrize(
    ("where", "text", "expected"),
    [
        ("start", "One. Two.", "ATTACK\n\nOne. Two."),
        ("end", "One. Two.", "One. Two.\n\nATTACK"),
        ("middle", "One. Two. And three is far.", "One. Two.\n\nATTACK\n\nAnd three is far."),
        ("middle", "One. Two.\n\nThree. Four. Five. Six.", "One. Two.\n\nATTACK\n\nThree. Four. Five. Six."),
        ("middle", "one two", "one\n\nATTACK\n\ntwo"),
        ("middle", "one", "o\n\nATTACK\n\nne"),
        ("middle", " ", "ATTACK"),
        ("start", "", "ATTACK"),
    ],
)
def test_where_it_stands(where: str, text: str, expected: str) -> None:
    assert attacked(text, Attack("a", where, "ATTACK")) == expected


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "attack is missing"),
        ("[[attack]]\nname = 'a'\nwhere = 'end'\n", "text is missing"),
        ("[[attack]]\nname = 'a'\nwhere = 'top'\ntext = 'x'\n", "where is one of"),
        ("[[attack]]\nname = 'a'\nwhere = 'end'\ntext = ''\n", "is a text"),
        ("[[attack]]\nname = 'a'\nwhere = 'end'\ntext = 3\n", "is a text"),
        ("[[attack]]\nname = 'a'\nwhere = 'end'\ntext = 'x'\ncolour = 'y'\n", "has no colour"),
        ("[[attack]]\nname = 'a'\nwhere = 'end'\ntext = 'x'\n" * 2, "two attacks are named a"),
        ("attack = 3", "holds no attacks"),
        ("attack = ['a']", "holds no attacks"),
        ("[[attack", "holds no attacks"),
    ],
)
def test_a_bad_file_is_refused(tmp_path: Path, content: str, said: str) -> None:
    file = tmp_path / "own.toml"
    file.write_text(content, "utf-8")
    with pytest.raises(BadInput, match=said):
        load_attacks(file)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="holds no attacks"):
        load_attacks(tmp_path / "none.toml")
