"""Plain prompts to a server: what is sent, what is read, what is tried again."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from spanferry.data.errors import ConfigError, RetryableError
from spanferry.translators.openai_server.prompt_client import PROBE, PromptClient, PromptSettings
from spanferry.translators.openai_server.settings import OpenAITranslatorSettings
from tests.servers.chat import Act, Behaviour, ChatServer, Request, completion, error, in_turn

pytest.importorskip("openai")


class Counted:
    """Counts calls by name."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}

    def add(self, name: str, number: int = 1) -> None:
        self.counts[name] = self.counts.get(name, 0) + number


def prompt_of(request: Request) -> str:
    text = request.body["messages"][-1]["content"]
    assert isinstance(text, str)
    return text


def upper(request: Request) -> Act:
    return Act(body=completion(request, prompt_of(request).upper()))


def saying(content: str | None, finish: str = "stop", **message: Any) -> Behaviour:
    return lambda request: Act(body=completion(request, content, finish, **message))


def client(server: ChatServer, **given: Any) -> PromptClient:
    own = {"model": "stub", "base_url": server.url, "backoff": 0.01, "retries": 2, **given}
    return PromptClient(PromptSettings.model_validate(own), Counted())


def test_answers_in_order_whatever_the_number_of_threads() -> None:
    with ChatServer(upper) as server:
        made = client(server, concurrency=4)
        prompts = [f"word {n}" for n in range(20)]
        assert made.ask(prompts) == [prompt.upper() for prompt in prompts]
        assert server.most <= 4
        assert made.ask([]) == []
        assert made._calls.counts == {"asked": 20}  # type: ignore[attr-defined]


def test_what_is_sent() -> None:
    with ChatServer(upper) as server:
        made = client(server, system="Be brief.", seed=3, extra_body={"top_k": 1})
        made.ask(["one"])
        probe, body = (request.body for request in server.requests)
    assert probe["messages"][-1]["content"] == PROBE
    assert body == {
        "model": "stub",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "one"},
        ],
        "temperature": 0.0, "seed": 3, "max_tokens": 128, "top_k": 1,
    }  # fmt: skip


@pytest.mark.parametrize("mode", ["schema", "object"])
def test_json(mode: str) -> None:
    with ChatServer(saying('{"answer": "sí"}')) as server:
        made = client(server, json_mode=mode)
        assert made.ask(["one"]) == ["sí"]
        request = server.requests[-1]
        assert request.mode == mode
        assert 'JSON object: {"answer": "..."}' in prompt_of(request)
        for reply in ("{", "[]", '{"a": "b"}', '{"answer": 1}', '{"answer": " "}', "null"):
            server.behave = saying(reply)
            assert made.ask(["one"]) == [None]


@pytest.mark.parametrize(
    ("behave", "answer"),
    [
        (saying("cut of", "length"), "cut of"),
        (saying(""), None),
        (saying(None), None),
        (saying("no", "content_filter"), None),
        (saying(None, refusal="I will not"), None),
        (error(400, "maximum context length is 20 tokens"), None),
        (error(400, "flagged by content management policy"), None),
        (in_turn(error(503, "busy"), saying("yes")), "yes"),
        (in_turn(error(429, "slow down", {"Retry-After": "0"}), saying("yes")), "yes"),
    ],
)
def test_one_prompt_leaves_its_neighbours_alone(behave: Behaviour, answer: str | None) -> None:
    def only_two(request: Request) -> Act:
        return behave(request) if prompt_of(request) == "two" else upper(request)

    with ChatServer(only_two) as server:
        assert client(server).ask(["one", "two", "three"]) == ["ONE", answer, "THREE"]


def test_a_prompt_that_fits_without_a_bound_of_the_output() -> None:
    def bounded(request: Request) -> Act:
        if prompt_of(request) == "long" and "max_tokens" in request.body:
            return error(400, "maximum context length is 20 tokens")(request)
        return upper(request)

    with ChatServer(bounded) as server:
        assert client(server).ask(["long"]) == ["LONG"]


def test_a_server_that_goes_down_ends_the_call() -> None:
    with ChatServer(upper) as server:
        made = client(server, concurrency=2, retries=1)
        made.setup()
        server.behave = error(503, "no worker left")
        with pytest.raises(RetryableError, match="the language model: no answer after 2 tries"):
            made.ask([f"word {n}" for n in range(50)])
        assert len(server.requests) < 50


def test_setup_asks_once_and_finds_a_wrong_model() -> None:
    with ChatServer(upper) as server:
        made = client(server)
        made.setup()
        made.setup()
        assert [prompt_of(request) for request in server.requests] == [PROBE]
        server.behave = error(404, "no such model", code="model_not_found")
        with pytest.raises(ConfigError, match="the language model: model 'stub' or base_url"):
            client(server).setup()


def test_the_key_stays_out_of_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUB_KEY", "sk-secret")
    with ChatServer(error(401, "Incorrect key: sk-secret")) as server:
        with pytest.raises(ConfigError, match=r"Incorrect key: \*\*\*") as caught:
            client(server, api_key_env="STUB_KEY").setup()
        assert "sk-secret" not in str(caught.value)
        assert server.requests[0].headers["authorization"] == "Bearer sk-secret"


def test_settings_are_those_of_the_backend() -> None:
    theirs = OpenAITranslatorSettings.model_fields
    own = set(PromptSettings.model_fields) - {"system", "json_mode", "output_tokens"}
    assert own < theirs.keys()
    for name in own:
        assert PromptSettings.model_fields[name].description == theirs[name].description
        assert PromptSettings.model_fields[name].default == theirs[name].default
    made = PromptSettings(model="m", base_url="http://localhost:1/v1/", temperature=None, retries=7)
    assert made.base_url == "http://localhost:1/v1"
    assert made.for_chat().retries == 7


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"model": ""}, "at least 1 character"),
        ({"base_url": "localhost"}, "must be an address"),
        ({"base_url": "http://me:pw@localhost/v1"}, "must hold no user name"),
        ({"api_key_env": "sk-12345"}, "must be the name of an environment variable"),
        ({"extra_body": {"n": 2}}, "must not hold n"),
        ({"concurrency": 0}, "greater than or equal to 1"),
        ({"temperature": 3}, "less than or equal to 2"),
        ({"sentences_per_request": 2}, "Extra inputs are not permitted"),
    ],
)
def test_wrong_settings(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        PromptSettings.model_validate({"model": "m", **given})


def test_the_revision_changes_with_what_is_asked_and_not_with_speed() -> None:
    def revision(**given: Any) -> str:
        return PromptClient(PromptSettings(model="m", **given), Counted()).info.revision

    assert revision() == revision(concurrency=2, timeout=3, retries=0)
    assert len({revision(), revision(seed=1), revision(system="x"), revision(json_mode="object"),
                revision(output_tokens=9), revision(base_url="http://a.b/v1")}) == 6  # fmt: skip
