"""A server that fails: what is tried again, what is the user's to mend, what is one sentence's."""

from __future__ import annotations

import time
from dataclasses import replace
from email.utils import formatdate
from itertools import pairwise

import pytest

from spanferry.data.errors import ConfigError, RetryableError
from spanferry.translators.openai_server import failures
from tests.servers.backend import backend, good_start
from tests.servers.chat import (
    Act,
    Behaviour,
    ChatServer,
    Request,
    completion,
    cut,
    error,
    in_turn,
    reply,
    slow,
    upper,
)

PAGE = Act(body=b"<html>Bad gateway</html>", headers={"Content-Type": "text/html"})
HALF = Act(body=b'{"choices": [{"message": {"content"')


@pytest.mark.parametrize(
    "failing",
    [
        error(429, "slow down"),
        error(429, "too many", {"Retry-After": "0.05"}),
        error(429, "quota of this minute; see your billing page", {"Retry-After": "0"}),
        error(408, "time-out"),
        error(500, "oops"),
        error(502, "bad gateway"),
        error(503, "loading model", {"Retry-After": "nonsense"}),
        lambda request: PAGE,
        lambda request: HALF,
        lambda request: replace(PAGE, status=502),
        cut(0),
        cut(20),
        slow(0.6),
    ],
)
def test_what_may_pass_is_tried_again(failing: Behaviour) -> None:
    with good_start(in_turn(failing, failing)) as server:
        results = backend(server, timeout=0.2).translate(["Come in."])
        assert [result.text for result in results] == ["COME IN."]
        assert len(server.requests) == 3
        bodies = [request.body for request in server.requests]
        assert bodies[0] == bodies[1] == bodies[2]


@pytest.mark.parametrize(
    ("failing", "words"),
    [
        (error(503, "no worker left"), "status 503: no worker left"),
        (error(429, "slow down"), "status 429: slow down"),
        (lambda request: PAGE, "this is no chat completion: <html>Bad gateway</html>"),
        (cut(20), "peer closed connection"),
        (slow(0.3), "timed out"),
    ],
)
def test_a_server_that_stays_down_is_for_the_flow_to_try_again(
    failing: Behaviour, words: str
) -> None:
    with good_start(failing) as server:
        made = backend(server, timeout=0.1, retries=2)
        with pytest.raises(RetryableError, match="no answer after 3 tries") as caught:
            made.translate(["Come in."])
        assert words in str(caught.value)
        assert len(server.requests) == 3


def test_a_server_that_is_not_there() -> None:
    with ChatServer() as server:
        url = server.url
    with pytest.raises(
        RetryableError, match=r"after 2 tries; http://127\.0\.0\.1:\d+/v1: .*refused"
    ):
        backend(url, retries=1).setup()


def test_waits_get_longer() -> None:
    with good_start(in_turn(*[error(500, "oops")] * 4)) as server:
        backend(server, backoff=0.04).translate(["Come in."])
    times = [request.when for request in server.requests]
    gaps = [later - sooner for sooner, later in pairwise(times)]
    for number, gap in enumerate(gaps):  # half of each wait is by chance; 0.15 s for a busy machine
        assert 0.02 * 2**number <= gap < 0.04 * 2**number + 0.15


@pytest.mark.parametrize(
    ("header", "least"),
    [
        ({"Retry-After": "0.4"}, 0.4),
        ({"retry-after-ms": "400", "Retry-After": "9"}, 0.4),
    ],
)
def test_retry_after_is_honoured(header: dict[str, str], least: float) -> None:
    with good_start(in_turn(error(429, "busy", header))) as server:
        backend(server).translate(["Come in."])
    first, second = server.requests
    assert least <= second.when - first.when < least + 0.5


def test_retry_after_may_be_a_date() -> None:
    date = formatdate(time.time() + 30, usegmt=True)
    wait = failures._retry_after({"retry-after": date})
    assert wait is not None
    assert 28 < wait <= 30
    assert failures._retry_after({"retry-after": formatdate(0, usegmt=True)}) == 0
    assert failures._retry_after({"retry-after": "-5"}) is None


def test_a_wait_that_is_too_long_ends_the_try() -> None:
    with good_start(error(429, "come back later", {"Retry-After": "3600"})) as server:
        made = backend(server, max_wait=5)
        with pytest.raises(RetryableError, match=r"3600 s, more than max_wait \(5 s\)"):
            made.translate(["Come in."])
        assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("failing", "expected"),
    [
        (
            error(401, "Incorrect API key provided: sk-secret"),
            "api_key_env: the server does not take the key in STUB_KEY; 127.0.0.1 answered "
            "with status 401: Incorrect API key provided: ***",
        ),
        (error(403, "not for you"), "api_key_env: the server does not take the key in STUB_KEY"),
        (
            error(404, "The model `stub` does not exist", code="model_not_found"),
            "with status 404: The model `stub` does not exist",
        ),
        (error(402, "top up"), "the account at the server has run out of money"),
        (
            error(429, "You exceeded your current quota", type="insufficient_quota"),
            "the account at the server has run out of money",
        ),
        (
            error(400, "Unsupported value: 'temperature'", param="temperature"),
            "the server does not take the request's field 'temperature'",
        ),
        (error(422, "no"), "does not take the requests (model 'stub', json_mode 'auto')"),
        (error(405, "Method Not Allowed"), "with status 405: Method Not Allowed"),
    ],
)
def test_what_the_user_must_mend_is_found_in_setup(
    failing: Behaviour, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STUB_KEY", "sk-secret")
    with ChatServer(failing) as server:
        with pytest.raises(ConfigError) as caught:
            backend(server, api_key_env="STUB_KEY").setup()
        assert len(server.requests) <= 3  # json_mode auto: schema, object, off; never a retry
    assert expected in str(caught.value)
    assert "sk-secret" not in str(caught.value)


def test_a_wrong_address_is_named() -> None:
    with ChatServer() as server, pytest.raises(ConfigError, match=r"or base_url 'http://.*/v2'"):
        backend(server.url.replace("/v1", "/v2")).setup()


def test_a_key_that_is_taken_back_in_the_middle() -> None:
    with good_start(in_turn(upper, error(401, "revoked"))) as server:
        made = backend(server, concurrency=1)
        with pytest.raises(ConfigError, match="api_key_env is not set, and the server wants a key"):
            made.translate(["One.", "Two."])


TOO_LONG = [
    error(400, "too long", code="context_length_exceeded"),
    error(400, "This model's maximum context length is 2048 tokens. However, you requested 4000"),
    error(400, "the request exceeds the available context size", type="exceed_context_size_error"),
    error(413, "Payload Too Large"),
]


@pytest.mark.parametrize(
    ("failing", "reason"),
    [
        *((failing, "too_long") for failing in TOO_LONG),
        (error(400, "filtered", code="content_filter"), "refused"),
        (error(403, "your input was flagged: violence"), "refused"),
        (error(400, "Failed to apply the chat template"), "bad_request"),
        (error(422, "cannot be processed"), "bad_request"),
        (reply(lambda items: '{"1": "A A A', "length"), "length_limit"),
        (reply(lambda items: None, "content_filter"), "refused"),
        (lambda r: Act(body=completion(r, None, refusal="I cannot.")), "refused"),
        (reply(lambda items: "Sure! Here it is."), "bad_reply"),
        (reply(lambda items: None), "bad_reply"),
        (reply(lambda items: {}), "bad_reply"),
    ],
)
@pytest.mark.parametrize("together", [1, 4])
def test_a_sentence_that_fails_leaves_its_neighbours_alone(
    failing: Behaviour, reason: str, together: int
) -> None:
    def behave(request: Request) -> Act:
        bad = any("Beta" in sentence for sentence in request.sentences.values())
        return failing(request) if bad else upper(request)

    with good_start(behave) as server:
        made = backend(server, sentences_per_request=together, concurrency=1)
        results = made.translate(["Alpha.", "Beta.", "Gamma.", "Delta."])
    assert [result.error for result in results] == [None, reason, None, None]
    assert [result.text for result in results] == ["ALPHA.", None, "GAMMA.", "DELTA."]
    told = [result.usage for result in results if result.usage]
    assert sum(usage.prompt_tokens for usage in told) == server.told[0] > 0
    assert sum(usage.completion_tokens for usage in told) == server.told[1] > 0
