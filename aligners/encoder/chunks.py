"""A part of the pairs, ready for the encoder: sub-words in batches sorted by length."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from spanferry.aligners.base import WordPair
from spanferry.aligners.encoder.tokens import Tokenizer, Tokens
from spanferry.aligners.encoder.units import Units
from spanferry.aligners.encoder.windows import Ints

#: Pairs that the tokenizer gets at once.
_SLAB = 256


@dataclass(frozen=True, slots=True)
class Batch:
    """What goes through the encoder at once; padding is on the right.

    Args:
        ids: token numbers, [sequences, length].
        mask: 1 where there is a token, 0 in the padding, likewise.
        places: of the vectors that are kept, in the flattened [sequences * length].
        rows: the chunk's rows that they become.
    """

    ids: Ints
    mask: Ints
    places: Ints
    rows: Ints


@dataclass(frozen=True, slots=True)
class Chunk:
    """Pairs whose vectors are in memory at the same time.

    Args:
        places: which pairs of the call these are.
        sources, targets: their texts, as numbers of `units`' texts. Equal texts are there once.
        units: the sub-words of all texts.
        batches: what the encoder is to do, longest sequences first.
    """

    places: Ints
    sources: Ints
    targets: Ints
    units: Units
    batches: tuple[Batch, ...]


def chunks(
    pairs: Iterable[WordPair], tokenizer: Tokenizer, *, size: int, batch_tokens: int, padding: int
) -> Iterator[Chunk]:
    """Cut pairs in chunks of about `size` sub-words, in order.

    Pairs of which a side has no sub-word are left out.
    """
    texts: dict[tuple[str, ...], int] = {}
    tokens: list[Tokens] = []
    members: list[tuple[int, int, int]] = []
    held = 0

    def finished() -> Chunk:
        places, sources, targets = np.array(members, dtype=np.int64).reshape(-1, 3).T
        units = Units.of_texts([found.words for found in tokens])
        batches = tuple(_batches(tokens, units, batch_tokens, padding))
        return Chunk(places, sources, targets, units, batches)

    for place, source, target in _tokenized(pairs, tokenizer):
        for words, found in (source, target):
            if words not in texts:
                texts[words] = len(tokens)
                tokens.append(found)
                held += len(found.words)
        members.append((place, texts[source[0]], texts[target[0]]))
        if held >= size:
            yield finished()
            texts, tokens, members, held = {}, [], [], 0
    if members:
        yield finished()


_Side = tuple[tuple[str, ...], Tokens]


def _tokenized(
    pairs: Iterable[WordPair], tokenizer: Tokenizer
) -> Iterator[tuple[int, _Side, _Side]]:
    """Place and sides of each pair that has sub-words on both."""
    for slab in _slabs(pairs):
        # equal texts, such as the two sides of a name, are tokenized once
        distinct = {words: None for _, sides in slab for words in sides}
        found = dict(zip(distinct, tokenizer(list(distinct)), strict=True))
        for place, (source, target) in slab:
            if len(found[source].words) and len(found[target].words):
                yield place, (source, found[source]), (target, found[target])


def _slabs(
    pairs: Iterable[WordPair],
) -> Iterator[list[tuple[int, tuple[tuple[str, ...], tuple[str, ...]]]]]:
    slab = []
    for place, pair in enumerate(pairs):
        if pair.source and pair.target:
            slab.append((place, (tuple(pair.source), tuple(pair.target))))
        if len(slab) == _SLAB:
            yield slab
            slab = []
    if slab:
        yield slab


def _batches(
    tokens: Sequence[Tokens], units: Units, batch_tokens: int, padding: int
) -> Iterator[Batch]:
    """All texts' pieces, longest first, as many at once as their padded size allows."""
    pieces = [
        (piece, start + piece.first)
        for found, start in zip(tokens, units.starts[:-1].tolist(), strict=True)
        for piece in found.pieces
    ]
    pieces.sort(key=lambda entry: -len(entry[0].ids))
    start = 0
    while start < len(pieces):
        length = len(pieces[start][0].ids)
        group = pieces[start : start + max(1, batch_tokens // length)]
        ids = np.full((len(group), length), padding, dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, (piece, _) in enumerate(group):
            ids[row, : len(piece.ids)] = piece.ids
            mask[row, : len(piece.ids)] = 1
        yield Batch(
            ids,
            mask,
            np.concatenate([piece.keep + row * length for row, (piece, _) in enumerate(group)]),
            np.concatenate([np.arange(len(piece.keep)) + first for piece, first in group]),
        )
        start += len(group)
