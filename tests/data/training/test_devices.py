"""Where a model is trained, and in which arithmetic."""

from __future__ import annotations

import pytest

from spanferry.data.errors import ConfigError
from spanferry.data.training.devices import autocast, fast_dtype, resolve_device

torch = pytest.importorskip("torch")


def test_devices() -> None:
    assert resolve_device("cpu") == torch.device("cpu")
    assert resolve_device("auto").type == ("cuda" if torch.cuda.is_available() else "cpu")
    with pytest.raises(ConfigError, match="device: 'cuba' cannot be used here; allowed: auto, cpu"):
        resolve_device("cuba")


@pytest.mark.parametrize("dtype", ["bfloat16", "float32"])
def test_arithmetic(dtype: str) -> None:
    with autocast(torch.device("cpu"), dtype):
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == getattr(torch, dtype)


@pytest.mark.parametrize("able", ["_is_avx512_bf16_supported", "_is_amx_tile_supported", ""])
def test_fast_arithmetic_of_a_cpu(monkeypatch: pytest.MonkeyPatch, able: str) -> None:
    """bfloat16 only where it is done in hardware; a torch that cannot tell says no."""
    for name in ("_is_avx512_bf16_supported", "_is_amx_tile_supported"):
        monkeypatch.delattr(torch.cpu, name, raising=False)
    if able:
        monkeypatch.setattr(torch.cpu, able, lambda: True, raising=False)
    assert fast_dtype(torch.device("cpu")) == ("bfloat16" if able else "float32")
