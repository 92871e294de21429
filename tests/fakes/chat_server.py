"""A server on loopback that speaks the chat-completions protocol: it answers as told, and fails as told.

    with ChatServer(lambda request: "hello") as server:
        server.faults.extend([limited(retry_after="2"), broken(), malformed()])
        chat = EndpointChat(server.url, "fake")

The faults come first, one a request, then every request gets what the function returns: the text of the reply,
or an `Answer`. Requests are kept in `requests`, as they came; `times(text)` counts those whose messages hold it.
"""

import json
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


@dataclass(frozen=True)
class Answer:
    """How one request is answered: a usual reply around `content`, or `body` as it stands.

    `half` sends half of the body and drops the connection; `delay` is seconds before the first byte.
    """

    content: str | None = ""
    status: int = 200
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    half: bool = False
    finish_reason: str = "stop"
    usage: bool = True
    message: Mapping[str, Any] = field(default_factory=dict)

    def bytes_for(self, request: dict[str, Any]) -> bytes:
        if self.body is not None:
            return self.body
        message = {"role": "assistant", "content": self.content, **self.message}
        value: dict[str, Any] = {
            "id": "reply",
            "object": "chat.completion",
            "created": 0,
            "model": request.get("model"),
            "choices": [{"index": 0, "message": message, "finish_reason": self.finish_reason}],
        }
        if self.usage:
            prompt = sum(len(str(message["content"]).split()) for message in request["messages"])
            completion = len((self.content or "").split())
            value["usage"] = {
                "prompt_tokens": prompt,
                "completion_tokens": completion,
                "total_tokens": prompt + completion,
            }
        return json.dumps(value).encode()


def error(status: int, message: str = "no", **more: Any) -> Answer:
    """An error in the form that OpenAI gives it."""
    return Answer(status=status, body=json.dumps({"error": {"message": message, **more}}).encode())


def limited(retry_after: str | None = None) -> Answer:
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return Answer(status=429, body=b'{"error": {"message": "slow down"}}', headers=headers)


def broken() -> Answer:
    return Answer(status=500, body=b"<html>Internal Server Error</html>", headers={"Content-Type": "text/html"})


def malformed() -> Answer:
    return Answer(body=b"<html>all is well</html>")


def half() -> Answer:
    return Answer("a reply that is cut off", half=True)


def slow(seconds: float) -> Answer:
    return Answer("late", delay=seconds)


def no_choices() -> Answer:
    return Answer(body=b'{"choices": []}')


def null_content() -> Answer:
    return Answer(None)


class ChatServer:
    """The server, running between `with` and its end on a free port."""

    def __init__(self, answer: Callable[[dict[str, Any]], str | Answer]) -> None:
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.faults: deque[Answer] = deque()
        self._answer = answer
        self._lock = threading.Lock()
        self._gone = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                outer._respond(self)

            def log_message(self, format: str, *args: Any) -> None:
                """Keep quiet."""

        self._server = _Quiet(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._gone.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def times(self, text: str) -> int:
        """Return how many requests held `text` in one of their messages."""
        return sum(any(text in str(m["content"]) for m in request["messages"]) for request in self.requests)

    def repeated(self) -> dict[str, int]:
        """Return the conversations that came more than once, and how often."""
        counts = Counter(json.dumps(request["messages"]) for request in self.requests)
        return {messages: count for messages, count in counts.items() if count > 1}

    def _respond(self, handler: BaseHTTPRequestHandler) -> None:
        request = json.loads(handler.rfile.read(int(handler.headers["Content-Length"])))
        with self._lock:
            self.requests.append(request)
            self.headers.append({name.lower(): value for name, value in handler.headers.items()})
            fault = self.faults.popleft() if self.faults else None
        answer = self._answer(request) if fault is None else fault
        if isinstance(answer, str):
            answer = Answer(answer)
        if handler.path != "/v1/chat/completions":
            answer = error(404, f"no such path: {handler.path}")
        if answer.delay:
            self._gone.wait(answer.delay)
        self._send(handler, answer, answer.bytes_for(request))

    def _send(self, handler: BaseHTTPRequestHandler, answer: Answer, body: bytes) -> None:
        try:
            handler.send_response(answer.status)
            for name, value in {"Content-Type": "application/json", **answer.headers}.items():
                handler.send_header(name, value)
            handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            handler.wfile.write(body[: len(body) // 2] if answer.half else body)
        except (BrokenPipeError, ConnectionResetError):
            handler.close_connection = True
        if answer.half:
            handler.close_connection = True


class _Quiet(ThreadingHTTPServer):
    """Threads end with the process, and a client that hangs up is no error."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed leaves a broken connection: nothing to say."""


def last_message(request: dict[str, Any]) -> str:
    """Return what the user said last."""
    return str(request["messages"][-1]["content"])


def wait_for(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait until `condition` holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.005)
