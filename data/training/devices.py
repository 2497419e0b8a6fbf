"""Where a model is trained, and in which arithmetic."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

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
