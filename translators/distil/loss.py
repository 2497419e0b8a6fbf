"""Cross entropy over a vocabulary without ever holding all its logits.

The logits of a batch are by far its largest array (4,000 sub-words by 8,000: 64 MB in bfloat16, and
several such in float32 for the softmax and its gradient). Here a few hundred rows are worked on at
a time, gradient included, so that they stay in the cache of a CPU and a GPU has room for more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spanferry.data.backends import require

if TYPE_CHECKING:
    from torch import Tensor

#: Logits that are held at a time.
_LOGITS = {"cpu": 1 << 22, "cuda": 1 << 26}


def token_loss(
    states: Tensor, table: Tensor, wanted: Tensor, *, never: int, smoothing: float = 0.0
) -> Tensor:
    """The sum of the cross entropies of sub-words, in nats.

    Args:
        states: [sub-words, dimension]; their type is that of the matrix products.
        table: output matrix [vocabulary, dimension], float32.
        wanted: the id that each state should give, [sub-words].
        never: an id that no text has (padding): its probability is 0, and it gets no gradient.
        smoothing: share of the wanted probability that all other sub-words get (Szegedy et al.
            2016).
    """
    result: Tensor = _function().apply(states, table, wanted, never, smoothing)
    return result


_made: list[Any] = []


def _function() -> Any:
    """The function with its own gradient; torch is imported when it is first called for."""
    if not _made:
        _made.append(_make())
    return _made[0]


def _make() -> Any:
    torch = require("torch", extra="distil", user="spanferry distil")

    class ChunkedLoss(torch.autograd.Function):  # type: ignore[misc, name-defined]
        @staticmethod
        def forward(
            ctx: Any, states: Tensor, table: Tensor, wanted: Tensor, never: int, smoothing: float
        ) -> Tensor:
            size = len(table)
            rows = max(64, _LOGITS.get(states.device.type, _LOGITS["cpu"]) // size)
            matrix = table.to(states.dtype)
            of_states = torch.empty_like(states)
            of_table = torch.zeros_like(table)
            total: Tensor = torch.zeros((), dtype=torch.float32, device=states.device)
            background = smoothing / (size - 1)
            for start in range(0, len(states), rows):
                some, ids = states[start : start + rows], wanted[start : start + rows, None]
                logs = (some @ matrix.t()).float()
                logs[:, never] = float("-inf")
                logs = torch.log_softmax(logs, 1)
                total -= (1 - smoothing) * logs.gather(1, ids).sum()
                if smoothing:
                    total -= background * logs[:, :never].sum()
                    total -= background * logs[:, never + 1 :].sum()
                slope = logs.exp_()
                slope.scatter_add_(1, ids, slope.new_full(ids.shape, smoothing - 1))
                if smoothing:
                    slope -= background
                    slope[:, never] = 0.0
                slope = slope.to(states.dtype)
                of_states[start : start + rows] = slope @ matrix
                of_table += slope.t() @ some
            ctx.save_for_backward(of_states, of_table)
            return total

        @staticmethod
        def backward(ctx: Any, slope: Tensor) -> tuple[Tensor | None, ...]:
            of_states, of_table = ctx.saved_tensors
            return of_states * slope.to(of_states.dtype), of_table * slope, None, None, None

    return ChunkedLoss


def guide_loss(attention: Tensor, wanted: Tensor) -> Tensor:
    """How far a head is from looking at the linked sub-words: the mean cross entropy of its rows.

    Chen et al., "Guided alignment training for topic-aware neural machine translation", AMTA 2016.
    A row without a link counts for nothing.

    Args:
        attention: of a head, [sentences, target, source]; rows add up to 1.
        wanted: 1 where a link is, of the same shape.
    """
    mass = wanted.sum(-1, keepdim=True)
    logs = attention.float().clamp(min=1e-6).log()
    rows = (mass > 0).sum().clamp(min=1)
    return -(wanted / mass.clamp(min=1) * logs).sum() / rows
