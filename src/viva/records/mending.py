"""What was found in a dataset with the texts that it is about, as people look at it before they mend it."""

from dataclasses import dataclass

from viva.records.dataset import Example


@dataclass(frozen=True)
class NearDuplicate:
    """An example that others nearly repeat: its number in the dataset, from 1, and whether it is the one that stays."""

    number: int
    example: Example
    stays: bool


@dataclass(frozen=True)
class Repetition:
    """A group of near-duplicates, in their order; `similarity` is that of the weakest link that is needed."""

    similarity: float
    members: tuple[NearDuplicate, ...]

    @property
    def size(self) -> int:
        return len(self.members)


@dataclass(frozen=True)
class DuplicateReport:
    """The groups found among `examined` examples, the largest first, then the most similar.

    `left_out` is how many comparisons were passed over because too many texts looked alike: 0 means that nothing
    was cut short.
    """

    examined: int
    threshold: float
    groups: tuple[Repetition, ...]
    left_out: int = 0

    @property
    def dropped(self) -> int:
        """How many examples go when one of each group stays."""
        return sum(group.size - 1 for group in self.groups)


@dataclass(frozen=True)
class LeakingTexts:
    """The two examples of a leak, and the words of the passage that a question has of a reference, where one was found.

    The passage is in lower case and without punctuation, since these do not count.
    """

    first: Example
    second: Example
    passage: str = ""
