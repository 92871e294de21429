"""`viva dataset clean`, `dedupe`, `leakage`, `split`, `stats`: a dataset fit to learn from and to judge by."""

import click

from viva.cli.exits import say
from viva.cli.output import emit, show, with_format, with_seed
from viva.cli.session import Command, Session, pass_session
from viva.errors import UsageError
from viva.present import dataset_changes, statistics_sections
from viva.present.dataset_mending import (
    KEEPING,
    cut_lines,
    duplicate_lines,
    duplicate_table,
    keeping,
    leak_table,
    split_lines,
    split_table,
    version_line,
)
from viva.present.dataset_statistics import facts_line, histogram_lines
from viva.present.datasets import leakage_text
from viva.present.tables import Format
from viva.records.cleaning import CleanRules
from viva.records.dataset import Dataset
from viva.records.split import Stratum
from viva.text import display_line

_HISTOGRAM = 76
"""The columns of a histogram."""

_THRESHOLD = click.option(
    "--threshold",
    type=click.FloatRange(0, 1, min_open=True),
    metavar="0..1",
    help="How similar two texts must be to count as near-duplicates (else 0.9).",
)
_DRY_RUN = click.option("--dry-run", is_flag=True, help="Show what would be done, and change nothing.")


@click.command("clean", cls=Command)
@click.argument("name")
@click.option("--decoration/--no-decoration", default=True, help="Remove *, # and other marks that only decorate.")
@click.option("--control/--no-control", default=True, help="Remove control characters and escape sequences.")
@click.option("--white-space/--no-white-space", default=True, help="Tidy blanks and line breaks.")
@click.option("--unicode/--no-unicode", default=True, help="Compose letters and accents (NFC).")
@click.option("--duplicates/--no-duplicates", default=True, help="Drop exact duplicates.")
@click.option("--same-question", is_flag=True, help="Drop an example that repeats an earlier question.")
@click.option("--min-question", type=click.IntRange(1), metavar="WORDS", help="Drop shorter questions.")
@click.option("--max-question", type=click.IntRange(1), metavar="WORDS", help="Drop longer questions.")
@click.option("--min-reference", type=click.IntRange(1), metavar="WORDS", help="Drop shorter references.")
@click.option("--max-reference", type=click.IntRange(1), metavar="WORDS", help="Drop longer references.")
@click.option("--samples", type=click.IntRange(0), default=5, show_default=True, help="How many changes to show.")
@_DRY_RUN
@pass_session
def clean(
    session: Session,
    name: str,
    decoration: bool,
    control: bool,
    white_space: bool,
    unicode: bool,
    duplicates: bool,
    same_question: bool,
    min_question: int | None,
    max_question: int | None,
    min_reference: int | None,
    max_reference: int | None,
    samples: int,
    dry_run: bool,
) -> None:
    """Clean the texts of the dataset NAME and drop what cannot be used; the result is its next version.

    Samples show what changes, removed [-like this-] and added {+like this+}. Conversations are left as they are.
    """
    rules = CleanRules(
        decoration, control, white_space, unicode, duplicates, same_question,
        min_question, max_question, min_reference, max_reference,
    )  # fmt: skip
    datasets = session.workbench.datasets
    report = datasets.preview_clean(name, rules, samples)
    for line in dataset_changes.clean_lines(report):
        emit(line + "\n")
    if not dry_run:
        before = datasets.get(name)
        _say_version(before, datasets.clean(name, rules)[0])


@click.command("dedupe", cls=Command)
@click.argument("name")
@_THRESHOLD
@click.option(
    "--keep",
    type=click.Choice([choice.key for choice in KEEPING]),
    default=KEEPING[0].key,
    show_default=True,
    help="Which example of a group stays; longest and shortest go by the reference, test takes the test split's.",
)
@_DRY_RUN
@with_format
@pass_session
def dedupe(session: Session, name: str, threshold: float | None, keep: str, dry_run: bool, form: Format) -> None:
    """Keep one example of each group of near-duplicate questions; the result is the next version of NAME.

    Prints the groups with their similarity, 1 for the same words.
    """
    datasets = session.workbench.datasets
    chosen = keeping(keep)
    report = datasets.duplicates(name, threshold, chosen.rule, chosen.prefer)
    show(duplicate_table(report), form)
    for line in duplicate_lines(report):
        say(line)
    if not dry_run:
        before = datasets.get(name)
        _say_version(before, datasets.dedupe(name, threshold, chosen.rule, chosen.prefer)[0])


@click.command("leakage", cls=Command)
@click.argument("name")
@_THRESHOLD
@with_format
@pass_session
def leakage(session: Session, name: str, threshold: float | None, form: Format) -> None:
    """Look for what the splits of the dataset NAME give away about one another, and store the finding.

    That is near-duplicate questions or references in different splits, and references that stand inside a question.
    """
    datasets = session.workbench.datasets
    _, report = datasets.check_leakage(name, threshold)
    show(leak_table(report), form)
    for line in cut_lines(report.left_out):
        say(line)
    say(leakage_text(datasets.get(name)) or f"{display_line(name, 40)} has no splits that could leak into one another")


@click.command("split", cls=Command)
@click.argument("name")
@click.argument("parts")
@click.option(
    "--per", type=click.Choice([s.value for s in Stratum]), help="The amounts hold within each field or subfield."
)
@click.option(
    "--stratify",
    type=click.Choice([s.value for s in Stratum]),
    help="Each split gets its share of every field or subfield.",
)
@with_seed("Draws the same splits again.")
@click.option(
    "--together/--no-together",
    default=True,
    help="Keep near-duplicates, and all examples of one source, in one split.",
)
@_DRY_RUN
@with_format
@pass_session
def split(
    session: Session,
    name: str,
    parts: str,
    per: str | None,
    stratify: str | None,
    seed: int,
    together: bool,
    dry_run: bool,
    form: Format,
) -> None:
    """Divide the dataset NAME into the splits PARTS; the result is its next version.

    PARTS are fractions, counts or the rest: train=0.75,test=0.25 or train=93,validation=16,test=19 or
    test=2,train=rest. With --per subfield they hold within each subfield.
    """
    datasets = session.workbench.datasets
    plan = datasets.split_plan(parts, per, stratify, seed, together)
    result = datasets.preview_split(name, plan)
    show(split_table(result.report), form)
    for line in split_lines(result.report):
        say(line)
    if not dry_run:
        before = datasets.get(name)
        after, _ = datasets.split(name, plan)
        _say_version(before, after)
        if line := leakage_text(after):
            say(line)


@click.command("stats", cls=Command)
@click.argument("name")
@click.option("--tokens/--no-tokens", default=True, help="Count lengths in tokens of the built-in model too.")
@click.option(
    "--part",
    type=click.Choice(statistics_sections.KEYS),
    help="Only this table; rows are the examples per field, subfield and split.",
)
@with_format
@pass_session
def stats(session: Session, name: str, tokens: bool, part: str | None, form: Format) -> None:
    """Count the dataset NAME through: rows per split and field, lengths with a plot, shared vocabulary.

    JSON, CSV and Markdown carry one table: the rows, unless --part names another.
    """
    found = session.workbench.datasets.statistics(name, tokens)
    if part is not None or form is not Format.TABLE:
        table = statistics_sections.asked(found, part or "rows")
        if table is None:
            raise UsageError("lengths in tokens were not counted", "that needs the tokenizers library, and --tokens")
        show(table, form)
        return
    say(facts_line(found))
    for section in statistics_sections.sections(found):
        emit(f"\n{section.title}\n" if section.title else "")
        if section.table is not None:
            show(section.table, form)
        for histogram in section.histograms:
            lines = [f"\n{histogram.title}", *histogram_lines(histogram.lengths, _HISTOGRAM, histogram.unit)]
            emit("".join(f"{line}\n" for line in lines))


def _say_version(before: Dataset, after: Dataset) -> None:
    say(version_line(before, after))
