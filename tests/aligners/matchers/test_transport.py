"""Optimal transport as a matcher."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch")

from spanferry.aligners.matchers.base import VectorBatch  # noqa: E402
from spanferry.aligners.matchers.transport import TransportMatcher, scaled_costs  # noqa: E402
from tests.aligners.matchers.batches import (  # noqa: E402
    Shapes,
    check_padding,
    part,
    random_batch,
)

SHAPES = st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), min_size=1, max_size=5)
MATCHERS = {
    "balanced": TransportMatcher("balanced", threshold=0.01),
    "balanced, null": TransportMatcher("balanced", null_cost=0.3, threshold=0.01),
    "partial": TransportMatcher("partial", threshold=0.01),
    "unbalanced": TransportMatcher(threshold=0.01),
    "norm, distortion": TransportMatcher(marginals="norm", distortion=0.5, threshold=0.01),
}


@pytest.mark.parametrize("name", MATCHERS)
@given(shapes=SHAPES, padding=st.integers(0, 3), seed=st.integers(0, 99))
@settings(deadline=None, max_examples=6)
def test_padding_changes_nothing(name: str, shapes: Shapes, padding: int, seed: int) -> None:
    check_padding(MATCHERS[name], shapes, padding, seed)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
@pytest.mark.parametrize("name", MATCHERS)
def test_a_gpu_finds_the_same(name: str) -> None:
    batch = random_batch([(9, 7), (3, 12), (1, 1)])
    device = VectorBatch(
        batch.source.cuda(), batch.target.cuda(), batch.sources.cuda(), batch.targets.cuda()
    )
    found = MATCHERS[name](device)
    assert found.is_cuda
    torch.testing.assert_close(found.cpu(), MATCHERS[name](batch), rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("name", MATCHERS)
def test_counterparts_are_linked(name: str) -> None:
    batch = random_batch([(6, 6), (4, 4)], width=64)
    scores = MATCHERS[name](batch)
    for place, count in enumerate((6, 4)):
        assert (scores[place, range(count), range(count)] > 0.8).all()


def test_a_single_unit_takes_all_there_is() -> None:
    batch = random_batch([(1, 1), (1, 2), (3, 1)])
    scores = TransportMatcher("balanced")(batch)
    assert scores[0, 0, 0] == pytest.approx(1)
    # shares of 1 and 1/2, of 1 and 1/3: harmonic means 2/3 and 1/2
    assert scores[1, 0, :2].tolist() == pytest.approx([2 / 3, 2 / 3], abs=1e-3)
    assert scores[2, :3, 0].tolist() == pytest.approx([1 / 2] * 3, abs=1e-3)


def test_units_without_counterpart_stay_alone() -> None:
    # four units on either side, of which only the first three have a counterpart
    batch = random_batch([(4, 4)], width=64)
    strange = batch.target.clone()
    strange[0, 3] = -batch.source[0, :4].sum(0)
    batch = VectorBatch(batch.source, strange, batch.sources, batch.targets)
    forced = TransportMatcher("balanced")(batch)
    assert forced[0, 3, 3] > 0.9
    for free in (
        TransportMatcher("balanced", null_cost=0.3),
        TransportMatcher("partial", mass=0.75, threshold=0.2),
    ):
        scores = free(batch)
        assert (scores[0, range(3), range(3)] > 0.8).all(), free
    assert TransportMatcher("balanced", null_cost=0.3)(batch)[0, 3, 3] == 0


def test_costs_go_from_0_to_1_in_each_pair() -> None:
    batch = random_batch([(3, 5), (1, 1), (4, 2)], padding=1)
    cost = scaled_costs(batch)
    for place, (rows, columns) in enumerate(((3, 5), (1, 1), (4, 2))):
        inner = cost[place, :rows, :columns]
        assert inner.min() == 0
        assert inner.max() == pytest.approx(1 if rows > 1 else 0)
        assert cost[place].sum() == pytest.approx(float(inner.sum()))
    vectors = torch.nn.functional.normalize(part(batch, 0).source[0], dim=-1)
    other = torch.nn.functional.normalize(part(batch, 0).target[0], dim=-1)
    distance = 1 - vectors @ other.T
    wanted = (distance - distance.min()) / (distance.max() - distance.min())
    torch.testing.assert_close(cost[0, :3, :5], wanted)


def test_vectors_that_are_all_the_same_are_spread_evenly() -> None:
    same = torch.ones(1, 3, 8)
    counts = torch.tensor([3])
    for matcher in MATCHERS.values():
        scores = matcher(VectorBatch(same, same, counts, counts))
        assert torch.isfinite(scores).all()
    torch.testing.assert_close(
        TransportMatcher("balanced", threshold=0.01)(VectorBatch(same, same, counts, counts)),
        torch.full((1, 3, 3), 1 / 3),
    )


def test_distortion_prefers_the_near() -> None:
    same = torch.ones(1, 4, 8)
    counts = torch.tensor([4])
    scores = TransportMatcher(distortion=1.0)(VectorBatch(same, same, counts, counts))
    assert torch.equal(scores[0] > 0, torch.eye(4, dtype=torch.bool))


def test_long_vectors_carry_more_mass() -> None:
    batch = random_batch([(5, 5)])
    long = batch.source.clone()
    long[0, 0] *= 50
    stretched = VectorBatch(long, batch.target, batch.sources, batch.targets)
    uniform, norm = (TransportMatcher("balanced", marginals=kind, threshold=0.01)
                     for kind in ("uniform", "norm"))  # fmt: skip
    torch.testing.assert_close(uniform(stretched), uniform(batch), rtol=1e-3, atol=1e-4)
    # the stretched unit sends to all of the others
    assert (norm(stretched)[0, 0] > 0).sum() > (norm(batch)[0, 0] > 0).sum()
