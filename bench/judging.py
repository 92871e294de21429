"""Verdicts from a server on loopback: the rate against the possible one, beside DeepEval and Inspect AI.

    python -m bench.judging [ITEMS [TOOL ...]]

The server takes 300 ms for an answer and holds 32 calls at a time; what is beyond gets HTTP 429. It answers in the form
that the request asks for: by its JSON schema, with a grade, or with a score and a reason. Each tool judges the same
items (question, reference, text) by the rubric that viva ships, and may have 32 calls under way.

They do not ask for the same number of calls, so `requests` are counted by the server, and `of the possible` is what
these requests take at 32 each 300 ms, divided by the `seconds` between the first request and the last answer:

    viva           one call an item brings all four criteria, each with a rationale and a quote; before the first, one
                   call finds out how the server takes a schema, unless it is known from an earlier job
    DeepEval       `GEval` gives one score: one call an item where the rubric is one metric, four where each criterion
                   is one; its steps are given, else each would cost a call more. As it comes, its model for such
                   servers opens a client for every call; `one client` mends that from outside
    Inspect AI     `model_graded_qa` gives one grade (C, P or I): one call an item, or four with a scorer a criterion

`failed` are values that should have come and did not. `whole s` is from the start of the process to its end; `peak MiB`
its largest resident size. `bare client` is 32 connections with nothing around them: what the server itself can do.
`stolen` is the processors' time that other machines on the host took: a run with more than 1% is made again, three
times at most, and the one with the least is shown.

DeepEval and Inspect AI are installed into virtual environments of their own (bench/.venv-…) the first time. Both run
without telemetry.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from viva import paths
from viva.generate.dialect import Dialect, Format
from viva.judge import prompts
from viva.records.judging import JudgeSettings
from viva.workbench.rubrics import load_rubric

HERE = Path(__file__).parent
LATENCY = 0.3
LIMIT = 32
ITEMS = 1000
TRIES = 3
STILL = 0.01
"""Share of the processors' time that other machines on the host may take."""
PINS = {
    "deepeval": ("deepeval==4.3.1", "openai==3.54.0"),
    "inspect": ("inspect-ai==0.3.285", "openai==3.54.0"),
}
QUIET = {
    "DEEPEVAL_TELEMETRY_OPT_OUT": "1",
    "DEEPEVAL_DISABLE_DOTENV": "1",
    "DEEPEVAL_NO_INSPECT_PROMPT": "1",
    # It gives up on all items together after three minutes, which four calls an item may take.
    "DEEPEVAL_PER_TASK_TIMEOUT_SECONDS_OVERRIDE": "900",
    "BENCH_API_KEY": "none",
}
REASON = "It names what to measure and how, and says little about what stands in the way."
QUOTE = "wait until it stays low"


@dataclass(frozen=True)
class Tool:
    """A tool as it is run: its name, what a call brings, the command without the configuration.

    `apart` is a call for each criterion, `shared` one client for all calls of DeepEval, `known` that viva has been told
    how the server takes a schema.
    """

    name: str
    brings: str
    command: tuple[str, ...]
    apart: bool = False
    shared: bool = False
    known: bool = False


class Server:
    """Answers chat completions after 300 ms in the form that is asked for; more than 32 at a time are turned away."""

    def __init__(self) -> None:
        self.under_way = 0
        self.seen = {"first": 0.0, "last": 0.0, "answered": 0, "refused": 0, "most": 0}

    async def serve(self) -> None:
        server = await asyncio.start_server(self.talk, "127.0.0.1", 0, backlog=1024)
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode().lower().split("\r\n")
                length = next((int(line.split(":")[1]) for line in lines if line.startswith("content-length:")), 0)
                sent = await reader.readexactly(length)
                status, value = (200, self.seen) if lines[0].startswith("get") else await self.answer(sent)
                body = json.dumps(value).encode()
                about = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
                writer.write(about.encode() + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def answer(self, sent: bytes) -> tuple[int, dict[str, Any]]:
        arrived = time.monotonic()
        self.seen["first"] = self.seen["first"] or arrived
        if self.under_way >= LIMIT:
            self.seen["refused"] += 1
            return 429, {"error": {"message": "too many calls at once"}}
        self.under_way += 1
        self.seen["most"] = max(self.seen["most"], self.under_way)
        message = {"role": "assistant", "content": content(json.loads(sent))}
        await asyncio.sleep(arrived + LATENCY - time.monotonic())
        self.under_way -= 1
        self.seen["answered"] += 1
        self.seen["last"] = time.monotonic()
        choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
        usage = {"prompt_tokens": 1200, "completion_tokens": 160, "total_tokens": 1360}
        about = {"id": "x", "object": "chat.completion", "created": 0, "model": "m"}
        return 200, {**about, "choices": choices, "usage": usage}


def content(request: dict[str, Any]) -> str:
    """Return a verdict in the form that a request asks for."""
    schema = request.get("response_format", {}).get("json_schema", {}).get("schema")
    if schema is not None:
        return json.dumps(filled(schema))
    if "GRADE:" in str(request["messages"][-1]["content"]):
        return f"{REASON * 4}\n\nGRADE: P"
    return json.dumps({"reason": REASON * 4, "score": 4})


def filled(schema: dict[str, Any], name: str = "") -> Any:
    """Return a value that keeps to a JSON schema."""
    if "enum" in schema:
        return schema["enum"][-1]
    match schema.get("type"):
        case "object":
            return {key: filled(part, key) for key, part in schema["properties"].items()}
        case "integer" | "number":
            return 4
    return QUOTE if name == "evidence" else REASON


def write_items(path: Path, count: int) -> None:
    """Write the items, no two alike, with texts of some 150 words."""
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            place = f"place {number}"
            text = f"At {place} one would watch the height of the head over time, and {QUOTE}. " * 8
            item = {
                "question": f"How would one tell at {place} that somebody has fallen, and not only sat down?",
                "reference": f"Follow the head at {place} from frame to frame, and take a fall for one that lasts. "
                * 6,
                "text": text,
            }
            known = {"generation_id": f"g{number}", "example_id": f"e{number}", "samples": [0]}
            file.write(json.dumps({**known, **item}) + "\n")


def configure(folder: Path, url: str, count: int, tool: Tool) -> Path:
    """Write what a tool is told to do: what viva's program reads, and what `bench/judging_others.py` does."""
    write_items(folder / "items.jsonl", count)
    rubric = load_rubric(paths.shipped("rubrics", "default.toml"))
    viva = {
        "judge": "examiner",
        "purpose": "score",
        "mode": "reference",
        "protocol_id": "bench",
        "rubric": rubric.to_json(),
        "prompts": prompts.load(),
        "settings": asdict(JudgeSettings()),
        "chat": {"url": url, "model": "m", "key_env": None, "concurrency": LIMIT},
        "dialect": Dialect(Format.SCHEMA, proven=True).to_json() if tool.known else None,
        "prices": {"prompt": 1.0, "completion": 4.0},
        "rows": str(folder / "items.jsonl"),
        "log": str(folder / "calls.jsonl"),
    }
    criteria = [
        {"name": one.name, "question": one.question, "levels": {str(level): one.levels[level] for level in one.levels}}
        for one in rubric.criteria
    ]
    others = {
        "url": url,
        "calls": LIMIT,
        "apart": tool.apart,
        "shared": tool.shared,
        "criteria": criteria,
        "items": str(folder / "items.jsonl"),
    }
    config = folder / "config.json"
    config.write_text(json.dumps({**viva, **others}), "utf-8")
    return config


async def bare(config: Path) -> None:
    """Send a request for each item over 32 connections, with as little around it as can be."""
    told = json.loads(config.read_text("utf-8"))
    lines = Path(told["items"]).read_text("utf-8").splitlines()
    waiting, total = iter(lines), len(lines)
    host, port = told["url"].split("/")[2].split(":")
    brought = 0

    async def ask() -> None:
        nonlocal brought
        reader, writer = await asyncio.open_connection(host, int(port))
        for line in waiting:
            body = json.dumps({"model": "m", "messages": [{"role": "user", "content": line}]}).encode()
            writer.write(b"POST /v1/chat/completions HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            reply = await reader.readexactly(int(head.split("content-length:")[1].split("\r\n")[0]))
            brought += "choices" in json.loads(reply)
        writer.close()

    await asyncio.gather(*[ask() for _ in range(LIMIT)])
    print(json.dumps({"verdicts": brought, "wanted": total}))


def counted(out: str, count: int) -> tuple[int, int]:
    """Return how many values a tool has brought, and how many it should have, from what it wrote."""
    last = json.loads(out.splitlines()[-1])
    if "verdicts" in last:
        return last["verdicts"], last["wanted"]
    told = [json.loads(line) for line in out.splitlines()]
    judgments = [one for event in told if event["event"] == "verdicts" for one in event["judgments"]]
    return sum(judgment["value"] is not None for judgment in judgments), 4 * count


def run(tool: Tool, config: Path, folder: Path) -> tuple[str, float, float]:
    """Run a tool; return what it wrote, its seconds from start to end, and its peak memory in MiB."""
    known = ("PATH", "LANG", "VIRTUAL_ENV", "OMP_NUM_THREADS")
    around = {name: os.environ[name] for name in known if name in os.environ}
    environment = {**around, **QUIET, "HOME": str(folder), "PYTHONPATH": str(HERE.parent)}
    with (folder / "out.txt").open("w+") as out, (folder / "errors.txt").open("w+") as errors:
        started = time.perf_counter()
        command = [*tool.command, str(config)]
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=out, stderr=errors)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - started
        errors.seek(0)
        assert process.returncode == 0, f"{tool.name} ended with {process.returncode}: {errors.read()[-2000:]}"
        out.seek(0)
        return out.read(), seconds, used.ru_maxrss / 1024


def processor_time() -> tuple[int, int]:
    """Return the time of the cores that this process may use, and how much of it other machines on the host took."""
    mine = {f"cpu{number}" for number in os.sched_getaffinity(0)}
    lines = [line.split() for line in Path("/proc/stat").read_text("ascii").splitlines()]
    times = [[int(value) for value in line[1:9]] for line in lines if line[0] in mine]
    return sum(map(sum, times)), sum(values[7] for values in times)


def quietest(tool: Tool, count: int) -> dict[str, float]:
    """Measure until the host takes next to nothing, at most three times; return the quietest, whatever it says."""
    found: list[dict[str, float]] = []
    while len(found) < TRIES and all(one["stolen"] > STILL for one in found):
        found.append(measured(tool, count))
    return min(found, key=lambda one: one["stolen"])


def measured(tool: Tool, count: int) -> dict[str, float]:
    """Run one tool against a server of its own."""
    total, stolen = processor_time()
    serve = [sys.executable, "-m", "bench.judging", "--server"]
    with tempfile.TemporaryDirectory() as name, subprocess.Popen(serve, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            url = f"http://127.0.0.1:{int(server.stdout.readline())}"
            out, whole, memory = run(tool, configure(Path(name), f"{url}/v1", count, tool), Path(name))
            with urllib.request.urlopen(f"{url}/seen") as answer:
                seen = json.load(answer)
        finally:
            server.terminate()
    after, stolen_after = processor_time()
    verdicts, wanted = counted(out, count)
    seconds = seen["last"] - seen["first"]
    return {
        "requests": seen["answered"],
        "seconds": seconds,
        "whole": whole,
        "share": seen["answered"] * LATENCY / LIMIT / seconds,
        "most": seen["most"],
        "refused": seen["refused"],
        "failed": wanted - verdicts,
        "memory": memory,
        "stolen": (stolen_after - stolen) / (after - total),
    }


def installed(name: str) -> str:
    """Return the interpreter that has the tool `name`, installing the pinned versions where it has not."""
    folder = HERE / f".venv-{name}"
    python, note = folder / "bin" / "python", folder / "pins.txt"
    pins = "\n".join(PINS[name])
    if not note.exists() or note.read_text("utf-8") != pins:
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *PINS[name]], check=True)
        note.write_text(pins, "utf-8")
    return str(python)


def tools() -> list[Tool]:
    """Return what is measured, in the order of the table."""
    others = str(HERE / "judging_others.py")
    deepeval = (installed("deepeval"), "-P", others, "deepeval")
    inspect = (installed("inspect"), "-P", others, "inspect")
    viva = (sys.executable, "-m", "viva.judge.program")
    version = {name: pins[0].split("==")[1] for name, pins in PINS.items()}
    return [
        Tool("bare client", "nothing", (sys.executable, "-m", "bench.judging", "--bare")),
        Tool("viva", "four values", viva),
        Tool("viva, server known", "four values", viva, known=True),
        Tool(f"DeepEval {version['deepeval']}", "one score", deepeval),
        Tool(f"DeepEval {version['deepeval']}, one client", "one score", deepeval, shared=True),
        Tool(f"DeepEval {version['deepeval']}, one client", "one of four scores", deepeval, apart=True, shared=True),
        Tool(f"Inspect AI {version['inspect']}", "one grade", inspect),
        Tool(f"Inspect AI {version['inspect']}", "one of four grades", inspect, apart=True),
    ]


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ITEMS
    title = f"{count:,} items at {LATENCY * 1000:.0f} ms, {LIMIT} at a time: {LIMIT / LATENCY:.1f} calls/s possible"
    table = Table(title=title)
    for column in ("tool", "a call brings"):
        table.add_column(column)
    columns = (
        "requests",
        "seconds",
        "items/s",
        "of the possible",
        "whole s",
        "turned away",
        "failed",
        "peak MiB",
        "stolen",
    )
    for column in columns:
        table.add_column(column, justify="right")
    named = sys.argv[2:]
    for tool in tools():
        if named and not any(name in tool.name for name in named):
            continue
        found = quietest(tool, count)
        table.add_row(
            tool.name,
            tool.brings,
            f"{found['requests']:,.0f}",
            f"{found['seconds']:.2f}",
            f"{count / found['seconds']:.1f}",
            f"{found['share']:.1%}",
            f"{found['whole']:.1f}",
            f"{found['refused']:,.0f}",
            f"{found['failed']:,.0f}",
            f"{found['memory']:.0f}",
            f"{found['stolen']:.1%}",
        )
    Console(width=max(140, Console().width)).print(table)


if __name__ == "__main__":
    match sys.argv[1:2]:
        case ["--server"]:
            asyncio.run(Server().serve())
        case ["--bare"]:
            asyncio.run(bare(Path(sys.argv[2])))
        case _:
            main()
