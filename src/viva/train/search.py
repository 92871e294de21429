"""The search of a sweep: an Optuna study in a journal on disk, which draws values and tells hopeless trials."""

import json
import random
import threading
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from viva.errors import BadInput, MissingExtra
from viva.records.recipe import Recipe, Span

if TYPE_CHECKING:
    from optuna import Study, Trial
    from optuna.pruners import BasePruner
    from optuna.samplers import BaseSampler

ERROR = "error"


class Draw(NamedTuple):
    """A trial with the values drawn for it; `continued` tells that it had begun before the sweep was cut off."""

    number: int
    values: dict[str, Any]
    continued: bool
    trial: "Trial"


class Search:
    """The study of one sweep; its methods may be called from any thread, but by one program at a time."""

    def __init__(self, journal: Path, recipe: Recipe) -> None:
        try:
            import optuna
            from optuna.storages.journal import JournalFileBackend
        except ImportError as error:
            raise MissingExtra("a sweep needs optuna", "pip install 'viva[local]'") from error
        if recipe.sweep is None:
            raise BadInput("the recipe has no search", "add a table [sweep] to it")
        self._recipe, self._sweep = recipe, recipe.sweep
        self._lock = threading.RLock()
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        mend(journal)
        self._study: Study = optuna.create_study(
            storage=optuna.storages.JournalStorage(JournalFileBackend(str(journal))),
            study_name="sweep",
            direction="minimize",
            load_if_exists=True,
            pruner=_pruner(recipe),
        )
        self._left = [trial for trial in self._study.trials if not trial.state.is_finished()]
        self._reported = {trial.number: set(trial.intermediate_values) for trial in self._left}

    def next(self) -> Draw | None:
        """Return the next trial to run, one that was cut off first; None where there are enough."""
        import optuna

        with self._lock:
            if self._left:
                cut_off = self._left.pop(0)
                self._study.sampler = self._sampler(cut_off.number)
                # Optuna has no public way to take up a trial again; what was drawn and reported for it stays.
                trial = optuna.trial.Trial(self._study, cut_off._trial_id)
                return Draw(trial.number, self._values(trial), True, trial)
            number = len(self._study.trials)
            if number >= self._sweep.trials:
                return None
            self._study.sampler = self._sampler(number)
            trial = self._study.ask()
            return Draw(trial.number, self._values(trial), False, trial)

    def report(self, draw: Draw, evaluation: int, loss: float) -> bool:
        """Note the loss of a trial's evaluation, counted from 1; return whether the trial is worth going on with."""
        with self._lock:
            known = self._reported.setdefault(draw.number, set())
            if evaluation not in known:
                draw.trial.report(loss, evaluation)
                known.add(evaluation)
            return not (self._sweep.pruning and draw.trial.should_prune())

    def tell(self, draw: Draw, state: str, loss: float | None = None, error: str = "") -> None:
        """Note how a trial has ended: `complete` with its loss, `pruned`, or `failed` with its error."""
        from optuna.trial import TrialState

        states = {"complete": TrialState.COMPLETE, "pruned": TrialState.PRUNED, "failed": TrialState.FAIL}
        with self._lock:
            if error:
                draw.trial.set_user_attr(ERROR, error)
            self._study.tell(draw.number, loss if state == "complete" else None, states[state])

    def finished(self) -> list[int]:
        """Return the numbers of the trials that have ended, however they did."""
        with self._lock:
            return [trial.number for trial in self._study.trials if trial.state.is_finished()]

    def best(self) -> tuple[int, float] | None:
        """Return number and loss of the best complete trial; None before there is one."""
        from optuna.trial import TrialState

        with self._lock:
            complete = self._study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
            found = [(trial.value, trial.number) for trial in complete if trial.value is not None]
        return None if not found else (min(found)[1], min(found)[0])

    def last_error(self) -> str:
        """Return why the last failed trial failed."""
        with self._lock:
            errors = [str(trial.user_attrs[ERROR]) for trial in self._study.trials if ERROR in trial.user_attrs]
        return errors[-1] if errors else ""

    def values(self, number: int) -> dict[str, Any]:
        """Return the values that were drawn for a trial."""
        with self._lock:
            drawn = self._study.trials[number].params
        return {key: _read(self._sweep.space[key], drawn[key]) for key in self._sweep.space}

    def _values(self, trial: "Trial") -> dict[str, Any]:
        kinds = {field.name: field.type for field in fields(Recipe)}
        return {key: _drawn(trial, key, span, kinds[key] is int) for key, span in self._sweep.space.items()}

    def _sampler(self, number: int) -> "BaseSampler":
        """Return what draws for a trial; seeded by its number, so that a sweep taken up again draws nothing twice.

        Half of the trials, from 2 to 10 of them, are drawn evenly; the later ones where the earlier ones did well.
        """
        from optuna.samplers import TPESampler

        seed = random.Random(f"{self._recipe.seed} {number}").getrandbits(32)
        return TPESampler(seed=seed, n_startup_trials=min(10, max(2, self._sweep.trials // 2)))


def mend(journal: Path) -> None:
    """Make a journal that a killed program has left behind readable: without a torn last line, without its lock."""
    journal.parent.mkdir(parents=True, exist_ok=True)
    for left in journal.parent.glob(f"{journal.name}.lock*"):
        left.unlink()
    if journal.exists():
        content = journal.read_bytes()
        whole = content.rfind(b"\n") + 1
        if whole < len(content):
            with journal.open("rb+") as file:
                file.truncate(whole)


def _pruner(recipe: Recipe) -> "BasePruner":
    """Return what tells hopeless trials; a third of the trials and a fifth of each trial's evaluations are spared."""
    from optuna.pruners import MedianPruner, NopPruner

    if recipe.sweep is None or not recipe.sweep.pruning:
        return NopPruner()
    spared = min(5, max(1, recipe.sweep.trials // 3))
    return MedianPruner(n_startup_trials=spared, n_warmup_steps=max(2, recipe.evaluations // 5))


def _drawn(trial: "Trial", key: str, span: Span, whole: bool) -> Any:
    if span.choices:
        # As text, since Optuna takes no lists: target_modules has them.
        choices: Sequence[str] = [json.dumps(choice) for choice in span.choices]
        return json.loads(trial.suggest_categorical(key, choices))
    assert span.low is not None
    assert span.high is not None
    if whole:
        return trial.suggest_int(key, int(span.low), int(span.high), log=span.log)
    return trial.suggest_float(key, span.low, span.high, log=span.log)


def _read(span: Span, value: Any) -> Any:
    return json.loads(value) if span.choices else value
