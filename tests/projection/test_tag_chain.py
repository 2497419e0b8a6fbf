"""The sequence model against every sequence there is."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from spanferry.projection.tag_chain import Matrix, TagChain

COUNTS = arrays(np.float64, (4, 4), elements=st.integers(0, 9).map(float))
EVIDENCE = st.integers(1, 4).flatmap(
    lambda words: arrays(np.float64, (words, 3), elements=st.floats(0.01, 1.0))
)


def scores(chain: TagChain, evidence: Matrix) -> dict[tuple[int, ...], float]:
    """The weight of every sequence of tags, by the definition."""
    steps = chain._steps
    found = {}
    for path in product(range(3), repeat=len(evidence)):
        ends = (3, *path, 3)
        weight = np.prod([steps[a, b] for a, b in pairwise(ends)])
        found[path] = float(weight * np.prod(evidence[range(len(path)), path]))
    return found


@settings(max_examples=60, deadline=None)
@given(COUNTS, COUNTS, EVIDENCE)
def test_path_and_marginals_are_those_of_all_sequences(
    source: Matrix, target: Matrix, evidence: Matrix
) -> None:
    chain = TagChain(source, target)
    path, marginals = chain.decode(evidence)
    every = scores(chain, evidence)
    assert every[tuple(path.tolist())] == pytest.approx(max(every.values()))
    total = sum(every.values())
    for place, tag in enumerate(path.tolist()):
        share = sum(weight for each, weight in every.items() if each[place] == tag) / total
        assert marginals[place] == pytest.approx(share)


def test_a_word_without_evidence_takes_what_its_neighbours_want() -> None:
    counts = np.zeros((3, 3))
    counts[2, 0] = counts[0, 1] = counts[1, 2] = 50.0  # always 0 and then 1
    path, scored = TagChain(counts, np.zeros((3, 3))).decode(np.array([[0.9, 0.1], [0.5, 0.5]]))
    assert path.tolist() == [0, 1]
    assert scored[1] > 0.7


def test_ten_thousand_words_neither_under_nor_overflow() -> None:
    evidence = np.full((10_000, 2), 1e-9)
    path, scored = TagChain(np.ones((3, 3)), np.ones((3, 3))).decode(evidence)
    assert len(path) == 10_000
    assert np.isfinite(scored).all()
    assert scored.min() > 0
