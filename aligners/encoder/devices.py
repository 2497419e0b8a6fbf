"""Which devices and arithmetic an encoder gets on this machine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from spanferry.aligners.encoder.settings import Dtype, EncoderSettings
from spanferry.data.errors import ConfigError

#: Sub-words of a forward pass. On CPU larger batches are no faster; a GPU wants them.
BATCH_TOKENS = {"cpu": 1024, "cuda": 32_768}


def choose_devices(settings: EncoderSettings) -> list[Any]:
    """The torch devices of the settings, one for each copy of the encoder.

    Raises:
        ConfigError: there is no such GPU here.
    """
    import torch

    gpus = torch.cuda.device_count() if torch.cuda.is_available() else 0
    wanted = (settings.device,) if isinstance(settings.device, str) else settings.device
    names = [name for item in wanted for name in _names(item, gpus)]
    for name in names:
        number = int(name.partition(":")[2] or 0)
        if name.startswith("cuda") and number >= gpus:
            there = f"there are {gpus} GPUs (cuda:0 to cuda:{gpus - 1})" if gpus else (
                "PyTorch sees no GPU here (no driver, a build for CPU, or CUDA_VISIBLE_DEVICES "
                "hides it); write cpu or auto"
            )  # fmt: skip
            raise ConfigError(f"align.device: {name!r}, but {there}")
    if len({name.partition(":")[0] for name in names}) > 1:
        raise ConfigError(
            f"align.device: {', '.join(map(repr, wanted))}; links of a CPU and of a GPU differ "
            "in their last digits; name one kind"
        )
    return [torch.device(name) for name in names]


def choose_dtype(settings: EncoderSettings, device: Any, saved: str) -> Dtype:
    """The arithmetic on a device.

    float16 has three more binary digits than bfloat16, which keeps links nearest to those of
    float32, but a model that was trained in bfloat16 (Gemma) may overflow in it.

    Args:
        saved: what the checkpoint was saved in.

    Raises:
        ConfigError: int8 on a GPU.
    """
    if settings.dtype == "auto":
        if device.type == "cpu":
            return "float32"
        return "bfloat16" if saved == "bfloat16" else "float16"
    if settings.dtype == "int8" and device.type != "cpu":
        raise ConfigError(
            f"align.dtype: 'int8' works on CPU only, and align.device is {str(device)!r}; "
            "write float16 or bfloat16"
        )
    return settings.dtype


def batch_tokens(settings: EncoderSettings, device: Any) -> int:
    """Sub-words of a forward pass."""
    if settings.batch_tokens == "auto":
        return BATCH_TOKENS["cpu" if device.type == "cpu" else "cuda"]
    return settings.batch_tokens


def _names(item: str, gpus: int) -> Sequence[str]:
    if item == "auto":
        return _names("all", gpus) if gpus else ["cpu"]
    if item == "all":
        return [f"cuda:{number}" for number in range(max(gpus, 1))]
    return ["cuda:0"] if item == "cuda" else [item]
