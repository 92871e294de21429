"""A stand-in for a job's supervisor: notes that it runs, then does as its last argument but two says."""

import sys
import time
from pathlib import Path

from viva.jobs.directory import JobDirectory
from viva.records.job import JobStatus


def main() -> None:
    behaviour, directory = sys.argv[1], JobDirectory(Path(sys.argv[-2]))
    directory.add_event({"event": "progress", "done": 1, "total": 2, "message": "half"})
    if behaviour == "finish":
        directory.set_ended(JobStatus.DONE, result={"answer": 42})
    else:
        time.sleep(60)


if __name__ == "__main__":
    main()
