"""Softmax and entmax extraction on vectors."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch")

from spanferry.aligners.matchers.base import VectorBatch  # noqa: E402
from spanferry.aligners.matchers.softmax import (  # noqa: E402
    Extraction,
    SoftmaxMatcher,
    entmax15,
    link_scores,
    masked_softmax,
)
from spanferry.aligners.symmetrize import Symmetrization, symmetrize  # noqa: E402
from tests.aligners.matchers.batches import Shapes, check_padding, random_batch  # noqa: E402

SHAPES = st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), min_size=1, max_size=5)
ROWS = st.lists(st.floats(-60, 60, width=32), min_size=1, max_size=12)


@given(row=ROWS, absent=st.integers(0, 4), shift=st.sampled_from([0.0, 1000.0, -1000.0]))
@settings(deadline=None, max_examples=40)
def test_entmax_solves_its_equation(row: list[float], absent: int, shift: float) -> None:
    # p = max(x / 2 - t, 0) ** 2 with the t for which p adds up to 1 (by bisection, in doubles)
    values = torch.tensor([row], dtype=torch.float32)
    padded = torch.cat([values, torch.full((1, absent), 99.0)], dim=1)
    present = torch.arange(padded.shape[1])[None] < len(row)
    found = entmax15(padded + shift, present)[0]
    assert not found[len(row) :].any()
    halved = ((values[0] + shift).double() / 2).tolist()
    low, high = max(halved) - 1, max(halved)
    for _ in range(60):
        middle = (low + high) / 2
        over = sum(max(value - middle, 0) ** 2 for value in halved) > 1
        low, high = (middle, high) if over else (low, middle)
    wanted = [max(value - low, 0) ** 2 for value in halved]
    assert found[: len(row)].tolist() == pytest.approx(wanted, rel=0, abs=2e-5)


@given(seed=st.integers(0, 10**6), scale=st.sampled_from([0.1, 1.0, 10.0, 200.0]))
@settings(deadline=None, max_examples=30)
def test_entmax_is_the_packages_to_the_last_bit(seed: int, scale: float) -> None:
    reference = pytest.importorskip("awesome_align.sparsemax")
    values = scale * torch.randn(4, 17, generator=torch.Generator().manual_seed(seed))
    present = torch.ones_like(values, dtype=torch.bool)
    assert torch.equal(entmax15(values, present), reference.entmax15(values, dim=-1))


@pytest.mark.parametrize("extraction", get_args(Extraction))
@pytest.mark.parametrize("method", ["intersection", "union", "forward", "grow-diag-final-and"])
@given(shapes=SHAPES, padding=st.integers(0, 3), seed=st.integers(0, 99))
@settings(deadline=None, max_examples=8)
def test_padding_changes_nothing(
    extraction: Extraction, method: Symmetrization, shapes: Shapes, padding: int, seed: int
) -> None:
    check_padding(SoftmaxMatcher(extraction, 0.01, method), shapes, padding, seed)


@pytest.mark.parametrize("extraction", get_args(Extraction))
@pytest.mark.parametrize("method", get_args(Symmetrization))
def test_symmetrizations_are_those_of_the_links(
    extraction: Extraction, method: Symmetrization
) -> None:
    batch = random_batch([(7, 9), (3, 2), (8, 8)])
    scores = SoftmaxMatcher(extraction, 0.02, method)(batch)
    ahead, back = (margin > 0 for margin in SoftmaxMatcher(extraction, 0.02).margins(batch))
    for place in range(3):
        wanted = symmetrize(
            [(source, target) for source, target in ahead[place].nonzero().tolist()],
            [(source, target) for source, target in back[place].nonzero().tolist()],
            method,
        )
        assert set(map(tuple, scores[place].nonzero().tolist())) == wanted
        assert wanted


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
@pytest.mark.parametrize("extraction", get_args(Extraction))
@pytest.mark.parametrize("method", ["intersection", "grow-diag"])
def test_a_gpu_finds_the_same(extraction: Extraction, method: Symmetrization) -> None:
    batch = random_batch([(9, 7), (3, 12), (1, 1)])
    device = VectorBatch(
        batch.source.cuda(), batch.target.cuda(), batch.sources.cuda(), batch.targets.cuda()
    )
    matcher = SoftmaxMatcher(extraction, 0.01, method)
    found = matcher(device)
    assert found.is_cuda
    torch.testing.assert_close(found.cpu(), matcher(batch), rtol=1e-4, atol=1e-5)


def test_margins_say_what_is_linked_and_by_how_much() -> None:
    batch = random_batch([(4, 5)])
    products = batch.source @ batch.target.mT
    forward, reverse = SoftmaxMatcher("softmax", 0.1).margins(batch)
    torch.testing.assert_close(forward, products.softmax(dim=2) - 0.1)
    torch.testing.assert_close(reverse, products.softmax(dim=1) - 0.1)


def test_scores_are_the_harmonic_mean_at_the_lengths_temperature() -> None:
    batch = random_batch([(4, 9)])
    products = batch.source @ batch.target.mT
    ahead, back = (products / 3).softmax(dim=2), (products / 2).softmax(dim=1)
    torch.testing.assert_close(link_scores(products, batch), 2 / (1 / ahead + 1 / back))


@pytest.mark.parametrize("extraction", get_args(Extraction))
def test_huge_products_stay_finite(extraction: Extraction) -> None:
    scores = SoftmaxMatcher(extraction)(random_batch([(5, 5), (2, 7)], padding=2, scale=1e4))
    assert torch.isfinite(scores).all()
    # each unit is nearest to its own counterpart, and nothing else is in sight
    assert (scores[0, range(5), range(5)] > 0).all()
    assert not scores[1, 2:].any()


def test_softmax_leaves_the_absent_out() -> None:
    values = torch.tensor([[1.0, 1.0, 50.0]])
    found = masked_softmax(values, torch.tensor([[True, True, False]]))
    assert found.tolist() == [[0.5, 0.5, 0.0]]
