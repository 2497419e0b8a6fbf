"""Phrases from a language model, over a real socket."""

from __future__ import annotations

import re
from typing import Any

import pytest

from spanferry.projection.base import ProjectionInput
from tests.projection.cases import pair
from tests.projection.methods.translate_match.making import Made, make
from tests.servers import llama
from tests.servers.chat import Act, Behaviour, ChatServer, Request, completion

pytest.importorskip("openai")

_ASKED = re.compile(r'Phrase: "(?P<phrase>[^\n]*)"\nWords:$')
#: What this server knows, in the forms in which models write it.
ANSWERS = {
    "food": '"comida".',
    "old hotel": "1) 'l'hotel vell'",
    "New York": '```json\n{"answer": "Nueva Yorck"}\n```\n',
    "service": "",
}


def answering(request: Request) -> Act:
    """The answer to the last question of a prompt."""
    found = _ASKED.search(request.body["messages"][-1]["content"])
    return Act(body=completion(request, ANSWERS.get(found["phrase"], "?") if found else "yes"))


def asking(server: ChatServer, behave: Behaviour = answering, **given: Any) -> Made:
    server.behave = behave
    section = {"model": "stub", "base_url": server.url, "backoff": 0.01, "retries": 1}
    chosen: dict[str, Any] = {"sources": ["server"], "server": section, **given}
    return make(target="es", **chosen)


def item() -> ProjectionInput:
    return pair(
        "The [food] of the [old hotel] in [New York] and the [service]",
        "La comida de l'hotel vell de Nueva York y el servicio",
        "1-1",
    )


def test_answers_are_looked_for() -> None:
    with ChatServer() as server:
        made = asking(server)
        found = made.found(item())
        assert found == {
            "s0": "comida", "s1": "l'hotel vell", "s2": "Nueva York", "s3": "-no_phrase",
        }  # fmt: skip
        assert made.counts == {"asked": 4}
        # greedy, and each question once
        assert {request.body["temperature"] for request in server.requests} == {0.0}
        assert made.method.project([item(), item()])[1] == made.method.project([item()])[0]
        assert made.counts == {"asked": 12}
        assert len(server.requests) == 1 + 12


def test_other_sources_stand_in_where_it_says_nothing() -> None:
    with ChatServer() as server:
        made = asking(server, sources=["server", "source"])
        given = pair("the [service] and the [bar]", "el service y el bar", "1-1 4-4")
        assert made.found(given) == {"s0": "service", "s1": "bar"}


def test_an_apostrophe_in_every_answer_is_kept() -> None:
    with ChatServer() as server:
        made = asking(server, lambda r: Act(body=completion(r, "'l'hotel vell'")))
        assert made.found(item())["s1"] == "l'hotel vell"


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_real_model(tmp_path_factory: pytest.TempPathFactory) -> None:
    model = tmp_path_factory.mktemp("llama") / "model.gguf"
    given = pair("She moved to [New York] last year .", "Se mudó a Nueva York el año pasado .", "")
    try:
        llama.join_model(model)
        with llama.running(model) as (url, _):
            section = {"model": "qwen", "base_url": url, "timeout": 600, "concurrency": 1}
            made = make(target="es", sources=["server"], server=section)
            found = made.method.project([given])
            assert made.method.project([given]) == found
            assert made.found(given) == {"s0": "Nueva York"}
    except llama.MissingError as error:
        pytest.skip(f"no real server here ({error}); see tests/servers/llama.py")
    finally:
        model.unlink(missing_ok=True)
