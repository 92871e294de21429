"""Many experts rating over SSH at once, while a job writes, an analyst queries, and things are killed.

    python -m bench.rating_load [RATERS] [ITEMS] [PACE]

Each of RATERS (50) real `ssh` clients rates ITEMS (20) texts, a text in about PACE (15) seconds. At random, sessions,
clients, the server and the job are ended with SIGKILL. Afterwards every verdict that a screen counted as saved must be
in the views exactly once, as it was typed; no item may have more verdicts than it shall, and no lease may stay behind.
"""

import contextlib
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

from bench.rating_workspace import WORDS, fill
from viva.records.person import Role
from viva.workbench import Workbench

LEASE = 20.0
JOB_EVERY, QUERY_EVERY = 5.0, 5.0
"""Seconds between the end of a job, or of a query, and the next."""
METRICS = "length_ratio,rouge_l,distinct_2,rouge_1,repetition"


@dataclass
class Plan:
    """How large the run is. `raters_per_item` leaves a little more to do than the raters will do."""

    raters: int
    items: int
    pace: float
    questions: int
    raters_per_item: int
    kills: float = 4.0
    """Seconds between two kills, on average; of nineteen kills one meets the server."""
    timeout: float = 420.0

    @classmethod
    def of(cls, raters: int, items: int, pace: float) -> "Plan":
        per_item = max(2, raters // 5)
        texts = -(-raters * items * 12 // 10 // per_item)
        return cls(
            raters, items, pace, max(-(-texts // 2), items), per_item, max(4.0, 40 / raters), 120 + 4 * items * pace
        )


@dataclass
class Outcome:
    """What a run came to; `faults` names every promise that was broken."""

    seen: list[dict[str, Any]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    killed: Counter[str] = field(default_factory=Counter)
    memory: list[float] = field(default_factory=list)
    queries: list[float] = field(default_factory=list)
    jobs: int = 0
    seconds: float = 0.0
    stored: int = 0


def prepare(folder: Path, plan: Plan) -> Workbench:
    """Make the workspace, and a key for every rater."""
    workbench = fill(folder / "workspace", plan.questions, plan.raters_per_item)
    for number in range(plan.raters):
        key = folder / f"key-{number}"
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", f"expert {number}", "-f", str(key)]
        subprocess.run(command, check=True)
        workbench.raters.add(name_of(number), key.with_suffix(".pub"), Role.RATER)
    return workbench


def name_of(number: int) -> str:
    return f"expert-{number:03}"


class Server:
    """The SSH server, started again whenever it has been killed."""

    def __init__(self, root: Path) -> None:
        self._root = root
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self._log = (root.parent / "server.log").open("ab")
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        command = [
            sys.executable, "-m", "viva", "serve", "ssh", "--workspace", str(self._root), "--host", "127.0.0.1",
            "--port", str(self.port), "--per-address", "100000", "--sessions", "300", "--waiting", "300",
        ]  # fmt: skip
        environment = {**os.environ, "VIVA_LEASE": str(LEASE)}
        process = subprocess.Popen(command, stdout=self._log, stderr=self._log, env=environment)
        end = time.monotonic() + 30
        while time.monotonic() < end:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return process
            if process.poll() is not None:
                break
            time.sleep(0.05)
        raise RuntimeError(f"the server did not start: {(self._root.parent / 'server.log').read_text()[-2000:]}")

    def sessions(self) -> list[psutil.Process]:
        """Return the processes of the raters' sessions."""
        with contextlib.suppress(psutil.NoSuchProcess):
            forking = psutil.Process(self.process.pid).children()
            return [session for fork in forking for session in fork.children()]
        return []

    def kill(self) -> None:
        """End the server without warning, and start it again."""
        self.process.kill()
        self.process.wait()
        time.sleep(0.5)
        self.process = self._start()

    def end(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._log.close()


def expert(folder: Path, plan: Plan, number: int, port: int) -> subprocess.Popen[bytes]:
    """Start one expert's process."""
    ssh = [
        "ssh", "-tt", "-q", "-F", "none", "-i", str(folder / f"key-{number}"), "-p", str(port),
        "-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
        "-o", "IdentityAgent=none", "-o", "ConnectTimeout=20", f"{name_of(number)}@127.0.0.1",
    ]  # fmt: skip
    config = {
        "command": ssh, "items": plan.items, "pace": plan.pace, "seed": number, "timeout": plan.timeout,
        "result": str(folder / f"seen-{number}.json"),
    }  # fmt: skip
    file = folder / f"expert-{number}.json"
    file.write_text(json.dumps(config), "utf-8")
    root = Path(__file__).parents[1]
    return subprocess.Popen([sys.executable, "-m", "tests.fakes.expert", str(file)], cwd=root)


def kill_at_random(plan: Plan, server: Server, experts: list[subprocess.Popen[bytes]], outcome: Outcome) -> None:
    """End something without warning: a session, a client, a job, once in a while the server."""
    chance = random.Random(7)
    # The last few are left alone: they would be met by every kill.
    while sum(process.poll() is None for process in experts) > len(experts) // 10:
        time.sleep(chance.expovariate(1 / plan.kills))
        what = chance.choices(["session", "client", "job", "server"], [10, 6, 2, 1])[0]
        if what == "server":
            server.kill()
        elif not (victims := _victims(what, server, experts)):
            continue
        else:
            with contextlib.suppress(psutil.NoSuchProcess):
                chance.choice(victims).send_signal(signal.SIGKILL)
        outcome.killed[what] += 1


def _victims(what: str, server: Server, experts: list[subprocess.Popen[bytes]]) -> list[psutil.Process]:
    if what == "session":
        return server.sessions()
    found = []
    for process in experts if what == "client" else []:
        with contextlib.suppress(psutil.NoSuchProcess):
            found += psutil.Process(process.pid).children()
    if what == "job":
        with contextlib.suppress(psutil.NoSuchProcess):
            below = psutil.Process().children(recursive=True)
            found = [one for one in below if "viva.workbench.run_job" in " ".join(one.cmdline())]
    return found


def score_again_and_again(root: Path, until: threading.Event, outcome: Outcome) -> None:
    """Import texts of one more system and have a job score them, again and again."""
    file = root.parent / "filler.jsonl"
    while not until.is_set():
        system = f"filler-{outcome.jobs}"
        rows = [{"example": f"example-{n}", "system": system, "text": " ".join(WORDS * 20)} for n in range(60)]
        file.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        _viva(root, ["generation", "import", str(file), "--dataset", "wards", "--split", "test"], until)
        _viva(root, ["score", "wards", "--split", "test", "--metric", METRICS, "--wait"], until)
        outcome.jobs += 1
        until.wait(JOB_EVERY)


def query_again_and_again(root: Path, until: threading.Event, outcome: Outcome) -> None:
    """Ask for the leaderboard and the ratings, as an analyst would."""
    while not until.wait(QUERY_EVERY):
        begun = time.perf_counter()
        done = _viva(root, ["sql", "SELECT rater, count(*) FROM ratings GROUP BY rater ORDER BY 2 DESC"], until)
        if done == 0:
            outcome.queries.append(time.perf_counter() - begun)
        elif not until.is_set():
            outcome.faults.append(f"a query ended with {done}")


def _viva(root: Path, words: list[str], until: threading.Event) -> int:
    command = [sys.executable, "-m", "viva", *words, "--workspace", str(root)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            if until.wait(0.05):
                process.kill()
        return process.returncode


def measure_memory(server: Server, until: threading.Event, outcome: Outcome) -> None:
    """Note the proportional memory of each session (PSS, MiB) when most of them are there."""
    while not until.wait(5.0):
        found = []
        for session in server.sessions():
            with contextlib.suppress(psutil.Error):
                found.append(session.memory_full_info().pss / 2**20)
        if len(found) >= len(outcome.memory):
            outcome.memory = found


@contextlib.contextmanager
def beside(*work: tuple[Any, ...]) -> Iterator[threading.Event]:
    """Run functions in threads, each with an event that tells it to end."""
    over = threading.Event()
    threads = [threading.Thread(target=call, args=(*given, over, outcome)) for call, *given, outcome in work]
    for thread in threads:
        thread.start()
    try:
        yield over
    finally:
        over.set()
        for thread in threads:
            thread.join()


def run(folder: Path, plan: Plan) -> Outcome:
    """Let the experts rate, and check what is in the store afterwards."""
    outcome = Outcome()
    workbench = prepare(folder, plan)
    root = workbench.settings.workspace
    server = Server(root)
    begun = time.monotonic()
    try:
        with beside(
            (score_again_and_again, root, outcome),
            (query_again_and_again, root, outcome),
            (measure_memory, server, outcome),
        ):
            experts = [expert(folder, plan, number, server.port) for number in range(plan.raters)]
            kill_at_random(plan, server, experts, outcome)
            for process in experts:
                process.wait()
        outcome.seconds = time.monotonic() - begun
    finally:
        server.end()
    for number in range(plan.raters):
        seen = folder / f"seen-{number}.json"
        if seen.exists():
            outcome.seen.append({"rater": name_of(number), **json.loads(seen.read_text("utf-8"))})
        else:
            outcome.faults.append(f"{name_of(number)} came to an end of its own")
    check(workbench, plan, outcome)
    return outcome


def check(workbench: Workbench, plan: Plan, outcome: Outcome) -> None:
    """Note every promise that was broken."""
    time.sleep(LEASE * 1.5 + 1)
    workbench.desk.deliver()
    with workbench.store.read() as connection:
        rows = connection.execute(
            """
            SELECT r.rater, left(g.text, 10), list(r.value ORDER BY c.position), count(*)
            FROM ratings r JOIN generations g USING (generation)
            JOIN criterion c ON c.rubric_id = r.rubric AND c.name = r.criterion
            GROUP BY ALL
            """
        ).fetchall()
        per_item = connection.execute(
            "SELECT item_id, count(DISTINCT rater) FROM rating WHERE value IS NOT NULL GROUP BY item_id"
        ).fetchall()
        events = connection.execute(
            "SELECT rater, item_id, count(DISTINCT event_id) AS n FROM rating GROUP BY ALL HAVING n > 1"
        ).fetchall()
        held = connection.execute("SELECT rater, item_id, until FROM claim WHERE until > now()::TIMESTAMP").fetchall()
    stored = {(rater, mark): [int(value) for value in values] for rater, mark, values, _ in rows}
    outcome.stored = len(stored)
    outcome.faults += [f"{rater}: {mark} has {n} rows" for rater, mark, _, n in rows if n != 4]
    outcome.faults += [f"item {item} has {n} verdicts" for item, n in per_item if n > plan.raters_per_item]
    outcome.faults += [f"{rater} has {n} verdicts on {item}" for rater, item, n in events]
    outcome.faults += [f"{rater} still holds {item} until {until}" for rater, item, until in held]
    for seen in outcome.seen:
        rater = seen["rater"]
        for mark, values in seen["acknowledged"]:
            if stored.get((rater, mark)) != values:
                outcome.faults.append(f"{rater}: {mark} was saved as {values} and is {stored.get((rater, mark))}")
        sent = {mark for mark, _ in seen["sent"]}
        unsent = [mark for who, mark in stored if who == rater and mark not in sent]
        outcome.faults += [f"{rater}: {mark} was never sent" for mark in unsent]
        if seen["ended"] not in ("enough", "nothing left"):
            outcome.faults.append(f"{rater} did not finish: {seen['ended']}, {len(seen['acknowledged'])} saved")


def show(plan: Plan, outcome: Outcome) -> None:
    """Print the figures."""
    acknowledged = sum(len(seen["acknowledged"]) for seen in outcome.seen)
    kills = ", ".join(f"{n} of a {what}" for what, n in sorted(outcome.killed.items())) or "none"
    table = Table(title=f"{plan.raters} raters over ssh, {plan.items} items each, a text in about {plan.pace:g} s")
    for column in ("", "n", "p50", "p95", "worst"):
        table.add_column(column, justify="left" if not column else "right")
    timed = {"key to paint": "key_to_paint", "Enter to the next text": "saves", "ssh to first paint": "first_paints"}
    rows = {name: [value for seen in outcome.seen for value in seen[key]] for name, key in timed.items()}
    for name, values in [*rows.items(), ("analyst's query", outcome.queries)]:
        table.add_row(name, f"{len(values):,}", *(_ms(values, share) for share in (0.5, 0.95, 1.0)))
    if mib := sorted(outcome.memory):
        shown = [f"{value:.1f} MiB" for value in (median(mib), mib[int(len(mib) * 0.95)], mib[-1])]
        table.add_row("memory of a session, PSS", str(len(mib)), *shown)
    console = Console()
    console.print(table)
    console.print(
        f"{acknowledged:,} verdicts acknowledged, {outcome.stored:,} in the store, {outcome.seconds:.0f} s, "
        f"{outcome.jobs} jobs; kills: {kills}; connections lost: {sum(seen['dropped'] for seen in outcome.seen)}"
    )
    console.print("\n".join(outcome.faults) or "no promise was broken", markup=False)


def _ms(values: list[float], share: float) -> str:
    if not values:
        return "–"
    ordered = sorted(values)
    return f"{ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000:,.0f} ms"


def main() -> None:
    numbers = [float(word) for word in sys.argv[1:4]]
    raters, items, pace = [*numbers, *(50.0, 20.0, 15.0)[len(numbers) :]]
    plan = Plan.of(int(raters), int(items), pace)
    folder = Path(tempfile.mkdtemp(prefix="viva-load-"))
    try:
        outcome = run(folder, plan)
        show(plan, outcome)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(bool(outcome.faults))


if __name__ == "__main__":
    main()
