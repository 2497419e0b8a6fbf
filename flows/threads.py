"""Work on several things at once, in threads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


def in_threads(items: Sequence[T], call: Callable[[T], object], workers: int) -> None:
    """`call` on each item, so many at a time.

    Raises the error of the first that failed, after letting those at work finish; likewise where
    the user interrupts. What waits then is not begun.
    """
    from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait

    if not items:
        return
    with ThreadPoolExecutor(min(workers, len(items))) as pool:
        futures = [pool.submit(call, item) for item in items]
        try:
            done, _ = wait(futures, return_when=FIRST_EXCEPTION)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)  # leaving it waits for all else
        for future in done:
            future.result()
