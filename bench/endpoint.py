"""Texts from a server on loopback: the rate against the possible one, and memory from few rows to many.

    python -m bench.endpoint [ROWS ...]

Rate: the server takes 200 ms for an answer and holds 16 calls at a time; what is beyond gets HTTP 429 without a word on
when to come back. 80 answers a second are possible. `calls at once` is what the client is told it may have under way.
`rate` is answers a second between the first call and the last answer, as the server saw them.

Memory: the server answers at once; `peak MiB` is the largest resident size of the whole process, `rows/s` includes its
start.

`viva` is the generation program, reading its rows from a file and telling its events. `plain script` is what the
documentation of the openai package leads to: `AsyncOpenAI` with its own retries, a semaphore, and `asyncio.gather` over
all rows; it writes its texts at the end. It is not run beyond 10,000 rows.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

LATENCY = 0.2
LIMIT = 16
POSSIBLE = LIMIT / LATENCY
RATE_ROWS = 1600
MOST_PLAIN = 10_000
TEXT = "One would watch the height of the head over time, and wait until it stays low. " * 8


class Server:
    """Answers chat completions after `latency` seconds; more than `limit` at a time are turned away."""

    def __init__(self, latency: float, limit: int) -> None:
        self.latency = latency
        self.limit = limit
        self.under_way = 0
        self.seen: dict[str, float] = {"first": 0.0, "last": 0.0, "answered": 0, "refused": 0}

    async def serve(self) -> None:
        server = await asyncio.start_server(self.talk, "127.0.0.1", 0)
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode().lower().split("\r\n")
                length = next((int(line.split(":")[1]) for line in lines if line.startswith("content-length:")), 0)
                await reader.readexactly(length)
                status, value = (200, self.seen) if lines[0].startswith("get") else await self.answer()
                body = json.dumps(value).encode()
                head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
                writer.write(head.encode() + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def answer(self) -> tuple[int, dict[str, Any]]:
        self.seen["first"] = self.seen["first"] or time.monotonic()
        if self.under_way >= self.limit:
            self.seen["refused"] += 1
            return 429, {"error": {"message": "too many calls at once"}}
        self.under_way += 1
        if self.latency:
            await asyncio.sleep(self.latency)
        self.under_way -= 1
        self.seen["answered"] += 1
        self.seen["last"] = time.monotonic()
        message = {"role": "assistant", "content": TEXT}
        choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
        usage = {"prompt_tokens": 20, "completion_tokens": 160, "total_tokens": 180}
        return 200, {
            "id": "x",
            "object": "chat.completion",
            "created": 0,
            "model": "m",
            "choices": choices,
            "usage": usage,
        }


def configure(folder: Path, url: str, rows: int, calls: int) -> Path:
    """Write what both clients are told to do."""
    with (folder / "rows.jsonl").open("w", encoding="utf-8") as file:
        for number in range(rows):
            question = f"How would one watch place {number}, and what for? " * 4
            file.write(json.dumps({"example_id": f"e{number}", "question": question, "samples": [0]}) + "\n")
    decoding = {"max_new_tokens": 200, "repetition_penalty": 1.0}
    task = {
        "system": {"name": "served", "model": "m", "prompt": "{question}", "decoding": decoding},
        "examples": str(folder / "rows.jsonl"),
        "chat": {"url": url, "model": "m", "key_env": None, "concurrency": calls},
        "takes": {},
        "prices": None,
    }
    config = folder / "config.json"
    config.write_text(json.dumps({"systems": [task]}), "utf-8")
    return config


async def plain(config: Path) -> None:
    """Ask as a plain script does."""
    import openai

    task = json.loads(config.read_text("utf-8"))["systems"][0]
    chat = task["chat"]
    client = openai.AsyncOpenAI(base_url=chat["url"], api_key="none", max_retries=5)
    free = asyncio.Semaphore(chat["concurrency"])

    async def ask(row: dict[str, Any]) -> dict[str, Any]:
        async with free:
            messages = [{"role": "user", "content": row["question"]}]
            try:
                reply = await client.chat.completions.create(
                    model="m", messages=messages, max_tokens=200, temperature=0, seed=0
                )
            except openai.OpenAIError as error:
                return {"failed": str(error)}
            return {"text": reply.choices[0].message.content}

    rows = [json.loads(line) for line in Path(task["examples"]).read_text("utf-8").splitlines()]
    for text in await asyncio.gather(*[ask(row) for row in rows]):
        print(json.dumps(text))


CLIENTS = {
    "viva": ["viva.generate.program"],
    "plain script": ["bench.endpoint", "--plain"],
}


def measured(client: str, rows: int, calls: int, latency: float, limit: int) -> dict[str, float]:
    """Run one client against a server of its own."""
    command = [sys.executable, "-m", "bench.endpoint", "--server", str(latency), str(limit)]
    with tempfile.TemporaryDirectory() as name, subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        url = f"http://127.0.0.1:{int(server.stdout.readline())}"
        config = configure(Path(name), f"{url}/v1", rows, calls)
        started = time.perf_counter()
        ask = [sys.executable, "-m", *CLIENTS[client], str(config)]
        with subprocess.Popen(ask, stdout=subprocess.PIPE, text=True) as asking:
            assert asking.stdout is not None
            failed = sum(line.count('"failed": "') for line in asking.stdout)
            _, status, used = os.wait4(asking.pid, 0)
            asking.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - started
        with urllib.request.urlopen(f"{url}/seen") as answer:
            seen = json.load(answer)
        server.terminate()
    assert asking.returncode == 0, f"{client} ended with {asking.returncode}"
    return {
        "rate": seen["answered"] / (seen["last"] - seen["first"]),
        "rows_per_second": rows / seconds,
        "answered": seen["answered"],
        "refused": seen["refused"],
        "failed": failed,
        "memory": used.ru_maxrss / 1024,
    }


def main() -> None:
    counts = [int(given) for given in sys.argv[1:]] or [1_000, 100_000]
    console = Console()
    table = Table(title=f"{RATE_ROWS:,} texts at {LATENCY * 1000:.0f} ms, {LIMIT} at a time: {POSSIBLE:.0f}/s possible")
    for column in ("client", "calls at once", "rate", "of the possible", "turned away", "failed"):
        table.add_column(column, justify="left" if column == "client" else "right")
    for calls in (8, LIMIT, 2 * LIMIT):
        for client in CLIENTS:
            found = measured(client, RATE_ROWS, calls, LATENCY, LIMIT)
            share = f"{found['rate'] / POSSIBLE:.0%}"
            row = (
                client,
                str(calls),
                f"{found['rate']:.1f}",
                share,
                f"{found['refused']:,.0f}",
                f"{found['failed']:,.0f}",
            )
            table.add_row(*row)
    console.print(table)
    table = Table(title="memory against a server that answers at once, 16 calls at a time")
    for column in ("rows", "client", "peak MiB", "rows/s", "failed"):
        table.add_column(column, justify="left" if column == "client" else "right")
    for count in counts:
        for client in CLIENTS:
            if client == "viva" or count <= MOST_PLAIN:
                found = measured(client, count, LIMIT, 0.0, 1000)
                figures = (f"{found['memory']:.0f}", f"{found['rows_per_second']:,.0f}", f"{found['failed']:,.0f}")
                table.add_row(f"{count:,}", client, *figures)
    console.print(table)


if __name__ == "__main__":
    match sys.argv[1:2]:
        case ["--server"]:
            asyncio.run(Server(float(sys.argv[2]), int(sys.argv[3])).serve())
        case ["--plain"]:
            asyncio.run(plain(Path(sys.argv[2])))
        case _:
            main()
