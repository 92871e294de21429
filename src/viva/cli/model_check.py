"""`viva model check`: what a model is, or why it cannot be read."""

import click

from viva.cli.output import show, with_format
from viva.cli.session import Command, Session, pass_session
from viva.present.tables import Format, Table


@click.command("check", cls=Command)
@click.argument("name")
@with_format
@pass_session
def command(session: Session, name: str, form: Format) -> None:
    """Read the configuration and the tokenizer of the model NAME, and say what it is.

    A hub model's are fetched; the weights are not. Where that fails, one line says why and what to do.
    """
    found = session.workbench.models.check(name)
    columns = ["model", "architecture", "parameters", "context", "chat_template", "vocabulary", "adapter"]
    chat = "yes" if found.chat_template else "no"
    row = (
        found.name, found.architecture, found.parameters, found.context, chat, found.vocabulary, found.adapter or None,
    )  # fmt: skip
    show(Table.of(columns, [row]), form)
