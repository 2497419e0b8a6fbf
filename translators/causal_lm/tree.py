"""Texts that begin alike as a tree: what they share is read once.

The tokens of a tree stand in one row, and each sees only those from the root down to itself, by a
mask; its position is its depth. So one forward pass without padding scores the candidates of many
sources: the examples, a source and the common beginnings of candidates stand in the row once, and
so do the predictions at their ends, which for small models with large vocabularies are most of
the work. (The mask is that of tree attention, as in Miao et al. 2023, "SpecInfer".)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt


class Text(NamedTuple):
    """A text to score.

    Args:
        number: what the caller knows it by.
        tokens: all of it, prompt and end included.
        start: the first token that counts, at least 1.
    """

    number: int
    tokens: tuple[int, ...]
    start: int


@dataclass(slots=True)
class Row:
    """A tree, written down in depth-first order.

    Args:
        tokens, parents, depths: of each node; the root's parent is -1.
        texts: the texts, in the order of their tokens.
        paths: the nodes of each text, from the root.
        asked: the nodes whose predictions are wanted.
    """

    tokens: list[int] = field(default_factory=list)
    parents: list[int] = field(default_factory=list)
    depths: list[int] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    paths: list[list[int]] = field(default_factory=list)
    asked: set[int] = field(default_factory=set)

    def __len__(self) -> int:
        return len(self.tokens)

    def add(self, text: Text) -> None:
        """Add a text; those added before must be before it in the order of their tokens."""
        path = self._path(text)
        for token in text.tokens[len(path) :]:
            self.parents.append(path[-1] if path else -1)
            self.depths.append(len(path))
            path.append(len(self.tokens))
            self.tokens.append(token)
        self.asked.update(path[text.start - 1 : -1])
        self.texts.append(text)
        self.paths.append(path)

    def grown(self, text: Text) -> tuple[int, int]:
        """How many tokens and predictions the row would have with a further text."""
        path = self._path(text)
        new = range(max(len(path), text.start - 1), len(text.tokens) - 1)
        known = sum(node not in self.asked for node in path[text.start - 1 : len(text.tokens) - 1])
        return len(self) + len(text.tokens) - len(path), len(self.asked) + len(new) + known

    def mask(self) -> npt.NDArray[np.bool_]:
        """Which nodes each node sees: itself and those above it, [nodes, nodes]."""
        seen = np.zeros((len(self), len(self)), dtype=np.bool_)
        for node, parent in enumerate(self.parents):
            if parent >= 0:
                seen[node] = seen[parent]
            seen[node, node] = True
        return seen

    def _path(self, text: Text) -> list[int]:
        """The nodes that the text added last and this one have in common."""
        last = self.paths[-1] if self.paths else []
        same = 0
        for node, token in zip(last, text.tokens, strict=False):
            if self.tokens[node] != token:
                break
            same += 1
        return last[:same]


def rows(texts: Sequence[Text], most_tokens: int, most_predictions: int) -> list[Row]:
    """Texts in rows that keep to both limits, but for one that does not fit alone."""
    found: list[Row] = []
    for text in _in_order(texts):
        tokens, predictions = found[-1].grown(text) if found else (most_tokens + 1, 0)
        if tokens > most_tokens or predictions > most_predictions:
            found.append(Row())
        found[-1].add(text)
    return found


def one_row(texts: Sequence[Text]) -> Row:
    """Texts in one row, however long."""
    row = Row()
    for text in _in_order(texts):
        row.add(text)
    return row


def _in_order(texts: Sequence[Text]) -> list[Text]:
    """By their tokens: those that begin alike stand together."""
    return sorted(texts, key=lambda text: (text.tokens, text.start, text.number))
