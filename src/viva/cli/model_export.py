"""`viva model export`: a model of its own out of another."""

import click

from viva.cli.session import Command, Session, pass_session
from viva.cli.watching import started


@click.command("export", cls=Command)
@click.argument("model")
@click.option(
    "--to",
    "form",
    type=click.Choice(["gguf", "merged"]),
    required=True,
    help="A GGUF file for llama.cpp and Ollama, or an adapter merged into its base.",
)
@click.option("--name", metavar="NAME", help="The name of the new model (else it is made from MODEL and the form).")
@click.option(
    "--quantize",
    type=click.Choice(["f32", "f16", "q8_0"]),
    default="f16",
    show_default=True,
    help="How the GGUF file stores matrices.",
)
@click.option("--wait", is_flag=True, help="Stay until it is done; fail where it fails.")
@pass_session
def command(session: Session, model: str, form: str, name: str | None, quantize: str, wait: bool) -> None:
    """Make a model of its own out of MODEL, and compare the two.

    The artefact becomes a model of the workspace, in data/models/NAME; beside a GGUF file lies a Modelfile for Ollama.
    The same prompts go through both models, and the difference is stored: viva sql "SELECT * FROM equivalences".
    Prints the job's id. The job goes on when the terminal closes.
    """
    started(session, session.workbench.exports.start(model, form, name, quantize), wait)
