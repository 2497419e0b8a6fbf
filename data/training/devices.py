"""Where a model is trained, and in which arithmetic."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Literal

from spanferry.data.errors import ConfigError

if TYPE_CHECKING:
    import torch


def resolve_device(name: str) -> torch.device:
    """The device of a setting; `auto` takes a GPU where there is one.

    Raises:
        ConfigError: there is no such device.
    """
    import torch

    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError) as error:
        raise ConfigError(
            f"device: {name!r} cannot be used here; allowed: auto, cpu, cuda, cuda:N, mps ({error})"
        ) from error
    return device


def autocast(device: torch.device, dtype: str) -> AbstractContextManager[None]:
    """bfloat16 for matrix products where the settings and the device say so, or nothing.

    Args:
        dtype: `bfloat16`, `float32`, or `auto`: bfloat16 on a GPU that has it.
    """
    import torch

    able = device.type == "cuda" and torch.cuda.is_bf16_supported()
    wanted = dtype == "bfloat16" or (dtype == "auto" and able)
    return torch.autocast(device.type, torch.bfloat16, enabled=wanted)


def fast_dtype(device: torch.device) -> Literal["float32", "bfloat16"]:
    """bfloat16 where a device has instructions for its matrix products, or float32.

    On a CPU with AVX512-BF16 or AMX a product takes a sixth of the time (measured on one core of
    a Zen 5: 430 against 70 to 90 GFLOP/s); without them bfloat16 is slower than float32.
    """
    import torch

    if device.type == "cuda":
        # older GPUs can do it, at no gain: without the argument it says yes of them
        able = torch.cuda.is_bf16_supported(including_emulation=False)
        return "bfloat16" if able else "float32"
    if device.type == "cpu":
        asked = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
        able = any(getattr(torch.cpu, name, bool)() for name in asked)
        return "bfloat16" if able else "float32"
    return "float32"
