"""What can be asked of models: which of them write for which questions, drawn in which ways, and what that takes."""

from dataclasses import dataclass, field

from viva.records.model import Decoding, System

USUAL = Decoding()


@dataclass(frozen=True)
class Grid:
    """Decoding parameters, several values each: every combination makes a system. An empty one means the usual value.

    The usual repetition penalty is the model's: 1.1 for a local one, none for an endpoint.
    """

    temperature: tuple[float, ...] = ()
    top_p: tuple[float, ...] = ()
    top_k: tuple[int, ...] = ()
    max_new_tokens: tuple[int, ...] = ()
    repetition_penalty: tuple[float, ...] = ()
    seed: tuple[int, ...] = ()
    samples: int = 1


@dataclass(frozen=True)
class GenerationRequest:
    """Models that are to write for a split of a dataset.

    `prompt` is the name of a template, a file with one, or a template itself, with `{question}` in it; None takes what
    suits the model. `shots` examples, drawn from the training split by `shots_seed`, stand in its `{examples}`.
    Combinations that are impossible are refused, or left out with `skip_impossible`.
    """

    dataset: str
    split: str
    models: tuple[str, ...]
    grid: Grid = field(default_factory=Grid)
    prompt: str | None = None
    shots: int = 0
    shots_seed: int = 0
    skip_impossible: bool = False


@dataclass(frozen=True)
class PlannedSystem:
    """A system, how many texts it has still to write, and how many it has written."""

    system: System
    left: int
    written: int


@dataclass(frozen=True)
class GenerationEstimate:
    """What texts will take: tokens read and written, money, and seconds; None where it is not known.

    `completion_tokens` is what the models' earlier texts were like where there are some, else the most it can be
    (`at_most`). `unpriced` and `untimed` name the models whose price or pace is not known.
    """

    texts: int
    prompt_tokens: int
    completion_tokens: int
    at_most: bool
    cost: float | None
    seconds: float | None
    unpriced: tuple[str, ...] = ()
    untimed: tuple[str, ...] = ()


@dataclass(frozen=True)
class GenerationPlan:
    """What a request comes to: its systems, what they take, and the combinations left out, each with its reason.

    `warnings` say what may not be meant.
    """

    systems: tuple[PlannedSystem, ...]
    estimate: GenerationEstimate
    left_out: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def texts(self) -> int:
        return sum(planned.left for planned in self.systems)
