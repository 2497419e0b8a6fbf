"""A loaded model: sub-words in, sub-words out, in batches that keep the device busy."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar
from weakref import WeakValueDictionary

from spanferry.data.cache import is_cached
from spanferry.data.errors import ConfigError, RetryableError
from spanferry.translators.ct2.convert import library
from spanferry.translators.ct2.devices import Plan

Item = TypeVar("Item")
#: Batches handed over for each one at work, so that the next is there when one is done.
_AHEAD = 2
#: Sub-words of the smallest batch that memory may run out with on CPU. Measured with a limit on the
#: address space, a model of three megabytes and two workers: with 6 MB left batches of 24 passed
#: and one translation in ten was wrong; wherever batches of 60 passed (8 to 160 MB left), none was.
LEAST_TOKENS = 256
#: What CTranslate2, CUDA and the C++ library say when memory runs out.
#: Seen on CPU: MemoryError (std::bad_alloc), RuntimeError (mkl_malloc: failed to allocate memory).
_NO_MEMORY = (
    "out of memory", "out_of_memory", "bad_alloc", "alloc_failed", "failed to allocate",
    "cannot allocate",
    "resource temporarily unavailable",  # no room for the stack of a thread
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Job(Generic[Item]):
    """Something to compute.

    Args:
        size: its length in sub-words; those of like size share a batch.
        item: what the caller knows it by.
    """

    size: int
    item: Item


class Engine:
    """A model on its devices; safe to use from several threads, which share its queue.

    Args:
        folder: of the converted model.
        plan: device, arithmetic, threads.

    Raises:
        ConfigError: the folder holds no model that this version can load.
        RetryableError: there is no memory for it now.
    """

    def __init__(self, folder: Path, plan: Plan) -> None:
        self.plan = plan
        self.batch_tokens = plan.batch_tokens
        self._lock = threading.Lock()
        try:
            self.model: Any = library().Translator(
                str(folder),
                device=plan.device,
                device_index=list(plan.device_index),
                compute_type=plan.compute_type,
                inter_threads=plan.inter_threads,
                intra_threads=plan.intra_threads,
                max_queued_batches=-1,  # `run` bounds what it hands over
            )
        except (RuntimeError, ValueError, MemoryError) as error:
            text = f"translate.model: {folder.name!r} cannot be loaded on {plan.device}: {error}"
            if is_out_of_memory(error):
                raise RetryableError(f"{text}; a smaller translate.compute_type may do") from error
            if is_cached(folder):  # whole when it was made, so it was damaged since
                text += f"; delete the folder {str(folder)!r}, and it is made again"
            raise ConfigError(text) from error

    def run(
        self, jobs: Iterable[Job[Item]], submit: Callable[[list[Item]], list[Any]]
    ) -> Iterator[tuple[Item, Any]]:
        """Compute jobs in batches; results come batch by batch, in the order of the jobs.

        While the device is at work, the next jobs are taken from the iterator (that is: tokenized).
        A batch for which memory runs out is halved, and later batches are made smaller; a single
        job that does not fit has the result None. On CPU, where matrix multiplication (MKL) fails
        silently when it gets no memory for itself, nothing is believed of a machine that has none
        left for a batch of `LEAST_TOKENS`.

        Args:
            jobs: best sorted by size, the longest first: what does not fit shows at once.
            submit: hands a batch to the model (`asynchronous=True`); one future an item.

        Raises:
            RetryableError: on CPU, memory ran out even for a small batch.
        """
        ahead = self.plan.workers * _AHEAD
        waiting: deque[tuple[list[Job[Item]], list[Any] | None]] = deque()
        for batch in self._batches(jobs):
            waiting.append((batch, self._try(submit, batch)))
            if len(waiting) >= ahead + self.plan.workers:
                yield from self._collect(*waiting.popleft(), submit)
        while waiting:
            yield from self._collect(*waiting.popleft(), submit)

    def _batches(self, jobs: Iterable[Job[Item]]) -> Iterator[list[Job[Item]]]:
        """Neighbours together, as many as the budget allows when all are as long as the longest."""
        batch: list[Job[Item]] = []
        longest = 0
        for job in jobs:
            longest = max(longest, job.size)
            if batch and longest * (len(batch) + 1) > self.batch_tokens:
                yield batch
                batch, longest = [], job.size
            batch.append(job)
        if batch:
            yield batch

    def _try(
        self, submit: Callable[[list[Item]], list[Any]], batch: Sequence[Job[Item]]
    ) -> list[Any] | None:
        try:
            return submit([job.item for job in batch])
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            return None

    def _collect(
        self,
        batch: Sequence[Job[Item]],
        futures: list[Any] | None,
        submit: Callable[[list[Item]], list[Any]],
    ) -> Iterator[tuple[Item, Any]]:
        results: list[Any] | None = None
        if futures is not None:
            try:
                results = [future.result() for future in futures]
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error):
                    raise
        if results is not None:
            yield from zip((job.item for job in batch), results, strict=True)
            return
        failed = max(job.size for job in batch) * len(batch)
        if self.plan.device == "cpu" and failed <= LEAST_TOKENS:
            raise RetryableError(
                f"translate: memory ran out with a batch of only {failed} sub-words, and with so "
                "little left CTranslate2 may give wrong translations instead of an error; free "
                "some, raise the limit of this process, or set translate.inter_threads: 1"
            )
        if len(batch) == 1:
            yield batch[0].item, None
        else:
            self._shrink(failed)
            middle = len(batch) // 2
            for half in (batch[:middle], batch[middle:]):
                yield from self._collect(half, self._try(submit, half), submit)

    def _shrink(self, failed: int) -> None:
        """Make later batches half as large as the one that failed, counted in sub-words."""
        smaller = max(1, failed // 2)
        with self._lock:
            # batches that were handed over before the first failure fail too, and tell nothing new
            if smaller >= self.batch_tokens:
                return
            self.batch_tokens = smaller
        logging.getLogger("spanferry").warning(
            "translate: memory ran out with a batch of %d sub-words; goes on with %d "
            "(translate.batch_tokens)", failed, smaller,
        )  # fmt: skip


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error of the model means that a smaller batch may succeed."""
    if isinstance(error, MemoryError):
        return True
    text = str(error).lower()
    return any(words in text for words in _NO_MEMORY)


_engines: WeakValueDictionary[tuple[Path, Plan], Engine] = WeakValueDictionary()
_loading = threading.Lock()


def shared(folder: Path, plan: Plan) -> Engine:
    """The engine of a folder, loaded once for all target languages that use it."""
    with _loading:
        found = _engines.get((folder, plan))
        if found is None:
            found = _engines[folder, plan] = Engine(folder, plan)
        return found
