"""What is told of each candidate segment of a span, as columns of numbers.

The columns are named so that the weights can be read (`ranking.json`). `L` and `R` stand for the
left and the right edge; `e` is the word at the edge and `o` the one outside of it; `in` and `out`
the link mass that a word shares with the span and with others; `free` is what is not linked; `c`,
`s` and `k` mean content words, stop words and marks. Columns that begin with `clause_` count for
long spans of small letters only (`clause_weight`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import numpy as np

from spanferry.projection.sentence import View
from spanferry.projection.sides import Array
from spanferry.projection.spots import Places, Spots

#: Source words on each side of a span that its words are compared with.
NEIGHBOURHOOD = 10
#: Similarities below this are all the same.
_LEAST = 0.1


class Columns(Mapping[str, Array]):
    """The columns of one span: its rows of what was made for many."""

    __slots__ = ("_every", "_rows")

    def __init__(self, every: Mapping[str, Array], rows: slice) -> None:
        self._every, self._rows = every, rows

    def __getitem__(self, name: str) -> Array:
        return self._every[name][self._rows]

    def __contains__(self, name: object) -> bool:
        return name in self._every

    def __iter__(self) -> Iterator[str]:
        return iter(self._every)

    def __len__(self) -> int:
        return len(self._every)


def clause_weight(view: View) -> float:
    """How much a span looks like a clause: 0 below four words or in capitals, 1 from seven on.

    `Committee on Economic and Monetary Affairs` is as long as a clause, but is none.
    """
    source = view.sentence.source
    content = [word for word in view.words if source.content[word + 1]]
    if not content or len(view.words) <= 3:
        return 0.0
    small = sum(1 - source.capital[word + 1] for word in content) / len(content)
    return min(1.0, (len(view.words) - 3) / 4) * min(1.0, 2 * small)


def segment_columns(spots: Spots) -> dict[str, Array]:
    """Columns of the segment as a whole."""
    grids = spots.grids
    minor = np.minimum(1, grids.stop + grids.mark)
    columns: dict[str, Array] = {}
    columns["evidence"] = spots.total(grids.values)
    inside = np.cumsum(grids.inside, axis=1)[:, -1][spots.of]
    columns["recall"] = spots.total(grids.inside) / np.maximum(inside, 1e-9)
    columns["out_c"] = spots.total(np.minimum(1, grids.outside * grids.content))
    columns["out_sk"] = spots.total(np.minimum(1, grids.outside * minor))
    columns["free_s"] = spots.total(grids.free * grids.stop)
    columns["marks"] = np.abs(spots.total(grids.mark) - spots.each(_marks))
    longer = np.log((spots.total(grids.length) + 2) / (spots.each(_given) + 2))
    columns["long"], columns["short"] = np.maximum(0, longer), np.maximum(0, -longer)
    words = spots.each(lambda view: len(view.words))
    more = np.log((spots.last - spots.first + 1) / words)
    columns["more_words"], columns["fewer_words"] = np.maximum(0, more), np.maximum(0, -more)
    columns["lost_c"], columns["lost_sk"] = _lost(spots)
    # words without links, against those that the span has itself
    unlinked = spots.each(lambda view: sum(share for _, share in _unlinked(view)))
    free = grids.free * grids.content
    here = spots.total(free)
    columns["free_used"] = np.minimum(here, unlinked)
    columns["free_more"] = np.maximum(0, here - unlinked)
    need = spots.each(_need)
    letters = spots.total(grids.length * free)
    columns["room_used"] = np.minimum(letters, need) / 8
    columns["room_more"] = np.maximum(0, letters - need) / 8
    columns["room_left"] = np.maximum(0, need - letters) / 8
    middle = spots.each(
        lambda view: (view.words[0] + view.words[-1] + 1) / 2 / view.sentence.source.size
    )
    places = (spots.first + spots.last) / 2 + spots.each(lambda view: view.low) - 0.5
    size = spots.each(lambda view: view.sentence.target.size)
    columns["distance"] = np.abs(places / size - middle)
    best = spots.first_best(columns["evidence"])[spots.of]
    columns["L_best"] = (spots.first == spots.first[best]).astype(float)
    columns["R_best"] = (spots.last == spots.last[best]).astype(float)
    columns["best"] = columns["L_best"] * columns["R_best"]
    return columns


def _marks(view: View) -> float:
    """Marks among the words of a span."""
    return sum(view.sentence.source.mark[word + 1] for word in view.words)


def _given(view: View) -> float:
    """Characters that a span would have in the translation."""
    length = view.sentence.source.length
    return sum(length[word + 1] for word in view.words) * view.sentence.ratio


def _unlinked(view: View) -> list[tuple[int, float]]:
    """Content words of a span, and how far each is without links."""
    content, leaving = view.sentence.source.content, view.sentence.leaving
    return [(word, max(0.0, 1 - 2 * leaving[word + 1])) for word in view.words if content[word + 1]]


def _need(view: View) -> float:
    """Characters of a span's unlinked words for which its linked ones leave no room."""
    length = view.sentence.source.length
    room = sum(length[word + 1] * share for word, share in _unlinked(view)) * view.sentence.ratio
    return max(0.0, room - _spare(view))


def _lost(spots: Spots) -> tuple[Array, Array]:
    """Source words of the span whose links lead out of each segment: content words, and others."""
    width = spots.grids.shape[1]
    # sums over the links of each word with links, in the order of the translation
    keys: list[int] = []
    sums: list[float] = []
    views: list[int] = []
    wholes: list[float] = []
    content: list[bool] = []
    for k, view in enumerate(spots.views):
        for word in view.words:
            masses: dict[int, float] = {}
            for t, mass in view.sentence.links.get(word, ()):
                masses[t] = masses.get(t, 0.0) + mass
            row, whole = len(views) * width - view.low + 1, 0.0
            before = len(keys), len(sums)
            sums.append(whole)
            for t in sorted(masses):
                keys.append(row + t)
                whole += masses[t]
                sums.append(whole)
            if whole > 0:
                views.append(k)
                wholes.append(whole)
                content.append(view.sentence.source.content[word + 1] > 0)
            else:
                del keys[before[0] :], sums[before[1] :]
    # each of these words with each candidate of its span
    of = np.array(views, np.int64)
    sizes = spots.sizes[of]
    row_of = np.repeat(np.arange(len(of)), sizes)
    spot = np.arange(len(row_of)) - np.repeat(np.cumsum(sizes) - sizes - spots.starts[of], sizes)
    places, prefix, whole_of = np.array(keys, np.int64), np.array(sums), np.array(wholes)[row_of]
    after = np.searchsorted(places, row_of * width + spots.last[spot], "right") + row_of
    before_it = np.searchsorted(places, row_of * width + spots.first[spot], "left") + row_of
    share = (1 - (prefix[after] - prefix[before_it]) / whole_of) * np.minimum(1.0, 2 * whole_of)
    is_content = np.array(content, bool)[row_of]
    # added up in the order of the words
    lost_c = np.bincount(spot, np.where(is_content, share, 0.0), len(spots))
    lost_sk = np.bincount(spot, np.where(is_content, 0.0, share), len(spots))
    return lost_c.astype(np.float64), lost_sk.astype(np.float64)


def _spare(view: View) -> float:
    """Characters of the linked target words beyond those of their partners.

    `Stahlkodex` is linked to `steel` and has the letters of `code` to spare.
    """
    sentence = view.sentence
    content, length = sentence.source.content, sentence.source.length
    partners: dict[int, list[tuple[int, float]]] = {}
    for word in view.words:
        if content[word + 1]:
            for t, mass in sentence.links.get(word, ()):
                partners.setdefault(t, []).append((word, mass))
    spare = 0.0
    for t, found in partners.items():
        taken = sum(length[word + 1] * sentence.ratio * min(1.0, 2 * mass) for word, mass in found)
        surplus = max(0.0, sentence.target.length[t + 1] - taken)
        spare += surplus * min(1.0, 2 * max(mass for _, mass in found))
    return spare


def likeness_columns(spots: Spots) -> dict[str, Array]:
    """Columns of word vectors: does an unlinked word belong to the span or to what is beside it?"""
    grids = spots.grids
    likeness = np.zeros((3, *grids.shape))
    for k, view in enumerate(spots.views):
        likeness[:, k, 1 : view.high - view.low + 1] = _likeness(view)
    like, nearer, nearer_free = likeness
    free = grids.free * grids.content
    columns: dict[str, Array] = {
        "nearer": spots.total(nearer * grids.content),
        "nearer_free": spots.total(nearer * free),
        "nearer_free_others": spots.total(nearer_free * free),
    }
    every = np.stack(
        [nearer * grids.content, nearer * free, like * free, nearer_free * free,
         nearer * grids.stop]
    ).reshape(5, -1)  # fmt: skip
    for side, edge, step in (("L", spots.left, -1), ("R", spots.right, 1)):
        at, out = every[:, edge], every[:, edge + step]
        columns[f"{side}e_nearer"] = at[0]
        columns[f"{side}o_nearer"] = out[0]
        columns[f"{side}e_nearer_free"] = at[1]
        columns[f"{side}e_like_free"] = at[2]
        columns[f"{side}o_like_free"] = out[2]
        columns[f"{side}e_nearer_free_others"] = at[3]
        columns[f"{side}o_nearer_free_others"] = out[3]
        columns[f"{side}e_nearer_s"] = at[4]
        columns[f"{side}o_nearer_s"] = out[4]
    columns["phrase"] = np.concatenate(
        [
            _phrase(view, spots.first[rows], spots.last[rows])
            for view, rows in zip(spots.views, spots.slices(), strict=True)
        ]
    )
    return columns


def _likeness(view: View) -> tuple[Array, Array, Array]:
    """Of each target word of a view: how like the span it is, and how much more so than like the
    words beside the span, all of them and those without links.
    """
    sentence = view.sentence
    table = sentence.likeness
    assert table is not None
    first, last = view.words[0], view.words[-1]
    beside = [
        word
        for word in range(first - NEIGHBOURHOOD, last + NEIGHBOURHOOD + 1)
        if 0 <= word < sentence.source.size and not first <= word <= last
    ]
    every = table.similarity([*view.words, *beside], view.low, view.high)
    own, others = every[: len(view.words)].max(axis=0), every[len(view.words) :]
    loose = [k for k, word in enumerate(beside) if sentence.leaving[word + 1] < 0.3]
    own = np.maximum(own, _LEAST)
    return own, own - _most(others), own - _most(others[loose])


def _most(similarity: Array) -> Array:
    """The largest similarity of each target word with any of the source words."""
    found: Array = similarity.max(axis=0, initial=_LEAST)
    return found


def _phrase(view: View, first: Places, last: Places) -> Array:
    """Cosine of the sums of the word vectors; stop words and marks count 3, others 10."""
    sentence = view.sentence
    table = sentence.likeness
    assert table is not None
    words = list(view.words)
    weights = np.array([10.0 if sentence.source.content[word + 1] else 3.0 for word in words])
    wanted = (table.meaning(table.source[words]) * weights[:, None]).sum(axis=0)
    weights = np.where(sentence.table[2, view.low + 1 : view.high + 1] > 0, 10.0, 3.0)
    vectors = table.meaning(table.target[view.low : view.high]) * weights[:, None]
    sums = np.concatenate([np.zeros((1, len(wanted))), np.cumsum(vectors, axis=0)])
    found = sums[last] - sums[first - 1]
    lengths = np.sqrt(np.square(found).sum(axis=1)) * math.sqrt(float(np.square(wanted).sum()))
    cosines: Array = (found * wanted).sum(axis=1) / np.maximum(lengths, 1e-9)
    return cosines
