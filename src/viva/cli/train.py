"""`viva train`: fine-tune a model on a dataset."""

import click

from viva.cli.session import Command, Session, pass_session
from viva.cli.watching import started
from viva.errors import UsageError


@click.command("train", cls=Command)
@click.argument("dataset")
@click.option("--model", metavar="MODEL", required=True, help="The model to fine-tune.")
@click.option("--recipe", metavar="RECIPE", required=True, help="The recipe: viva recipe list.")
@click.option(
    "--set", "changes", metavar="KEY=VALUE", multiple=True, help="Change a value of the recipe; can be repeated."
)
@click.option("--name", metavar="NAME", help="The name of the tuned model (else it is made from model and dataset).")
@click.option(
    "--examine",
    is_flag=True,
    help="Afterwards let both models write for the test split, score the texts, and make a study of them.",
)
@click.option("--wait", is_flag=True, help="Stay until it is done; fail where it fails.")
@pass_session
def command(
    session: Session,
    dataset: str,
    model: str,
    recipe: str,
    changes: tuple[str, ...],
    name: str | None,
    examine: bool,
    wait: bool,
) -> None:
    """Fine-tune a model on a dataset.

    The split `train` of DATASET is learnt, the split `validation` chooses the best checkpoint, which becomes a
    model. Prints the job's id. The job goes on when the terminal closes.
    """
    workbench = session.workbench
    job = workbench.training.start(dataset, model, recipe, name, parsed(changes), examine)
    started(session, job, wait)


def parsed(changes: tuple[str, ...]) -> dict[str, str]:
    """Return what `--set` options say, by key. Raises `UsageError`."""
    found = {}
    for change in changes:
        key, equals, value = change.partition("=")
        if not equals:
            raise UsageError(f"{change!r} is no change of a recipe", "write it as --set key=value")
        found[key.strip()] = value.strip()
    return found
