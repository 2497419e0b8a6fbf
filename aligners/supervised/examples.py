"""What a model learns from gold links: the rows that it will be asked, with their answers.

Sure links are to be found. A link that is possible only is neither found nor missed: the binary
model learns nothing about it; the span model learns nothing about a word that has no other links.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from spanferry.aligners.base import WordPair
from spanferry.aligners.evaluate import Gold, Pairs
from spanferry.aligners.supervised.checkpoint import Kind
from spanferry.aligners.supervised.marking import Batch, Layout, Row, rows
from spanferry.aligners.supervised.subwords import SubWords

if TYPE_CHECKING:
    from torch import Tensor

Labels = npt.NDArray[np.int8]
#: Labels: a link, none, nobody knows.
YES, NO, UNKNOWN = 1, 0, -1


@dataclass(frozen=True, slots=True)
class Example:
    """A row and what is to be said of it.

    Args:
        labels: of the words of the window, for a binary model.
        span: first and last word of the answer, from the start of the window, for a span model;
            None where the window holds none.
    """

    row: Row
    labels: Labels
    span: tuple[int, int] | None = None


def examples(kind: Kind, gold: Sequence[Gold], subwords: SubWords, layout: Layout) -> list[Example]:
    """All examples of gold pairs, in both directions.

    A word with several runs of links is an example for each of them, as in Nagata et al. (2020).
    """
    encoded = subwords.encode(
        [side for pair, _, _ in gold for side in (pair.source, pair.target)], layout.longest_word
    )
    found: list[Example] = []
    for place, (pair, sure, possible) in enumerate(gold):
        if not pair.source or not pair.target:
            continue
        labels = label_matrix(pair, sure, possible)
        source, target = encoded[2 * place : 2 * place + 2]
        for side, (ahead, back) in enumerate([(source, target), (target, source)]):
            known = labels.T if side else labels
            for row in rows(2 * place + side, ahead, back, layout):
                found.extend(_of_row(kind, row, known[row.word]))
    return found


def label_matrix(pair: WordPair, sure: Pairs, possible: Pairs) -> Labels:
    """[source words, target words] of YES, NO and UNKNOWN; links outside of the pair are errors."""
    out = np.zeros((len(pair.source), len(pair.target)), dtype=np.int8)
    for links, label in ((possible, UNKNOWN), (sure, YES)):
        for i, j in links:
            if i < 0 or j < 0:
                raise IndexError(f"link {i}-{j} of a gold pair")
            out[i, j] = label
    return out


def runs(labels: Labels) -> list[tuple[int, int]]:
    """First and last place of each run of YES.

    >>> runs(np.array([1, 1, 0, -1, 1], dtype=np.int8))
    [(0, 1), (4, 4)]
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[0], labels == YES, [0]]).astype(np.int8)))
    return [(int(first), int(last) - 1) for first, last in edges.reshape(-1, 2)]


def _of_row(kind: Kind, row: Row, labels: Labels) -> Iterator[Example]:
    window = row.window
    seen = labels[window.first : window.last]
    if kind == "binary":
        if (seen != UNKNOWN).any():
            yield Example(row, seen)
        return
    spans = runs(labels)
    if not spans and (labels == UNKNOWN).any():
        return
    held = [
        (first - window.first, last - window.first)
        for first, last in spans
        if window.own_first <= first < window.own_last and last < window.last
    ]
    if not held:
        yield Example(row, seen)
    for span in held:
        yield Example(row, seen, span)


def loss(kind: Kind, output: Any, made: Batch, batch: Sequence[Example], null: int) -> Tensor:
    """The sum over the examples of a batch; `weight` says over how many items.

    Binary cross-entropy of each sub-word of the window; or cross-entropies of the places of the
    answer's start and end, halved, among all places of the row.
    """
    import torch
    from torch.nn import functional

    if kind == "binary":
        labels = sub_word_labels(made, batch)
        known = torch.from_numpy(labels != UNKNOWN).to(output.logits.device)
        wanted = torch.from_numpy(labels == YES).to(output.logits.device)
        logits = output.logits.float()
        if logits.shape[-1] == 2:
            return functional.cross_entropy(logits[known], wanted[known].long(), reduction="sum")
        return functional.binary_cross_entropy_with_logits(
            logits[..., 0][known], wanted[known].float(), reduction="sum"
        )
    places = np.full((2, len(batch)), null, dtype=np.int64)
    for number, example in enumerate(batch):
        if example.span is not None:
            places[0, number] = made.first[number, example.span[0]]
            places[1, number] = made.last[number, example.span[1]]
    device = output.start_logits.device
    wanted_places = torch.from_numpy(places).to(device)
    padding = torch.from_numpy(made.mask == 0).to(device)
    total = torch.zeros((), device=device)
    for logits, wanted in zip((output.start_logits, output.end_logits), wanted_places, strict=True):
        logits = logits.float().masked_fill(padding, float("-inf"))
        total = total + functional.cross_entropy(logits, wanted, reduction="sum") / 2
    return total


def sub_word_labels(made: Batch, batch: Sequence[Example]) -> Labels:
    """[rows, places]: a sub-word has its word's label; UNKNOWN outside of the window."""
    out = np.full(made.ids.shape, UNKNOWN, dtype=np.int8)
    for number, example in enumerate(batch):
        count = len(example.labels)
        first, last = made.first[number, :count], made.last[number, :count]
        out[number, first[0] : last[-1] + 1] = np.repeat(example.labels, last - first + 1)
    return out


def weight(kind: Kind, batch: Sequence[Example]) -> int:
    """Items that the loss of a batch is a sum over: sub-words with a known label, or rows."""
    if kind == "spans":
        return len(batch)
    total = 0
    for example in batch:
        window = example.row.window
        sizes = np.diff(example.row.target.starts[window.first : window.last + 1])
        total += int(sizes[example.labels != UNKNOWN].sum())
    return total
