"""The file of finished calls: one line each, on the disk before the next step, read again when a job goes on."""

import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from viva.errors import BadInput, UserError
from viva.generate.chat import ChatRequest
from viva.records.ids import content_id


@dataclass(frozen=True)
class Outcome:
    """How a call ended: with a `value`, or `failed` with a reason and the (shortened) last `reply`.

    `request` is the fingerprint of what was asked. Tokens, seconds and `attempts` count all replies to it,
    the unusable ones too; `retries` counts what the server was asked again because of errors of its own. The `lost`
    tokens are the most that the server may have charged for where no answer arrived.
    """

    key: str
    request: str
    value: Any = None
    failed: str | None = None
    reply: str | None = None
    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0
    attempts: int = 0
    retries: int = 0
    estimated: bool = False
    lost_prompt_tokens: int = 0
    lost_completion_tokens: int = 0


def fingerprint(request: ChatRequest) -> str:
    """Return an id of what is asked: a call whose prompt has changed, or how its reply is drawn, is another call."""
    parts = [list(request.messages), request.max_tokens, request.temperature, request.seed, request.schema]
    if request.top_p is not None or request.extra:
        # Only where they are set: what earlier versions asked keeps its id.
        parts += [request.top_p, sorted(request.extra.items())]
    return content_id(*parts)


class CallLog:
    """The finished calls of one job in a file of JSON lines, appended to call by call.

    Opening it cuts off a last line torn by a crash. One program at a time: raises `UserError` where another has
    it open, `BadInput` where a line in its middle is no outcome. Close it, or use it in a `with`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._outcomes: dict[str, Outcome] = {}
        self.prompt_tokens = 0
        self.completion_tokens = 0
        self.lost_prompt_tokens = 0
        self.lost_completion_tokens = 0
        self.retries = 0
        self.estimated = False
        self.answered = False
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a+b")
        try:
            self._lock()
            self._read()
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _: TracebackType | None
    ) -> None:
        self.close()

    def __len__(self) -> int:
        return len(self._outcomes)

    def __iter__(self) -> Iterator[Outcome]:
        """Yield each call's last outcome, in the order in which they were first written."""
        return iter(self._outcomes.values())

    def find(self, key: str, request: str) -> Outcome | None:
        """Return the outcome of the call of that name, if it asked the same."""
        outcome = self._outcomes.get(key)
        return outcome if outcome is not None and outcome.request == request else None

    def add(self, outcome: Outcome) -> None:
        """Write an outcome; when this returns it is on the disk."""
        self.write(outcome)
        self.sync()

    def write(self, outcome: Outcome) -> None:
        """Write an outcome so that it outlives this program; only `sync` makes it outlive the machine as well."""
        values = {key: value for key, value in vars(outcome).items() if value is not None or key == "value"}
        self._file.write(json.dumps(values).encode("ascii") + b"\n")
        self._file.flush()
        self._take(outcome)

    def sync(self) -> None:
        """Put what was written on the disk; may run in another thread while more is written."""
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _lock(self) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UserError(f"{self.path.name} is in use by another program", "wait until it has ended") from error

    def _read(self) -> None:
        self._file.seek(0)
        lines = self._file.read().split(b"\n")
        good = 0
        for number, line in enumerate(lines[:-1], start=1):
            outcome = _parsed(line)
            if outcome is None:
                # A crash of the machine may leave a whole block of zeros at the end, but nothing after it.
                if any(_parsed(later) for later in lines[number:]):
                    raise BadInput(f"{self.path}, line {number}: not a finished call", "delete the line to go on")
                break
            self._take(outcome)
            good += len(line) + 1
        self._file.truncate(good)

    def _take(self, outcome: Outcome) -> None:
        self._outcomes[outcome.key] = outcome
        self.prompt_tokens += outcome.prompt_tokens
        self.completion_tokens += outcome.completion_tokens
        self.lost_prompt_tokens += outcome.lost_prompt_tokens
        self.lost_completion_tokens += outcome.lost_completion_tokens
        self.retries += outcome.retries + max(outcome.attempts - 1, 0)
        self.estimated = self.estimated or outcome.estimated
        self.answered = self.answered or outcome.completion_tokens > 0


def _parsed(line: bytes) -> Outcome | None:
    try:
        value = json.loads(line)
        return Outcome(**value)
    except (ValueError, TypeError):
        return None
