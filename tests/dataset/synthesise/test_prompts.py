"""Prompts are files: the user's own wins, and a wrong place in one is named with its line."""

from pathlib import Path

import pytest

from viva.dataset.synthesise.prompts import NAMES, Prompt, load_prompt
from viva.dataset.synthesise.questions import read_taxonomy
from viva.errors import BadInput
from viva.paths import shipped


@pytest.mark.parametrize("name", NAMES)
def test_the_shipped_prompts_hold_their_places(name: str) -> None:
    prompt = load_prompt(name)
    text = prompt.render(**{place: f"<{place}>" for place in NAMES[name]})
    assert all(f"<{place}>" in text for place in NAMES[name])
    assert "{{" not in text


def test_a_value_is_put_in_as_it_is() -> None:
    prompt = Prompt("p", "a {{ one }} {not this} {{two}} {{one}}")
    assert prompt.render(one="{{two}}\\1", two="%s") == "a {{two}}\\1 {not this} %s {{two}}\\1"


def test_the_users_own_prompt_wins_and_has_a_label_of_its_own(tmp_path: Path) -> None:
    before = load_prompt("questions", tmp_path)
    (tmp_path / "questions.txt").write_text("\ufeff{{count}} {{field}} {{subfield}} {{known}}\n", "utf-8")
    own = load_prompt("questions", tmp_path)
    assert own.text == "{{count}} {{field}} {{subfield}} {{known}}"
    assert own.label.startswith("questions@")
    assert own.label != before.label


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{count}}\n{{colour}}", "line 2: {{colour}} is not known"),
        ("{{count}}\n\n{{field}} {{sub field}}", "line 3: a {{ without its }}"),
        ("{{count}} {{field}}\n{{subfield}}\n", "line 2: {{known}} stands nowhere"),
    ],
)
def test_a_wrong_place_is_named_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "questions.txt").write_text(text, "utf-8")
    with pytest.raises(BadInput) as caught:
        load_prompt("questions", tmp_path)
    assert said in caught.value.message
    assert "questions.txt" in caught.value.message
    assert "{{subfield}}" in caught.value.hint


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", None])
def test_a_prompt_that_cannot_be_read_is_said_so(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "pairs.txt"
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    with pytest.raises(BadInput, match=r"pairs\.txt"):
        load_prompt("pairs", tmp_path)


def test_the_shipped_taxonomy_has_8_fields_and_61_subfields() -> None:
    taxonomy = read_taxonomy(shipped("taxonomies", "research-fields.toml"))
    assert len(taxonomy) == 8
    assert len({subfield for subfields in taxonomy.values() for subfield in subfields}) == 61
    assert taxonomy["formal sciences"] == ("mathematics", "statistics", "computer science", "logic", "data science")


@pytest.mark.parametrize("text", ["", "fields = 1", "[fields]", "[fields]\na = []", "[fields]\na = [1]", "[", "\xff"])
def test_a_wrong_taxonomy_is_said_so(tmp_path: Path, text: str) -> None:
    (tmp_path / "mine.toml").write_text(text, "latin-1")
    with pytest.raises(BadInput, match=r"mine\.toml"):
        read_taxonomy(tmp_path / "mine.toml")
    with pytest.raises(BadInput, match="cannot be read"):
        read_taxonomy(tmp_path / "none.toml")
