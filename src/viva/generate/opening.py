"""Opening the model that a job's configuration names: behind a server, or in this process."""

import os
from collections.abc import Mapping
from typing import Any

from viva.errors import UsageError
from viva.generate.chat import Chat
from viva.generate.endpoint import EndpointChat
from viva.generate.local_chat import LocalChat
from viva.text import display_line


def open_chat(config: Mapping[str, Any], environment: Mapping[str, str] = os.environ) -> Chat:
    """Return the model that `config` names.

    Either `url` and `model`, with `key_env` (the environment variable that holds the key), `concurrency` and
    `timeout` where wanted; or `location` with `base` and `name` where it has them.
    Raises `UsageError` where neither is given, or the variable is not set.
    """
    if config.get("location"):
        return LocalChat(config["location"], config.get("base"), name=config.get("name") or "")
    if not config.get("url") or not config.get("model"):
        raise UsageError("no model is named", "give an address and a model's name, or a local model")
    key = key_for(config, environment)
    options = {name: config[name] for name in ("concurrency", "timeout", "retries") if config.get(name) is not None}
    return EndpointChat(config["url"], config["model"], key, **options)


def key_for(config: Mapping[str, Any], environment: Mapping[str, str] = os.environ) -> str | None:
    """Return the key that `config` names, None where it names none. Raises `UsageError` where it is not set."""
    variable = config.get("key_env")
    key = environment.get(variable) if variable else None
    if variable and not key:
        raise UsageError(
            f"the environment holds no key named {display_line(variable, 60)}", f"export {variable}=… and start again"
        )
    return key
