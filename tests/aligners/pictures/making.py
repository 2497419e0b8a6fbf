"""Pictures of random pairs, with all kinds of words that break a drawing."""

from __future__ import annotations

from hypothesis import strategies as st

from spanferry.aligners.pictures.picture import Gold, Picture, Stretch
from spanferry.data.links import Link

#: Controls, what XML refuses, halves of surrogate pairs, changes of direction, joined emoji, marks.
AWKWARD = [
    "\x00", "\x1b[31m", "\x85", "\ufffe", "\ud800", "\u202e", "\u200d", "\u2028", "\xad", "\ufeff",
    "שלום", "مرحبا", "👩\u200d🚀", "👍🏽", "e\u0301", "東京", "ไทย", "<b>&amp;\"'", "]]>", " ",
    "\n", "Donaudampfschifffahrtsgesellschaftskapitän",
]  # fmt: skip
words = st.one_of(st.sampled_from(AWKWARD), st.text(st.characters(), max_size=6))
sentences = st.lists(words, max_size=5)


@st.composite
def pictures(draw: st.DrawFn) -> Picture:
    """A picture of a short pair."""
    source, target = draw(sentences), draw(sentences)
    every = [(i, j) for i in range(len(source)) for j in range(len(target))]
    cells = st.sets(st.sampled_from(every)) if every else st.just(set())
    links = [Link(*cell, draw(st.floats(0, 1))) for cell in sorted(draw(cells))]
    sure, possible = frozenset(draw(cells)), frozenset(draw(cells))
    number = st.floats(allow_nan=True, width=32)
    grid = st.lists(
        st.lists(number, min_size=len(target), max_size=len(target)),
        min_size=len(source),
        max_size=len(source),
    )
    stretches = st.tuples(st.integers(0, 4), st.integers(1, 5), words)
    spans = [
        [
            Stretch(start, min(start + size, len(side)), label)
            for start, size, label in draw(st.lists(stretches, max_size=3))
            if start < len(side)
        ]
        for side in (source, target)
    ]
    gold = draw(st.sampled_from([None, Gold(sure, possible - sure)]))
    return Picture(
        draw(words),
        source,
        target,
        draw(st.sampled_from([links, None])) if gold else links,
        gold,
        similarities=draw(st.one_of(st.none(), grid)),
        source_spans=spans[0],
        target_spans=spans[1],
        languages=(draw(st.sampled_from(["", "en", "\x01"])), "ja"),
        aligner=draw(words),
        origin=draw(words),
    )
