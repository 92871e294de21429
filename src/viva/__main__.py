"""The program `viva`: the command line, and the screens that it opens."""

import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING

from viva.cli.exits import say
from viva.cli.main import run
from viva.settings import PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable

    from viva.records.serving import SshOptions, WebOptions
    from viva.settings import Settings
    from viva.workbench import Workbench


class FrontEnds:
    """The screens, and the servers that offer them to others; each is imported when it is used."""

    def open_screens(self, workbench: "Workbench", study: str | None = None) -> int:
        """Open the workbench in the terminal, at the rating of `study` where one is named; return the exit code."""
        from viva.tui.app import VivaApp

        app = VivaApp(workbench, f"rate:{study}" if study else None)
        app.run()
        return app.return_code or 0

    def serve_ssh(self, settings: "Settings", options: "SshOptions") -> int:
        """Offer the workbench over SSH until told to end; return the exit code."""
        from viva.serve.ssh import serve

        return serve(settings, options, "viva.__main__:load_session", say)

    def serve_web(self, settings: "Settings", options: "WebOptions") -> int:
        """Offer the workbench to a browser until told to end; return the exit code."""
        from viva.serve.web import serve

        return serve(settings, options)


SESSION_MODULES = (
    "duckdb",
    "textual._xterm_parser",
    "textual.drivers.linux_driver",
    "textual.layouts.horizontal",
    "textual.pilot",
    "textual.widgets._data_table",
    "viva.store",
    "viva.store.rater_events",
    "viva.tui.app",
    "viva.tui.screens.comment",
    "viva.tui.screens.compare",
    "viva.tui.screens.desk",
    "viva.tui.screens.guess",
    "viva.tui.screens.help",
    "viva.tui.screens.known",
    "viva.tui.screens.own_verdicts",
    "viva.tui.screens.practice_report",
    "viva.tui.screens.rate",
    "viva.tui.screens.skip",
    "viva.workbench.desk",
)
"""What a rater's session uses: loaded once and shared by all sessions over SSH, with the database not yet open."""


def load_session() -> "Callable[[Settings, bool], int]":
    """Load what sessions over SSH share; return what opens one of them."""
    from rich.cells import cell_len

    # The table of wide characters is read with the first of them.
    cell_len("漢")
    for name in SESSION_MODULES:
        import_module(name)
    return open_session


def open_session(settings: "Settings", plain: bool) -> int:
    """Open the workbench, or rating line by line, for somebody who came over SSH; return the exit code."""
    os.environ.update({f"{PREFIX}{name.upper()}": str(value) for name, value in vars(settings).items()})
    return run(["rate", "--plain"] if plain else [], FrontEnds())


def main() -> int:
    """Run the command line that this process was started with; return the exit code."""
    return run(sys.argv[1:], FrontEnds())


if __name__ == "__main__":
    sys.exit(main())
