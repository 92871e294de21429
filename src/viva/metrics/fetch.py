"""The fetching program: brings a metric's model from the hub into its cache.

    python -m viva.metrics.fetch CONFIG.json

CONFIG.json holds `model`, a hub id. One event says how it ended: `done` with `found`, and `reason` in words where it
is false. A hub that does not answer is given up after seconds, not minutes.
"""

import os
import sys
from typing import Any

from viva.errors import BadInput, MissingExtra
from viva.events import EventWriter, run_worker
from viva.generate.hub_errors import readable
from viva.metrics.models import cache_folder

SECONDS = 10
KINDS = ["*.json", "*.txt", "*.model"]
"""What is fetched beside the weights; other forms of these, for other libraries, are left there."""


def fetch(events: EventWriter, config: dict[str, Any]) -> None:
    """Fetch as `config` says."""
    # The hub's library reads these when it is imported.
    for name in ("HF_HUB_ETAG_TIMEOUT", "HF_HUB_DOWNLOAD_TIMEOUT"):
        os.environ.setdefault(name, str(SECONDS))
    try:
        bring(config["model"])
    except ImportError as error:
        raise MissingExtra("fetching needs missing libraries", "pip install 'viva[local]'") from error
    except BadInput as error:
        events.emit("done", found=False, reason=error.message)
        return
    events.emit("done", found=True, reason="")


def bring(model: str) -> None:
    """Bring the newest version of a model into the cache. Raises `BadInput`, `ImportError`."""
    import httpx2

    with readable(model):
        try:
            _download(model)
        except httpx2.HTTPError as error:
            raise ConnectionError(str(error)) from error


def _download(model: str) -> None:
    from huggingface_hub import HfApi, snapshot_download

    names = [file.rfilename for file in HfApi().model_info(model, timeout=SECONDS).siblings or []]
    weights = [name for name in names if name.startswith("model") and name.endswith(".safetensors")]
    if not weights:
        weights = [name for name in names if name.startswith("pytorch_model") and name.endswith(".bin")]
    if not weights:
        raise ValueError("it holds no weights that can be read")
    snapshot_download(
        model, allow_patterns=[*KINDS, *weights], ignore_patterns=["onnx/*", "openvino/*"], cache_dir=cache_folder()
    )


if __name__ == "__main__":
    sys.exit(run_worker(fetch))
