"""What a server answered: the body of a chat completion, and the JSON object inside it."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from spanferry.translators.base import Usage
from spanferry.translators.openai_server.settings import SentMode

_FENCE = re.compile(r"```(?:json)?[ \t]*\n(.*)\n```", re.DOTALL | re.IGNORECASE)
_BREAK = re.compile(r"\s*[\n\r\v\f\x85\u2028\u2029]\s*")
#: A token of the reply and its log-probability.
Token = tuple[bytes, float]


class BadBodyError(Exception):
    """The body of a response is no chat completion."""


@dataclass(frozen=True, slots=True)
class Completion:
    """The first choice of a chat completion.

    Args:
        content: what the model wrote; None where it refused or wrote nothing.
        finish: why it stopped (`stop`, `length`, `content_filter`, ...).
        refused: whether the model or a filter would not translate.
        usage: tokens as the server counted them; 0 where it does not say.
        tokens: of the content, for servers that give log-probabilities.
    """

    content: str | None
    finish: str
    refused: bool
    usage: Usage
    tokens: tuple[Token, ...] = ()


def read_body(text: str) -> Completion:
    """The completion in the body of a response.

    Raises:
        BadBodyError: it is not JSON, or not a completion.
    """
    try:
        body = json.loads(text)
        choice = body["choices"][0]
        message = choice["message"]
        content = message.get("content")
        finish = str(choice.get("finish_reason"))
        refused = finish == "content_filter" or bool(message.get("refusal"))
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
        raise BadBodyError(" ".join(text[:120].split())) from None
    return Completion(
        content if isinstance(content, str) else None,
        finish,
        refused,
        _usage(body.get("usage")),
        _tokens(choice.get("logprobs")),
    )


def _usage(value: Any) -> Usage:
    if not isinstance(value, dict):
        return Usage()
    counts = (value.get("prompt_tokens"), value.get("completion_tokens"))
    return Usage(*(count if isinstance(count, int) and count > 0 else 0 for count in counts))


def _tokens(value: Any) -> tuple[Token, ...]:
    """Tokens of `logprobs.content`; none at all where one of them is not as it should be."""
    listed = value.get("content") if isinstance(value, dict) else None
    if not isinstance(listed, list):
        return ()
    try:
        tokens = tuple(
            (
                bytes(item["bytes"]) if item.get("bytes") is not None else item["token"].encode(),
                float(item["logprob"]),
            )
            for item in listed
        )
    except (LookupError, TypeError, ValueError, AttributeError):
        return ()
    return tokens if all(math.isfinite(probability) for _, probability in tokens) else ()


def read_items(content: str, count: int) -> dict[int, str]:
    """The translations in a reply by the place of their sentence, from 0; only those to be trusted.

    The reply must be one JSON object, alone or in a code fence, with string values under the
    numbers from 1. With a number too many, or without the last one, two sentences may have been
    joined or one divided, and every number after that place is wrong: then no item is trusted.
    A gap before the last number, or a value that is no text, costs that sentence alone.
    """
    fenced = _FENCE.fullmatch(content.strip())
    try:
        pairs = json.loads(fenced[1] if fenced else content, object_pairs_hook=_Pairs)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(pairs, _Pairs):
        return {}
    keys = [key for key, _ in pairs]
    expected = {str(number): number - 1 for number in range(1, count + 1)}
    if len(set(keys)) != len(keys) or set(keys) - expected.keys() or str(count) not in keys:
        return {}
    return {
        expected[key]: _BREAK.sub(" ", value.strip())
        for key, value in pairs
        if isinstance(value, str) and _is_unicode(value)
    }


class _Pairs(list[tuple[str, Any]]):
    """A JSON object with its keys as they stand, doubled ones too."""


def _is_unicode(text: str) -> bool:
    r"""Whether a text can be written out; half a surrogate pair ("\ud83d") cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def mean_score(completion: Completion) -> float | None:
    """Mean log-probability of the tokens of the one translation in a reply.

    The JSON around it is left out: it is certain (0.0) under a schema and would only flatter the
    mean. A token that holds the quote as well as a piece of the text counts. None without tokens,
    or where they do not add up to the reply.
    """
    content = (completion.content or "").encode()
    if not completion.tokens or b"".join(token for token, _ in completion.tokens) != content:
        return None
    start = re.search(rb'\{\s*"1"\s*:\s*"', content)
    end = content.rfind(b'"')
    if start is None or end <= start.end():
        return None
    inside: list[float] = []
    place = 0
    for token, probability in completion.tokens:
        if place < end and place + len(token) > start.end():
            inside.append(probability)
        place += len(token)
    return sum(inside) / len(inside)


def response_format(mode: SentMode, count: int) -> Mapping[str, Any] | None:
    """The request's `response_format`: a schema with the numbers 1 to `count`, or any object."""
    if mode == "off":
        return None
    if mode == "object":
        return {"type": "json_object"}
    keys = [str(number) for number in range(1, count + 1)]
    schema = {
        "type": "object",
        "properties": {key: {"type": "string"} for key in keys},
        "required": keys,
        "additionalProperties": False,
    }
    return {
        "type": "json_schema",
        "json_schema": {"name": "translations", "strict": True, "schema": schema},
    }
