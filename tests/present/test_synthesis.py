"""Having a dataset written: forms, what it takes, and the models that can, in words."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.hostile import FORBIDDEN, HOSTILE
from viva.errors import UsageError
from viva.present import papers, synthesis, writers
from viva.present.papers import PapersForm
from viva.present.synthesis import OVER_DOMAINS, SynthesisForm
from viva.present.writers import EndpointForm
from viva.records.model import Model, ModelKind
from viva.records.papers import PaperFolder, PapersFound
from viva.records.synthesis import DomainPlan, Estimate, TaxonomyPlan

TAXONOMY = {"arts": ("music", "film"), "sciences": ("logic",)}
ENDPOINT = Model("1", "gpt", ModelKind.ENDPOINT, "http://h/v1", None, "x at h", {"model": "x", "key_env": "KEY"})
STARTER = Model("2", "starter", ModelKind.STARTER, "there")
ADAPTER = Model("3", "mine", ModelKind.ADAPTER, "there", "starter")
GOOD = EndpointForm("gpt", "http://127.0.0.1:11434/v1", "x", "KEY", "0.15", "0,6")


def test_a_form_after_a_taxonomy_plans_the_fields_that_are_ticked() -> None:
    form = SynthesisForm(taxonomy=TAXONOMY, fields=("arts",), questions="3")
    assert form.problem() is None
    assert form.plan() == TaxonomyPlan({"arts": ("music", "film")}, 3)
    assert synthesis.amount_text(form) == "× 2 subfields = 6 examples at most"


def test_a_form_over_domains_takes_one_a_line_and_each_once() -> None:
    form = SynthesisForm(OVER_DOMAINS, topic="bees", domains=" a \n\nb  c\na", components="x\ny", pairs="7")
    assert form.plan() == DomainPlan("bees", ("a", "b c"), ("x", "y"), 7)
    assert synthesis.lists_titles(form) == ("Domains, one a line · 2", "Components, one a line · 2")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"taxonomy": {}}, "taxonomy"), ({"fields": ()}, "fields"), ({"questions": ""}, "questions"),
        ({"questions": "0"}, "questions"), ({"questions": "²"}, "questions"),
        ({"way": OVER_DOMAINS, "topic": ""}, "topic"),
        ({"way": OVER_DOMAINS, "domains": " \n"}, "domains"), ({"way": OVER_DOMAINS, "components": "x"}, "components"),
        ({"way": OVER_DOMAINS, "pairs": "999999"}, "pairs"),
    ],
)  # fmt: skip
def test_what_cannot_be_right_is_named_by_its_field(change: dict[str, Any], field: str) -> None:
    form = replace(SynthesisForm(taxonomy=TAXONOMY, fields=("arts",)), **change)
    found = form.problem()
    assert found is not None
    assert found[0] == field
    assert synthesis.amount_text(form) == ""


def test_what_is_known_is_a_range_and_what_is_not_says_why() -> None:
    known = Estimate(10, 1000, 2000, 1.5, 60.0, 3.0, 600.0)
    rows = {name: (value, why) for name, value, why in synthesis.estimate_rows(known, ENDPOINT)}
    assert rows["Cost"][0] == "1.50 to 3.00"
    assert rows["Time"][0] == "60 s to 10 min"
    unknown = Estimate(10, 1000, 2000, None, None)
    rows = {name: (value, why) for name, value, why in synthesis.estimate_rows(unknown, ENDPOINT)}
    assert rows["Cost"] == ("unknown", "the prices of this model are not known here")
    assert rows["Time"] == ("unknown", "until this model has written a dataset once")
    rows = {name: (value, why) for name, value, why in synthesis.estimate_rows(unknown, STARTER)}
    assert rows["Cost"] == ("none", "the model runs on this machine")


@pytest.mark.parametrize(("amount", "text"), [(0.0, "0.00"), (0.004, "less than 0.01"), (1234.5, "1,234.50")])
def test_a_small_amount_is_never_told_as_nothing(amount: float, text: str) -> None:
    assert synthesis.money(amount) == text


def test_endpoints_are_offered_first_and_the_starter_last() -> None:
    assert writers.writers([STARTER, ADAPTER, ENDPOINT]) == [ENDPOINT, ADAPTER, STARTER]


def test_the_starter_and_what_was_tuned_from_it_are_said_to_be_too_small() -> None:
    for model in (STARTER, ADAPTER):
        assert writers.writer_note(model, False) == ("Far too small: it cannot write such replies usefully", True)


def test_whether_the_key_is_there_is_said_by_the_name_of_its_variable() -> None:
    assert writers.writer_note(ENDPOINT, True) == ("KEY is set: the key is there", False)
    assert writers.writer_note(ENDPOINT, False) == ("KEY is not set: viva was started without it", True)
    assert writers.writer_note(replace(ENDPOINT, settings={"model": "x"}), False)[0] == "No key is sent to this model"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"), ({"name": "[/foo]"}, "name"), ({"url": "127.0.0.1"}, "url"),
        ({"url": "http://[1"}, "url"), ({"url": "http://me:pass@h/v1"}, "url"), ({"url": "http://h:99999999/"}, "url"),
        ({"model": ""}, "model"), ({"key_env": "sk-123"}, "key_env"), ({"price_prompt": ""}, "price_prompt"),
        ({"price_completion": "-1"}, "price_completion"), ({"price_prompt": "nan"}, "price_prompt"),
    ],
)  # fmt: skip
def test_an_endpoint_that_cannot_be_right_is_named_by_its_field(change: dict[str, str], field: str) -> None:
    found = replace(GOOD, **change).problem()
    assert found is not None
    assert found[0] == field


def test_prices_are_read_with_a_point_or_a_comma_and_may_be_unknown() -> None:
    assert GOOD.problem() is None
    assert GOOD.prices == (0.15, 0.6)
    assert replace(GOOD, price_prompt="", price_completion="").prices is None


def test_a_key_typed_where_a_variable_belongs_is_refused_at_once() -> None:
    assert writers.key_line("sk-123", False) == (
        "No variable's name; the key never belongs here", True,
    )  # fmt: skip


def test_prompts_of_the_workspace_are_told_from_those_that_viva_ships() -> None:
    own = Path("/w/data/prompts")
    found = {"a.txt": own / "a.txt", "b.txt": Path("/viva/b.txt"), "c.txt": Path("/viva/c.txt")}
    assert writers.prompts_text(found, ("a.txt", "b.txt"), own) == "a.txt in data/prompts; b.txt as viva ships it"


def test_a_refusal_says_nothing_about_commands() -> None:
    assert writers.refusal(UsageError("no", "see: viva job list")) == "no"
    assert writers.refusal(UsageError("no", "name it with --model")) == "no"
    assert writers.refusal(UsageError("no", "choose another")) == "no: choose another"


def test_papers_are_told_by_field_and_files_that_cannot_be_used_with_their_reason() -> None:
    found = PapersFound({"": 1, "optics": 12}, (("a.pdf", "is a link"),))
    assert papers.field_lines(found) == ["   12  optics", "    1  no field: they lie in the folder itself"]
    assert papers.problem_lines(found) == ["a.pdf: is a link"]
    assert papers.start_detail(found, PapersForm("x", "2")).startswith(
        "13 papers, 26 pairs at most, 1 file cannot be used"
    )


def test_the_innermost_of_the_folders_that_hold_most_is_chosen_first() -> None:
    folders = [PaperFolder(".", 5), PaperFolder("a", 5), PaperFolder("a/b", 5), PaperFolder("a/b/c", 3)]
    first = papers.first_folder(folders)
    assert first is not None
    assert first.path == "a/b"
    assert papers.first_folder([]) is None


@pytest.mark.parametrize(("change", "field"), [({"folder": ""}, "folder"), ({"pairs": "0"}, "pairs"),
    ({"per_field": "x"}, "per_field")])  # fmt: skip
def test_a_form_for_papers_names_what_cannot_be_right(change: dict[str, str], field: str) -> None:
    found = replace(PapersForm("x"), **change).problem()
    assert found is not None
    assert found[0] == field


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_foreign_text_is_cleaned_and_stays_on_one_line(number: int) -> None:
    text = HOSTILE[number]
    model = Model("1", text, ModelKind.ENDPOINT, text, text, text, {"model": text, "key_env": text})
    found = PapersFound({text: 1}, ((text, text),))
    lines = [
        writers.writer_label(model), writers.writer_label(replace(model, kind=ModelKind.ADAPTER)),
        writers.writer_note(model, False)[0], writers.key_missing(model), writers.refusal(UsageError(text, text)),
        writers.start_question(text, text), *papers.field_lines(found), *papers.problem_lines(found),
        *papers.folder_cells(PaperFolder(text, 1)), papers.typed_path(PaperFolder(text, 1)),
        *(part for row in synthesis.taxonomy_fields({text: (text,)}) for part in row[1:]),
    ]  # fmt: skip
    for line in lines:
        assert not FORBIDDEN.search(line)
        assert "\n" not in line
