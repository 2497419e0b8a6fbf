"""Random batches of vectors for the tests of matchers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spanferry.aligners.matchers.base import Matcher, VectorBatch

if TYPE_CHECKING:
    from torch import Tensor

Shapes = list[tuple[int, int]]


def random_batch(
    shapes: Shapes, *, width: int = 12, padding: int = 0, seed: int = 0, scale: float = 1.0
) -> VectorBatch:
    """Pairs of so many source and target units, the second side's near the first's; each pair's
    vectors depend on the seed, its place and its shape only.

    Args:
        padding: units of padding on each side beyond the longest.
    """
    import torch

    longest = [max(shape[side] for shape in shapes) + padding for side in (0, 1)]
    sides = [torch.zeros(len(shapes), length, width) for length in longest]
    for place, shape in enumerate(shapes):
        generator = torch.Generator().manual_seed(1000 * seed + place)
        common = torch.randn(max(shape), width, generator=generator)
        for side, count in enumerate(shape):
            noise = torch.randn(count, width, generator=generator)
            sides[side][place, :count] = scale * (common[:count] + 0.5 * noise)
    counts = [torch.tensor([shape[side] for shape in shapes]) for side in (0, 1)]
    return VectorBatch(sides[0], sides[1], counts[0], counts[1])


def part(batch: VectorBatch, place: int) -> VectorBatch:
    """One pair of a batch, without padding."""
    rows, columns = int(batch.sources[place]), int(batch.targets[place])
    return VectorBatch(
        batch.source[place : place + 1, :rows],
        batch.target[place : place + 1, :columns],
        batch.sources[place : place + 1],
        batch.targets[place : place + 1],
    )


def check_padding(matcher: Matcher, shapes: Shapes, padding: int, seed: int) -> Tensor:
    """See to it that each pair's scores are those it has alone, and 0 in the padding."""
    import torch

    batch = random_batch(shapes, padding=padding, seed=seed)
    scores = matcher(batch)
    assert scores.shape == (len(shapes), batch.source.shape[1], batch.target.shape[1])
    assert scores.min() >= 0
    assert scores.max() <= 1
    left = scores.clone()
    for place, (rows, columns) in enumerate(shapes):
        alone = matcher(part(batch, place))[0]
        torch.testing.assert_close(scores[place, :rows, :columns], alone, rtol=1e-3, atol=1e-5)
        left[place, :rows, :columns] = 0
    assert not left.any()
    return scores
