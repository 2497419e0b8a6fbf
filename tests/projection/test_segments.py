"""Candidate segments."""

from __future__ import annotations

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from spanferry.data.records import Span
from spanferry.projection.pair import inside_words
from spanferry.projection.rules import AlignmentSettings
from spanferry.projection.segments import segments
from spanferry.projection.sentence import View, read_sentence, view_of
from tests.projection.cases import pair

SETTINGS = AlignmentSettings()
WORDS = ["pato", "azul", "de", "la", ",", ".", "«", "Oslo", "muy"]


@st.composite
def views(draw: st.DrawFn) -> View:
    source = draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=6))
    target = draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=14))
    ends = st.tuples(st.integers(0, len(source) - 1), st.integers(0, len(target) - 1))
    links = draw(st.dictionaries(ends, st.floats(0.01, 1), min_size=1, max_size=10))
    item = pair(
        " ".join(source),
        " ".join(target),
        " ".join(f"{s}-{t}:{score}" for (s, t), score in links.items()),
        language="es",
    )
    first = draw(st.integers(0, len(source) - 1))
    last = draw(st.integers(first, len(source) - 1))
    sentence = read_sentence(item, SETTINGS)
    view = view_of(sentence, range(first, last + 1), SETTINGS)
    assume(view is not None)
    assert view is not None
    return view


def sum_of(view: View, first: int, last: int) -> float:
    return float(view.values[first - view.low + 1 : last - view.low + 2].sum())


@settings(max_examples=150, deadline=None)
@given(views())
def test_the_run_with_the_largest_sum_is_always_among_them(view: View) -> None:
    found = {(int(i), int(j)) for i, j in segments(view, set(), 0.0)}
    linked = [int(t) + view.low - 1 for t in np.flatnonzero(view.inside)]
    best = max(sum_of(view, i, j) for i in linked for j in linked if i <= j)
    assert max(sum_of(view, i, j) for i, j in found) >= best - 1e-9


@settings(max_examples=150, deadline=None)
@given(views(), st.sets(st.integers(0, 13), max_size=5), st.floats(0, 1))
def test_what_every_candidate_keeps_to(view: View, closed: set[int], least: float) -> None:
    found = segments(view, closed, least)
    pairs = [(int(i), int(j)) for i, j in found]
    assert pairs == sorted(set(pairs))
    for i, j in pairs:
        assert view.low <= i <= j < view.high <= view.sentence.target.size
        assert closed.isdisjoint(range(i, j + 1))
        mass = view.inside[i - view.low + 1 : j - view.low + 2].sum()
        assert mass >= least - 1e-9


def test_an_edge_reaches_the_next_boundary() -> None:
    item = pair("[duck] , said", "el muy bueno y muy grande pato , dijo", "0-6 1-7 2-8")
    sentence = read_sentence(item, SETTINGS)
    words = inside_words(sentence.source.words, Span(0, 4, "X"))
    view = view_of(sentence, words, SETTINGS)
    assert view is not None
    found = segments(view, set(), 0.0).tolist()
    assert [0, 6] in found
    assert [1, 6] in found  # the first word may be a connective
    assert [2, 6] not in found
