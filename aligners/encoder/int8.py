"""Linear layers in whole numbers, for CPU.

Weights have one scale for each output, activations one for each token, taken from the token's
largest value at run time. (PyTorch's own dynamic quantisation has one scale for a whole batch, so
that a sentence's vectors would depend on those that it shares a batch with; and it is deprecated.)
"""

from __future__ import annotations

from typing import Any

#: Rows worked on at a time: what a step writes is still in the cache for the next one.
_ROWS = 512
#: Largest number of a signed byte, but for the one that has no opposite.
_LARGEST = 127


def quantize(module: Any) -> None:
    """Put whole-number layers in the place of all `nn.Linear` below a module."""
    from torch import nn

    kind = _kind()
    for name, child in list(module.named_children()):
        # torch's product is wrong for vectors of one number (2.13)
        if type(child) is nn.Linear and child.in_features > 1:
            setattr(module, name, kind(child))
        else:
            quantize(child)


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

    class Int8Linear(nn.Module):
        """A linear layer: float32 in and out, whole numbers between."""

        weight: torch.Tensor
        scale: torch.Tensor
        bias: torch.Tensor

        def __init__(self, linear: nn.Linear) -> None:
            super().__init__()
            weight = linear.weight.detach().float()
            scale = weight.abs().amax(1).clamp(min=1e-12) / _LARGEST
            self.in_features, self.out_features = linear.in_features, linear.out_features
            self.register_buffer("weight", (weight / scale[:, None]).round().to(torch.int8))
            self.register_buffer("scale", scale)
            bias = linear.bias
            self.register_buffer(
                "bias", torch.zeros_like(scale) if bias is None else bias.detach().float()
            )

        def forward(self, given: torch.Tensor) -> torch.Tensor:
            rows = given.reshape(-1, self.in_features)
            out = rows.new_empty(len(rows), self.out_features)
            size = min(_ROWS, len(rows))
            floats = rows.new_empty(size, self.in_features)
            bytes_ = torch.empty(size, self.in_features, dtype=torch.int8)
            sums = torch.empty(size, self.out_features, dtype=torch.int32)
            weight = self.weight.t()
            for start in range(0, len(rows), _ROWS):
                block = rows[start : start + _ROWS]
                count = len(block)
                held, made = floats[:count], out[start : start + count]
                torch.abs(block, out=held)
                scale = held.amax(1, keepdim=True).clamp_(min=1e-12).div_(_LARGEST)
                torch.mul(block, scale.reciprocal(), out=held).round_()
                bytes_[:count].copy_(held)
                torch._int_mm(bytes_[:count], weight, out=sums[:count])
                torch.mul(sums[:count], scale, out=made)
                torch.addcmul(self.bias, made, self.scale, out=made)
            return out.view(*given.shape[:-1], self.out_features)

    return Int8Linear
