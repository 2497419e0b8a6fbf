"""From what a model says of rows to probabilities of words, over all windows of a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

from spanferry.aligners.supervised.marking import Batch, Row

if TYPE_CHECKING:
    from torch import Tensor

Array = npt.NDArray[np.float32]


class Head(Protocol):
    """What a kind of model says, and how it adds up."""

    def reduce(self, output: Any, batch: Batch, null: int) -> tuple[Tensor, ...]:
        """Of each row what is kept, on the model's device; the first axis is that of the rows."""
        ...

    def state(self, source: int, target: int) -> Any:
        """What is known of a pair of sentences of so many words before its first row."""
        ...

    def add(self, state: Any, row: Row, found: tuple[Array, ...]) -> None:
        """Add what `reduce` kept of a row, in any order of the rows."""
        ...

    def finish(self, state: Any) -> Array:
        """Probabilities of links, [source words, target words]."""
        ...


class BinaryHead:
    """A decision for each sub-word; a word has the probability of its surest sub-word."""

    def reduce(self, output: Any, batch: Batch, null: int) -> tuple[Tensor, ...]:
        """Probabilities of the window's words, [rows, words]."""
        import torch

        logits = output.logits.float()
        two = logits.shape[-1] == 2
        chances = logits.softmax(-1)[..., 1] if two else logits[..., 0].sigmoid()
        rows, places = chances.shape
        first, words = _tensor(batch.first, chances), batch.first.shape[1]
        steps = torch.arange(places, device=chances.device).expand(rows, places).contiguous()
        word = torch.searchsorted(first, steps, right=True) - 1
        end = _tensor(batch.last, chances).max(dim=1, keepdim=True).values
        word = torch.where((word < 0) | (steps > end), words, word)
        out = chances.new_zeros(rows, words + 1)
        return (out.scatter_reduce(1, word, chances, "amax")[:, :words],)

    def state(self, source: int, target: int) -> Array:
        return np.zeros((source, target), dtype=np.float32)

    def add(self, state: Array, row: Row, found: tuple[Array, ...]) -> None:
        window = row.window
        own = slice(window.own_first - window.first, window.own_last - window.first)
        state[row.word, window.own_first : window.own_last] = found[0][own]

    def finish(self, state: Array) -> Array:
        return state


@dataclass(slots=True)
class _Spans:
    """What is known of the answers to each source word; scores are logarithms.

    Args:
        total: sum over all spans so far, [source words].
        null: of no answer, the least of all windows, as readers of SQuAD 2.0 have it.
        best: of the best span.
        span: its first and last word, [source words, 2].
        mass: sum over the spans that hold a word, [source words, target words].
    """

    total: npt.NDArray[np.float64]
    null: npt.NDArray[np.float64]
    best: npt.NDArray[np.float64]
    span: npt.NDArray[np.int64]
    mass: npt.NDArray[np.float64] | None
    words: int


class SpanHead:
    """Where the answer starts and ends, with places before the sentences for "no answer".

    The probability of a span is its share among all spans of up to `max_span` whole words and no
    answer: exp(start + end) over the sum of these. (The reader of SQuAD takes the twenty best.)

    Args:
        max_span: words of the longest answer.
        score: see `SpanPredictionSettings`.
    """

    def __init__(self, max_span: int, score: Literal["span", "marginal"]) -> None:
        self.max_span = max_span
        self.score = score

    def reduce(self, output: Any, batch: Batch, null: int) -> tuple[Tensor, ...]:
        """Sum, no answer, best span with its words (of the window); or sums for each word."""
        import torch

        start, end = output.start_logits.float(), output.end_logits.float()
        spans = span_scores(start, end, batch, self.max_span)
        rows, words, lengths = spans.shape
        flat = spans.flatten(1)
        total = flat.logsumexp(1)
        nothing = start[:, null] + end[:, null]
        if self.score == "span":
            best, place = flat.max(1)
            first = place // lengths
            return total, nothing, best, first, first + place % lengths
        weight = (spans - total[:, None, None]).exp().nan_to_num(0.0).cumsum(1)
        held = weight.new_zeros(rows, words)
        for length in range(lengths):  # spans of length + 1 words that begin at most so far before
            held += weight[:, :, length]
            held[:, length + 1 :] -= weight[:, : max(0, words - length - 1), length]
        mass = held.clamp(0, 1).log() + torch.nan_to_num(total, neginf=-1e30)[:, None]
        return total, nothing, mass

    def state(self, source: int, target: int) -> _Spans:
        return _Spans(
            total=np.full(source, -np.inf),
            null=np.full(source, np.inf),
            best=np.full(source, -np.inf),
            span=np.zeros((source, 2), dtype=np.int64),
            mass=None if self.score == "span" else np.full((source, target), -np.inf),
            words=target,
        )

    def add(self, state: _Spans, row: Row, found: tuple[Array, ...]) -> None:
        word, window = row.word, row.window
        state.total[word] = np.logaddexp(state.total[word], found[0])
        state.null[word] = min(state.null[word], found[1])
        if state.mass is not None:
            held = state.mass[word, window.first : window.last]
            np.logaddexp(held, found[2][: window.last - window.first], out=held)
        # of equals the first span, whatever the order of the windows
        elif (-found[2], window.first + found[3]) < (-state.best[word], state.span[word, 0]):
            state.best[word] = found[2]
            state.span[word] = window.first + found[3], window.first + found[4] + 1

    def finish(self, state: _Spans) -> Array:
        total = np.logaddexp(state.total, state.null)
        if state.mass is not None:
            return np.exp(np.minimum(state.mass - total[:, None], 0)).astype(np.float32)
        out = np.zeros((len(total), state.words), dtype=np.float32)
        for word in np.flatnonzero(state.best > state.null):
            first, last = state.span[word]
            out[word, first:last] = np.exp(min(state.best[word] - total[word], 0))
        return out


def span_scores(start: Tensor, end: Tensor, batch: Batch, longest: int) -> Tensor:
    """Start plus end of each span of whole words that begins in an own word of its window.

    Args:
        start, end: [rows, places].
        longest: words of a span at most.

    Returns:
        [rows, words, lengths], by first word and by length less one; minus infinity where there is
        no such span.
    """
    import torch

    least = float("-inf")
    words = torch.arange(batch.first.shape[1], device=start.device)
    own = _tensor(batch.own, start)
    first = _tensor(batch.first, start).clamp(max=start.shape[1] - 1)
    starts = start.gather(1, first)
    starts = starts.masked_fill((words < own[:, :1]) | (words >= own[:, 1:]), least)
    ends = end.gather(1, _tensor(batch.last, start).clamp(min=0))
    ends = ends.masked_fill(words >= _tensor(batch.words, start)[:, None], least)
    length = min(longest, len(words))
    ends = torch.nn.functional.pad(ends, (0, length - 1), value=least)
    return starts[:, :, None] + ends.unfold(1, length, 1)


def _tensor(array: npt.NDArray[np.int64], like: Tensor) -> Tensor:
    import torch

    return torch.from_numpy(array).to(like.device, non_blocking=True)
