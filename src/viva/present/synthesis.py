"""Having a dataset written after a plan: the form, and what it takes, in words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from viva.records.model import Model, ModelKind
from viva.records.synthesis import DomainPlan, Estimate, SynthesisPlan, TaxonomyPlan
from viva.text import display_line, plural

AFTER_TAXONOMY, OVER_DOMAINS = "taxonomy", "domains"
WAYS = (
    (AFTER_TAXONOMY, "Questions after a taxonomy, then an approach for each"),
    (OVER_DOMAINS, "Pairs over the domains of a topic"),
)
MOST = 100_000
"""More questions or pairs than that are a slip of the finger."""


@dataclass(frozen=True)
class SynthesisForm:
    """What the form says; `domains` and `components` hold one a line."""

    way: str = AFTER_TAXONOMY
    taxonomy: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    fields: tuple[str, ...] = ()
    questions: str = str(TaxonomyPlan({}).questions)
    topic: str = DomainPlan().topic
    domains: str = "\n".join(DomainPlan().domains)
    components: str = "\n".join(DomainPlan().components)
    pairs: str = str(DomainPlan().pairs)

    def problem(self) -> tuple[str, str] | None:
        """Return the first field that cannot be right, and what is wrong with it."""
        if self.way == AFTER_TAXONOMY:
            if not self.taxonomy:
                return "taxonomy", "Choose a taxonomy"
            if not self.fields:
                return "fields", "Tick at least one field"
            return _number_problem("questions", "Questions per subfield", self.questions)
        if not self.topic:
            return "topic", "Say what the topic is"
        if not _lines(self.domains):
            return "domains", "Name at least one domain"
        if len(_lines(self.components)) < LEAST_COMPONENTS:
            return "components", "Name at least two components"
        return _number_problem("pairs", "Pairs in all", self.pairs)

    def plan(self) -> SynthesisPlan:
        """Return the plan of a form without problems."""
        if self.way == AFTER_TAXONOMY:
            return TaxonomyPlan({name: self.taxonomy[name] for name in self.fields}, int(self.questions))
        return DomainPlan(self.topic, _lines(self.domains), _lines(self.components), int(self.pairs))

    @property
    def prompts(self) -> tuple[str, ...]:
        """The prompt files that are used."""
        return ("questions.txt", "approach.txt") if self.way == AFTER_TAXONOMY else ("pairs.txt",)


LEAST_COMPONENTS = 2


def amount_text(form: SynthesisForm) -> str:
    """Return what the number comes to, for the end of its line."""
    if form.problem():
        return ""
    plan = form.plan()
    if isinstance(plan, TaxonomyPlan):
        subfields = sum(map(len, plan.taxonomy.values()))
        return f"× {plural(subfields, 'subfield')} = {plural(subfields * plan.questions, 'example')} at most"
    return f"over {plural(len(plan.domains), 'domain')}"


def taxonomy_fields(taxonomy: Mapping[str, tuple[str, ...]]) -> list[tuple[str, str, str]]:
    """Return the fields of a taxonomy: the key, the name as it is shown, and what it holds."""
    return [
        (name, display_line(name, 40) or "(no name)", display_line(", ".join(subfields), 200))
        for name, subfields in taxonomy.items()
    ]


def lists_titles(form: SynthesisForm) -> tuple[str, str]:
    """Return the titles of the lists of domains and components."""
    return (
        f"Domains, one a line · {len(_lines(form.domains)):,}",
        f"Components, one a line · {len(_lines(form.components)):,}",
    )


def _lines(text: str) -> tuple[str, ...]:
    lines = (" ".join(line.split()) for line in text.splitlines())
    return tuple(dict.fromkeys(line for line in lines if line))


def _number_problem(name: str, label: str, text: str) -> tuple[str, str] | None:
    if text.isascii() and text.isdigit() and 1 <= int(text) <= MOST:
        return None
    return name, f"{label}: a whole number from 1 to {MOST:,}"


def estimate_lines(estimate: Estimate, model: Model) -> list[str]:
    """Return calls and tokens, and cost and time where they can be told, each with its upper end."""
    lines = [
        f"about {plural(estimate.calls, 'call')}, {estimate.prompt_tokens:,} tokens read, "
        f"{estimate.completion_tokens:,} written"
    ]
    if estimate.cost is not None:
        lines.append(f"cost about {estimate.cost:,.2f}{_upper(estimate.most_cost, '{:,.2f}'.format)}")
    elif model.kind is ModelKind.ENDPOINT:
        lines.append("cost unknown: the model has no prices")
    else:
        lines.append("no cost: the model runs on this machine")
    if estimate.seconds is not None:
        lines.append(f"about {duration(estimate.seconds)}{_upper(estimate.most_seconds, duration)}")
    else:
        lines.append("time unknown until this model has written once")
    return lines


def estimate_rows(estimate: Estimate, model: Model) -> list[tuple[str, str, str]]:
    """Return what a plan takes, a row each: its name, the value as a range, and why where it is unknown."""
    tokens = f"about {estimate.prompt_tokens:,} read, {estimate.completion_tokens:,} written"
    rows = [
        ("Calls", f"about {estimate.calls:,}", "more where a reply has to be asked for again"),
        ("Tokens", tokens, ""),
    ]
    if estimate.cost is not None:
        rows.append(("Cost", _range(estimate.cost, estimate.most_cost, money), "by the prices of the model"))
    elif model.kind is ModelKind.ENDPOINT:
        rows.append(("Cost", "unknown", "the prices of this model are not known here"))
    else:
        rows.append(("Cost", "none", "the model runs on this machine"))
    if estimate.seconds is not None:
        rows.append(("Time", _range(estimate.seconds, estimate.most_seconds, duration), "as fast as it wrote last"))
    else:
        rows.append(("Time", "unknown", "until this model has written a dataset once"))
    return rows


def start_detail(rows: list[tuple[str, str, str]]) -> str:
    """Return on one line what the start will take."""
    return " · ".join(f"{name} {value}" for name, value, _ in rows)


def money(amount: float) -> str:
    """Return an amount in whatever currency the prices are."""
    return f"{amount:,.2f}" if amount >= LEAST_MONEY or not amount else f"less than {LEAST_MONEY:.2f}"


LEAST_MONEY = 0.01


def duration(seconds: float) -> str:
    """Return a time a person can plan with: `40 s`, `12 min`, `3 h 20 min`."""
    if seconds < 90:
        return f"{max(round(seconds), 1)} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def _range(low: float, high: float | None, show: Callable[[float], str]) -> str:
    if high is None or show(low) == show(high):
        return show(low)
    return f"{show(low)} to {show(high)}"


def _upper(value: float | None, show: Callable[[float], str]) -> str:
    return "" if value is None else f", {show(value)} at most"
