"""What the documents say is run: every command, every query, every name of a column."""

import json
import math
import re
import shlex
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import pytest

from tests.cli.running import Outcome, command_line
from tests.cli.test_main import every_command
from tests.fakes.arc import add_benchmarks
from tests.fakes.estimates import CHECKED, DRY_RUN, ESTIMATE
from tests.fakes.filled import STUDY, SYSTEMS
from tests.fakes.judging import judgments
from tests.fakes.rated_studies import as_person, rate
from tests.fakes.runs_on_disk import SEARCH, add_run, starter, sweep, training
from viva.cli.demo import verdict
from viva.cli.main import viva as whole
from viva.jobs.directory import JobDirectory
from viva.paths import WorkspacePaths, shipped
from viva.present import leaderboard
from viva.records.experiment import ExperimentResult
from viva.records.job import Job, JobKind, JobSpec, JobStatus
from viva.records.judge_check import InjectionEffect
from viva.records.judging import BASELINE
from viva.records.report import ReportRequest
from viva.settings import Settings
from viva.store import judgments as store_judgments
from viva.store import rubrics
from viva.store.sql import OWN_VIEWS, RESULT_VIEWS
from viva.workbench import Workbench
from viva.workbench.demo import DemoResult

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
COMMANDS = (ROOT / "docs" / "commands.md").read_text("utf-8")
JOB = "20260101-120000-a1b2c3"
PROBE = {"event": "probe", "step": 10, "source": "unseen", "question": "How?", "text": "So.", "repetition": None}
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI" + "B" * 43
ABOUT_A_STUDY = re.compile(
    r"(?<![\w-])(rate|agreement|adjudicate|plan|verdict|--study"
    r"|study (?:show|progress|assign|pause|resume|close|reopen|extend|export)) "
    r"(?:first|vad-test|experts)(?![\w-])"
)


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def command_lines(text: str) -> list[str]:
    """Return the `viva` commands in the shell blocks of a document."""
    lines = [line for block in blocks(text, "sh") for line in block.splitlines()]
    return sorted({line for line in lines if line.startswith("viva ")})


def section(words: str) -> str:
    """Return what docs/commands.md says of one command."""
    found = re.search(rf"^##+ viva {words}\n(.*?)(?=^##|\Z)", COMMANDS, re.MULTILINE | re.DOTALL)
    return found[1] if found else ""


@pytest.mark.parametrize(("words", "command"), every_command())
def test_every_command_is_documented_with_each_of_its_options(words: str, command: click.Command) -> None:
    text = section(words)
    assert f"viva {words}" in text, f"docs/commands.md has no section on viva {words}"
    options = {p.opts[0] for p in command.params if isinstance(p, click.Option) and not p.hidden}
    assert set(re.findall(r"^\| `(--[a-z-]+)", text, re.MULTILINE)) == options
    for parameter in command.params:
        if isinstance(parameter, click.Argument):
            assert str(parameter.name).upper() in text


def test_every_command_that_is_documented_exists() -> None:
    headings = re.findall(r"^##+ viva (.+)$", COMMANDS, re.MULTILINE)
    known = [words for words, _ in every_command()]
    nouns = {words.split()[0] for words in known if " " in words}
    assert [words for words in headings if words not in nouns] == known


def test_the_global_options_are_documented() -> None:
    head = COMMANDS.split("## ")[0]
    for parameter in whole.params:
        assert f"`{parameter.opts[0]}" in head


@pytest.fixture(scope="module")
def prepared(filled_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder to be copied: `workspace` is the small one and more, `place` has the files that commands name."""
    folder = tmp_path_factory.mktemp("documented")
    workspace, place = folder / "workspace", folder / "place"
    shutil.copytree(filled_once, workspace)
    (place / "runs" / "adapter").mkdir(parents=True)
    (place / "runs" / "adapter" / "adapter_config.json").write_text("{}")
    (place / "papers.csv").write_text("problem,solution\nHow?,So.\n")
    (place / "question.sql").write_text("SELECT 1")
    (place / "outputs.csv").write_text("system,example,text\nother,1,So.\n")
    (place / "texts.jsonl").write_text('{"system": "other", "example": 6, "text": "So."}\n')
    (place / "answers.jsonl").write_text('{"example": 6, "text": "So."}\n')
    verdicts = '{"example": 6, "system": "tuned", "judge": "examiner", "criterion": "accuracy", "value": 3}'
    (place / "verdicts.jsonl").write_text(f"{verdicts}\n")
    _rated_elsewhere(place)
    bench = Workbench(Settings(workspace=workspace, rater="ann", lock_timeout=10.0))
    bench.datasets.import_file(place / "papers.csv", "papers", {"question": "problem", "reference": "solution"})
    bench.models.add_hub("llama", "meta-llama/Llama-3.2-3B-Instruct")
    bench.models.add_endpoint("writer", "http://127.0.0.1:11434/v1", "qwen3:8b")
    bench.models.add_endpoint("far", "http://127.0.0.1:11434/v1", "llama3.1:70b", prices=(1.0, 2.0))
    _judged_by_baseline(bench)
    job = JobDirectory(bench.paths.jobs / JOB)
    job.path.mkdir(parents=True)
    spec = JobSpec(JobKind.SCORE, "tiny/test", {})
    made = JobDirectory.create(bench.paths.jobs, spec)
    (job.path / "spec.json").write_text((made.path / "spec.json").read_text())
    job.set_ended(JobStatus.DONE)
    add_run(bench, "20260102-120000-aaaaaa", "run-a", [*training({10: 2.0}), PROBE])
    add_run(bench, "20260102-130000-bbbbbb", "second", training({10: 3.0}))
    add_run(bench, "20260102-140000-cccccc", "searched", sweep(), kind=JobKind.SWEEP, recipe=starter(sweep=SEARCH))
    add_benchmarks(bench, place)
    return folder


@pytest.fixture
def rehearsal(
    prepared: Path, bench: Workbench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], Outcome]:
    """Run a documented command on the small workspace; jobs are noted, not run, and files are at hand."""
    place = tmp_path / "place"
    shutil.copytree(prepared / "place", place)
    shutil.copytree(prepared / "workspace", bench.paths.root, dirs_exist_ok=True)
    monkeypatch.chdir(place)
    job = JobDirectory(bench.paths.jobs / JOB)

    def ended(*_arguments: Any) -> Job:
        return job.job()

    monkeypatch.setattr("viva.workbench.estimates.Estimates.estimate", lambda *_: ESTIMATE)
    monkeypatch.setattr("viva.workbench.estimates.Estimates.dry_run", lambda *_: DRY_RUN)
    monkeypatch.setattr("viva.workbench.models.Models.check", lambda *_: CHECKED)
    for name in ("start", "resume", "cancel", "pause"):
        monkeypatch.setattr(f"viva.workbench.jobs.Jobs.{name}", ended)
    monkeypatch.setattr(
        "viva.workbench.experiments.Experiments.run",
        lambda self, name, *_: ExperimentResult(self.get(name), bench.datasets.get("tiny"), None, (), ()),
    )
    effect = InjectionEffect("fake verdict", 5, 0, 0.1, -0.2, 0.4, 1.0)
    monkeypatch.setattr("viva.workbench.judge_checks.JudgeChecks.injection", lambda *_: [effect])
    monkeypatch.setattr("viva.workbench.demo.run", lambda *_: DemoResult("tiny", "test", *SYSTEMS, STUDY))
    for module in ("session", "rate"):
        monkeypatch.setattr(f"viva.cli.{module}.has_terminal", lambda: True)

    def run(line: str) -> Outcome:
        words = shlex.split(in_the_small_workspace(line).partition(" > ")[0])[1:]
        workspace = [] if "--workspace" in words else ["--workspace", str(bench.paths.root)]
        words = [str(bench.paths.root) if word == "/data/demo" else word for word in words]
        _go_before(bench, " ".join(words[:2]), place)
        return command_line((*words, *workspace))

    return run


def _rated_elsewhere(place: Path) -> None:
    """Put down what raters bring: their keys, ratings and comparisons made elsewhere, items with known answers."""
    (place / "ann.pub").write_text(f"{KEY} ann@home\n")
    (place / "eve.pub").write_text(f"{KEY[:-1]}A eve@home\n")
    (place / "ratings.csv").write_text("example,system,rater,accuracy,relevance\n6,tuned,r1,3,4\n")
    (place / "human.csv").write_text("item,model,annotator,accuracy\n6,tuned,r1,3\n")
    (place / "pairs.csv").write_text("example,system_a,system_b,rater,winner\n6,tuned,starter,r1,tie\n")
    (place / "practice.csv").write_text("question,reference,text,accuracy,why\nHow?,So.,So.,5,It says the same.\n")


def _go_before(bench: Workbench, words: str, place: Path) -> None:
    """Do what has to have been done before a command makes sense."""
    if words == "study resume":
        bench.studies.pause(STUDY)
    elif words == "study reopen":
        bench.studies.close(STUDY)
    elif words in {"rater show", "rater remove"}:
        bench.raters.add("ann", place / "ann.pub")
    elif words.startswith(("adjudicate ", "weights ")):
        bench.studies.extend(STUDY, raters_per_item=2)
        for name in ("ann", "bob"):
            rate(as_person(bench, name), STUDY, bench.studies.get(STUDY).items)
    elif words.startswith("ranking "):
        bench.rating_files.preferences.import_file(place / "pairs.csv", "tiny", study="pairs")
    elif words in {"capsule check", "capsule open"}:
        bench.capsules.write(ReportRequest("tiny", "test"), place / "capsule")


def _judged_by_baseline(bench: Workbench) -> None:
    rubric = bench.rubrics.get("default")
    with bench.store.write() as connection:
        rubrics.add(connection, rubric)
        for judge in (BASELINE, "far"):
            said = judgments(rubric, "generation-00", judge)
            stored = [replace(one, protocol_id=None, call_id=None) for one in said]
            store_judgments.add(connection, "tiny-id", [], stored)


def in_the_small_workspace(text: str) -> str:
    """Return a document's text with the names that the small workspace has."""
    text = ABOUT_A_STUDY.sub(rf"\1 {STUDY}", text)
    names = {
        "starter-vad": "tuned", "vad-test": "another", "vad": "tiny", "run show first": "run show run-a",
        "compare first": "compare run-a", "probes first": "probes run-a",
    }  # fmt: skip
    for name, here in names.items():
        text = re.sub(rf"(?<![\w:-]){name}(?![\w-])", here, text)
    return text


@pytest.mark.parametrize("line", sorted({*command_lines(README), *command_lines(COMMANDS)}))
def test_every_documented_command_runs(rehearsal: Callable[[str], Outcome], line: str) -> None:
    outcome = rehearsal(line)
    assert outcome.code == 0, outcome.err


@pytest.mark.parametrize("query", blocks(README, "sql"))
def test_every_query_of_the_readme_runs(filled: Workbench, query: str) -> None:
    with filled.sql.session() as session:
        page = session.run(in_the_small_workspace(query))
    may_be_empty = (
        "ratings", "totals", "preferences", "judgments", "leaks", "runs", "curves", "probes", "trials",
        "memory_checks", "equivalences", "benchmarks", "benchmark_answers", "metric_choices", "pair_verdicts",
        "judge_protocols", "judge_calls", "judge_spend", "guesses", "known_verdicts", "adjudications",
    )  # fmt: skip
    assert page.rows or any(view in query for view in may_be_empty)


@pytest.mark.parametrize("program", blocks(README, "python"))
def test_every_program_of_the_readme_runs(
    filled: Workbench, program: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(filled.paths.root)
    exec(compile(in_the_small_workspace(program), "README.md", "exec"), {})
    assert "rouge_l" in capsys.readouterr().out


def test_every_public_view_is_documented_with_its_columns(filled: Workbench) -> None:
    views = {table.name: [name for name, _ in table.columns] for table in filled.sql.schema() if table.is_view}
    parts = dict(re.findall(r"^### (\w+)\n(.*?)^```sql", README, re.MULTILINE | re.DOTALL))
    assert set(parts) == set(views) - OWN_VIEWS
    assert set(views) >= OWN_VIEWS
    assert set(parts) >= set(RESULT_VIEWS)
    for name, text in parts.items():
        listed = text.partition(":")[2].partition(".")[0]
        columns = re.findall(r"`(\w+)`", re.sub(r"\([^)]*\)", "", listed))
        assert columns == views[name], name


def test_what_lies_in_a_workspace_is_where_the_readme_says() -> None:
    paths = WorkspacePaths(Path("w"))
    table = README.partition("## What lies where")[2].partition("## ")[0]
    listed = {Path("w", name) for name in re.findall(r"^\| `([^`]+)` \|", table, re.MULTILINE)}
    assert listed == {
        paths.store, paths.store_lock, paths.settings_file, paths.models, paths.jobs, paths.outboxes, paths.drafts,
        paths.queries, paths.snapshots, paths.prompts, paths.taxonomies, paths.staging,
        paths.recipes, paths.experiments, paths.rubrics, paths.raters_file, paths.ssh,
    }  # fmt: skip


@pytest.mark.skipif(not shipped("models", "starter").is_dir(), reason="the starter model is not built here")
def test_the_size_of_the_starter_is_told_as_it_is() -> None:
    content = shipped("models", "starter", "model.safetensors").read_bytes()
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    parameters = sum(math.prod(value["shape"]) for name, value in header.items() if name != "__metadata__")
    told = f"with {parameters / 1e6:.0f} million parameters"
    assert told in " ".join(README.split())
    assert told in verdict(DemoResult("d", "s", "b", "t", "x"), leaderboard.build([]), [])


def test_links_and_pictures_point_at_files_of_this_repository() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
