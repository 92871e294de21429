"""What goes wrong while a model is fetched and loaded, told in one line with a hint.

The libraries wrap what the hub answered in other errors, in general ones such as `OSError`. What counts is found by
walking the chain of causes, and by looking into the directory itself.
"""

import errno
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from viva.errors import BadInput, MissingExtra, UserError
from viva.text import display_line

WIDTH = 200
_WEIGHTS = ("*.safetensors", "*.bin", "*.gguf")
_TOKEN_REFUSED = re.compile(r"invalid credentials|invalid user token|token .*(expired|revoked|invalid)", re.I | re.S)
_LOCATION_LIKE_A_PATH = re.compile(r"^[.~/\\]|.*/.*/|.*\\")
_OTHER_TASK = re.compile(r"Unrecognized configuration class .*?\.(\w+)Config'>", re.S)
_UNKNOWN_TYPE = re.compile(r"has model type `([^`]*)`|GGUF model with architecture (\S+) is not supported")


@contextmanager
def readable(location: str) -> Iterator[None]:
    """Turn what is raised while the config, tokenizer or weights at `location` are loaded into one clear line.

    `location` is a directory, a `.gguf` file or a hub id. Raises `BadInput`, or `MissingExtra` where a library is
    missing; what is no fault of the model or of the way to it, such as a GPU out of memory, surfaces as it is.
    """
    try:
        yield
    except ImportError as error:
        reason = display_line(str(error), WIDTH)
        raise MissingExtra(
            f"{_shown(location)} needs a missing library: {reason}", "pip install 'viva[local]'"
        ) from error
    except _kinds() as error:
        told = _local_fault(location, error) if _exists(location) else _hub_fault(location, error)
        if told is None:
            raise
        raise told from error


def _kinds() -> tuple[type[Exception], ...]:
    """Return what loading may raise; asked for only once something has been raised, when all this is loaded anyway."""
    from huggingface_hub.errors import StrictDataclassError
    from safetensors import SafetensorError

    return (
        OSError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        RuntimeError,
        StrictDataclassError,
        SafetensorError,
    )


def _exists(location: str) -> bool:
    try:
        return Path(location).exists()
    except (OSError, ValueError):
        # Too long for a name, or with a NUL in it.
        return False


def _shown(location: str) -> str:
    return display_line(location, 120)


def _chain(error: BaseException) -> list[BaseException]:
    """Return an error and its causes, the outermost first."""
    found: list[BaseException] = []
    following: BaseException | None = error
    while following is not None and following not in found:
        found.append(following)
        following = following.__cause__ or following.__context__
    return found


def _is(error: BaseException, *names: str) -> bool:
    """Tell whether an error is of a class with one of these names; naming a class does not load its library."""
    return any(kind.__name__ in names for kind in type(error).__mro__)


def _reason(error: BaseException) -> str:
    first = next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
    return display_line(first, WIDTH)


# What the hub said


def _hub_fault(location: str, error: BaseException) -> UserError | None:
    name, chain = _shown(location), _chain(error)
    if _LOCATION_LIKE_A_PATH.match(location) and not any(_response(item) for item in chain):
        return BadInput(
            f"the model {name} cannot be loaded: there is no such directory or file",
            "name a directory with a model, a .gguf file, or a hub id: owner/name",
        )
    if any(_is(item, "HFValidationError") for item in chain):
        return BadInput(f"{name} is neither a directory nor a hub id", "a hub id looks like owner/name")
    for item in chain:
        if _is(item, "GatedRepoError"):
            return BadInput(
                f"{name} is gated: its owners must let you in",
                f"accept its licence on https://huggingface.co/{name}, then set HF_TOKEN to a token of that account",
            )
        if _is(item, "RevisionNotFoundError"):
            return BadInput(f"{name} has no such revision", "check the name")
    answered = next((found for item in chain if (found := _response(item)) is not None), None)
    if answered is not None:
        return _answer(name, *answered)
    if any(_is(item, "OfflineModeIsEnabled") or "outgoing traffic has been disabled" in str(item) for item in chain):
        return BadInput(
            f"{name} is not on this machine, and the hub is switched off (HF_HUB_OFFLINE)",
            "unset HF_HUB_OFFLINE, or give a directory with the model",
        )
    if any(_is(item, "FileMetadataError") for item in chain):
        return BadInput(f"what answers for {name} is no hub", "check HF_ENDPOINT and the network: a log-in page?")
    if any(_is(item, "LocalEntryNotFoundError", "TransportError", "ConnectionError") for item in chain):
        return BadInput(
            f"the hub cannot be reached, and {name} is not on this machine",
            "connect to the network, or give a directory with the model",
        )
    return _loading_fault(name, error)


def _response(error: BaseException) -> tuple[int, str] | None:
    """Return the status and the message of the hub's answer that an error is about."""
    response: Any = getattr(error, "response", None)
    if response is None or not isinstance(getattr(response, "status_code", None), int):
        return None
    return response.status_code, f"{response.headers.get('X-Error-Message') or ''}"


def _answer(name: str, status: int, message: str) -> BadInput:
    # The hub answers 401 for a wrong token, and to strangers also for what is not there.
    if status == 401 and _TOKEN_REFUSED.search(message):
        return BadInput(
            f"the hub refuses the token in HF_TOKEN, asked for {name}",
            "make another on https://huggingface.co/settings/tokens, or unset HF_TOKEN",
        )
    if status in (401, 404):
        return BadInput(
            f"there is no model {name} on the hub, or it is private",
            "check the name: owner/name; private models need HF_TOKEN",
        )
    if status == 403:
        return BadInput(f"the hub does not let this account read {name}", "check what the token in HF_TOKEN may read")
    if status == 429:
        return BadInput(f"the hub has had too many requests, asked for {name}", "wait some minutes, or set HF_TOKEN")
    return BadInput(f"the hub answered {status} for {name}", "try again later, or give a directory with the model")


# What lies in the directory


def _local_fault(location: str, error: BaseException) -> UserError | None:
    name, path = _shown(location), Path(location)
    if path.is_file():
        if path.suffix.lower() != ".gguf":
            return BadInput(f"{name} is no model", "name a directory with a model, a .gguf file, or a hub id")
        with path.open("rb") as file:
            if file.read(4) != b"GGUF":
                return BadInput(f"{name} is no GGUF file", "fetch it again: it may be cut off or a page of HTML")
        return _loading_fault(name, error)
    if (path / "adapter_config.json").is_file() and not (path / "config.json").is_file():
        return _loading_fault(name, error)
    if "adapter_config.json" in str(error):
        return BadInput(f"{name} holds no adapter: adapter_config.json is missing", "name the directory that holds it")
    if not (path / "config.json").is_file():
        return BadInput(
            f"the model {name} cannot be loaded: it holds no config.json", "name the directory that holds it"
        )
    try:
        config = json.loads((path / "config.json").read_text("utf-8"))
    except (OSError, ValueError):
        return BadInput(f"config.json in {name} cannot be read", "it must hold one JSON object: fetch the model again")
    if not isinstance(config, dict) or not isinstance(config.get("model_type"), str):
        return BadInput(f"config.json in {name} names no model_type", "fetch the model again")
    if not any(True for pattern in _WEIGHTS for _ in path.glob(pattern)):
        return BadInput(f"{name} holds no weights", "model.safetensors is missing: fetch the model again")
    return _loading_fault(name, error)


def _loading_fault(name: str, error: BaseException) -> UserError | None:
    """Return what is wrong with a model's files; None for what may be anybody's fault."""
    said = "\n".join(str(item) for item in _chain(error))
    if _is(error, "OutOfMemoryError", "RecursionError"):
        return None
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return BadInput(f"the disk is full, and {name} is not whole", f"free some space in {_cache()}")
    if _is(error, "SafetensorError", "UnpicklingError") or "PytorchStreamReader" in said:
        return BadInput(f"the weights of {name} are cut off or damaged: {_reason(error)}", "fetch the model again")
    if unknown := _UNKNOWN_TYPE.search(said):
        kind = display_line(unknown[1] or unknown[2], 60)
        return BadInput(
            f"{name} is of a kind that the installed transformers does not know: {kind}",
            "upgrade it: pip install --upgrade transformers",
        )
    if other := _OTHER_TASK.search(said):
        return BadInput(f"{name} writes no text: it is a {display_line(other[1], 60)}", "name a causal language model")
    if "trust_remote_code" in said or "contains custom code" in said:
        return BadInput(f"{name} brings code of its own, which viva does not run", "use one that transformers knows")
    if "Should have a `model_type` key" in said:
        return BadInput(f"{name} holds no model: config.json is missing or names no model_type", "check the name")
    if "does not appear to have" in said or "no file named" in said:
        return BadInput(f"{name} holds no weights that can be read", "it should hold model.safetensors")
    if "backend tokenizer" in said:
        return BadInput(f"{name} holds no tokenizer that can be read", "it should hold tokenizer.json")
    if "size mismatch" in said or "ignore_mismatched_sizes" in said:
        return BadInput(f"the weights of {name} have other shapes than its config or base says", "fetch them again")
    if isinstance(error, OSError | ValueError) or _is(error, "StrictDataclassError"):
        return BadInput(f"the model {name} cannot be loaded: {_reason(error)}", "check the name and the files")
    return None


def _cache() -> str:
    return display_line(os.environ.get("HF_HOME") or "~/.cache/huggingface", 80)
