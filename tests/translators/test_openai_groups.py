"""Several sentences a request: what is asked for again, in which groups, and what it cost."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from spanferry.translators.base import Usage
from tests.servers.backend import backend, good_start
from tests.servers.chat import Act, Behaviour, ChatServer, Request, error, in_turn, reply, upper

EIGHT = [f"Sentence {letter}." for letter in "abcdefgh"]


def asked(server: ChatServer) -> list[str]:
    """The letters of each request's sentences."""
    return ["".join(text[-2] for text in r.sentences.values()) for r in server.requests]


def without(*numbers: str) -> Callable[[dict[str, str]], dict[str, str]]:
    return lambda items: {n: text for n, text in items.items() if n not in numbers}


@pytest.mark.parametrize(
    ("first", "requests"),
    [
        (upper, ["abcdefgh"]),
        (reply(lambda items: dict(reversed(items.items()))), ["abcdefgh"]),
        (reply(without("3")), ["abcdefgh", "c"]),
        (reply(without("3", "5")), ["abcdefgh", "ce"]),
        (reply(lambda items: {**items, "4": None}), ["abcdefgh", "d"]),
        (reply(without("1", "2", "3", "4", "5")), ["abcdefgh", "ab", "cde"]),
        # the last is missing, or there is one too many: the numbers cannot be trusted
        (reply(without("8")), ["abcdefgh", "abcd", "efgh"]),
        (reply(lambda items: {**items, "9": "?"}), ["abcdefgh", "abcd", "efgh"]),
        (reply(lambda items: "not json"), ["abcdefgh", "abcd", "efgh"]),
        (reply(lambda items: '{"1": "A', "length"), ["abcdefgh", "abcd", "efgh"]),
        (error(400, "maximum context length"), ["abcdefgh", "abcd", "efgh"]),
    ],
)
def test_what_is_asked_for_again(first: Behaviour, requests: list[str]) -> None:
    with good_start(in_turn(first)) as server:
        results = backend(server, sentences_per_request=8).translate(EIGHT)
    assert [result.text for result in results] == [text.upper() for text in EIGHT]
    assert asked(server) == requests
    assert results[0].usage == Usage(*server.told)
    assert all(result.usage is None for result in results[1:])


def test_a_server_that_never_makes_sense_is_asked_down_to_single_sentences() -> None:
    with good_start(reply(lambda items: "What?")) as server:
        made = backend(server, sentences_per_request=4, reply_retries=1)
        results = made.translate(EIGHT[:4])
    assert [result.error for result in results] == ["bad_reply"] * 4
    assert asked(server) == ["abcd", "ab", "a", "a", "b", "b", "cd", "c", "c", "d", "d"]
    assert results[0].usage == Usage(*server.told)


def test_a_lone_sentence_is_asked_for_again_with_a_reminder() -> None:
    with good_start(in_turn(reply(lambda items: "Sure!"))) as server:
        (result,) = backend(server, seed=3).translate(["Come in."])
    assert result.text == "COME IN."
    first, second = (request.body["messages"][-1]["content"] for request in server.requests)
    assert first == '{"1": "Come in."}'
    assert second.startswith(f"{first}\n\nReply with one valid JSON object")
    assert {request.body["seed"] for request in server.requests} == {3}


def test_groups_hold_so_many_sentences_and_characters() -> None:
    texts = ["a" * 30, "b" * 30, "c" * 30, "d" * 90, "e", "f", "g", "h"]
    with good_start() as server:
        made = backend(server, sentences_per_request=3, max_characters=90, concurrency=1)
        results = made.translate(texts)
    assert [result.text for result in results] == [text.upper() for text in texts]
    sizes = [[len(text) for text in r.sentences.values()] for r in server.requests]
    assert sizes == [[30, 30, 30], [90], [1, 1, 1], [1]]


def test_unicode_goes_there_and_back() -> None:
    texts = [
        "Ça coûte 5 € 😀.",
        "这很好。",
        "שלום",
        'He said "no" \\ {"1": "x"}.',
        "ﬃ e\u0301 \u200d",
    ]
    with good_start() as server:
        results = backend(server, sentences_per_request=5).translate(texts)
    assert [result.text for result in results] == [text.upper() for text in texts]
    assert list(server.requests[0].sentences.values()) == texts
    assert "😀" in server.requests[0].body["messages"][1]["content"]


def test_the_output_is_bounded() -> None:
    with good_start() as server:
        backend(server, output_tokens_per_character=3).translate(["x" * 10])
        backend(server, output_limit_name="max_completion_tokens").translate(["x" * 10])
        backend(server, output_tokens_per_character=None).translate(["x" * 10])
    bodies = [request.body for request in server.requests]
    assert bodies[0]["max_tokens"] == 64 + 30
    assert bodies[1]["max_completion_tokens"] == 64 + 20
    assert "max_tokens" not in bodies[1]
    assert not {"max_tokens", "max_completion_tokens"} & bodies[2].keys()


def test_a_sentence_is_not_too_long_because_of_the_bound_of_its_output() -> None:
    def behave(request: Request) -> Act:
        sent = len(request.body["messages"][-1]["content"]) // 4
        if sent + request.body.get("max_tokens", 0) > 300:
            return error(400, "This model's maximum context length is 300 tokens.")(request)
        return upper(request)

    texts = ["short", "long " * 40, "longer " * 200]
    with good_start(behave) as server:
        made = backend(server, concurrency=1, max_characters=5000)
        results = made.translate(texts)
    assert [result.error for result in results] == [None, None, "too_long"]
    assert results[1].text == ("LONG " * 40).strip()
    assert ["max_tokens" in r.body for r in server.requests] == [True, True, False, True, False]


def refusing(*modes: str) -> Behaviour:
    """A server that knows some ways of asking for JSON, and not these."""

    def behave(request: Request) -> Act:
        wrong = error(400, f"response_format {request.mode} is not supported")
        return (wrong if request.mode in modes else upper)(request)

    return behave


@pytest.mark.parametrize(
    ("refused", "tried", "kept"),
    [
        ([], ["schema"], "schema"),
        (["schema"], ["schema", "object"], "object"),
        (["schema", "object"], ["schema", "object", "off"], "off"),
    ],
)
def test_json_mode_auto_takes_the_first_that_works(
    refused: list[str], tried: list[str], kept: str
) -> None:
    with ChatServer(refusing(*refused)) as server:
        made = backend(server)
        made.setup()
        made.setup()
        assert [request.mode for request in server.requests] == tried
        assert made.setup_usage == Usage(*server.told) != Usage()
        made.translate(["Come in."])
        assert server.requests[-1].mode == kept


def test_a_server_error_about_the_format_is_a_refusal_too() -> None:
    # as llama-cpp-python 0.3.36 answers under a newer FastAPI
    words = "1 validation error: {'loc': ('body', 'response_format', 'type'), 'msg': 'Input ...'}"
    with ChatServer(in_turn(error(500, words))) as server:
        backend(server).setup()
    assert [request.mode for request in server.requests] == ["schema", "object"]


@pytest.mark.parametrize("mode", ["schema", "object", "off"])
def test_a_json_mode_that_is_named_is_taken(mode: str) -> None:
    with ChatServer() as server:
        backend(server, json_mode=mode).translate(["Come in."])
    assert {request.mode for request in server.requests} == {mode}


def test_scores() -> None:
    def behave(request: Request) -> Act:
        act = upper(request)
        choice = act.body["choices"][0]
        text = choice["message"]["content"]
        tokens = [{"token": c, "logprob": -0.25 if c.isalpha() else -0.75} for c in text]
        if request.body.get("logprobs"):
            choice["logprobs"] = {"content": tokens}
        return act

    with good_start(behave) as server:
        (result,) = backend(server, score=True).translate(["No."])
        assert result.score == pytest.approx((2 * -0.25 - 0.75) / 3)
        (result,) = backend(server).translate(["No."])
        assert result.score is None
        assert "logprobs" not in server.requests[-1].body
    with good_start() as server:  # it does not know of scores
        (result,) = backend(server, score=True).translate(["No."])
        assert (result.text, result.score) == ("NO.", None)


@pytest.mark.parametrize("together", [1, 2])
def test_items_that_the_model_damages_are_saved(together: int) -> None:
    texts = ["Mail bob@x.org now.", "See https://x.org/a and call {name}.", "Plain words."]
    with good_start() as server:  # upper case damages every address and name
        results = backend(server, sentences_per_request=together).translate(texts)
        assert "bob@x.org" in (results[0].text or "")
        assert "https://x.org/a" in (results[1].text or "")
        assert "{name}" in (results[1].text or "")
        assert results[2].text == "PLAIN WORDS."
        assert len(server.requests) > 3 / together  # a request with stand-ins as well
        told = sum((result.usage for result in results if result.usage), Usage())
        assert told == Usage(*server.told)
        bare = backend(server, keep_items=False).translate(texts[:1])
        assert bare[0].text == "MAIL BOB@X.ORG NOW."
