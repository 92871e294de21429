"""`viva generate`: let models write for the questions of a dataset."""

import click

from viva.cli.session import Command, Session, pass_session
from viva.cli.watching import started
from viva.records.model import Decoding

USUAL = Decoding()


@click.command("generate", cls=Command)
@click.argument("dataset")
@click.option("--split", metavar="SPLIT", required=True, help="The split whose questions are put.")
@click.option("--model", "models", metavar="MODEL", multiple=True, required=True, help="Who writes; can be repeated.")
@click.option("--prompt", metavar="TEMPLATE", help="A template with {question} in it (else what suits the model).")
@click.option(
    "--temperature", type=click.FloatRange(0), default=USUAL.temperature, show_default=True, help="0 is greedy."
)
@click.option(
    "--top-p",
    type=click.FloatRange(0, 1, min_open=True),
    default=USUAL.top_p,
    show_default=True,
    help="Draw from the likeliest tokens that share this probability.",
)
@click.option(
    "--top-k", type=click.IntRange(0), default=USUAL.top_k, show_default=True, help="Draw from this many; 0 for all."
)
@click.option(
    "--max-tokens",
    type=click.IntRange(1),
    default=USUAL.max_new_tokens,
    show_default=True,
    help="How long a text gets.",
)
@click.option(
    "--repetition-penalty",
    type=click.FloatRange(0, min_open=True),
    default=USUAL.repetition_penalty,
    show_default=True,
    help="Above 1 for less repetition.",
)
@click.option("--seed", type=int, default=USUAL.seed, show_default=True, help="Where drawing begins.")
@click.option("--score", is_flag=True, help="Compute every metric afterwards.")
@click.option("--wait", is_flag=True, help="Stay until it is done; fail where it fails.")
@pass_session
def command(
    session: Session,
    dataset: str,
    split: str,
    models: tuple[str, ...],
    prompt: str | None,
    temperature: float,
    top_p: float,
    top_k: int,
    max_tokens: int,
    repetition_penalty: float,
    seed: int,
    score: bool,
    wait: bool,
) -> None:
    """Let models write for the questions of a dataset.

    A model with a prompt and decoding parameters is a system. What a system has written already is kept.
    Prints the job's id.
    """
    workbench = session.workbench
    decoding = Decoding(max_tokens, temperature, top_p, top_k, repetition_penalty, seed)
    job = workbench.generation.start(dataset, split, list(models), decoding, prompt, score)
    started(session, job, wait)
