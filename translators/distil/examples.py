"""The pairs as sub-words, in files that are mapped into memory."""

from __future__ import annotations

import json
import shutil
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from spanferry.data.checkpoints import read_json
from spanferry.data.files import flush, write_text
from spanferry.data.records import Offsets
from spanferry.translators.distil.pairs import PairStore
from spanferry.translators.distil.variation import Link, Variation
from spanferry.translators.distil.vocabulary import Vocabulary

Ids = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.int64]
#: Written last.
_FACTS = "examples.json"
_IDS, _ENDS, _LINKS, _LINK_ENDS = "ids.u16", "ends.i64", "links.u16", "link_ends.i64"


class Examples:
    """Sources and targets as ids with the end token, two bytes a sub-word, and linked sub-words.

    Args:
        folder: that `write` filled.
    """

    def __init__(self, folder: Path) -> None:
        facts = read_json(folder / _FACTS)
        self.too_long = int(facts["too_long"])
        self._ids = _mapped(folder / _IDS, np.uint16)
        self._ends = _mapped(folder / _ENDS, np.int64)
        self._links = _mapped(folder / _LINKS, np.uint16).reshape(-1, 2)
        self._link_ends = _mapped(folder / _LINK_ENDS, np.int64)
        self.linked = bool(facts["linked"])

    def __len__(self) -> int:
        return len(self._ends) // 2

    def pair(self, number: int) -> tuple[Ids, Ids]:
        """Ids of source and target, the end token included."""
        first, middle, last = self._ends[2 * number : 2 * number + 3]
        return self._ids[first:middle].astype(np.int64), self._ids[middle:last].astype(np.int64)

    def links(self, number: int) -> Numbers:
        """Linked sub-words, [links, 2]: place in the target, place in the source."""
        first, last = self._link_ends[number : number + 2]
        return self._links[first:last].astype(np.int64)

    def linked_rows(self, number: int) -> int:
        """Sub-words of the target that are linked, the end token among them."""
        return len(np.unique(self.links(number)[:, 0]))

    def lengths(self) -> Numbers:
        """Sub-words of each source and target, [pairs, 2]."""
        return np.diff(np.asarray(self._ends)).reshape(-1, 2)


def write(
    pairs: PairStore,
    vocabulary: Vocabulary,
    folder: Path,
    *,
    longest: int,
    variation: Variation,
    made_of: str,
) -> Examples:
    """The examples of a pair store; those that are there already where they are made of the same.

    Args:
        longest: sub-words of a side, the end token not counted; longer pairs are left out.
        variation: what becomes of the pairs.
        made_of: what tells them apart from others.
    """
    if read_json(folder / _FACTS).get("made_of") == made_of:
        return Examples(folder)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    linked = pairs.has_links
    columns = ["source", "target", *(["links"] if linked else [])]
    too_long = total = linked_total = 0
    with (
        (folder / _IDS).open("wb") as ids,
        (folder / _ENDS).open("wb") as ends,
        (folder / _LINKS).open("wb") as links,
        (folder / _LINK_ENDS).open("wb") as link_ends,
    ):
        ends.write(array("q", [0]).tobytes())
        link_ends.write(array("q", [0]).tobytes())
        for batch in pairs.train(columns):
            for source, target, found in _encoded(batch.to_pydict(), vocabulary, variation, linked):
                if not 0 < len(source) <= longest or not 0 < len(target) <= longest:
                    too_long += 1
                    continue
                for side in (source, target):
                    ids.write(array("H", [*side, vocabulary.end]).tobytes())
                    total += len(side) + 1
                    ends.write(array("q", [total]).tobytes())
                for link in found:
                    links.write(array("H", link).tobytes())
                linked_total += len(found)
                link_ends.write(array("q", [linked_total]).tobytes())
    for name in (_IDS, _ENDS, _LINKS, _LINK_ENDS):
        flush(folder / name)
    facts = {"made_of": made_of, "too_long": too_long, "linked": linked}
    write_text(json.dumps(facts) + "\n", folder / _FACTS)
    return Examples(folder)


def _encoded(
    rows: dict[str, list[Any]], vocabulary: Vocabulary, variation: Variation, linked: bool
) -> Iterator[tuple[list[int], list[int], list[tuple[int, int]]]]:
    given = rows.get("links") or [None] * len(rows["source"])
    varied = [
        variation.of(source, target, [tuple(link.values()) for link in links or ()])
        for source, target, links in zip(rows["source"], rows["target"], given, strict=True)
    ]
    sides = [each.source for each in varied], [each.target for each in varied]
    encoded = zip(*map(vocabulary.encode, sides), strict=True)
    if not linked:
        yield from ((source, target, []) for source, target in encoded)
        return
    places = zip(*map(vocabulary.offsets, sides), strict=True)
    for (source, target), (left, right), pair in zip(encoded, places, varied, strict=True):
        yield source, target, linked_pieces(left, right, pair.links)


def linked_pieces(
    source: Sequence[Offsets], target: Sequence[Offsets], links: Sequence[Link]
) -> list[tuple[int, int]]:
    """Places of sub-words (target, source) that touch both ends of a link; the ends are linked too.

    The end token of the target looks at that of the source: without it, what its row of attention
    is like is left to chance.

    >>> linked_pieces([(0, 3), (3, 5), (5, 9)], [(0, 2), (2, 7)], [(0, 5, 3, 7)])
    [(1, 0), (1, 1), (2, 3)]
    """
    found = {(len(target), len(source))}
    for first, last, start, end in links:
        rows = _touched(target, start, end)
        columns = _touched(source, first, last)
        found.update((row, column) for row in rows for column in columns)
    return sorted(found)


def _touched(pieces: Sequence[Offsets], start: int, end: int) -> list[int]:
    return [n for n, (first, last) in enumerate(pieces) if first < end and start < last]


def _mapped(path: Path, kind: Any) -> npt.NDArray[Any]:
    """An array in a file; an empty file cannot be mapped."""
    if not path.stat().st_size:
        return np.zeros(0, kind)
    return np.memmap(path, kind, mode="r")
