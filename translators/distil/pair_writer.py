"""Writes a `PairStore`: sorts pairs by a hash of their source, on disk, and sets some apart."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from itertools import chain, islice
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from spanferry.data.columns import from_tuples, to_tuples
from spanferry.data.errors import InputError
from spanferry.data.files import write_parquet, write_text
from spanferry.translators.distil.keys import order_key
from spanferry.translators.distil.pairs import (
    FACTS,
    HELD_OUT,
    LINK,
    ROWS_PER_FILE,
    SCHEMA,
    VERSION,
    Digest,
    PairStore,
)

#: Rows that are sorted in memory at a time, about.
_ROWS_SORTED = 100_000
#: Files that rows are spread over before that, at most; all are open at once.
_MOST_PILES = 128
#: Rows of a batch.
_ROWS = 5_000


class Pair(NamedTuple):
    """A row of a store: see `PairStore`; `links` are tuples in the order of `pairs.LINK`."""

    source: str
    target: str
    score: float | None = None
    links: Sequence[tuple[int, int, int, int]] | None = None


def write_pairs(
    folder: Path,
    pairs: Iterable[Pair],
    *,
    count: int,
    held_out: int,
    links: bool,
    facts: Mapping[str, Any] | None = None,
) -> PairStore:
    """Write pairs as a store; the same pairs in any order give the same store.

    Pairs of one source, or of sources that differ in case and marks only (`keys.fold`), stand
    together, and are all held out or all learnt from. The store that was there is replaced when
    the new one is whole; a kill in between leaves none.

    Args:
        folder: of the store.
        pairs: gone through once; no more than some 100,000 are in memory at a time.
        count: how many there are, about.
        held_out: how many to set apart; at most a tenth, but one, and fewer where that would part
            equal sources.
        links: whether words were linked.
        facts: what else `facts.json` is to say; JSON values.

    Raises:
        InputError: `too_few_pairs`: there are not two sources, one to learn from and one to be
            judged by.
    """
    made = folder.with_name(folder.name + ".partial")
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir(parents=True)
    total, piles = _spread(made / "piles", pairs, count)
    digest = Digest()
    rows = _counted(_sorted(piles), digest)
    apart, rows = _set_apart(rows, max(1, min(held_out, total // 10)))
    train = _write_train(made, rows)
    if not apart or not train:
        shutil.rmtree(made)
        raise InputError(
            "too_few_pairs",
            f"the sources of its {total} pairs are not two: one to learn from, another to be "
            "judged by",
            origin=str(folder),
        )
    write_parquet(_table(apart), made / HELD_OUT)
    shutil.rmtree(made / "piles")
    known = {
        **(facts or {}),
        "version": VERSION,
        "train": train,
        "held_out": len(apart),
        "links": links,
        "digest": digest.text(),
    }
    write_text(json.dumps(known, ensure_ascii=False, indent=1) + "\n", made / FACTS)
    shutil.rmtree(folder, ignore_errors=True)
    made.rename(folder)
    return PairStore(folder)


def _table(pairs: Sequence[Pair]) -> pa.Table:
    sources, targets, scores, links = zip(*pairs, strict=True)
    columns = [
        *(pa.array(side, pa.string()) for side in (sources, targets)),
        pa.array(scores, pa.float32()),
        from_tuples(links, pa.list_(LINK)),
    ]
    return pa.Table.from_arrays(columns, schema=SCHEMA)


def read_rows(table: pa.Table) -> Iterator[Pair]:
    """The rows of a table of `pairs.SCHEMA`."""
    sides = (table.column(name).to_pylist() for name in ("source", "target", "score"))
    yield from map(Pair._make, zip(*sides, to_tuples(table.column("links")), strict=True))


def _spread(folder: Path, pairs: Iterable[Pair], count: int) -> tuple[int, list[Path]]:
    """Put pairs on piles, all of the first by hash before all of the second; how many there are."""
    folder.mkdir()
    piles = [folder / f"{k:03d}.arrow" for k in range(min(_MOST_PILES, 1 + count // _ROWS_SORTED))]
    total = 0
    stream = iter(pairs)
    with ExitStack() as stack:
        writers = [
            stack.enter_context(pa.ipc.new_stream(stack.enter_context(path.open("wb")), SCHEMA))
            for path in piles
        ]
        while some := list(islice(stream, _ROWS_SORTED // 2)):
            total += len(some)
            parts: list[list[Pair]] = [[] for _ in piles]
            for pair in some:
                parts[order_key(pair.source) * len(piles) >> 64].append(pair)
            for writer, part in zip(writers, parts, strict=True):
                if part:
                    writer.write_table(_table(part))
    return total, piles


def _sorted(piles: Iterable[Path]) -> Iterator[Pair]:
    for path in piles:
        with path.open("rb") as file:
            rows = list(read_rows(pa.ipc.open_stream(file).read_all()))
        rows.sort(key=_order)
        yield from rows


def _order(pair: Pair) -> tuple[int, str, str, float]:
    score = 1.0 if pair.score is None else pair.score
    return order_key(pair.source), pair.source, pair.target, score


def _counted(pairs: Iterable[Pair], digest: Digest) -> Iterator[Pair]:
    for pair in pairs:
        digest.add(pair)
        yield pair


def _set_apart(pairs: Iterator[Pair], wanted: int) -> tuple[list[Pair], Iterator[Pair]]:
    """The first `wanted` pairs and those that follow, with equal sources on one side."""
    apart = list(islice(pairs, wanted))
    following = next(pairs, None)
    if following is None or not apart:
        return apart, pairs
    key = order_key(following.source)
    both = [pair for pair in apart if order_key(pair.source) == key]
    if len(both) < len(apart):
        return apart[: len(apart) - len(both)], chain(both, [following], pairs)
    while following is not None and order_key(following.source) == key:
        apart.append(following)
        following = next(pairs, None)
    return apart, pairs if following is None else chain([following], pairs)


def _write_train(folder: Path, pairs: Iterator[Pair]) -> int:
    total = 0
    for number, first in enumerate(pairs):
        batches = _batches(islice(chain([first], pairs), ROWS_PER_FILE))
        total += write_parquet(batches, folder / f"train-{number:05d}.parquet", schema=SCHEMA)
    return total


def _batches(pairs: Iterator[Pair]) -> Iterator[pa.Table]:
    while some := list(islice(pairs, _ROWS)):
        yield _table(some)
