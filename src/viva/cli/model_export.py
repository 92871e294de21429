"""`viva model export`: a model of its own out of another."""

import click

from viva.cli.session import Command, Session, pass_session
from viva.cli.watching import started
from viva.errors import JobError
from viva.records.job import Job


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
@click.option("--wait", is_flag=True, help="Stay until it is done; fail where it fails, or is another model.")
@pass_session
def command(session: Session, model: str, form: str, name: str | None, quantize: str, wait: bool) -> None:
    """Make a model of its own out of MODEL, and compare the two.

    The artefact becomes a model of the workspace, in data/models/NAME; beside a GGUF file lies a Modelfile for Ollama.
    The same prompts go through both models, and the difference is stored: viva sql "SELECT * FROM equivalences".
    Prints the job's id. The job goes on when the terminal closes.
    """
    job = session.workbench.exports.start(model, form, name, quantize)
    started(session, job, wait)
    if wait:
        check_same(session.workbench.jobs.get(job.job_id))


def check_same(job: Job) -> None:
    """Raise `JobError` where what an export has made is not the model that it was made of."""
    found = job.result["equivalence"]
    if found["passed"]:
        return
    raise JobError(
        f"{job.result['model']} is not the same model: {found['agreement']:.2%} of the tokens agree with "
        f"{found['original']}, {found['divergence']:.2g} nats apart\n"
        "it stays in the list of models with this note; the figures: viva sql 'FROM equivalences'"
    )
