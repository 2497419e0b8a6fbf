"""What counts as a reply."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanferry.translators.base import Usage
from spanferry.translators.openai_server.replies import (
    BadBodyError,
    Completion,
    mean_score,
    read_body,
    read_items,
    response_format,
)


@pytest.mark.parametrize(
    ("content", "count", "items"),
    [
        ('{"1": "Olá."}', 1, {0: "Olá."}),
        ('  {"1": "Olá."}\n', 1, {0: "Olá."}),
        ('```json\n{"1": "Olá."}\n```', 1, {0: "Olá."}),
        ('```\n{"1": "Olá."}\n```\n', 1, {0: "Olá."}),
        ('{"2": "b", "1": "a"}', 2, {0: "a", 1: "b"}),  # any order
        ('{"1": "a", "3": "c"}', 3, {0: "a", 2: "c"}),  # a gap costs itself alone
        ('{"1": "a", "2": null}', 2, {0: "a"}),
        ('{"1": "a", "2": ["b"]}', 2, {0: "a"}),
        ('{"1": "a", "2": "b\\ud83d"}', 2, {0: "a"}),  # half a surrogate pair
        ('{"1": "a\\n  b\\r\\nc"}', 1, {0: "a b c"}),
        ('{"1": "l\\u00a0%"}', 1, {0: "l\u00a0%"}),  # a no-break space is no line break
        ('{"1": ""}', 1, {0: ""}),
        ('{"1": "a", "2": "b"}', 3, {}),  # two sentences may have been joined
        ('{"1": "a", "2": "b", "3": "c"}', 2, {}),  # or one divided
        ('{"1": "a", "note": "b"}', 1, {}),
        ('{"1": "a", "1": "b"}', 1, {}),
        ('{"0": "a"}', 1, {}),
        ('["a"]', 1, {}),
        ('"a"', 1, {}),
        ('{"1": "a"', 1, {}),
        ('Here you are: {"1": "a"}', 1, {}),
        ('{"1": "a"} I hope this helps.', 1, {}),
        ("{'1': 'a'}", 1, {}),
        ("", 1, {}),
        ("[" * 100_000, 1, {}),
    ],
)
def test_items_of_a_reply(content: str, count: int, items: dict[int, str]) -> None:
    assert read_items(content, count) == items


@given(st.lists(st.text(), min_size=1, max_size=9), st.booleans())
def test_every_text_comes_through_but_for_breaks_and_ends(texts: list[str], ascii_: bool) -> None:
    numbered = {str(number): text for number, text in enumerate(texts, 1)}
    read = read_items(json.dumps(numbered, ensure_ascii=ascii_), len(texts))
    assert list(read) == list(range(len(texts)))
    for place, text in enumerate(texts):
        assert "".join(read[place].split()) == "".join(text.split())
        assert not set(read[place]) & set("\n\r\v\f\x85\u2028\u2029")


@pytest.mark.parametrize(
    "body",
    ["", "<html>Bad gateway</html>", "[]", "null", "{}", '{"choices": []}', '{"choices": [{}]}',
     '{"choices": [{"message": null}]}', '{"choices": [{"message": {"content": "a"', "[" * 100_000],
)  # fmt: skip
def test_what_is_no_completion(body: str) -> None:
    with pytest.raises(BadBodyError):
        read_body(body)


def read(message: dict[str, Any], finish: str = "stop", **rest: Any) -> Completion:
    choice = {"message": message, "finish_reason": finish, **rest.pop("choice", {})}
    return read_body(json.dumps({"choices": [choice], **rest}))


def test_refusals() -> None:
    assert read({"content": None, "refusal": "I will not."}).refused
    assert read({"content": ""}, "content_filter").refused
    assert not read({"content": "{}", "refusal": None}).refused


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        ({"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}, Usage(7, 3)),
        ({"prompt_tokens": 7}, Usage(7, 0)),
        ({"prompt_tokens": "7", "completion_tokens": -3}, Usage()),
        (None, Usage()),
        ([], Usage()),
    ],
)
def test_usage(usage: Any, expected: Usage) -> None:
    assert read({"content": "{}"}, usage=usage).usage == expected


def scored(*tokens: tuple[str, float], content: str | None = None) -> Completion:
    listed = [{"token": text, "logprob": score, "bytes": None} for text, score in tokens]
    text = "".join(text for text, _ in tokens) if content is None else content
    return read({"content": text}, choice={"logprobs": {"content": listed}})


def test_the_score_leaves_the_json_out() -> None:
    reply = scored(('{"1', -9.0), ('": "', -9.0), ("Bom", -0.5), (" dia", -1.5), ('"}', -9.0))
    assert mean_score(reply) == pytest.approx(-1.0)


def test_the_score_counts_a_token_that_holds_quote_and_text() -> None:
    reply = scored(('{"1": "Bom', -1.0), (' dia."', -2.0), ("}", -9.0))
    assert mean_score(reply) == pytest.approx(-1.5)


def test_the_score_of_letters_over_several_tokens() -> None:
    listed = [
        {"token": '{"1": "', "logprob": -9.0, "bytes": list(b'{"1": "')},
        {"token": "\ufffd", "logprob": -1.0, "bytes": [0xC3]},
        {"token": "\ufffd", "logprob": -3.0, "bytes": [0xA9]},
        {"token": '"}', "logprob": -9.0, "bytes": list(b'"}')},
    ]
    reply = read({"content": '{"1": "é"}'}, choice={"logprobs": {"content": listed}})
    assert mean_score(reply) == pytest.approx(-2.0)


@pytest.mark.parametrize(
    "reply",
    [
        scored(),
        scored(('{"1": "', -1.0), ("a", -1.0), ('"}', -1.0), content='{"1": "b"}'),
        scored(('{"1": "', 0.0), ('"}', 0.0)),  # no token lies inside an empty text
        scored(('{"1": "', 0.0), ("a", -math.inf), ('"}', 0.0)),
    ],
)
def test_no_score_rather_than_a_wrong_one(reply: Completion) -> None:
    assert mean_score(reply) is None


def test_the_schema_asks_for_all_numbers_and_no_more() -> None:
    form = response_format("schema", 3)
    assert form is not None
    schema = form["json_schema"]["schema"]
    assert schema["required"] == list(schema["properties"]) == ["1", "2", "3"]
    assert schema["additionalProperties"] is False
    assert form["json_schema"]["strict"] is True
    assert response_format("object", 3) == {"type": "json_object"}
    assert response_format("off", 3) is None
