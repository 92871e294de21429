"""`viva model estimate`: whether a training fits into memory."""

from dataclasses import asdict

import click

from viva.cli.output import show, with_format
from viva.cli.session import Command, Session, pass_session
from viva.cli.train import parsed
from viva.present import memory
from viva.present.tables import Format, Table
from viva.records.training import DryRun, Estimate


@click.command("estimate", cls=Command)
@click.argument("model")
@click.option("--recipe", metavar="RECIPE", required=True, help="The recipe: viva recipe list.")
@click.option("--dataset", metavar="DATASET", required=True, help="The dataset to train on.")
@click.option(
    "--set", "changes", metavar="KEY=VALUE", multiple=True, help="Change a value of the recipe; can be repeated."
)
@click.option("--dry-run", is_flag=True, help="Try it as well: two steps on the longest examples; loads the model.")
@with_format
@pass_session
def estimate(
    session: Session, model: str, recipe: str, dataset: str, changes: tuple[str, ...], dry_run: bool, form: Format
) -> None:
    """Tell whether training MODEL fits into this machine's memory.

    Says what needs how much, how long the examples are, how many steps there are, and the nearest setting that fits
    where this one does not. With --dry-run the memory is also measured, which makes later estimates better and tells
    how long the training will take. Exit code 0 does not mean that it fits: read `fit`.
    """
    estimates = session.workbench.estimates
    overrides = parsed(changes)
    # Tried first: what is measured makes the estimate better.
    tried = estimates.dry_run(dataset, model, recipe, overrides) if dry_run else None
    found = estimates.estimate(dataset, model, recipe, overrides)
    show(_for_people(found, tried) if form in {Format.TABLE, Format.MD} else _for_programs(found, tried), form)


def _for_people(found: Estimate, tried: DryRun | None) -> Table:
    rows = [(name, memory.size(count)) for name, count in memory.part_lines(found)]
    rows += [
        ("predicted", memory.size(found.predicted)),
        ("available", f"{memory.size(found.available)} on {found.device}"),
        ("verdict", memory.verdict(found)),
        ("examples", memory.length_line(found)),
        ("training", memory.time_line(found)),
    ]
    if tried is not None:
        rows.append(("dry run", memory.dry_run_line(tried)))
    return Table.of(["memory", ""], rows)


def _for_programs(found: Estimate, tried: DryRun | None) -> Table:
    values = {
        "device": found.device,
        "fit": found.fit.value,
        "predicted": found.predicted,
        "available": found.available,
        "spare": found.spare,
        "correction": found.correction,
        **{f"{name}_bytes": count for name, count in found.parts.items()},
        "nearest": memory.changes(found),
        "steps": found.steps,
        "seconds": found.seconds,
        **{f"examples_{name}" if name != "examples" else name: n for name, n in asdict(found.lengths).items()},
    }
    if tried is not None:
        values |= {
            "dry_run_predicted": tried.predicted,
            "dry_run_measured": tried.measured,
            "tokens_per_second": tried.tokens_per_second,
            "seconds_per_step": tried.seconds_per_step,
        }
    return Table.of(list(values), [tuple(values.values())])
