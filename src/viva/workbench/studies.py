"""Studies: what is to be rated, and how far a rater is."""

import random
from collections.abc import Sequence
from typing import TYPE_CHECKING

from viva.errors import UsageError
from viva.records.ids import new_id, utc_now
from viva.records.study import Study, StudyProgress
from viva.store import studies as table
from viva.workbench import names

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench


class Studies:
    """Make and look up studies."""

    def __init__(self, workbench: "Workbench") -> None:
        self._workbench = workbench
        self._store = workbench.store

    def create(
        self,
        name: str,
        dataset: str,
        split: str,
        systems: Sequence[str],
        rubric: str = "default",
        raters_per_item: int = 1,
        seed: int = 0,
    ) -> Study:
        """Make a study of the texts that `systems` wrote for a split, in a seeded order of its own.

        `rubric` is a name, or the path of a TOML file. Raises `NotFound`, `BadInput`, and `UsageError` where the name
        is taken or a system has written nothing for the split.
        """
        names.checked("study", name)
        wanted = self._workbench.rubrics.get(rubric)
        found = self._workbench.datasets.with_split(dataset, split, self._workbench.results.version(dataset).version)
        with self._store.write() as connection:
            if any(study.name == name for study in table.every(connection)):
                raise UsageError(f"there is a study {name} already", "choose another name")
            candidates = table.candidates(connection, found.dataset_id, split, systems)
            for system in systems:
                if not any(candidate[2] == system for candidate in candidates):
                    raise UsageError(
                        f"system {system} has written nothing for {dataset}/{split}",
                        f"viva generate {dataset} --split {split} --model {system}",
                    )
            items = [(new_id(), generation_id) for generation_id in serving_order(candidates, seed)]
            study = Study(new_id(), name, dataset, split, wanted, raters_per_item, len(items), utc_now())
            table.add(connection, study, found.dataset_id, seed, items)
        return study

    def get(self, name: str) -> Study:
        """Return the study `name`. Raises `NotFound`."""
        studies = self.list()
        for study in studies:
            if study.name == name:
                return study
        raise names.missing("study", name, [study.name for study in studies], "make one: viva study create NAME …")

    def progress(self, rater: str) -> list[StudyProgress]:
        """Return how far `rater` is in each study."""
        found = []
        for study in self.list():
            done = self._workbench.ratings.done(study, rater).values()
            skipped = sum(event.skipped is not None for event in done)
            found.append(StudyProgress(study, len(done) - skipped, skipped))
        return found

    def list(self) -> list[Study]:
        """Return all studies in the order they were made."""
        with self._store.read() as connection:
            return table.every(connection)


def serving_order(candidates: Sequence[tuple[str, str, str]], seed: int) -> list[str]:
    """Return the generation ids of (generation_id, example_id, system) in the order they are served.

    Every question comes once before any comes again, each time with a system drawn at random, so that texts for
    one question lie far apart and no system keeps a fixed place.
    """
    draw = random.Random(seed)
    texts: dict[str, list[str]] = {}
    for generation_id, example_id, _ in candidates:
        texts.setdefault(example_id, []).append(generation_id)
    for generation_ids in texts.values():
        draw.shuffle(generation_ids)
    order: list[str] = []
    examples = list(texts)
    draw.shuffle(examples)
    for turn in range(max((len(generation_ids) for generation_ids in texts.values()), default=0)):
        order += [texts[example][turn] for example in examples if turn < len(texts[example])]
    return order
