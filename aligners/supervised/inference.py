"""Probabilities of links for many pairs at once: their rows sorted by length, in batches."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from typing import Any

from spanferry.aligners.base import WordPair
from spanferry.aligners.encoder.ahead import ahead
from spanferry.aligners.supervised.heads import Array, Head
from spanferry.aligners.supervised.marking import Batch, Layout, Row, batch, rows
from spanferry.aligners.supervised.subwords import SubWords
from spanferry.data.errors import ConfigError

#: Word pairs, and words, of the sentence pairs that are worked on at once: tens of megabytes.
_CELLS, _WORDS = 1 << 22, 1 << 15


class Engine:
    """Runs a model over marked words. Memory is bounded by `batch_tokens` and the longest pair.

    Args:
        model: of `transformers`, in evaluation mode.
        subwords, layout: of its tokenizer.
        head: what its answers mean.
        batch_tokens: sub-words of a batch, padding included; one row goes in any case.
    """

    def __init__(
        self, model: Any, subwords: SubWords, layout: Layout, head: Head, batch_tokens: int
    ) -> None:
        self.model, self.subwords, self.layout, self.head = model, subwords, layout, head
        self.batch_tokens = batch_tokens
        # one batch on the device at a time, whatever the number of threads
        self._lock = threading.Lock()

    def probabilities(self, pairs: Sequence[WordPair]) -> Iterator[Array]:
        """Of each pair the probabilities that a target word answers a marked source word.

        [source words, target words], in the order of the pairs. They do not depend on which pairs
        come together, but for the last bits of a float.
        """
        for chunk in _chunks(pairs):
            yield from self._chunk(chunk)

    def _chunk(self, pairs: Sequence[WordPair]) -> list[Array]:
        sentences = [side for pair in pairs for side in (pair.source, pair.target)]
        encoded = self.subwords.encode(sentences, self.layout.longest_word)
        states = [self.head.state(len(pair.source), len(pair.target)) for pair in pairs]
        todo = [
            row
            for task, pair in enumerate(pairs)
            if pair.source and pair.target
            for row in rows(task, encoded[2 * task], encoded[2 * task + 1], self.layout)
        ]
        todo.sort(key=lambda row: -row.length)  # the largest batch first: memory runs out at once
        groups = token_batches(todo, self.batch_tokens)
        for made in ahead(batch(group, self.layout) for group in groups):
            found = self._run(made)
            for number, row in enumerate(made.rows):
                self.head.add(states[row.task], row, tuple(array[number] for array in found))
        return [self.head.finish(state) for state in states]

    def _run(self, made: Batch) -> tuple[Array, ...]:
        """What the head keeps of a batch; a batch that a GPU has no memory for goes in halves."""
        import torch

        try:
            with self._lock, torch.inference_mode():
                output = self.model(**inputs(made, self.model.device))
                kept = self.head.reduce(output, made, self.layout.null)
                return tuple(tensor.cpu().numpy() for tensor in kept)
        except torch.OutOfMemoryError as error:
            if len(made.rows) == 1:
                raise ConfigError(
                    f"align.window: the GPU has no memory for {made.rows[0].length} sub-words of "
                    "one pair; set a smaller window, dtype: bfloat16, or device: cpu"
                ) from error
        half = len(made.rows) // 2
        first = self._run(batch(made.rows[:half], self.layout))
        second = self._run(batch(made.rows[half:], self.layout))
        return tuple(_stack(one, two) for one, two in zip(first, second, strict=True))


def inputs(made: Batch, device: Any) -> dict[str, Any]:
    """A batch as a model takes it."""
    import torch

    found = {"input_ids": made.ids, "attention_mask": made.mask, "token_type_ids": made.types}
    return {
        name: torch.from_numpy(array).to(device, non_blocking=True)
        for name, array in found.items()
        if array is not None
    }


def token_batches(todo: Sequence[Row], tokens: int) -> Iterator[Sequence[Row]]:
    """Rows, longest first, in batches of so many tokens, padding included."""
    start = 0
    while start < len(todo):
        size = max(1, tokens // todo[start].length)
        yield todo[start : start + size]
        start += size


def _chunks(pairs: Sequence[WordPair]) -> Iterator[Sequence[WordPair]]:
    start = cells = words = 0
    for place, pair in enumerate(pairs):
        cells += len(pair.source) * len(pair.target)
        words += len(pair.source) + len(pair.target)
        if place > start and (cells > _CELLS or words > _WORDS):
            yield pairs[start:place]
            start = place
            cells, words = len(pair.source) * len(pair.target), len(pair.source) + len(pair.target)
    if start < len(pairs):
        yield pairs[start:]


def _stack(one: Array, two: Array) -> Array:
    """Rows under rows; words that only one of them has stay 0, nobody reads them."""
    import numpy as np

    if one.ndim == 1:
        return np.concatenate([one, two])
    out = np.zeros((len(one) + len(two), max(one.shape[1], two.shape[1])), dtype=one.dtype)
    out[: len(one), : one.shape[1]] = one
    out[len(one) :, : two.shape[1]] = two
    return out
