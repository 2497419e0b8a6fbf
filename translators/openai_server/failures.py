"""What a failed request means, and what is to be done about it."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, Literal

#: try it again; the user mends something; the sentence is too long; a filter refuses the sentence;
#: the server does not take the request (a field of it, or this sentence: it depends on when)
Kind = Literal["again", "config", "too_long", "refused", "bad_request"]
_TOO_LONG = re.compile(
    r"context.?(?:length|window|size)|maximum context|exceeds?.{0,30}context|too many tokens"
    r"|(?:prompt|input|messages?) (?:is|are) too long|max_new_tokens.{0,40}must be",
    re.IGNORECASE,
)
_FILTERED = re.compile(
    r"content.?(?:filter|policy|management)|moderation|was flagged|safety (?:system|filter)",
    re.IGNORECASE,
)
#: Where these stand in a 5xx, it does not know a field of the request; llama-cpp-python says so.
_UNKNOWN_FIELD = re.compile(r"response_format|json_schema|validation error", re.IGNORECASE)
#: The one 429 that does not pass; others speak of quotas and billing too, and mean this minute.
_NO_MONEY = "insufficient_quota"


@dataclass(frozen=True, slots=True)
class Failure:
    """A request that failed.

    Args:
        status: of HTTP; None where there was no response.
        words: the server's own, or what happened to the connection.
        wait: seconds that the server asks to wait (`Retry-After`).
        param: the field of the request that the server complains about, where it says so.
    """

    kind: Kind
    words: str
    status: int | None = None
    wait: float | None = None
    param: str | None = None


def understand(error: Any) -> Failure:
    """Classify an `openai.APIError`.

    A status of 429 is worth another try unless it says that there is no money left; 400, 413 and
    422 are about the length, about the content, or about the request itself.
    """
    status: int | None = getattr(error, "status_code", None)
    if status is None:
        cause = error.__cause__
        detail = str(cause) or type(cause).__name__ if cause else ""
        words = " ".join(f"{error.message} {detail}".split())
        return Failure("again", words)
    full = _words(error)
    words = full if len(full) <= 300 else f"{full[:300]}..."
    code = str(error.code or "")
    param = error.param if isinstance(error.param, str) else None
    if status == 501 or (status >= 500 and _UNKNOWN_FIELD.search(full)):
        return Failure("bad_request", words, status, param=param)
    if status in {408, 409, 425, 429} or status >= 500:
        if status == 429 and _NO_MONEY in {error.code, error.type}:
            return Failure("config", words, status)
        return Failure("again", words, status, _retry_after(error.response.headers))
    if status in {400, 403, 413, 422}:
        if _FILTERED.search(full) or _FILTERED.search(code):
            return Failure("refused", words, status)
        if status != 403 and (status == 413 or _TOO_LONG.search(f"{code} {full}")):
            return Failure("too_long", words, status)
        if status in {400, 422}:
            return Failure("bad_request", words, status, param=param)
    return Failure("config", words, status, param=param)


def _words(error: Any) -> str:
    """The server's own words, in one line."""
    body = error.body
    if isinstance(body, dict):
        body = body.get("message") or body.get("detail") or body.get("error") or body
    return " ".join(str(body or error.message).split())


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait: `retry-after-ms`, or `retry-after` in seconds or as an HTTP date."""
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            wait = float(headers[name]) / unit
        except (KeyError, ValueError):
            continue
        if 0 <= wait < float("inf"):
            return wait
    try:
        return max(0.0, parsedate_to_datetime(headers["retry-after"]).timestamp() - time.time())
    except (KeyError, ValueError, TypeError):
        return None
