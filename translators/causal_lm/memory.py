"""Work that is done again in halves where memory runs out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from spanferry.data.errors import RetryableError
from spanferry.translators.causal_lm.model import LanguageModel

Item = TypeVar("Item")
Result = TypeVar("Result")
#: What PyTorch, CUDA and the system say when memory runs out.
_NO_MEMORY = (
    "out of memory", "can't allocate memory", "cannot allocate memory", "bad_alloc",
    "alloc_failed",
)  # fmt: skip


def halving(
    model: LanguageModel,
    items: Sequence[Item],
    work: Callable[[Sequence[Item]], list[Result]],
    size: Callable[[Item], int],
) -> list[Result]:
    """Do something with items that share a pass, or in as many passes as memory asks for.

    Args:
        size: tokens of an item.

    Raises:
        RetryableError: there is no memory for one item.
    """
    try:
        with model.lock:
            return work(items)
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
        if len(items) == 1:
            raise RetryableError(
                f"translate: memory ran out with one text of {size(items[0])} tokens; free some, "
                "or lower translate.max_tokens"
            ) from error
    # outside of `except`, whose error would hold what the pass had
    model.shrink()
    middle = len(items) // 2
    halves = items[:middle], items[middle:]
    return [result for half in halves for result in halving(model, half, work, size)]


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error of PyTorch means that a smaller batch may succeed."""
    if isinstance(error, MemoryError):
        return True
    text = str(error).lower()
    return any(words in text for words in _NO_MEMORY)
