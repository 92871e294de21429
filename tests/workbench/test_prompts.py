"""Prompt templates by name and file, and examples of the training split put into them."""

import pytest

from viva.errors import NotFound, UsageError
from viva.records.dataset import Example
from viva.store import datasets
from viva.workbench import Workbench, prompts


def add(bench: Workbench, examples: list[Example]) -> None:
    with bench.store.write() as connection:
        datasets.add(connection, "d", "zoo", "zoo.csv", examples)


def training(count: int) -> list[Example]:
    return [Example(f"How {n}?", f"So {n}.", None, None, "train", {}, f"t{n}") for n in range(count)]


TEST = Example("How much?", "Much.", None, None, "test", {}, "test")


def test_the_shipped_templates_have_a_place_for_the_question(bench: Workbench) -> None:
    found = {file.name: file.text for file in bench.generation.prompts()}
    assert {"question", "plain", "examples", "steps"} <= set(found)
    assert all("{question}" in text for text in found.values())


def test_a_template_of_the_workspace_wins(bench: Workbench) -> None:
    folder = bench.paths.prompts / "generate"
    folder.mkdir(parents=True)
    (folder / "plain.txt").write_text("Mine: {question}\n", "utf-8")
    assert prompts.template(bench, "plain", 0) == ("Mine: {question}", "plain")


def test_a_file_or_a_text_can_be_the_template(bench: Workbench) -> None:
    file = bench.settings.workspace / "own.txt"
    file.write_text("Own {question}", "utf-8")
    assert prompts.template(bench, str(file), 0) == ("Own {question}", "own")
    assert prompts.template(bench, "Say: {question}", 0) == ("Say: {question}", "prompt")
    assert prompts.template(bench, None, 0) == (None, "")


def test_a_template_nobody_knows_is_not_found(bench: Workbench) -> None:
    with pytest.raises(NotFound) as found:
        prompts.template(bench, "plane", 0)
    assert "plain" in found.value.hint


@pytest.mark.parametrize(("prompt", "shots"), [("{question}", 2), ("{examples} {question}", 0), ("{question}", -1)])
def test_places_and_examples_must_fit(bench: Workbench, prompt: str, shots: int) -> None:
    with pytest.raises(UsageError):
        prompts.template(bench, prompt, shots)


def test_examples_come_from_the_training_split_and_repeat_for_a_seed(bench: Workbench) -> None:
    add(bench, [*training(9), TEST])
    dataset = bench.datasets.get("zoo")
    first = prompts.with_examples(bench, dataset, "test", "{examples}\n\n{question}", 3, 1)
    assert first == prompts.with_examples(bench, dataset, "test", "{examples}\n\n{question}", 3, 1)
    assert first != prompts.with_examples(bench, dataset, "test", "{examples}\n\n{question}", 3, 2)
    assert first.count("Approach: So ") == 3
    assert "Much." not in first
    assert first.endswith("{question}")


def test_examples_never_give_an_answer_away(bench: Workbench) -> None:
    add(bench, [*training(2), Example("How much?", "Very.", None, None, "train", {}, "same"), TEST])
    dataset = bench.datasets.get("zoo")
    assert "Very." not in prompts.with_examples(bench, dataset, "test", "{examples}{question}", 2, 0)
    with pytest.raises(UsageError, match="2 examples to draw 3"):
        prompts.with_examples(bench, dataset, "test", "{examples}{question}", 3, 0)
    with pytest.raises(UsageError, match="own answers"):
        prompts.with_examples(bench, dataset, "train", "{examples}{question}", 1, 0)


def test_an_example_with_a_place_in_it_is_not_drawn(bench: Workbench) -> None:
    add(bench, [*training(1), Example("What is {question}?", "A place.", None, None, "train", {}, "odd"), TEST])
    dataset = bench.datasets.get("zoo")
    assert prompts.with_examples(bench, dataset, "test", "{examples}{question}", 1, 0).count("{question}") == 1


def test_a_template_that_no_text_of_a_model_fits_into_is_refused(bench: Workbench) -> None:
    starter = bench.models.starter()
    prompts.check_room("word " * 1_200, "starter", starter.location, None)
    with pytest.raises(UsageError, match="the prompt has over 1,041 tokens, and starter reads 1,024"):
        prompts.check_room("word " * 1_250, "starter", starter.location, None)
    prompts.check_room("word " * 9_999, "far", "owner/name", None)


def test_a_question_of_the_split_is_no_example_however_it_is_spelt(bench: Workbench) -> None:
    asked = Example("How early is it seen?", "At once.", None, None, "test", {}, "e0")
    train = [
        Example(question, "A.", None, None, "train", {}, f"e{n}")
        for n, question in enumerate(["how early is it seen ", "How early, is it seen?", "What else?"], 1)
    ]
    add(bench, [asked, *train])
    dataset = bench.datasets.get("zoo")
    assert "What else?" in prompts.with_examples(bench, dataset, "test", "{examples} {question}", 1, 0)
    with pytest.raises(UsageError, match="has 1 examples to draw 2 from"):
        prompts.with_examples(bench, dataset, "test", "{examples} {question}", 2, 0)
