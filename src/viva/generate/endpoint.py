"""A model behind a server that speaks chat completions: OpenAI, Ollama, llama.cpp, vLLM, `transformers serve` …"""

import asyncio
import json
import math
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from viva.errors import BadInput, UsageError
from viva.generate.chat import ChatFailed, ChatReply, ChatRequest, TokenChoices, estimated_tokens
from viva.generate.dialect import TOOL, Dialect, Format, Refusal, encodable
from viva.generate.pace import Pace
from viva.generate.paying import Nobody, Payer
from viva.text import display_line

LONGEST_WAIT = 120.0
"""Seconds: a server that asks for more patience is asked again after this."""
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
"""Seconds between tries where the server names no time: doubled each time, between half of it and all of it."""
PERMANENT = {401, 402, 403, 404, 405, 410}
OF_ONE = {403, 404, 405, 410}
"""What a server that has answered before says of single requests too: of one that its moderation turns away, say."""
BROKEN_OFF = {"error", "abort", "aborted", "cancelled", "canceled"}
BUSY = 429
AGAIN = {408, 409, 425, BUSY}
CALLED = ("tool_calls", "function_call")
"""Why a reply ends that is the call of a function."""
HINTS = {
    401: "the key is wrong or missing",
    402: "the account has no credit",
    403: "the key does not allow it",
    404: "check the model's name, and that the address ends as its server wants it, mostly in /v1",
}


class _Failure(Exception):
    """One try that brought no reply; `again` means that another may, `wait` after how many seconds.

    `quote` is what the server said, word for word. `lost` means that the server may have charged for the try, `ignored`
    that it answered without the call of a function that it was told to make, `declined` is what a model said that
    would not answer.
    """

    def __init__(
        self,
        message: str,
        quote: str = "",
        *,
        status: int = 0,
        again: bool = False,
        permanent: bool = False,
        wait: float | None = None,
        parameter: str | None = None,
        lost: bool = False,
        ignored: bool = False,
        declined: ChatReply | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.quote = quote
        self.status = status
        self.again = again
        self.permanent = permanent
        self.wait = wait
        self.parameter = parameter
        self.lost = lost
        self.ignored = ignored
        self.declined = declined


class EndpointChat:
    """A model that is asked over HTTP; `url` is the base, such as `http://127.0.0.1:11434/v1`.

    Errors of the server, dropped connections and limits of its rate are tried again, `retries` times; `timeout`
    is seconds for one try. At most `concurrency` calls are under way, fewer where the server turns some away. A schema
    is asked for in the strictest way that the server takes, unless `dialect` says how. The key comes from the caller's
    environment, is sent to this server only, and never appears in a message.
    `sleep`, `clock` (seconds since 1970) and `jitter` (0 to 1) are there for tests.
    Raises `UsageError` for an address that is none.
    """

    def __init__(
        self,
        url: str,
        model: str,
        api_key: str | None = None,
        *,
        concurrency: int = 8,
        timeout: float = 120.0,
        retries: int = 5,
        dialect: Dialect | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.time,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.name = model
        self.concurrency = concurrency
        self._host = _host(url)
        self._key = api_key
        self._timeout = timeout
        self._retries = retries
        self._sleep = sleep
        self._clock = clock
        self._jitter = jitter
        self._client = _client(url, api_key, timeout)
        self.dialect = dialect or Dialect()
        """What is known of the server so far; may be set between calls."""
        self.answered = False
        """Whether the server has ever answered: if so, 403, 404 … say something of single requests, not of all."""
        self._pace = Pace(concurrency)
        self._not_before = 0.0

    def __repr__(self) -> str:
        return f"EndpointChat({self._host}, {self.name})"

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def reply(self, request: ChatRequest, payer: Payer | None = None) -> ChatReply:
        """Return the model's reply; `payer` is asked before each try. Raises `ChatFailed`, and what `payer` raises."""
        payer = payer or Nobody()
        dialect, retries, last, lost = self.dialect, 0, 0, 0
        while True:
            await payer.before()
            try:
                reply = await self._try(dialect, request, payer)
            except _Failure as failure:
                if failure.lost:
                    lost += 1
                    payer.lost()
                again = failure.status == last != 0
                refusal = Refusal(failure.status, failure.parameter, failure.quote, again, failure.ignored)
                other = dialect.after(refusal, request)
                if other is not None:
                    # The second try only showed what was to blame: those that are left are for the new one.
                    dialect, last, retries = other, 0, retries - again
                    continue
                if not failure.again or retries >= self._retries:
                    raise self._failed(failure, retries, lost) from None
                retries, last = retries + 1, failure.status
                await self._wait(failure, retries)
                continue
            self.answered = True
            self.dialect = self.dialect.learned(dialect, request.schema is not None)
            return replace(reply, retries=retries, lost=lost)

    async def _try(self, dialect: Dialect, request: ChatRequest, payer: Payer) -> ChatReply:
        async with self._pace.turn() as number:
            await self._pause()
            started = time.perf_counter()
            try:
                with payer.sending():
                    body = await self._send(dialect.parameters(self.name, request))
            except _Failure as failure:
                if failure.status == BUSY:
                    self._pace.turned_away(number)
                raise
            self._pace.answered()
            return _reply(body, request, dialect, time.perf_counter() - started)

    def _failed(self, failure: _Failure, retries: int, lost: int) -> ChatFailed:
        quote = failure.quote.replace(self._key, "***") if self._key else failure.quote
        permanent = failure.permanent and not (self.answered and failure.status in OF_ONE)
        refused = not failure.again and not permanent
        message = f"{self._host}: {failure.message}"
        if quote.strip():
            message += f": {display_line(quote, 200)}"
        declined = failure.declined and replace(failure.declined, retries=retries, lost=lost)
        return ChatFailed(message, permanent=permanent, refused=refused, retries=retries, lost=lost, declined=declined)

    async def _pause(self) -> None:
        """Wait while the server has asked all calls to."""
        seconds = self._not_before - self._clock()
        if seconds > 0:
            await self._sleep(seconds)

    async def _wait(self, failure: _Failure, retries: int) -> None:
        seconds = failure.wait
        if seconds is None:
            seconds = min(FIRST_PAUSE * 2 ** (retries - 1), LONGEST_PAUSE) * (1 + self._jitter()) / 2
        seconds = min(seconds, LONGEST_WAIT)
        if failure.status == BUSY and failure.wait is not None:
            # The limit holds for all calls, so all of them wait, this one among them.
            self._not_before = max(self._not_before, self._clock() + seconds)
        else:
            await self._sleep(seconds)

    async def _send(self, parameters: dict[str, Any]) -> str:
        """Return the body of the answer to one HTTP request."""
        import httpx2
        import openai

        # Without a key none is sent, whatever keys for other servers the environment holds.
        headers = {} if self._key else {"Authorization": openai.Omit()}
        try:
            async with asyncio.timeout(self._timeout):
                response = await self._client.post(
                    "/chat/completions", body=parameters, options={"headers": headers}, cast_to=httpx2.Response
                )
                return str(response.text)
        except openai.APIStatusError as error:
            raise _refused(error, self._clock()) from None
        except (TimeoutError, openai.APITimeoutError) as error:
            lost = not isinstance(error.__cause__, httpx2.ConnectTimeout)
            raise _Failure(f"no answer within {self._timeout:g} seconds", again=True, lost=lost) from None
        except (openai.APIConnectionError, httpx2.HTTPError) as error:
            cause = error.__cause__ or error
            lost = not isinstance(cause, httpx2.ConnectError)
            raise _Failure("no connection", str(cause) or type(cause).__name__, again=True, lost=lost) from None


def _host(url: str) -> str:
    parts = urlsplit(url)
    try:
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        port = ""
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"{display_line(url, 80)} is no address", "such as http://127.0.0.1:11434/v1")
    if parts.username or parts.password or parts.query:
        raise UsageError("an address holds no names, passwords or keys", "put the key into an environment variable")
    return parts.hostname + port


def _client(url: str, api_key: str | None, timeout: float) -> Any:
    """Return the client; it tries nothing again by itself, and asks no proxy for what runs on this machine."""
    import httpx2
    import openai

    here = urlsplit(url).hostname or ""
    local = here in ("localhost", "::1", "0.0.0.0") or here.startswith("127.")
    try:
        return openai.AsyncOpenAI(
            base_url=url,
            api_key=api_key or "none",
            max_retries=0,
            http_client=openai.DefaultAsyncHttpxClient(
                trust_env=not local, timeout=httpx2.Timeout(timeout, connect=min(timeout, 10.0))
            ),
        )
    except (ValueError, ImportError, httpx2.InvalidURL) as error:
        raise BadInput(f"no connection to {_host(url)} can be set up: {error}", "check the proxy settings") from error


def _refused(error: Any, now: float) -> _Failure:
    """Return what an answer with an error status means."""
    status = int(error.status_code)
    body = error.body if isinstance(error.body, dict) else {}
    said = body.get("message") or body.get("detail") or error.response.text or error.response.reason_phrase
    spent = status == BUSY and error.code == "insufficient_quota"
    return _Failure(
        f"HTTP {status}, {HINTS[status]}" if status in HINTS else f"HTTP {status}",
        str(said),
        status=status,
        again=not spent and (status in AGAIN or status >= 500),
        permanent=spent or status in PERMANENT or status < 400,
        wait=_retry_after(error.response.headers.get("retry-after"), now),
        parameter=error.param if isinstance(error.param, str) else None,
    )


def _retry_after(value: str | None, now: float) -> float | None:
    """Return the seconds that a `Retry-After` header asks for: a number or a date (RFC 9110, 10.2.3)."""
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(value).timestamp() - now
        except (ValueError, OverflowError):
            return None
    return min(max(seconds, 0.0), LONGEST_WAIT) if seconds == seconds else None


def _reply(body: str, request: ChatRequest, dialect: Dialect, seconds: float) -> ChatReply:
    """Read an answer of status 200. Raises `_Failure` where it holds no text."""
    try:
        value = json.loads(body)
        choice = value["choices"][0]
        message = choice["message"]
        content, reason = message.get("content"), str(choice.get("finish_reason") or "stop")
        declined = message.get("refusal")
        usage = value.get("usage") or {}
        broken = choice.get("error")
    except (ValueError, RecursionError):
        what = "the answer is not JSON" if body.strip() else "the answer is empty"
        raise _Failure(what, body, again=True, lost=True) from None
    except (KeyError, IndexError, TypeError, AttributeError):
        raise _Failure("the answer holds no text", body, again=True, lost=True) from None
    if broken or reason in BROKEN_OFF:
        raise _Failure("the server broke off", str(broken or reason), again=True, lost=True)
    form = dialect.format if request.schema is not None else Format.NONE
    arguments = _arguments(message) if form is Format.TOOL else None
    if arguments is not None:
        content, reason = arguments, "stop" if reason in CALLED else reason
    given_up = bool(declined) or reason == "content_filter"
    if content is None and (reason == "length" or given_up):
        content = ""  # a model that thought up to its limit
    if not isinstance(content, str):
        raise _Failure("the answer holds no text", again=True, lost=True)
    prompt, completion = _count(usage, "prompt_tokens"), _count(usage, "completion_tokens")
    asked = "\n".join(str(message.get("content")) for message in request.messages)
    reply = ChatReply(
        text=encodable(content),
        finish_reason=reason,
        prompt_tokens=estimated_tokens(asked) if prompt is None else prompt,
        completion_tokens=estimated_tokens(content) if completion is None else completion,
        seconds=seconds,
        estimated=prompt is None or completion is None,
        logprobs=_logprobs(choice) if dialect.asks_logprobs(request) else None,
        asked_as=form.asked_as,
    )
    if given_up:
        said = encodable(str(declined or content))
        raise _Failure("the model declined to answer", str(declined or reason), declined=replace(reply, text=said))
    if form is Format.TOOL and arguments is None and not dialect.proven and reason != "length":
        raise _Failure("the answer calls no function", again=True, lost=True, ignored=True)
    return reply


def _arguments(message: dict[str, Any]) -> str | None:
    """Return the arguments of the function that a message was to call, "" where it gives none, None where it does not.

    Of several calls all are returned, line by line, as none of them is the reply for sure.
    """
    calls = message.get("tool_calls")
    functions = [call.get("function") for call in calls if isinstance(call, dict)] if isinstance(calls, list) else []
    called = [function for function in functions if isinstance(function, dict) and function.get("name") == TOOL]
    given = [function.get("arguments") or "" for function in called]
    return "\n".join(it if isinstance(it, str) else json.dumps(it) for it in given) if given else None


def _logprobs(choice: dict[str, Any]) -> tuple[TokenChoices, ...] | None:
    """Return the tokens of a reply with the likely ones in each place, None where the server tells none."""
    try:
        places = [
            TokenChoices(encodable(str(place["token"])), tuple(_choice(other) for other in place["top_logprobs"]))
            for place in choice["logprobs"]["content"]
        ]
    except (KeyError, TypeError, ValueError):
        return None
    return tuple(places) or None


def _choice(other: dict[str, Any]) -> tuple[str, float]:
    logarithm = float(other["logprob"])
    return encodable(str(other["token"])), logarithm if logarithm <= 0 else -math.inf


def _count(usage: Any, name: str) -> int | None:
    value = usage.get(name) if isinstance(usage, dict) else None
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
