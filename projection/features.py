"""What is told of each candidate segment of a span, as columns of numbers.

The columns are named so that the weights can be read (`ranking.json`). `L` and `R` stand for the
left and the right edge; `e` is the word at the edge and `o` the one outside of it; `in` and `out`
the link mass that a word shares with the span and with others; `free` is what is not linked; `c`,
`s` and `k` mean content words, stop words and marks. Columns that begin with `clause_` count for
long spans of small letters only (`clause_weight`).
"""

from __future__ import annotations

import math

import numpy as np

from spanferry.projection.segments import Pairs
from spanferry.projection.sentence import View
from spanferry.projection.sides import Array

Columns = dict[str, Array]

#: Source words on each side of a span that its words are compared with.
NEIGHBOURHOOD = 10
#: Similarities below this are all the same.
_LEAST = 0.1


def clause_weight(view: View) -> float:
    """How much a span looks like a clause: 0 below four words or in capitals, 1 from seven on.

    `Committee on Economic and Monetary Affairs` is as long as a clause, but is none.
    """
    source = view.sentence.source
    content = [word for word in view.words if source.content[word + 1]]
    if not content:
        return 0.0
    small = sum(1 - source.capital[word + 1] for word in content) / len(content)
    return float(min(1.0, max(0.0, (len(view.words) - 3) / 4)) * min(1.0, 2 * small))


class Spots:
    """Sums over the words of each candidate segment, and values at its edges."""

    def __init__(self, view: View, pairs: Pairs) -> None:
        self.first = pairs[:, 0] - view.low + 1
        self.last = pairs[:, 1] - view.low + 1

    def total(self, values: Array) -> Array:
        """The sum of a value over each segment."""
        sums = np.concatenate([[0.0], np.cumsum(values)])
        found: Array = sums[self.last + 1] - sums[self.first]
        return found


def segment_columns(view: View, spots: Spots) -> Columns:
    """Columns of the segment as a whole."""
    sentence = view.sentence
    source = sentence.source
    stop, mark, content = (
        view.cut(array)
        for array in (sentence.target.stop, sentence.target.mark, sentence.target.content)
    )
    minor = np.minimum(1, stop + mark)
    free = 1 - view.cut(sentence.linked)
    free[[0, -1]] = 0
    length = view.cut(sentence.target.length)
    columns: Columns = {}
    columns["evidence"] = spots.total(view.values)
    columns["recall"] = spots.total(view.inside) / max(float(view.inside.sum()), 1e-9)
    columns["out_c"] = spots.total(np.minimum(1, view.outside * content))
    columns["out_sk"] = spots.total(np.minimum(1, view.outside * minor))
    columns["free_s"] = spots.total(free * stop)
    marks = sum(source.mark[word + 1] for word in view.words)
    columns["marks"] = np.abs(spots.total(mark) - marks)
    given = float(sum(source.length[word + 1] for word in view.words)) * sentence.ratio
    longer = np.log((spots.total(length) + 2) / (given + 2))
    columns["long"], columns["short"] = np.maximum(0, longer), np.maximum(0, -longer)
    more = np.log((spots.last - spots.first + 1) / len(view.words))
    columns["more_words"], columns["fewer_words"] = np.maximum(0, more), np.maximum(0, -more)
    columns["lost_c"], columns["lost_sk"] = _lost(view, spots)
    # words without links, against those that the span has itself
    missing = [
        (word, max(0.0, 1 - 2 * float(sentence.leaving[word + 1])))
        for word in view.words
        if source.content[word + 1]
    ]
    unlinked = sum(share for _, share in missing)
    here = spots.total(free * content)
    columns["free_used"] = np.minimum(here, unlinked)
    columns["free_more"] = np.maximum(0, here - unlinked)
    room = sum(source.length[word + 1] * share for word, share in missing) * sentence.ratio
    need = max(0.0, room - _spare(view))
    letters = spots.total(length * free * content)
    columns["room_used"] = np.minimum(letters, need) / 8
    columns["room_more"] = np.maximum(0, letters - need) / 8
    columns["room_left"] = np.maximum(0, need - letters) / 8
    middle = (view.words[0] + view.words[-1] + 1) / 2 / source.size
    places = (spots.first + spots.last) / 2 + view.low - 0.5
    columns["distance"] = np.abs(places / sentence.target.size - middle)
    best = int(np.argmax(columns["evidence"]))
    columns["L_best"] = (spots.first == spots.first[best]).astype(float)
    columns["R_best"] = (spots.last == spots.last[best]).astype(float)
    columns["best"] = columns["L_best"] * columns["R_best"]
    return columns


def _lost(view: View, spots: Spots) -> tuple[Array, Array]:
    """Source words of the span whose links lead out of each segment: content words, and others."""
    lost = {True: np.zeros(len(spots.first)), False: np.zeros(len(spots.first))}
    for word in view.words:
        mass = view.mass_from(word)
        total = float(mass.sum())
        if total > 0:
            share = (1 - spots.total(mass) / total) * min(1.0, 2 * total)
            lost[bool(view.sentence.source.content[word + 1])] += share
    return lost[True], lost[False]


def _spare(view: View) -> float:
    """Characters of the linked target words beyond those of their partners.

    `Stahlkodex` is linked to `steel` and has the letters of `code` to spare.
    """
    sentence = view.sentence
    partners: dict[int, list[tuple[int, float]]] = {}
    for word in view.words:
        if sentence.source.content[word + 1]:
            for t, mass in sentence.links.get(word, ()):
                partners.setdefault(t, []).append((word, mass))
    spare = 0.0
    for t, found in partners.items():
        taken = sum(
            float(sentence.source.length[word + 1]) * sentence.ratio * min(1.0, 2 * mass)
            for word, mass in found
        )
        surplus = max(0.0, float(sentence.target.length[t + 1]) - taken)
        spare += surplus * min(1.0, 2 * max(mass for _, mass in found))
    return spare


def likeness_columns(view: View, spots: Spots) -> Columns:
    """Columns of word vectors: does an unlinked word belong to the span or to what is beside it?"""
    sentence = view.sentence
    table = sentence.likeness
    assert table is not None
    low, high = view.low, view.high
    first, last = view.words[0], view.words[-1]
    beside = [
        word
        for word in range(first - NEIGHBOURHOOD, last + NEIGHBOURHOOD + 1)
        if 0 <= word < sentence.source.size and not first <= word <= last
    ]
    own = table.similarity(view.words, low, high).max(axis=0)
    others = table.similarity(beside, low, high) if beside else np.zeros((1, high - low))
    loose = [k for k, word in enumerate(beside) if sentence.leaving[word + 1] < 0.3]
    free_others = others[loose].max(axis=0) if loose else np.zeros(high - low)
    own = np.maximum(own, _LEAST)
    padded = np.zeros((3, high - low + 2))
    padded[0, 1:-1] = own
    padded[1, 1:-1] = own - np.maximum(others.max(axis=0), _LEAST)
    padded[2, 1:-1] = own - np.maximum(free_others, _LEAST)
    like, nearer, nearer_free = padded
    content, stop = view.cut(sentence.target.content), view.cut(sentence.target.stop)
    free = (1 - view.cut(sentence.linked)) * content
    columns: Columns = {
        "nearer": spots.total(nearer * content),
        "nearer_free": spots.total(nearer * free),
        "nearer_free_others": spots.total(nearer_free * free),
    }
    for side, edge, step in (("L", spots.first, -1), ("R", spots.last, 1)):
        beyond = edge + step
        columns[f"{side}e_nearer"] = nearer[edge] * content[edge]
        columns[f"{side}o_nearer"] = nearer[beyond] * content[beyond]
        columns[f"{side}e_nearer_free"] = nearer[edge] * free[edge]
        columns[f"{side}e_like_free"] = like[edge] * free[edge]
        columns[f"{side}o_like_free"] = like[beyond] * free[beyond]
        columns[f"{side}e_nearer_free_others"] = nearer_free[edge] * free[edge]
        columns[f"{side}o_nearer_free_others"] = nearer_free[beyond] * free[beyond]
        columns[f"{side}e_nearer_s"] = nearer[edge] * stop[edge]
        columns[f"{side}o_nearer_s"] = nearer[beyond] * stop[beyond]
    columns["phrase"] = _phrase(view, spots)
    return columns


def _phrase(view: View, spots: Spots) -> Array:
    """Cosine of the sums of the word vectors; stop words and marks count 3, others 10."""
    sentence = view.sentence
    table = sentence.likeness
    assert table is not None
    words = list(view.words)
    weights = np.where(sentence.source.content[np.array(words) + 1] > 0, 10.0, 3.0)
    wanted = (table.meaning(table.source[words]) * weights[:, None]).sum(axis=0)
    weights = np.where(view.cut(sentence.target.content)[1:-1] > 0, 10.0, 3.0)
    vectors = table.meaning(table.target[view.low : view.high]) * weights[:, None]
    sums = np.concatenate([np.zeros((1, len(wanted))), np.cumsum(vectors, axis=0)])
    found = sums[spots.last] - sums[spots.first - 1]
    lengths = np.sqrt(np.square(found).sum(axis=1)) * math.sqrt(float(np.square(wanted).sum()))
    cosines: Array = (found * wanted).sum(axis=1) / np.maximum(lengths, 1e-9)
    return cosines
