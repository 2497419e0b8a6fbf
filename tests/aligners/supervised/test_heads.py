"""What models say becomes probabilities of words: against sums over all answers, one by one."""

from __future__ import annotations

from itertools import accumulate
from math import exp
from types import SimpleNamespace
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanferry.aligners.supervised.heads import BinaryHead, SpanHead
from spanferry.aligners.supervised.marking import Encoded, Layout, batch, rows

torch = pytest.importorskip("torch")

ONE = np.array([1], dtype=np.int64)
SIZES = st.lists(st.integers(1, 3), min_size=1, max_size=6)


def layout(limit: int) -> Layout:
    return Layout(ONE, 2 * ONE, 2 * ONE, None, 3 * ONE, 0, 0, limit, 4)


def sentence(sizes: list[int]) -> Encoded:
    return Encoded(np.arange(10, 10 + sum(sizes), dtype=np.int64), [0, *accumulate(sizes)])


def run(head: Any, output: Any, made: Any, source: int, target: int) -> Any:
    state = head.state(source, target)
    found = [tensor.numpy() for tensor in head.reduce(output, made, 0)]
    for number, row in enumerate(made.rows):
        head.add(state, row, tuple(array[number] for array in found))
    return head.finish(state)


@settings(deadline=None)
@given(SIZES, SIZES, st.integers(1, 4), st.sampled_from(["span", "marginal"]), st.integers(0, 99))
def test_spans(
    source: list[int], target: list[int], longest: int, score: Literal["span", "marginal"],
    seed: int,
) -> None:  # fmt: skip
    made = batch(list(rows(0, sentence(source), sentence(target), layout(64))), layout(64))
    draw = np.random.default_rng(seed)
    start, end = draw.normal(size=(2, *made.ids.shape)) * 3
    output = SimpleNamespace(start_logits=torch.tensor(start), end_logits=torch.tensor(end))
    found = run(SpanHead(longest, score), output, made, len(source), len(target))
    for word in range(len(source)):
        chances = {
            (i, j): exp(start[word, made.first[word, i]] + end[word, made.last[word, j]])
            for i in range(len(target))
            for j in range(i, min(len(target), i + longest))
        }
        nothing = exp(start[word, 0] + end[word, 0])
        total = sum(chances.values()) + nothing
        first, last = max(chances, key=lambda span: chances[span])
        for other in range(len(target)):
            if score == "marginal":
                wanted = sum(c for (i, j), c in chances.items() if i <= other <= j) / total
            elif chances[first, last] > nothing and first <= other <= last:
                wanted = chances[first, last] / total
            else:
                wanted = 0.0
            assert found[word, other] == pytest.approx(wanted, abs=2e-5)


@settings(deadline=None)
@given(SIZES, SIZES, st.sampled_from([1, 2]), st.integers(0, 99))
def test_binary(source: list[int], target: list[int], labels: int, seed: int) -> None:
    made = batch(list(rows(0, sentence(source), sentence(target), layout(64))), layout(64))
    logits = np.random.default_rng(seed).normal(size=(*made.ids.shape, labels)) * 3
    output = SimpleNamespace(logits=torch.tensor(logits))
    found = run(BinaryHead(), output, made, len(source), len(target))
    yes = logits[..., 0] if labels == 1 else logits[..., 1] - logits[..., 0]
    for word in range(len(source)):
        for other in range(len(target)):
            places = slice(made.first[word, other], made.last[word, other] + 1)
            wanted = max(1 / (1 + np.exp(-yes[word, places])))
            assert found[word, other] == pytest.approx(wanted, abs=1e-5)


@settings(deadline=None)
@given(st.integers(20, 40), st.integers(0, 99))
def test_spans_of_windows_are_each_counted_once(words: int, seed: int) -> None:
    """With one-word spans, and scores that do not depend on the window, windows change nothing."""
    source, target = sentence([1, 1]), sentence([1] * words)
    draw = np.random.default_rng(seed)
    scores = draw.normal(size=(2, 10 + words)) * 3
    found = []
    for limit in (24, 64):
        made = batch(list(rows(0, source, target, layout(limit))), layout(limit))
        assert len(made.rows) == 2 if limit == 64 else len(made.rows) > 2
        start, end = (torch.tensor(side[made.ids]) for side in scores)
        output = SimpleNamespace(start_logits=start, end_logits=end)
        found.append(run(SpanHead(1, "marginal"), output, made, 2, words))
    np.testing.assert_allclose(found[0], found[1], atol=2e-5)
