"""The backend `openai` in front of a test server."""

from __future__ import annotations

from typing import Any

from spanferry.translators.openai_server.settings import OpenAITranslatorSettings
from spanferry.translators.openai_server.translator import PROBE, OpenAITranslator
from tests.servers.chat import Behaviour, ChatServer, upper

#: What `setup` sends; the servers of these tests answer it well and do not count it.
SPARED = (PROBE,)


def good_start(behave: Behaviour = upper) -> ChatServer:
    """A server that behaves in some way once the backend is set up."""
    return ChatServer(behave, SPARED)


def backend(server: ChatServer | str, **settings: Any) -> OpenAITranslator:
    """The backend with short waits; `server` may be an address."""
    url = server if isinstance(server, str) else server.url
    given = {"model": "stub", "base_url": url, "backoff": 0.01, "timeout": 5.0, **settings}
    return OpenAITranslator(
        OpenAITranslatorSettings.model_validate(given),
        source_language="en",
        target_language="pt",
    )
