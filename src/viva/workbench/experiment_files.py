"""Experiment files: TOML, read whole and checked key by key."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from viva import toml_files
from viva.errors import BadInput, UserError
from viva.records.experiment import (
    ASKED_FOR,
    TUNED,
    Experiment,
    GenerateStep,
    JudgeStep,
    ScoreStep,
    Shown,
    TrainStep,
)
from viva.records.generating import Grid
from viva.records.judging import JudgeMode, JudgeSettings
from viva.records.metric import MEASURES, METRICS
from viva.records.recipe import Format, Recipe
from viva.text import display_line
from viva.workbench.experiment_keys import GRID, KeyTable, WrongKey, meant

BUNDLED = "bundled:"
Settings = Callable[[str, Mapping[str, str]], Recipe]
"""Returns a recipe with changes; raises a `UserError` where there is none of that name or a change is none."""

_KINDS = ("measures", "histogram", "judge", "pairs")
"""What a table to show can be of: one of these."""
_GOES_WITH = {"by": "measures", "bins": "histogram"}


def load_experiment(path: Path, settings: Settings) -> Experiment:
    """Return the experiment in a TOML file. Raises `BadInput`, which names the file, the line and the key."""
    text, table = toml_files.read(path)
    try:
        return _experiment(path.stem, table, settings)
    except WrongKey as error:
        raise BadInput(f"{toml_files.place(path, text, *_places(error))}: {error}", error.hint) from error


def _experiment(name: str, table: dict[str, Any], settings: Settings) -> Experiment:
    whole = KeyTable("", table)
    train = _train(KeyTable("train", table["train"]), settings) if "train" in table else None
    if not {"score", "judge"} & table.keys():
        raise whole.wrong("", "the experiment needs the key score, or judge")
    score = _score(KeyTable("score", table["score"])) if "score" in table else ScoreStep(())
    steps = tuple(_generate(KeyTable("generate", value, place), train) for place, value in _each(whole, "generate"))
    named = [step.name for step in steps if step.name]
    if len(set(named)) < len(named):
        again = next(name for name in named if named.count(name) > 1)
        place = max(place for place, step in enumerate(steps) if step.name == again)
        raise WrongKey("generate", "name", f"two of generate are called {display_line(again, 40)!r}", place)
    judge = _judges(whole, named) if "judge" in table else ()
    shown = tuple(_shown(KeyTable("show", value, place), score, judge, named) for place, value in _each(whole, "show"))
    dataset = whole.text("dataset")
    bundled = dataset.startswith(BUNDLED)
    return Experiment(
        name,
        whole.text("title"),
        " ".join(whole.text("description").split()),
        dataset.removeprefix(BUNDLED),
        bundled,
        train,
        steps,
        score,
        shown,
        judge,
    )


def _each(whole: KeyTable, key: str) -> list[tuple[int, Any]]:
    value = whole.values[key]
    found = [value] if isinstance(value, dict) else value
    if not found:
        raise whole.wrong(key, f"{key} must be there at least once")
    return list(enumerate(found))


def _train(table: KeyTable, settings: Settings) -> TrainStep:
    changes = {key: _as_text(table, key, value) for key, value in table.values.get("set", {}).items()}
    step = TrainStep(table.text("recipe"), table.text("model"), changes)
    try:
        recipe = settings(step.recipe, {})
    except UserError as error:
        raise table.wrong("recipe", error.message, error.hint) from error
    try:
        recipe = settings(step.recipe, changes)
    except UserError as error:
        raise table.wrong("set", f"set: {error.message}", error.hint) from error
    if recipe.format == Format.BASE:
        raise table.wrong("recipe", "a recipe of the format base trains no model to write with")
    return step


def _as_text(table: KeyTable, key: str, value: Any) -> str:
    """Return a value of a recipe as `--set` takes it."""
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ",".join(value)
    if not isinstance(value, str | int | float):
        raise table.wrong("set", f"set: {display_line(key, 40)} must be text, a number, true or false")
    return str(value).lower() if isinstance(value, bool) else str(value)


def _generate(table: KeyTable, train: TrainStep | None) -> GenerateStep:
    models = table.names("models")
    if TUNED in models and train is None:
        raise table.wrong("models", f"models names {TUNED!r}, but the experiment trains no model")
    values = {key: table.numbers(key, kind) for key, kind in GRID.items()}
    values["max_new_tokens"] = values.pop("max_tokens")
    return GenerateStep(
        table.text("split"),
        models,
        Grid(**values, samples=table.number("samples", 1, 1)),
        table.text("name"),
        table.values.get("prompt"),
        table.number("shots"),
        table.number("shots_seed"),
        table.true("skip_impossible"),
    )


def _score(table: KeyTable) -> ScoreStep:
    metrics = table.names("metrics", tuple(METRICS))
    return ScoreStep(metrics, table.text("embedding_model"), table.text("bertscore_model"))


def _judges(whole: KeyTable, steps: Sequence[str]) -> tuple[JudgeStep, ...]:
    found: list[JudgeStep] = []
    for place, value in _each(whole, "judge"):
        table = KeyTable("judge", value, place)
        step = _judge(table, steps)
        if any((step.mode, step.pairwise) == (one.mode, one.pairwise) for one in found):
            what = "compare" if step.pairwise else "score"
            raise table.wrong("mode", f"two of judge {what} in the mode {step.mode}", "one may name several judges")
        found.append(step)
    return tuple(found)


def _judge(table: KeyTable, steps: Sequence[str]) -> JudgeStep:
    usual = JudgeSettings()
    judges = table.names("judges") if "judges" in table.values else (ASKED_FOR,)
    for name in judges:
        if name.startswith("$") and name != ASKED_FOR:
            raise table.wrong("judges", f"judges cannot be {display_line(name, 40)!r}", f"did you mean {ASKED_FOR}?")
    temperature = float(table.values.get("temperature", usual.temperature))
    if not 0 <= temperature <= 2:
        raise table.wrong("temperature", f"temperature must lie between 0 and 2, not {temperature:g}")
    if table.true("per_criterion") and not table.true("pairwise"):
        raise table.wrong(
            "per_criterion", "per_criterion goes with pairwise only: texts are always judged by criterion"
        )
    settings = JudgeSettings(
        temperature,
        samples=table.number("samples", usual.samples, 1),
        max_tokens=table.number("max_tokens", usual.max_tokens, 1),
    )
    return JudgeStep(
        judges,
        _mode(table, "mode") or JudgeMode.REFERENCE,
        table.true("pairwise"),
        table.true("per_criterion"),
        table.text("rubric") or "default",
        settings,
        _of(table, steps),
    )


def _mode(table: KeyTable, key: str) -> JudgeMode | None:
    if key not in table.values:
        return None
    value = table.text(key)
    if value not in set(JudgeMode):
        known = " or ".join(repr(mode.value) for mode in JudgeMode)
        raise table.wrong(key, f"{key} must be {known}, not {display_line(repr(value), 40)}")
    return JudgeMode(value)


def _of(table: KeyTable, steps: Sequence[str]) -> str:
    name = table.text("of")
    if name and name not in steps:
        hint = f"named are: {', '.join(steps)}" if steps else "none has a name"
        raise table.wrong("of", f"no generate is called {display_line(name, 40)!r}", hint)
    return name


def _shown(table: KeyTable, score: ScoreStep, judge: Sequence[JudgeStep], steps: Sequence[str]) -> Shown:
    kinds = [kind for kind in _KINDS if table.values.get(kind, False) not in (False, "")]
    if len(kinds) != 1:
        raise table.wrong("", f"a table shows one of: {', '.join(_KINDS)}")
    for key, kind in _GOES_WITH.items():
        if key in table.values and kind not in kinds:
            raise table.wrong(key, f"{key} goes with {kind} only")
    if table.text("by") not in {"", "field"}:
        raise table.wrong("by", f"by must be 'field', not {display_line(repr(table.text('by')), 40)}")
    measures = table.names("measures") if "measures" in kinds else ()
    drawn = table.text("histogram")
    for key, names in (("measures", measures), ("histogram", (drawn,) if drawn else ())):
        _check_measures(table, key, names, score)
    mode, pairs, of = _mode(table, "judge"), table.true("pairs"), _of(table, steps)
    if mode is not None or pairs:
        _check_judged(table, mode, of, judge)
    bins = table.number("bins", 1, 1) if "bins" in table.values else None
    return Shown(table.text("title"), measures, bool(table.text("by")), drawn, bins, of, mode, pairs)


def _check_measures(table: KeyTable, key: str, names: Sequence[str], score: ScoreStep) -> None:
    known = [measure for metric in score.metrics for measure in METRICS[metric].names]
    for name in names:
        if name in MEASURES and name not in known:
            hint = f"score.metrics makes: {', '.join(known)}" if known else "the experiment has no score"
            raise table.wrong(key, f"{name} is not scored", hint)
        if name not in MEASURES:
            raise table.wrong(key, f"there is no measure {display_line(name, 40)!r}", meant(name, known or [*MEASURES]))


def _check_judged(table: KeyTable, mode: JudgeMode | None, of: str, judge: Sequence[JudgeStep]) -> None:
    """Raise where no judge does what a table shows, or judges other systems than those in it."""
    key = "judge" if mode is not None else "pairs"
    there = [one for one in judge if (not one.pairwise and one.mode is mode) or (one.pairwise and mode is None)]
    if not there:
        what = "compares texts: it needs pairwise = true" if mode is None else f"scores in the mode {mode}"
        raise table.wrong(key, f"no judge {what}")
    if of and not any(one.of in {"", of} for one in there):
        shown = display_line(there[0].of, 40)
        raise table.wrong("of", f"the texts of {display_line(of, 40)!r} are not judged", f"those of {shown!r} are")


def _places(error: WrongKey) -> list[tuple[str, int, str]]:
    """Return where to look for a key: where it stands, else where its table begins."""
    places = [(error.section, error.index, error.key), (error.section, error.index, ""), ("", 0, error.section)]
    if not error.section:
        places.insert(1, (error.key, 0, ""))
    return places
