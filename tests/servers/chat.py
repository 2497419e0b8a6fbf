"""An HTTP server that speaks `/v1/chat/completions` and misbehaves as it is told.

It "translates" by putting sentences in upper case: what is tested is the client. Every request is
written down, and so are the tokens that it told and the most requests that were in it at once.
"""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PATH = "/v1/chat/completions"


@dataclass(frozen=True)
class Request:
    """A request: its path, headers in lower case, and body."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    when: float

    @property
    def sentences(self) -> dict[str, str]:
        """The numbered sentences of the user message."""
        text = self.body["messages"][-1]["content"]
        found, _ = json.JSONDecoder().raw_decode(text)
        assert isinstance(found, dict)
        return found

    @property
    def mode(self) -> str:
        """How JSON is asked for."""
        form = self.body.get("response_format")
        return {"json_schema": "schema", "json_object": "object"}[form["type"]] if form else "off"


@dataclass(frozen=True)
class Act:
    """What the server does with one request.

    Args:
        status, headers: of the response.
        body: sent as it is; a dict as JSON.
        delay: seconds before the response.
        cut: the connection is cut after so many bytes of the body.
    """

    status: int = 200
    body: Any = b""
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    cut: int | None = None


Behaviour = Callable[[Request], Act]


def completion(
    request: Request, content: str | None, finish: str = "stop", **message: Any
) -> dict[str, Any]:
    """The body of a chat completion with a count of tokens (a fourth of the characters)."""
    sent = sum(len(part["content"]) for part in request.body["messages"])
    usage = {"prompt_tokens": sent // 4, "completion_tokens": len(content or "") // 4 + 1}
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": content, **message},
        "finish_reason": finish,
    }
    return {"object": "chat.completion", "choices": [choice], "usage": usage}


def upper(request: Request) -> Act:
    """The good server: all sentences in upper case."""
    items = {number: text.upper() for number, text in request.sentences.items()}
    return Act(body=completion(request, json.dumps(items, ensure_ascii=False)))


def reply(change: Callable[[dict[str, str]], Any], finish: str = "stop") -> Behaviour:
    """A reply made of the right one: `change` gets its items and gives other items, or a text."""

    def behave(request: Request) -> Act:
        made = change({number: text.upper() for number, text in request.sentences.items()})
        text = made if isinstance(made, str) or made is None else json.dumps(made)
        return Act(body=completion(request, text, finish))

    return behave


def error(
    status: int, message: str, headers: dict[str, str] | None = None, **fields: Any
) -> Behaviour:
    """An error as OpenAI's server and most others write it."""
    body = {"error": {"message": message, "type": "error", "code": None, **fields}}
    return lambda request: Act(status, body, headers or {})


def slow(seconds: float) -> Behaviour:
    """The right answer, too late."""
    return lambda request: replace(upper(request), delay=seconds)


def cut(after: int) -> Behaviour:
    """The right answer, of which so many bytes arrive."""
    return lambda request: replace(upper(request), cut=after)


def in_turn(*behaviours: Behaviour) -> Behaviour:
    """One behaviour a request, then a good server."""
    left = iter(behaviours)
    lock = threading.Lock()

    def behave(request: Request) -> Act:
        with lock:
            now = next(left, upper)
        return now(request)

    return behave


class ChatServer:
    """The server; `url` is its base address.

    Attributes:
        behave: what it does with a request whose sentences are not `spared`.
        spared: sentences of requests that are always answered well (the backend's first one).
        requests: all that came, but those of `spared`.
        most: requests in it at the same time, at most.
        told: prompt and completion tokens that it told, `spared` ones left out.
    """

    def __init__(self, behave: Behaviour = upper, spared: Iterable[str] = ()) -> None:
        self.behave = behave
        self.spared = list(spared)
        self.requests: list[Request] = []
        self.most = 0
        self.told = (0, 0)
        self._inside = 0
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def url(self) -> str:
        """The address up to and with /v1."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def __enter__(self) -> ChatServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """No connection is taken from here on."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @contextmanager
    def _counted(self) -> Iterator[None]:
        with self._lock:
            self._inside += 1
            self.most = max(self.most, self._inside)
        try:
            yield
        finally:
            with self._lock:
                self._inside -= 1

    def _act(self, request: Request) -> Act:
        if self.spared and list(request.sentences.values()) == self.spared:
            return upper(request)
        with self._lock:
            self.requests.append(request)
        if request.path != PATH:
            return Act(404, {"detail": "Not Found"})
        act = self.behave(request)
        usage = act.body.get("usage") if isinstance(act.body, dict) else None
        if usage and act.cut is None:
            with self._lock:
                self.told = (
                    self.told[0] + usage["prompt_tokens"],
                    self.told[1] + usage["completion_tokens"],
                )
        return act

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # head and body in one packet; two cost 40 ms (delayed ACK)

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                headers = {name.lower(): value for name, value in self.headers.items()}
                with server._counted():
                    act = server._act(Request(self.path, headers, body, time.monotonic()))
                    if act.delay:
                        time.sleep(act.delay)
                # out before the answer is: the client may send the next request as soon as it has
                # this one, and that is no second request in flight
                try:
                    self._answer(act)
                except OSError:
                    pass  # the client gave up
                else:
                    if act.cut is None:
                        return
                self.close_connection = True

            def _answer(self, act: Act) -> None:
                raw = act.body if isinstance(act.body, bytes) else json.dumps(act.body).encode()
                self.send_response(act.status)
                for name, value in {
                    "Content-Type": "application/json",
                    "Content-Length": str(len(raw)),
                    **act.headers,
                }.items():
                    self.send_header(name, value)
                self.end_headers()
                if act.cut is None:
                    self.wfile.write(raw)
                    return
                self.wfile.write(raw[: act.cut])
                self.wfile.flush()
                self.connection.shutdown(socket.SHUT_RDWR)

            def log_message(self, *args: object) -> None:
                """Not into the test's output."""

        return Handler
