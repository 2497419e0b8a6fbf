"""The loss in parts: values and gradients of torch's own, whatever the number of rows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from spanferry.translators.distil.loss import guide_loss, token_loss

if TYPE_CHECKING:
    from torch import Tensor

torch = pytest.importorskip("torch")
#: A vocabulary for which 104 rows are worked on at a time on a CPU.
LARGE, ROWS = 40_000, 104
DIMENSION = 6


def lesson(count: int, size: int, never: int) -> tuple[Tensor, Tensor, Tensor]:
    draw = torch.Generator().manual_seed(count)
    states = torch.randn(count, DIMENSION, generator=draw)
    table = torch.randn(size, DIMENSION, generator=draw)
    wanted = torch.randint(0, size - 1, (count,), generator=draw)
    return states.requires_grad_(), table.requires_grad_(), wanted + (wanted >= never).long()


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize(
    ("count", "size", "never"),
    [
        (1, 50, 49),
        (70, 50, 49),
        (70, 50, 7),
        (70, 50, 0),
        (ROWS - 1, LARGE, LARGE - 1),
        (ROWS, LARGE, LARGE - 1),
        (2 * ROWS + 1, LARGE, LARGE - 1),
    ],
)
def test_it_is_cross_entropy_without_the_padding(
    count: int, size: int, never: int, smoothing: float
) -> None:
    states, table, wanted = lesson(count, size, never)
    loss = token_loss(states, table, wanted, never=never, smoothing=smoothing)
    found = torch.autograd.grad(loss / count, [states, table])

    kept = [number for number in range(size) if number != never]
    expected = torch.nn.functional.cross_entropy(
        states @ table[kept].t(), wanted - (wanted > never).long(), reduction="sum",
        label_smoothing=smoothing,
    )  # fmt: skip
    gradients = torch.autograd.grad(expected / count, [states, table])
    assert loss.item() == pytest.approx(expected.item(), rel=1e-5)
    for one, other in zip(found, gradients, strict=True):
        assert torch.allclose(one, other, rtol=1e-4, atol=1e-6)
    assert found[1][never].tolist() == [0.0] * DIMENSION
    assert bool(found[1].any())


def test_arithmetic_in_bfloat16() -> None:
    """Half the digits of the products; the table's gradient adds up in float32."""
    states, table, wanted = lesson(300, 200, 199)
    exact = torch.autograd.grad(token_loss(states, table, wanted, never=199), [states, table])
    rough = states.detach().bfloat16().requires_grad_()
    loss = token_loss(rough, table, wanted, never=199)
    found = torch.autograd.grad(loss, [rough, table])
    assert [each.dtype for each in found] == [torch.bfloat16, torch.float32]
    for one, other in zip(found, exact, strict=True):
        norm = torch.linalg.vector_norm
        assert norm(one.float() - other) < 0.02 * norm(other)


def test_a_head_is_guided_to_the_linked_sub_words() -> None:
    draw = torch.Generator().manual_seed(2)
    attention = torch.rand(3, 5, 4, generator=draw).softmax(-1).requires_grad_()
    wanted = (torch.rand(3, 5, 4, generator=draw) < 0.4).float()
    wanted[1, 2] = 0.0
    rows = [
        -sum(math.log(value) for value, link in zip(*row, strict=True) if link) / sum(row[1])
        for row in zip(*(each.flatten(0, 1).tolist() for each in (attention, wanted)), strict=True)
        if sum(row[1])
    ]
    assert len(rows) < 15
    loss = guide_loss(attention, wanted)
    assert loss.item() == pytest.approx(sum(rows) / len(rows), rel=1e-5)
    (slope,) = torch.autograd.grad(loss, attention)
    assert bool((slope[wanted > 0] < 0).all())
    assert not slope[wanted == 0].any()


def test_sentences_without_links_cost_nothing() -> None:
    attention = torch.full((1, 2, 3), 1 / 3, requires_grad=True)
    loss = guide_loss(attention, torch.zeros(1, 2, 3))
    assert loss.item() == 0
    assert not torch.autograd.grad(loss, attention)[0].any()
    # a head that does not look at a link at all is told so in a finite number
    assert math.isfinite(guide_loss(torch.tensor([[[0.0, 1.0]]]), torch.tensor([[[1.0, 0.0]]])))
