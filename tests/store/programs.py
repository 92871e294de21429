"""Small programs that durability tests start as processes of their own, and kill.

`python -m tests.store.programs NAME WORKSPACE …`: each prints `ready`, waits for a line on stdin, then works, and
prints a line for everything that viva has told it is safe.
"""

import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb

from tests.store.hand_made import comparison, guess, store_at, verdict
from viva.records.ids import utc_now
from viva.store import migrations, rating_schema
from viva.store.outbox import Outbox, apply_all, delivering

Connection = duckdb.DuckDBPyConnection


def say(line: str) -> None:
    os.write(1, (line + "\n").encode())


def start() -> None:
    say("ready")
    sys.stdin.readline()


def write(workspace: Path, name: str, count: str) -> None:
    """Write rows one by one, each in its own transaction."""
    store = store_at(workspace, timeout=500)
    start()
    for step in range(int(count)):
        with store.write() as connection:
            connection.execute("INSERT INTO job_metric VALUES (?, ?, 'loss', 1.0)", [name, step])
        say(f"{name} {step}")


def rate(workspace: Path, name: str, first: str, last: str) -> None:
    """Save verdicts on the items x(first) to x(last - 1), and deliver after every third."""
    store = store_at(workspace, timeout=500)
    folder = workspace / "outbox"
    box = Outbox.of_rater(folder, name)
    start()
    for number in range(int(first), int(last)):
        event = verdict(f"x{number}", {"accuracy": number % 6, "clarity": 1 + number % 3}, rater=name)
        box.append(event)
        say(f"{event.event_id} {number}")
        if number % 3 == 0:
            apply_all(folder, store)


def say_everything(workspace: Path, name: str, first: str, last: str) -> None:
    """Save verdicts, comparisons and guesses, some on known items, and deliver while something else is written."""
    store = store_at(workspace, timeout=500)
    folder = workspace / "outbox"
    box = Outbox.of_rater(folder, name)
    start()
    for number in range(int(first), int(last)):
        events = [
            verdict(f"x{number}", {"accuracy": number % 6, "clarity": 1 + number % 3}, rater=name),
            comparison(f"pair-{number % 3 + 1}", "a", {"accuracy": "tie", "clarity": "b"}, rater=name, minute=number),
            comparison("pair-gold", "b", rater=name, minute=number),
            guess(f"item-x{number}", None, rater=name),
        ]
        for event in events:
            box.append(event, utc_now() + timedelta(minutes=1))
            say(f"{event.event_id} {number}")
        if number % 3 == 0:
            with delivering(folder) as boxes, store.write() as connection:
                boxes.add(connection)
                connection.execute(
                    "INSERT INTO claim VALUES ('study-1', ?, ?, now()::TIMESTAMP, now()::TIMESTAMP)",
                    [f"item-x{number}", name],
                )


def hold(workspace: Path, mode: str) -> None:
    """Hold the database file open in DuckDB, without viva, until a line comes."""
    connection = duckdb.connect(str(store_at(workspace).path), read_only=mode == "read")
    start()
    connection.close()


def leave_log(workspace: Path) -> None:
    """Commit a row without viva and die before DuckDB has put it into the file itself."""
    connection = duckdb.connect(str(store_at(workspace).path))
    connection.execute("INSERT INTO job_metric VALUES ('logged', 1, 'loss', 1.0)")
    os.kill(os.getpid(), 9)


def migrate_and_die(workspace: Path) -> None:
    """Begin a migration that this viva does not know, and die in the middle of it."""

    def dying(connection: Connection) -> None:
        connection.execute("CREATE TABLE half_done AS SELECT range FROM range(100000)")
        connection.execute("DROP VIEW leaderboard")
        os.kill(os.getpid(), 9)

    migrations.MIGRATIONS.append(("9999_dying", dying))
    with store_at(workspace).write():
        pass


def upgrade_and_die(workspace: Path) -> None:
    """Bring an old file up to date and die before DuckDB has put anything into the file itself."""
    connection = duckdb.connect(str(store_at(workspace).path))
    migrations.apply(connection)
    os.kill(os.getpid(), 9)


def half_upgrade_and_die(workspace: Path) -> None:
    """Begin to bring an old file up to date, and die when its items have been moved."""
    connection = duckdb.connect(str(store_at(workspace).path))
    connection.begin()
    connection.execute(rating_schema.TABLES)
    connection.execute(rating_schema.ITEMS)
    os.kill(os.getpid(), 9)


def main() -> None:
    programs: dict[str, Any] = {
        "write": write, "rate": rate, "hold": hold, "leave-log": leave_log, "migrate-and-die": migrate_and_die,
        "upgrade-and-die": upgrade_and_die, "half-upgrade-and-die": half_upgrade_and_die, "say": say_everything,
    }  # fmt: skip
    name, workspace, *rest = sys.argv[1:]
    programs[name](Path(workspace), *rest)


if __name__ == "__main__":
    main()
