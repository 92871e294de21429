"""What a generation program is told to write: its tasks, and the texts they want one by one."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from viva import jsonl
from viva.errors import BadInput
from viva.records.generation import Generation
from viva.records.ids import new_id
from viva.records.model import System
from viva.records.synthesis import Prices


@dataclass(frozen=True)
class Task:
    """A system and the file of examples it writes for.

    Either `location` (with `base` for an adapter) names a local model, or `chat` a server as `open_chat` takes it;
    `takes` is what that server calls decoding parameters beyond the protocol's.
    """

    system: System
    examples: Path
    location: str = ""
    base: str | None = None
    chat: Mapping[str, Any] = field(default_factory=dict)
    takes: Mapping[str, str] = field(default_factory=dict)
    prices: Prices | None = None

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Task":
        prices = value.get("prices")
        return cls(
            system=System.from_json(value["system"]),
            examples=Path(value["examples"]),
            location=value.get("location") or "",
            base=value.get("base"),
            chat=value.get("chat") or {},
            takes=value.get("takes") or {},
            prices=None if prices is None else Prices(float(prices["prompt"]), float(prices["completion"])),
        )


@dataclass(frozen=True)
class Wanted:
    """A text that is to be written: the task's sample number `sample` for an example."""

    task: Task
    example_id: str
    question: str
    sample: int

    @property
    def key(self) -> str:
        """What random numbers go by: the same for every system that writes for the example."""
        return f"{self.example_id} {self.sample}"


@dataclass(frozen=True)
class Written:
    """What came of it: the text and what it took, or with `failed` the reason why there is none."""

    wanted: Wanted
    text: str
    finish_reason: str
    prompt_tokens: int
    completion_tokens: int
    seconds: float
    failed: str | None = None

    def generation(self) -> Generation:
        """Return it as a new row of the store."""
        prices = None if self.failed is not None else self.wanted.task.prices
        return Generation(
            generation_id=new_id(),
            system_id=self.wanted.task.system.system_id,
            example_id=self.wanted.example_id,
            text=self.text,
            finish_reason=self.finish_reason,
            prompt_tokens=self.prompt_tokens,
            completion_tokens=self.completion_tokens,
            seconds=self.seconds,
            sample=self.wanted.sample,
            failed=self.failed,
            cost=None if prices is None else prices.cost(self.prompt_tokens, self.completion_tokens),
        )


def wanted(tasks: Iterable[Task]) -> Iterator[Wanted]:
    """Yield the texts that tasks want, read from their files as they are asked for. Raises `BadInput`."""
    for task in tasks:
        for number, row in enumerate(jsonl.read(task.examples), 1):
            try:
                example_id, question = row["example_id"], row["question"]
            except KeyError as error:
                raise BadInput(f"{task.examples.name}, row {number} has no {error}") from error
            for sample in row.get("samples", (0,)):
                yield Wanted(task, str(example_id), str(question), int(sample))


def count(tasks: Iterable[Task]) -> int:
    """Return how many texts tasks want."""
    return sum(1 for _ in wanted(tasks))
