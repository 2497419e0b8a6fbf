"""Rows of "Prompts", with the server that misbehaves."""

from __future__ import annotations

from typing import Any

from spanferry.projection.services import Calls
from spanferry.translators.openai_server.prompt_client import PromptClient, PromptSettings
from tests.servers.chat import Behaviour, ChatServer, error, in_turn
from tests.translators.errors.desk import Desk, Rows

row = Rows("Prompts")


def ask(behave: Behaviour, **given: Any) -> None:
    """Two prompts to a server."""
    with ChatServer(behave) as server:
        own = {"model": "stub", "base_url": server.url, "backoff": 0.01, "retries": 1, **given}
        PromptClient(PromptSettings.model_validate(own), Calls()).ask(["one", "two"])


@row("a variable that is not set")
def _(desk: Desk) -> None:
    desk.monkeypatch.delenv("STUB_KEY", raising=False)
    ask(error(500, "never asked"), api_key_env="STUB_KEY")


@row("a wrong key")
def _(desk: Desk) -> None:
    desk.monkeypatch.setenv("STUB_KEY", "sk-secret")
    ask(error(401, "Incorrect key: sk-secret"), api_key_env="STUB_KEY")


@row("a wrong model or path")
def _(desk: Desk) -> None:
    ask(error(404, "The model `stub` does not exist", code="model_not_found"))


@row("requests that the server refuses")
def _(desk: Desk) -> None:
    ask(error(422, "no"), json_mode="schema")


@row("a server that is down, busy or slow")
def _(desk: Desk) -> None:
    ask(error(503, "no worker left"))


@row("a server that asks to wait too long")
def _(desk: Desk) -> None:
    ask(in_turn(error(429, "come back later", {"Retry-After": "3600"})), max_wait=5)
