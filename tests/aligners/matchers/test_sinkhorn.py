"""Transport plans against POT's solvers of one problem at a time."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch")
ot = pytest.importorskip("ot")

from spanferry.aligners.matchers.sinkhorn import Kind, transport_plans  # noqa: E402

KINDS: list[Kind] = ["balanced", "partial", "unbalanced"]
SHAPES = st.lists(st.tuples(st.integers(1, 7), st.integers(1, 7)), min_size=1, max_size=4)
MASS, RELAXATION = 0.7, 0.4
Problems = tuple[Any, Any, Any]


def problems(shapes: list[tuple[int, int]], seed: int, padding: int = 0) -> Problems:
    """Costs and masses of random problems, in double precision; the padding's costs are junk."""
    generator = torch.Generator().manual_seed(seed)
    rows, columns = (max(shape[side] for shape in shapes) + padding for side in (0, 1))
    size = len(shapes)
    cost = torch.rand(size, rows, columns, generator=generator, dtype=torch.float64)
    source = 0.05 + torch.rand(size, rows, generator=generator, dtype=torch.float64)
    target = 0.05 + torch.rand(size, columns, generator=generator, dtype=torch.float64)
    for place, (height, width) in enumerate(shapes):
        source[place, height:], target[place, width:] = 0, 0
    return cost, source / source.sum(1, keepdim=True), target / target.sum(1, keepdim=True)


def pot(kind: Kind, cost: object, source: object, target: object, reg: float) -> Any:
    if kind == "balanced":
        return ot.bregman.sinkhorn_log(source, target, cost, reg, numItermax=50_000, stopThr=1e-12)
    if kind == "partial":
        return ot.partial.entropic_partial_wasserstein(
            source, target, cost, reg, m=MASS, numItermax=50_000, stopThr=1e-13
        )
    return ot.unbalanced.sinkhorn_unbalanced(
        source, target, cost, reg, RELAXATION, numItermax=50_000, stopThr=1e-13
    )


@pytest.mark.parametrize("reg", [0.05, 0.3])
@pytest.mark.parametrize("kind", KINDS)
def test_plans_are_pots(kind: Kind, reg: float) -> None:
    shapes = [(1, 1), (4, 4), (6, 3), (2, 7), (1, 5)]
    cost, source, target = problems(shapes, seed=7, padding=2)
    found = transport_plans(
        cost, source, target, kind=kind, regularisation=reg, mass=MASS, relaxation=RELAXATION,
        rounds=50_000, tolerance=1e-13,
    )  # fmt: skip
    for place, (rows, columns) in enumerate(shapes):
        wanted = pot(
            kind,
            cost[place, :rows, :columns],
            source[place, :rows],
            target[place, :columns],
            reg,
        )
        torch.testing.assert_close(found[place, :rows, :columns], wanted, rtol=1e-7, atol=1e-9)
        assert not found[place, rows:].any()
        assert not found[place, :, columns:].any()


# with a coarse tolerance problems stop at different times, some not at all; one at its very limit
# may stop a round earlier or later for the last bit of a sum
@pytest.mark.parametrize(("tolerance", "allowed"), [(0.0, 1e-10), (1e-3, 5e-3)])
@pytest.mark.parametrize("kind", KINDS)
@given(shapes=SHAPES, padding=st.integers(0, 3), seed=st.integers(0, 99))
@settings(deadline=None, max_examples=10)
def test_a_plan_is_what_it_is_alone(
    kind: Kind,
    tolerance: float,
    allowed: float,
    shapes: list[tuple[int, int]],
    padding: int,
    seed: int,
) -> None:
    cost, source, target = problems(shapes, seed, padding)
    options: dict[str, Any] = {
        "kind": kind, "regularisation": 0.1, "mass": MASS, "relaxation": RELAXATION,
        "rounds": 45, "tolerance": tolerance,
    }  # fmt: skip
    found = transport_plans(cost, source, target, **options)
    for place, (rows, columns) in enumerate(shapes):
        here = slice(place, place + 1)
        alone = transport_plans(
            cost[here, :rows, :columns], source[here, :rows], target[here, :columns], **options
        )
        torch.testing.assert_close(
            found[here, :rows, :columns], alone, rtol=allowed, atol=allowed * 1e-4
        )


def test_margins_are_what_the_kind_says() -> None:
    cost, source, target = problems([(5, 6), (3, 3)], seed=1)
    balanced = transport_plans(
        cost, source, target, kind="balanced", regularisation=0.1, tolerance=1e-12, rounds=10_000
    )
    torch.testing.assert_close(balanced.sum(2), source)
    torch.testing.assert_close(balanced.sum(1), target)
    partial = transport_plans(
        cost, source, target, kind="partial", regularisation=0.1, mass=0.6, tolerance=1e-12,
        rounds=10_000,
    )  # fmt: skip
    torch.testing.assert_close(partial.sum((1, 2)), torch.full((2,), 0.6, dtype=torch.float64))
    assert (partial.sum(2) <= source + 1e-9).all()
    assert (partial.sum(1) <= target + 1e-9).all()
    loose, tight = (
        transport_plans(
            cost, source, target, kind="unbalanced", regularisation=0.1, relaxation=relaxation
        ).sum((1, 2))
        for relaxation in (0.1, 10.0)
    )
    assert (loose < tight).all()


def test_small_regularisation_in_single_precision_stays_finite() -> None:
    cost, source, target = (side.float() for side in problems([(7, 7), (5, 2)], seed=2))
    for kind in KINDS:
        plan = transport_plans(cost, source, target, kind=kind, regularisation=0.005, mass=0.5)
        assert torch.isfinite(plan).all()
        assert (plan.sum((1, 2)) > 0.1).all()
