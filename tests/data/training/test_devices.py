"""Where a model is trained, and in which arithmetic."""

from __future__ import annotations

import pytest

from spanferry.data.errors import ConfigError
from spanferry.data.training.devices import autocast, resolve_device

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
