"""Only failures that may pass are tried again."""

from __future__ import annotations

import pytest

from spanferry.data.errors import ConfigError, RetryableError
from spanferry.flows import retrying


@pytest.mark.parametrize(
    ("error", "retries", "calls"),
    [
        (RetryableError("busy"), 2, 3),
        (ConnectionResetError("cut"), 1, 2),
        (TimeoutError("slow"), 0, 1),
        (ConfigError("wrong"), 2, 1),
        (ValueError("bug"), 2, 1),
    ],
)
def test_number_of_tries(
    monkeypatch: pytest.MonkeyPatch, error: Exception, retries: int, calls: int
) -> None:
    monkeypatch.setattr(retrying, "FIRST_DELAY", 0.001)
    seen: list[int] = []

    def call(value: int) -> int:
        seen.append(value)
        raise error

    with pytest.raises(type(error)):
        retrying.with_retries(call, 7, retries)
    assert seen == [7] * calls


def test_success_after_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retrying, "FIRST_DELAY", 0.001)
    outcomes = iter([RetryableError("busy"), None])

    def call(value: int) -> int:
        error = next(outcomes)
        if error is not None:
            raise error
        return value + 1

    assert retrying.with_retries(call, 1, 2) == 2
