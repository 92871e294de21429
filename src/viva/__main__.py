"""The program `viva`: the command line, and the screens that it opens."""

import sys
from typing import TYPE_CHECKING

from viva.cli.main import run

if TYPE_CHECKING:
    from viva.workbench import Workbench


def open_screens(workbench: "Workbench", study: str | None = None) -> int:
    """Open the workbench in the terminal, at the rating of `study` where one is named; return the exit code."""
    from viva.tui.app import VivaApp

    app = VivaApp(workbench, f"rate:{study}" if study else None)
    app.run()
    return app.return_code or 0


def main() -> int:
    """Run the command line that this process was started with; return the exit code."""
    return run(sys.argv[1:], open_screens)


if __name__ == "__main__":
    sys.exit(main())
