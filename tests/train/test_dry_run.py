"""A dry run tries two steps on the longest rows, measures, and leaves nothing behind."""

import io
import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.tiny_model import make_tiny_model
from tests.fakes.training import configure, tiny_recipe
from viva.errors import BadInput
from viva.events import EventWriter
from viva.records.training import DryRun
from viva.train import building, dry_run
from viva.train.dry_run import STEPS, longest_rows
from viva.train.rows import Rows

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parallel,
    pytest.mark.filterwarnings("ignore::FutureWarning:transformers"),
]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tiny")
    make_tiny_model(path)
    return path


def tried(config: dict[str, Any]) -> dict[str, Any]:
    stream = io.StringIO()
    dry_run.dry_run(EventWriter(stream), config)
    (event,) = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert event.pop("event") == "done"
    return dict(event)


def rows_of(*lengths: int) -> Rows:
    rows = Rows()
    rows.kept = [{"input_ids": [1] * length, "labels": [1] * length} for length in lengths]
    return rows


@pytest.mark.parametrize("packing", ["none", "bfd"])
def test_it_measures_and_leaves_nothing_behind(
    tmp_path: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch, packing: str
) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    config = configure(tmp_path, tiny, accumulation=16, packing=packing)
    found = tried(config)
    longest = found.pop("longest")
    outcome = DryRun(**found)
    assert outcome.device == "cpu"
    assert 0 < longest <= 128
    assert outcome.predicted > 100 << 20
    assert outcome.measured > 100 << 20
    assert outcome.tokens_per_second > 0
    # 4 of the 16 batches are tried.
    assert outcome.seconds_per_step > 0
    assert outcome.seconds > 0
    assert list(folder.iterdir()) == []
    assert not (tmp_path / "out").exists()


def test_running_out_of_memory_is_told_with_a_smaller_setting(
    tmp_path: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_given: Any, **_changes: Any) -> Any:
        raise MemoryError

    monkeypatch.setattr(dry_run, "make_trainer", fail)
    with pytest.raises(BadInput, match="does not fit into memory") as raised:
        tried(configure(tmp_path, tiny, checkpointing="off"))
    assert "checkpointing=on" in raised.value.hint


def test_a_recipe_that_trains_nothing_cannot_be_tried(tmp_path: Path, tiny: Path) -> None:
    with pytest.raises(BadInput, match="trains nothing"):
        tried(configure(tmp_path, tiny, format="base"))


def test_it_takes_one_device(tmp_path: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = {}

    def build(config: dict[str, Any]) -> Any:
        seen.update(config["recipe"])
        raise BadInput("enough")

    monkeypatch.setattr(dry_run, "build", build)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3,4")
    with pytest.raises(BadInput, match="enough"):
        tried(configure(tmp_path, tiny, gpus=2))
    assert seen["gpus"] == 1
    assert dry_run.os.environ["CUDA_VISIBLE_DEVICES"] == "3"
    assert building.Built is not None


def test_the_longest_rows_are_taken_and_come_again_where_there_are_too_few() -> None:
    recipe = replace(tiny_recipe(), batch_size=2, accumulation=2)
    assert longest_rows(rows_of(5, 9, 1, 7, 3, 8), recipe, None).lengths == [9, 8, 7, 5] * STEPS
    assert longest_rows(rows_of(5, 9), recipe, None).lengths == [9, 5, 9, 5] * STEPS


def test_packed_rows_fill_all_blocks() -> None:
    recipe = replace(tiny_recipe(max_length=20), batch_size=2, accumulation=1, packing="wrapped")
    found = longest_rows(rows_of(5, 30, 9), recipe, None).lengths
    assert found[:4] == [30, 9, 5, 30]
    assert sum(found) >= STEPS * 2 * 20
