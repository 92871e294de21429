"""`viva dataset synthesize`, `papers`, `prompts`: having a dataset written by a model."""

from dataclasses import replace

import click

from viva.cli.exits import say
from viva.cli.output import show, with_format, with_seed
from viva.cli.session import Command, Session, has_terminal, pass_session
from viva.cli.watching import started
from viva.errors import UsageError
from viva.present.synthesis import estimate_lines
from viva.present.tables import Format, Table
from viva.records.papers import PapersPlan
from viva.records.synthesis import DomainPlan, SynthesisPlan, TaxonomyPlan
from viva.text import display_line, plural


@click.command("synthesize", cls=Command)
@click.argument("name")
@click.option("--model", metavar="MODEL", required=True, help="The model that writes: an endpoint or a local one.")
@click.option("--taxonomy", metavar="NAME|FILE", help="Questions for each subfield of a taxonomy: research-fields.")
@click.option("--topic", metavar="TEXT", help="Pairs over application domains of this topic.")
@click.option("--domain", "domains", metavar="TEXT", multiple=True, help="With --topic: a domain; can be repeated.")
@click.option(
    "--component", "components", metavar="TEXT", multiple=True,
    help="With --topic: a technical component that approaches must use; can be repeated.",
)  # fmt: skip
@click.option("--field", "fields", metavar="FIELD", multiple=True, help="Only this field of the taxonomy; repeatable.")
@click.option("--questions", type=click.IntRange(1), metavar="N", help="Questions per subfield, or pairs in all.")
@click.option("--per-call", type=click.IntRange(1), metavar="N", help="How many are asked for in one call.")
@click.option("--temperature", type=click.FloatRange(0, 2), help="How freely the model writes.")
@click.option("--seed", type=int, help="Passed on to the model.")
@click.option("--dry-run", is_flag=True, help="Only say what it takes.")
@click.option("--yes", is_flag=True, help="Start without asking.")
@click.option("--wait", is_flag=True, help="Stay until it is done; fail where it fails.")
@pass_session
def synthesize(
    session: Session,
    name: str,
    model: str,
    taxonomy: str | None,
    topic: str | None,
    domains: tuple[str, ...],
    components: tuple[str, ...],
    fields: tuple[str, ...],
    questions: int | None,
    per_call: int | None,
    temperature: float | None,
    seed: int | None,
    dry_run: bool,
    yes: bool,
    wait: bool,
) -> None:
    """Have a model write the dataset NAME, after a taxonomy or over the domains of a topic.

    Says first how many calls and tokens it takes, and what they cost where the model's prices are known. Prints the
    job's id. A job that was stopped goes on with viva job resume and repeats no finished call.
    """
    if (taxonomy is None) == (topic is None):
        raise UsageError("say what is to be written", "either --taxonomy research-fields or --topic TEXT")
    synthesis = session.workbench.synthesis
    plan: SynthesisPlan
    if taxonomy is not None:
        plan = TaxonomyPlan(_of_fields(synthesis.taxonomy(taxonomy), fields))
        plan = replace(plan, questions=questions or plan.questions)
    else:
        plan = DomainPlan(topic or "")
        plan = replace(plan, domains=domains or plan.domains, components=components or plan.components)
        plan = replace(plan, pairs=questions or plan.pairs)
    plan = replace(
        plan,
        per_call=per_call or plan.per_call,
        temperature=plan.temperature if temperature is None else temperature,
        seed=seed,
    )
    for line in estimate_lines(synthesis.estimate(plan, model), session.workbench.models.get(model)):
        say(line)
    if dry_run:
        return
    _agreed(yes)
    started(session, synthesis.start(name, model, plan), wait)


@click.command("papers", cls=Command)
@click.argument("folder")
@click.option("--name", required=True, help="The dataset's name in this workspace.")
@click.option("--model", metavar="MODEL", required=True, help="The model that reads: an endpoint or a local one.")
@click.option(
    "--pairs", type=click.IntRange(1), default=1, show_default=True, help="Question–approach pairs per paper."
)
@click.option("--words", type=click.IntRange(500), metavar="N", help="Words per piece; a longer paper is summarised.")
@click.option("--per-field", type=click.IntRange(0), default=0, metavar="N", help="Only N papers of each sub-folder.")
@click.option("--field", default="", metavar="TEXT", help="The field of every example (else the sub-folder's name).")
@with_seed("Draws the same papers again.")
@click.option("--dry-run", is_flag=True, help="Only list what would be read.")
@click.option("--yes", is_flag=True, help="Start without asking.")
@click.option("--wait", is_flag=True, help="Stay until it is done; fail where it fails.")
@pass_session
def papers(
    session: Session,
    folder: str,
    name: str,
    model: str,
    pairs: int,
    words: int | None,
    per_field: int,
    field: str,
    seed: int,
    dry_run: bool,
    yes: bool,
    wait: bool,
) -> None:
    """Have a model draw question–approach pairs from the PDF files in FOLDER and below.

    The sub-folder that a paper lies in is its field. A file that cannot be read is reported, and the others go on.
    Prints the job's id.
    """
    plan = PapersPlan(folder, pairs, papers_per_field=per_field, field=field, seed=seed)
    plan = replace(plan, words_per_piece=words or plan.words_per_piece)
    synthesis = session.workbench.synthesis
    count, problems = synthesis.papers(plan)
    say(f"{plural(count, 'paper')} to read")
    for source, reason in problems:
        say(f"  {display_line(source, 80)}: {display_line(reason, 160)}")
    if dry_run:
        return
    _agreed(yes)
    started(session, synthesis.start_papers(name, model, plan), wait)


@click.command("prompts", cls=Command)
@click.option("--copy", is_flag=True, help="Copy viva's prompts into the workspace, to be edited there.")
@with_format
@pass_session
def prompts(session: Session, copy: bool, form: Format) -> None:
    """List the prompt files in use; those in data/prompts of the workspace come before viva's own."""
    synthesis = session.workbench.synthesis
    if copy:
        copied = synthesis.copy_prompts()
        say(f"{plural(len(copied), 'prompt')} copied to {session.workbench.paths.prompts}")
    show(Table.of(["prompt", "file"], [(name, str(path)) for name, path in synthesis.prompts().items()]), form)


def _of_fields(taxonomy: dict[str, tuple[str, ...]], fields: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    unknown = [field for field in fields if field not in taxonomy]
    if unknown:
        raise UsageError(f"the taxonomy has no field {display_line(unknown[0], 40)}", f"fields: {', '.join(taxonomy)}")
    return {field: taxonomy[field] for field in fields} if fields else taxonomy


def _agreed(yes: bool) -> None:
    """Ask a person before money or hours are spent; a program has said so by calling."""
    if not yes and has_terminal() and not click.confirm("Start?", default=True, err=True):
        raise UsageError("nothing was started")
