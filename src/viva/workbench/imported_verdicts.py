"""Taking verdicts of people in from elsewhere: into studies that an import makes, once, with their history."""

import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from viva.errors import UsageError
from viva.records.dataset import Dataset
from viva.records.ids import new_id, utc_now
from viva.records.rating import OVERALL
from viva.records.reading import RawRow
from viva.records.rubric import Rubric
from viva.records.study import Stream, Study, StudyChange, StudyItem, StudyMode, StudyOptions, StudyState
from viva.store import rating_rows as table
from viva.store import studies, study_changes, study_frame, study_items
from viva.store.rating_rows import Held, HeldStudy, Pair, Said
from viva.text import display_line
from viva.workbench.rating_rows import Rows, unpacked

Line = dict[str, Any]
"""What `Reader.row` makes of a row."""
Event = dict[str, Said]
"""All that a rater said of an item at one time, by criterion."""


class Maker(Protocol):
    """Makes of a row what was said, and tells which columns it had no use for."""

    def row(self, raw: RawRow) -> Line:
        """Return what a row says. Raises `BadValue`."""
        ...

    def unused(self) -> tuple[str, ...]:
        """Return the columns that nothing was made of."""
        ...


class Kind(NamedTuple):
    """What tells ratings and preferences apart: how they are read, kept and written."""

    noun: str
    mode: StudyMode
    columns: Sequence[str]
    maker: Callable[[Sequence[RawRow], str, Rows], Maker]
    held: Callable[[table.Connection, str], Held]
    add: Callable[..., None]
    exported: Callable[..., Iterator[tuple[Any, ...]]]
    settled: Callable[[Event], Event]


@dataclass
class Taking:
    """Puts the rows of one file into the store, within one transaction.

    `added` and `known` count verdicts, each on one criterion; `made` are those of the `studies` that were not there.
    """

    kind: Kind
    dataset: Dataset
    rubrics: Mapping[str, Rubric]
    systems: Mapping[str, str]
    """The system that wrote each text."""
    person: str
    source: str
    at_random: bool = False
    """Whether the questions of the studies are declared a random sample of their split."""
    now: datetime = field(default_factory=utc_now)
    added: int = 0
    known: int = 0
    studies: list[str] = field(default_factory=list)
    made: list[str] = field(default_factory=list)
    raters: set[str] = field(default_factory=set)

    def take(self, connection: table.Connection, lines: Iterable[Line]) -> None:
        """Add what is not there yet. Raises `UsageError` for a study that takes nothing from elsewhere."""
        by_study: dict[str, _Given] = {}
        for line in lines:
            by_study.setdefault(line["study"], _Given(line["split"], line["rubric"])).add(line)
        self.studies = list(by_study)
        there = table.studies(connection)
        for name, given in by_study.items():
            self._take(connection, name, given, there.get(name))

    def _take(self, connection: table.Connection, name: str, given: "_Given", study: HeldStudy | None) -> None:
        self.raters.update(rater for _, rater in given.said)
        if study is not None and (study.mode, study.dataset_id) != (self.kind.mode, self.dataset.dataset_id):
            raise UsageError(f"a study {display_line(name, 60)} was made in the meantime", "import the file again")
        held = {} if study is None else self.kind.held(connection, name)
        events: dict[tuple[Pair, str], Event] = {}
        for place, said in given.said.items():
            new = {
                criterion: one for criterion, one in said.items() if not _same(one, held.get(place, {}).get(criterion))
            }
            self.added += len(new)
            self.known += len(said) - len(new)
            if new:
                _refuse_where_closed_to_files(name, study, given.lines[place], self.source)
                events[place] = self.kind.settled(self._event(held.get(place, {}), new))
        if events or study is None:
            self._add(connection, name, given, study, held, events)
        if self.at_random:
            self._declare(connection, name, given, study)

    def _event(self, before: Event, new: Event) -> Event:
        """Return what counts from now on: what is new, never older than what it takes the place of, and the rest."""
        event = dict(before)
        for criterion, said in new.items():
            times = [said.created_at or self.now]
            if criterion in before:
                times.append(before[criterion].created_at or self.now)
            event[criterion] = said._replace(created_at=max(times))
        return event

    def _add(
        self,
        connection: table.Connection,
        name: str,
        given: "_Given",
        study: HeldStudy | None,
        held: Held,
        events: Mapping[tuple[Pair, str], Event],
    ) -> None:
        raters = _raters_per_item({**held, **events})
        if study is None:
            made = self._study(name, given, raters, events)
            design = {"source": table.IMPORTED, "file": self.source}
            studies.add(connection, made, self.dataset.dataset_id, design, 0, [])
            self._change(connection, made.study_id, "state", {"state": str(StudyState.CLOSED)})
            self.made.append(name)
            study_id, items = made.study_id, {}
        else:
            study_id, items = study.study_id, table.items(connection, study.study_id)
            if raters > study.raters_per_item:
                self._change(connection, study_id, "raters_per_item", {"raters_per_item": raters})
        self._add_items(connection, study_id, items, events, grows=study is not None)
        added = []
        for (texts, rater), event in events.items():
            event_id = new_id()
            added += [(event_id, items[texts], texts, rater, criterion, said) for criterion, said in event.items()]
        if added:
            self.kind.add(connection, study_id, added)

    def _declare(self, connection: table.Connection, name: str, given: "_Given", before: HeldStudy | None) -> None:
        """Take the questions of a study for a random sample of its split, as many as it has by now.

        Raises `UsageError` for a study that was drawn here, of which that is known.
        """
        if before is not None and not before.imported:
            raise UsageError(
                f"the study {display_line(name, 60)} was made here: how its questions were chosen is known",
                "leave --random-sample out",
            )
        study_id = table.studies(connection)[name].study_id
        items, _ = study_frame.drawn(connection, study_id)
        questions, many = len({item.example_id for item in items}), self.dataset.splits[given.split]
        undeclared = [item.item_id for item in items if item.stream != Stream.CALIBRATION]
        study_frame.promote(connection, undeclared, "")
        study_frame.reweigh(connection, study_id, {"": questions / many})
        if undeclared:
            content: dict[str, object] = {"random_sample": questions, "of_questions": many, "file": self.source}
            self._change(connection, study_id, "items", content)

    def _add_items(
        self,
        connection: table.Connection,
        study_id: str,
        items: dict[Pair, str],
        events: Iterable[tuple[Pair, str]],
        *,
        grows: bool,
    ) -> None:
        """Give each text, or pair, that has no item one; put the new ones among `items`."""
        missing = [texts for texts in dict.fromkeys(texts for texts, _ in events) if texts not in items]
        if not missing:
            return
        # How the texts were chosen elsewhere is not known, so that no chance is claimed for them unless it is declared.
        new = [
            StudyItem(new_id(), position, Stream.USEFUL, *texts) for position, texts in enumerate(missing, len(items))
        ]
        study_items.add(connection, study_id, new)
        items |= {texts: item.item_id for texts, item in zip(missing, new, strict=True)}
        if grows:
            self._change(connection, study_id, "items", {"items": len(new), "file": self.source})
            systems = {self.systems[text] for texts in items for text in texts if text is not None}
            table.set_systems(connection, study_id, sorted(systems))

    def _study(self, name: str, given: "_Given", raters: int, events: Mapping[tuple[Pair, str], Event]) -> Study:
        said = [(criterion, one) for event in events.values() for criterion, one in event.items()]
        pairs = self.kind.mode is StudyMode.PAIRWISE
        options = StudyOptions(
            strength=any(one.strength for _, one in said),
            per_criterion=pairs and any(criterion != OVERALL for criterion, _ in said),
        )
        texts = {text for texts, _ in events for text in texts if text is not None}
        # Nobody may rate it, and so nobody without a right to it is told its name, which may be that of a system.
        return Study(
            new_id(), name, self.dataset.name, self.dataset.version, given.split, self.kind.mode,
            self.rubrics[given.rubric], raters, 0, self.now, StudyState.CLOSED, options, (),
            tuple(sorted({self.systems[text] for text in texts})), imported=True,
        )  # fmt: skip

    def _change(self, connection: table.Connection, study_id: str, kind: str, content: dict[str, object]) -> None:
        study_changes.add(connection, study_id, StudyChange(kind, content, self.person, self.now))


@dataclass
class _Given:
    """What a file says for one study; `lines` tells where it first says something of an item by a rater."""

    split: str
    rubric: str
    said: dict[tuple[Pair, str], Event] = field(default_factory=dict)
    lines: dict[tuple[Pair, str], int] = field(default_factory=dict)

    def add(self, line: Line) -> None:
        """Note what a row says. Names that come again and again are kept once."""
        first, second = line["texts"]
        place = (sys.intern(first), None if second is None else sys.intern(second)), sys.intern(line["rater"])
        event = self.said.setdefault(place, {})
        for criterion, values in line["said"].items():
            event[sys.intern(criterion)] = unpacked(values)
        self.lines.setdefault(place, line["line"])


def _refuse_where_closed_to_files(name: str, study: HeldStudy | None, line: int, source: str) -> None:
    """Raise `UsageError` where a study is to hear its own raters only."""
    if study is None or (study.imported and study.state == StudyState.CLOSED):
        return
    shown = display_line(name, 60)
    where = f"{display_line(source, 80)}, line {line}"
    if study.imported:
        raise UsageError(f"{where}: the study {shown} is {study.state} to raters", f"viva study close {shown}")
    raise UsageError(
        f"{where}: the study {shown} was made here and does not hold this: it hears its own raters only",
        "put what others said into a study of its own: --study NAME",
    )


def _same(one: Said, other: Said | None) -> bool:
    """Tell whether two verdicts say the same; when they were given alone makes no new one."""
    return other is not None and one._replace(created_at=None) == other._replace(created_at=None)


def _raters_per_item(held: Mapping[tuple[Pair, str], Event]) -> int:
    """Return the most raters that one item has a value of, at least 1."""
    raters: dict[Pair, set[str]] = defaultdict(set)
    for (texts, rater), event in held.items():
        if any(said.value is not None for said in event.values()):
            raters[texts].add(rater)
    return max((len(names) for names in raters.values()), default=1)
