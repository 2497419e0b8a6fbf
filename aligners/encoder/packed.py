"""Linear layers in float32 through oneDNN, with weights packed once: faster on many processors.

PyTorch multiplies float32 matrices on CPU with MKL, which gives processors of other makers than
Intel slower code. Measured on two cores of an AMD EPYC, 1024 tokens, 768 to 3072: 164 GFLOP/s with
MKL, 415 with oneDNN; results differ in the last bits, as two orders of addition do.
"""

from __future__ import annotations

import logging
import platform
from typing import Any

logger = logging.getLogger(__name__)

#: Tokens that weights are packed for; others work as well.
_ROWS = 1024


def pack(module: Any) -> None:
    """Put packed layers in the place of all `nn.Linear` below a module, where PyTorch can.

    The operators are PyTorch's own (its compiler uses them), but not documented: where they are
    missing or do not give what the layer gives, the layer stays.
    """
    from torch import nn

    if not available():
        return
    for name, child in list(module.named_children()):
        if type(child) is nn.Linear:
            packed = _packed(child)
            if packed is not None:
                setattr(module, name, packed)
        else:
            pack(child)


def available() -> bool:
    """Whether PyTorch has oneDNN's operators for this processor."""
    import torch

    return bool(
        platform.machine().lower() in {"x86_64", "amd64"}
        and torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
        and hasattr(torch.ops.mkldnn, "_linear_pointwise")
        and hasattr(torch.ops.mkldnn, "_reorder_linear_weight")
    )


def _packed(linear: Any) -> Any:
    """The layer packed; None if that does not work here."""
    import torch

    try:
        made = _kind()(linear)
        with torch.inference_mode():
            rows = torch.linspace(-1, 1, 2 * linear.in_features).view(2, -1)
            expected, found = linear(rows), made(rows)
        close = torch.allclose(expected, found, rtol=1e-4, atol=1e-4 * float(expected.abs().max()))
        return made if close else None
    except (RuntimeError, TypeError, NotImplementedError) as error:
        logger.debug("layers are not packed: %s", error)
        return None


def _kind() -> Any:
    """The class of the layers, made when torch is there."""
    global _made
    if _made is None:
        _made = _make()
    return _made


_made: Any = None


def _make() -> Any:
    import torch
    from torch import nn

    class PackedLinear(nn.Module):
        """A linear layer with packed weights, for inference on CPU in float32."""

        def __init__(self, linear: nn.Linear) -> None:
            super().__init__()
            self.in_features, self.out_features = linear.in_features, linear.out_features
            # models ask for the arithmetic of a weight (T5)
            self.weight = linear.weight.detach().new_empty(0)
            # plain attributes: a packed weight can be neither moved nor converted
            self.packed = torch.ops.mkldnn._reorder_linear_weight(linear.weight.detach(), _ROWS)
            self.bias = None if linear.bias is None else linear.bias.detach()

        def forward(self, given: torch.Tensor) -> torch.Tensor:
            found: torch.Tensor = torch.ops.mkldnn._linear_pointwise(
                given, self.packed, self.bias, "none", [], ""
            )
            return found

    return PackedLinear
