"""`viva model`: add and list models; checking, estimating and exporting one have files of their own."""

from pathlib import Path

import click

from viva.cli import model_check, model_estimate, model_export
from viva.cli.exits import say
from viva.cli.output import show, with_format
from viva.cli.session import Noun, Session, pass_session
from viva.cli.train import parsed
from viva.errors import UsageError
from viva.present.tables import Format, Table


@click.group("model", cls=Noun)
def command() -> None:
    """Add models, tell what they need, merge and export them."""


command.add_command(model_check.command)
command.add_command(model_estimate.estimate)
command.add_command(model_export.command)


@command.command("list")
@with_format
@pass_session
def list_(session: Session, form: Format) -> None:
    """List the models; `starter` is built in."""
    rows = [(m.name, m.kind.value, m.location, m.base, m.note) for m in session.workbench.models.list()]
    show(Table.of(["model", "kind", "location", "base", "note"], rows), form)


@command.command("add")
@click.argument("name")
@click.option("--hub", metavar="ID", help="A Hugging Face model id, a directory with a model, or a GGUF file.")
@click.option("--adapter", metavar="DIR", help="A directory with a LoRA adapter.")
@click.option("--base", metavar="MODEL", help="The model of this workspace that the adapter was trained over.")
@click.option("--endpoint", metavar="URL", help="An address that speaks the chat-completions protocol.")
@click.option("--model", metavar="NAME", help="What the endpoint calls its model.")
@click.option("--key-env", metavar="VARIABLE", help="The environment variable that holds the endpoint's key.")
@click.option(
    "--prices", nargs=2, type=click.FloatRange(0), metavar="READ WRITTEN", help="The price of a million tokens, each."
)
@click.option(
    "--takes",
    metavar="NAME=ITS-NAME",
    multiple=True,
    help="What the endpoint calls top_k or repetition_penalty, where it takes them: repetition_penalty=repeat_penalty.",
)
@click.option("--concurrency", type=click.IntRange(1), metavar="N", help="How many calls to the endpoint at a time.")
@click.option(
    "--timeout",
    type=click.FloatRange(0, min_open=True),
    metavar="SECONDS",
    help="How long the endpoint may take for an answer; 120 where not said.",
)
@pass_session
def add(
    session: Session,
    name: str,
    hub: str | None,
    adapter: str | None,
    base: str | None,
    endpoint: str | None,
    model: str | None,
    key_env: str | None,
    prices: tuple[float, float] | None,
    takes: tuple[str, ...],
    concurrency: int | None,
    timeout: float | None,
) -> None:
    """Add a model under the name NAME: --hub, or --adapter with --base, or --endpoint with --model."""
    models = session.workbench.models
    kinds = [kind for kind, given in (("hub", hub), ("adapter", adapter), ("endpoint", endpoint)) if given is not None]
    if kinds == ["hub"] and hub is not None and base is None:
        added = models.add_hub(name, hub)
    elif kinds == ["adapter"] and adapter is not None and base is not None:
        added = models.add_adapter(name, Path(adapter), base)
    elif kinds == ["endpoint"] and endpoint is not None and model is not None:
        added = models.add_endpoint(name, endpoint, model, key_env, prices, parsed(takes), concurrency, timeout)
    else:
        raise UsageError(
            "say where the model is",
            "--hub ID for a Hugging Face model, --adapter DIR --base MODEL, or --endpoint URL --model NAME",
        )
    say(f"added {added.name} ({added.kind})")
