"""`viva study`: make studies for raters and list them."""

import click

from viva.cli.exits import say
from viva.cli.output import show, with_format
from viva.cli.session import Noun, Session, pass_session
from viva.present.tables import Column, Format, Table
from viva.text import plural


@click.group("study", cls=Noun)
def command() -> None:
    """Make studies for raters and list them."""


@command.command("create")
@click.argument("name")
@click.option("--dataset", metavar="DATASET", required=True, help="The dataset whose questions are rated.")
@click.option("--split", metavar="SPLIT", required=True, help="The split of it.")
@click.option(
    "--system", "systems", metavar="SYSTEM", multiple=True, required=True, help="Whose texts; can be repeated."
)
@click.option("--rubric", metavar="RUBRIC", default="default", show_default=True, help="What is rated.")
@click.option("--raters-per-item", type=click.IntRange(1), default=1, show_default=True, help="How many rate a text.")
@click.option("--seed", type=int, default=0, show_default=True, help="Draws the order in which texts are served.")
@pass_session
def create(
    session: Session,
    name: str,
    dataset: str,
    split: str,
    systems: tuple[str, ...],
    rubric: str,
    raters_per_item: int,
    seed: int,
) -> None:
    """Make the study NAME of the texts that systems wrote for a split.

    Raters see the texts in random order and never learn which system wrote what.
    """
    study = session.workbench.studies.create(name, dataset, split, list(systems), rubric, raters_per_item, seed)
    say(f"{study.name}: {plural(study.items, 'text')} to rate: {session.command(f'rate {study.name}')}")


@command.command("list")
@with_format
@pass_session
def list_(session: Session, form: Format) -> None:
    """List the studies, and how far you are in each."""
    session.deliver()
    rows = [
        (p.study.name, p.study.dataset, p.study.split, p.study.rubric.name, p.study.items, p.rated, p.skipped, p.left)
        for p in session.workbench.studies.progress(session.settings.rater_name)
    ]
    show(Table.of(["study", "dataset", "split", "rubric", "items", "rated", "skipped", "left"], rows), form)
    if not rows:
        say("no study yet: viva study create NAME --dataset DATASET --split SPLIT --system SYSTEM")


@command.command("show")
@click.argument("name")
@with_format
@pass_session
def show_(session: Session, name: str, form: Format) -> None:
    """Show the study NAME: its rubric, and how far you are."""
    session.deliver()
    study = session.workbench.studies.get(name)
    progress = next(
        p for p in session.workbench.studies.progress(session.settings.rater_name) if p.study.study_id == study.study_id
    )
    criteria = [
        {"name": c.name, "weight": c.weight, "lowest": c.lowest, "highest": c.highest, "question": c.question}
        for c in study.rubric.criteria
    ]
    values = {
        "study": study.name,
        "dataset": study.dataset,
        "split": study.split,
        "items": study.items,
        "raters_per_item": study.raters_per_item,
        "rubric": study.rubric.title,
        "criteria": criteria,
        "rater": session.settings.rater_name,
        "rated": progress.rated,
        "skipped": progress.skipped,
        "left": progress.left,
        "created_at": study.created_at,
    }
    columns = [Column(key, _criteria if key == "criteria" else None) for key in values]
    show(Table.of(columns, [list(values.values())], upright=True), form)


def _criteria(criteria: list[dict[str, object]]) -> str:
    return "\n".join(f"{c['name']} {c['weight']:g} ({c['lowest']}–{c['highest']}): {c['question']}" for c in criteria)
