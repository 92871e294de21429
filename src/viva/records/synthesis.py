"""Plans for synthesising datasets, what they are expected to cost, and what comes of them."""

from dataclasses import asdict, dataclass
from typing import Any

from viva.records.dataset import Example


@dataclass(frozen=True)
class Prices:
    """What a model costs, in any currency, per million tokens."""

    prompt: float
    completion: float

    def cost(self, prompt_tokens: int, completion_tokens: int) -> float:
        return (prompt_tokens * self.prompt + completion_tokens * self.completion) / 1e6


@dataclass(frozen=True)
class Section:
    """A part of an approach: its key in the reply, its heading in the text, and what the model is told about it.

    One that is not `needed` may stay empty where the question does not call for it.
    """

    key: str
    heading: str
    wish: str
    needed: bool = True


SECTIONS = (
    Section("hypothesis", "Hypothesis", "the claim that the study tests, and why it is plausible"),
    Section("methodology", "Methodology", "the design of the study and the methods it uses"),
    Section("key_steps", "Key steps", "the steps in their order, numbered, in one text"),
    Section("data_collection", "Data collection", "which data, from where, and how many", needed=False),
    Section(
        "analysis", "Data analysis", "how the data are analysed, and what result would speak for the hypothesis", False
    ),
    Section("limitations", "Limitations", "what may go wrong, and what the study cannot show"),
    Section(
        "ethics", "Ethical considerations", "people, animals, privacy or harm that the study touches", needed=False
    ),
)
"""The sections of seed 001's approaches."""

VIDEO_DOMAINS = (
    "hospitals and care homes", "retail shops", "industrial production lines", "public transport", "road traffic",
    "airports", "schools and examinations", "construction sites", "farming and livestock", "warehouses and logistics",
    "energy plants and power lines", "sports and large crowds", "banks and cash machines", "smart homes",
    "wildlife and environment", "space, sea and satellite images",
)  # fmt: skip
VIDEO_COMPONENTS = (
    "Swin Transformer", "3D CNN", "graph neural network", "diffusion model", "contrastive learning",
    "optical flow", "pose estimation", "thermal camera", "audio", "LiDAR", "sensor fusion", "federated learning",
    "edge device", "quantization", "few-shot learning", "synthetic data", "autoencoder", "normalizing flow",
    "vision-language model", "uncertainty estimation", "domain adaptation", "differential privacy",
)  # fmt: skip


@dataclass(frozen=True)
class TaxonomyPlan:
    """Questions for each subfield of a taxonomy, then an approach for each question (seed 001).

    `taxonomy` maps fields to their subfields. `questions` is wanted per subfield, `per_call` asked for at once.
    Questions at least as alike as `similarity` (0–1) count as one.
    """

    taxonomy: dict[str, tuple[str, ...]]
    questions: int = 20
    per_call: int = 20
    sections: tuple[Section, ...] = SECTIONS
    similarity: float = 0.9
    temperature: float = 0.8
    seed: int | None = None
    max_tokens: int = 4096


@dataclass(frozen=True)
class DomainPlan:
    """Pairs of question and approach over application domains and technical components (seed 000).

    Each call asks for `per_call` pairs in one domain, of which each must use at least two of the
    `components_per_call` components that it names. `pairs` is the number wanted in all.
    """

    topic: str = "video anomaly detection"
    domains: tuple[str, ...] = VIDEO_DOMAINS
    components: tuple[str, ...] = VIDEO_COMPONENTS
    pairs: int = 128
    per_call: int = 4
    components_per_call: int = 3
    similarity: float = 0.9
    temperature: float = 0.8
    seed: int | None = None
    max_tokens: int = 4096


SynthesisPlan = TaxonomyPlan | DomainPlan


def plan_to_json(plan: SynthesisPlan) -> dict[str, Any]:
    """Return a JSON-ready form of a plan, `plan_from_json` its inverse."""
    return {"kind": "taxonomy" if isinstance(plan, TaxonomyPlan) else "domain", **asdict(plan)}


def plan_from_json(value: dict[str, Any]) -> SynthesisPlan:
    """Return the plan of that form."""
    rest = {key: item for key, item in value.items() if key != "kind"}
    if value["kind"] == "domain":
        rest.update({key: tuple(rest[key]) for key in ("domains", "components") if key in rest})
        return DomainPlan(**rest)
    rest["taxonomy"] = {field: tuple(subfields) for field, subfields in rest["taxonomy"].items()}
    if "sections" in rest:
        rest["sections"] = tuple(Section(**section) for section in rest["sections"])
    return TaxonomyPlan(**rest)


@dataclass(frozen=True)
class Estimate:
    """What a plan is expected to take: calls, tokens, and where prices and speed are known, cost and seconds.

    The `most_` values are the upper end: longer replies, and some of them asked for twice.
    """

    calls: int
    prompt_tokens: int
    completion_tokens: int
    cost: float | None
    seconds: float | None
    most_cost: float | None = None
    most_seconds: float | None = None


@dataclass(frozen=True)
class SynthesisFailure:
    """Something that was asked for and did not come: `what` names it, `reason` says why; `reply` as it came."""

    what: str
    reason: str
    reply: str | None = None


@dataclass(frozen=True)
class Synthesis:
    """What a plan brought: its examples, what failed, and how many questions were dropped as duplicates."""

    examples: tuple[Example, ...]
    failures: tuple[SynthesisFailure, ...]
    duplicates: int
