"""`viva judge`: have texts judged on a rubric, or in pairs."""

import click

from viva.cli.exits import say
from viva.cli.output import show, with_format
from viva.cli.session import Command, Session, pass_session
from viva.cli.several import listed
from viva.cli.watching import started
from viva.present import judge_plan
from viva.present.tables import Format
from viva.records.judging import BASELINE, JudgeMode, JudgeRequest, JudgeSettings

USUAL = JudgeSettings()


@click.command("judge", cls=Command)
@click.argument("dataset")
@click.option("--split", metavar="SPLIT", required=True, help="The split whose texts are judged.")
@click.option(
    "--judge",
    "judges",
    metavar="MODEL[,MODEL]",
    multiple=True,
    required=True,
    help=f"Who judges: a model, or {BASELINE}, which is none.",
)
@click.option("--rubric", metavar="RUBRIC", default="default", show_default=True, help="By which criteria.")
@click.option(
    "--mode",
    type=click.Choice([mode.value for mode in JudgeMode]),
    default=JudgeMode.REFERENCE.value,
    show_default=True,
    help="Against the reference, or an approach that the judge drafts itself first.",
)
@click.option("--pairwise", is_flag=True, help="Compare every two systems' texts, in both orders.")
@click.option("--per-criterion", is_flag=True, help="Compare them on each criterion as well.")
@click.option("--system", "systems", metavar="SYSTEM[,SYSTEM]", multiple=True, help="Only these systems' texts.")
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Only N examples, drawn at random by --seed.")
@click.option("--samples", type=click.IntRange(1), default=1, metavar="N", help="Verdicts on each item (else 1).")
@click.option(
    "--temperature", type=click.FloatRange(0, 2), default=USUAL.temperature, metavar="T", help="0 is greedy, and usual."
)
@click.option("--seed", type=click.IntRange(0), default=USUAL.seed, metavar="N", help="Where drawing begins (else 0).")
@click.option(
    "--max-tokens",
    type=click.IntRange(1),
    default=USUAL.max_tokens,
    show_default=True,
    metavar="N",
    help="How long a reply may be; a judge that thinks first needs more.",
)
@click.option(
    "--expected",
    is_flag=True,
    help="Take the mean over the levels by their probabilities (G-Eval); endpoints that tell them only.",
)
@click.option("--panel", metavar="NAME", help="Take the judges together as well, under this name.")
@click.option("--budget", type=float, metavar="X", help="Stop before more than this is spent.")
@click.option("--retry", is_flag=True, help="Ask again where a judge gave no value.")
@click.option("--dry-run", is_flag=True, help="Show the calls, tokens, cost and time, and ask nobody.")
@click.option("--wait", is_flag=True, help="Stay until it is done; fail where it fails.")
@with_format
@pass_session
def command(
    session: Session,
    dataset: str,
    split: str,
    judges: tuple[str, ...],
    rubric: str,
    mode: str,
    pairwise: bool,
    per_criterion: bool,
    systems: tuple[str, ...],
    limit: int | None,
    samples: int,
    temperature: float,
    seed: int,
    max_tokens: int,
    expected: bool,
    panel: str | None,
    budget: float | None,
    retry: bool,
    dry_run: bool,
    wait: bool,
    form: Format,
) -> None:
    """Have texts judged on a rubric, or in pairs.

    A judge never learns which system wrote what. What it has judged already is kept, and what it was asked before in
    the very same words costs nothing. A reply that cannot be read is no score: it is noted as unscored, with the
    reason. Prints the job's id; with --dry-run what would be done.
    """
    request = JudgeRequest(
        dataset,
        split,
        tuple(listed(judges)),
        JudgeMode(mode),
        rubric,
        tuple(listed(systems)),
        pairwise,
        per_criterion,
        JudgeSettings(temperature, seed, samples, max_tokens, expected),
        panel,
        budget,
        limit,
        retry,
    )
    plan = session.workbench.judging.plan(request)
    if dry_run:
        show(judge_plan.plan_table(plan), form)
        for note in judge_plan.notes(plan):
            say(note)
        return
    for line in judge_plan.plan_lines(plan):
        say(line)
    started(session, session.workbench.judging.start(request), wait)
    what = "judgment list" + (f" {dataset} --pairwise" if pairwise else f" {dataset}")
    say(f"what came of it: {session.command(what)}")
