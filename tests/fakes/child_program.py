"""A worker program that does what its configuration says: answers, fails, dies, or never ends.

python -m tests.fakes.child_program CONFIG.json
"""

import os
import sys
import time
from pathlib import Path
from typing import Any

from viva.errors import BadInput
from viva.events import EventWriter, run_worker


def work(events: EventWriter, config: dict[str, Any]) -> None:
    """Do `config["does"]`."""
    sys.stderr.write("something that a library says\n")
    events.emit("start", total=1)
    match config["does"]:
        case "answer":
            (Path(os.environ["TMPDIR"]) / "left-behind").write_text("x")
            events.emit(
                "done", folder=os.environ["TMPDIR"], threads=os.environ["OMP_NUM_THREADS"], given=config["given"]
            )
        case "error":
            raise BadInput("it does not fit", "take less")
        case "crash":
            raise RuntimeError("the\x1b[31m library broke")
        case "die":
            os.kill(os.getpid(), 9)
        case "sleep":
            Path(config["pid"]).write_text(f"{os.getpid()}\n")
            time.sleep(600)


if __name__ == "__main__":
    sys.exit(run_worker(work))
