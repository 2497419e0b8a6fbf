"""Which devices and arithmetic the settings mean, and what is refused."""

from __future__ import annotations

import pytest
import torch
from pydantic import ValidationError

from spanferry.aligners.encoder.devices import batch_tokens, choose_devices, choose_dtype
from spanferry.aligners.encoder.settings import EncoderSettings
from spanferry.data.errors import ConfigError


@pytest.fixture
def gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)


def _names(device: object) -> list[str]:
    return [str(d) for d in choose_devices(EncoderSettings.model_validate({"device": device}))]


@pytest.mark.usefixtures("gpus")
def test_names_of_devices_where_there_are_gpus() -> None:
    assert _names("auto") == ["cuda:0", "cuda:1"]
    assert _names("all") == ["cuda:0", "cuda:1"]
    assert _names("cuda") == ["cuda:0"]
    assert _names(["cuda:1", "cuda:0"]) == ["cuda:1", "cuda:0"]
    assert _names("cpu") == ["cpu"]
    with pytest.raises(ConfigError, match=r"align\.device: 'cuda:2', but there are 2 GPUs"):
        _names("cuda:2")
    with pytest.raises(ConfigError, match="name one kind"):
        _names(["cpu", "cuda"])


def test_names_of_devices_where_there_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert _names("auto") == ["cpu"]
    for wanted in ("cuda", "all", "cuda:1"):
        with pytest.raises(ConfigError, match=r"align\.device: 'cuda:.', but PyTorch sees no GPU"):
            _names(wanted)


@pytest.mark.parametrize("wanted", ["gpu", "cuda:x", [], ["tpu"]])
def test_what_is_no_device(wanted: object) -> None:
    with pytest.raises(ValidationError, match="device"):
        _names(wanted)


def test_arithmetic() -> None:
    cpu, gpu = torch.device("cpu"), torch.device("cuda:0")
    auto = EncoderSettings()
    assert choose_dtype(auto, cpu, "bfloat16") == "float32"
    assert choose_dtype(auto, gpu, "float32") == "float16"
    assert choose_dtype(auto, gpu, "bfloat16") == "bfloat16"
    assert choose_dtype(EncoderSettings(dtype="int8"), cpu, "float32") == "int8"
    with pytest.raises(ConfigError, match=r"align\.dtype: 'int8' works on CPU only"):
        choose_dtype(EncoderSettings(dtype="int8"), gpu, "float32")
    assert batch_tokens(auto, cpu) < batch_tokens(auto, gpu)
    assert batch_tokens(EncoderSettings(batch_tokens=7), gpu) == 7
