"""`viva model`: add and list models."""

from pathlib import Path

import click

from viva.cli.exits import say
from viva.cli.output import show, with_format
from viva.cli.session import Noun, Session, pass_session
from viva.errors import UsageError
from viva.present.tables import Format, Table


@click.group("model", cls=Noun)
def command() -> None:
    """Add and list models."""


@command.command("list")
@with_format
@pass_session
def list_(session: Session, form: Format) -> None:
    """List the models; `starter` is built in."""
    models = session.workbench.models
    models.starter()
    rows = [(m.name, m.kind.value, m.location, m.base, m.note) for m in models.list()]
    show(Table.of(["model", "kind", "location", "base", "note"], rows), form)


@command.command("add")
@click.argument("name")
@click.option("--hub", metavar="ID", help="A Hugging Face model id, or a directory with a model.")
@click.option("--adapter", metavar="DIR", help="A directory with a LoRA adapter.")
@click.option("--base", metavar="MODEL", help="The model of this workspace that the adapter was trained over.")
@pass_session
def add(session: Session, name: str, hub: str | None, adapter: str | None, base: str | None) -> None:
    """Add a model under the name NAME, with --hub, or with --adapter and --base."""
    models = session.workbench.models
    if hub is not None and adapter is None and base is None:
        model = models.add_hub(name, hub)
    elif hub is None and adapter is not None and base is not None:
        model = models.add_adapter(name, Path(adapter), base)
    else:
        raise UsageError(
            "say where the model is", "--hub ID for a Hugging Face model, or --adapter DIR --base MODEL for an adapter"
        )
    say(f"added {model.name} ({model.kind})")
