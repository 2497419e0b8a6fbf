"""Trying again after failures that may pass."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from spanferry.data.errors import RetryableError

In = TypeVar("In")
Out = TypeVar("Out")

#: Seconds before the second try; doubled for each further one.
FIRST_DELAY = 1.0


def may_pass(error: BaseException) -> bool:
    """Whether the same call may succeed a little later."""
    return isinstance(error, RetryableError | ConnectionError | TimeoutError)


def with_retries(call: Callable[[In], Out], value: In, retries: int) -> Out:
    """`call(value)`, tried again up to `retries` times after an error that may pass."""
    delay = FIRST_DELAY
    for _ in range(retries):
        try:
            return call(value)
        except Exception as error:
            if not may_pass(error):
                raise
            logging.getLogger("spanferry").warning("tries again in %.0f s: %s", delay, error)
            time.sleep(delay)
            delay *= 2
    return call(value)
