"""Rows of "openai", with the server that misbehaves."""

from __future__ import annotations

from typing import Any

from tests.servers.backend import good_start
from tests.servers.chat import Act, Behaviour, ChatServer, error, slow
from tests.translators.errors.desk import Desk, Rows

HERE = "http://localhost:8000/v1"
row = Rows("openai", backend="openai", model="stub", base_url=HERE)
row.builds(
    {
        "an empty model": {"model": ""},
        "the key itself in the file": {"api_key_env": "sk-12345"},
        "a user or password in the address": {"base_url": "http://me:secret@localhost/v1"},
        "no address": {"base_url": "localhost:8000/v1"},
        "a field that is the backend's": {"extra_body": {"model": "x", "n": 2, "top_p": 1}},
        "scores with several sentences a request": {"score": True, "sentences_per_request": 8},
        "an unknown prompt": {"prompt": "translate-v7"},
    }
)


def ask(desk: Desk, behave: Behaviour, *, late: bool = False, **settings: Any) -> None:
    """A build with a server that misbehaves, `late`: only once the backend is set up."""
    with good_start(behave) if late else ChatServer(behave) as server:
        own = {"base_url": server.url, "backoff": 0.01, "retries": 1, "timeout": 5.0, **settings}
        desk.build({"backend": "openai", "model": "stub", **own})


@row("no model")
def _(desk: Desk) -> None:
    desk.build({"backend": "openai"})


@row("a variable that is not set")
def _(desk: Desk) -> None:
    desk.monkeypatch.delenv("STUB_KEY", raising=False)
    desk.build({**row.common, "api_key_env": "STUB_KEY"})


@row("odd characters in the key")
def _(desk: Desk) -> None:
    desk.monkeypatch.setenv("STUB_KEY", "sk-\u00e9")
    desk.build({**row.common, "api_key_env": "STUB_KEY"})


@row("a wrong key")
def _(desk: Desk) -> None:
    desk.monkeypatch.setenv("STUB_KEY", "sk-secret")
    ask(desk, error(401, "Incorrect key: sk-secret"), api_key_env="STUB_KEY")


@row("no key where one is wanted")
def _(desk: Desk) -> None:
    ask(desk, error(401, "who are you?"))


@row("a wrong model or path")
def _(desk: Desk) -> None:
    ask(desk, error(404, "The model `stub` does not exist", code="model_not_found"))


@row("an empty account")
def _(desk: Desk) -> None:
    ask(desk, error(429, "You exceeded your quota", type="insufficient_quota"))


@row("a field that the server refuses")
def _(desk: Desk) -> None:
    ask(desk, error(400, "Unsupported value", param="temperature"))


@row("requests that the server refuses")
def _(desk: Desk) -> None:
    ask(desk, error(422, "no"))


@row("a prompt file that is no text")
def _(desk: Desk) -> None:
    desk.build({**row.common, "prompt": desk.write("prompt.txt", b"\xff\xfe")})


@row("a prompt without its fields")
def _(desk: Desk) -> None:
    desk.build({**row.common, "prompt": desk.write("prompt.txt", "Translate.")})


@row("instructions, and a prompt without a place for them")
def _(desk: Desk) -> None:
    prompt = desk.write("prompt.txt", "Translate into {target_language}.")
    desk.build({**row.common, "prompt": prompt, "instructions": "Be formal."})


@row("a language without a name")
def _(desk: Desk) -> None:
    desk.build(row.common, targets=["qaa"])


@row("a server that is not there")
def _(desk: Desk) -> None:
    with ChatServer() as server:
        url = server.url
    desk.build({**row.common, "base_url": url, "retries": 1, "backoff": 0.01})


@row("a server that is down, busy or slow")
def _(desk: Desk) -> None:
    ask(desk, error(503, "no worker left"), late=True)


@row("no answer in time")
def _(desk: Desk) -> None:
    ask(desk, slow(0.4), late=True, timeout=0.2, retries=0)


@row("another page at the address")
def _(desk: Desk) -> None:
    page = Act(body=b"<html>Bad gateway</html>", headers={"Content-Type": "text/html"})
    ask(desk, lambda request: page, late=True)


@row("a server that asks to wait too long")
def _(desk: Desk) -> None:
    ask(desk, error(429, "come back later", {"Retry-After": "3600"}), late=True, max_wait=5)
