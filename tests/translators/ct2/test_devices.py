"""Device, arithmetic and threads; a machine with GPUs is stood in for by what its library says."""

from __future__ import annotations

from typing import Any

import ctranslate2
import pytest

from spanferry.data.errors import ConfigError
from spanferry.data.machine import cores
from spanferry.translators.ct2 import devices
from spanferry.translators.ct2.devices import GPU_STREAMS, Plan, plan
from spanferry.translators.ct2.settings import CTranslate2TranslatorSettings

AMPERE = {"float32", "float16", "bfloat16", "int8", "int8_float32", "int8_float16", "int8_bfloat16"}
TURING = AMPERE - {"bfloat16", "int8_bfloat16"}
PASCAL = {"float32", "int8", "int8_float32"}


class Machine:
    """What `ctranslate2` says on a machine with these GPUs."""

    def __init__(self, *gpus: set[str]) -> None:
        self.gpus = gpus

    def get_cuda_device_count(self) -> int:
        return len(self.gpus)

    def get_supported_compute_types(self, device: str, index: int = 0) -> set[str]:
        if device == "cpu":
            return {"float32", "int8", "int8_float32"}
        return self.gpus[index]


def _plan(machine: Any, *, t5: bool = False, **settings: Any) -> Plan:
    return plan(CTranslate2TranslatorSettings(model="m", **settings), machine, t5=t5)


def test_this_machine_as_the_library_sees_it() -> None:
    made = _plan(ctranslate2, device="cpu")
    assert made.compute_type == "int8_float32"
    assert (made.inter_threads, made.intra_threads) == (cores(), 1)
    assert made.device_index == (0,)
    assert made.workers == cores()
    if not ctranslate2.get_cuda_device_count():
        assert _plan(ctranslate2) == made


def test_what_this_machine_does_not_have() -> None:
    with pytest.raises(
        ConfigError, match=r"translate\.compute_type: 'float16' is not possible"
    ) as e:
        _plan(ctranslate2, device="cpu", compute_type="float16")
    assert "on this cpu; it can do: float32, int8, int8_float32" in str(e.value)
    with pytest.raises(
        ConfigError, match=r"translate\.device: 'cuda', but CTranslate2 sees no GPU"
    ):
        _plan(Machine(), device="cuda")


@pytest.mark.parametrize(
    ("gpus", "t5", "compute_type"),
    [
        ([AMPERE], False, "int8_float16"),
        ([AMPERE], True, "int8_bfloat16"),
        ([TURING], False, "int8_float16"),
        ([TURING], True, "int8_float32"),
        ([PASCAL], False, "float32"),
        ([PASCAL], True, "int8_float32"),
        ([AMPERE, PASCAL], False, "float32"),
        ([AMPERE, TURING], True, "int8_float32"),
    ],
)
def test_arithmetic_of_gpus(gpus: list[set[str]], t5: bool, compute_type: str) -> None:
    made = _plan(Machine(*gpus), t5=t5)
    assert made.compute_type == compute_type
    assert made.device == "cuda"
    assert made.device_index == tuple(range(len(gpus)))
    assert made.workers == GPU_STREAMS * len(gpus)
    assert made.batch_tokens > _plan(Machine()).batch_tokens


def test_given_arithmetic_is_what_every_gpu_used_must_have() -> None:
    machine = Machine(PASCAL, AMPERE)
    with pytest.raises(ConfigError, match=r"it can do: float32, int8, int8_float32$"):
        _plan(machine, compute_type="bfloat16")
    assert _plan(machine, compute_type="bfloat16", device_index=(1,)).compute_type == "bfloat16"
    assert _plan(machine, compute_type="int8").compute_type == "int8_float32"


def test_gpus_by_number() -> None:
    two = Machine(AMPERE, AMPERE)
    assert _plan(two).device_index == (0, 1)
    assert _plan(two, device_index=(1,)).device_index == (1,)
    with pytest.raises(
        ConfigError, match=r"device_index: \[1, 2\], but there are 2 GPUs \(0 to 1\)"
    ):
        _plan(two, device_index=(1, 2))
    with pytest.raises(ConfigError, match=r"device_index: \[\], but there are 2 GPUs"):
        _plan(two, device_index=())
    with pytest.raises(ConfigError, match=r"device_index: \[1\], but there is one GPU \(0\)"):
        _plan(Machine(AMPERE), device_index=(1,))
    # one configuration for a machine with GPUs and a laptop
    assert _plan(Machine(), device_index=(1,)).device_index == (0,)
    assert _plan(two, device="cpu").device == "cpu"


@pytest.mark.parametrize(
    ("device", "inter", "intra", "threads"),
    [
        ("cpu", "auto", "auto", (8, 1)),
        ("cpu", "auto", 4, (2, 4)),
        ("cpu", "auto", 16, (1, 16)),
        ("cpu", 3, "auto", (3, 2)),
        ("cpu", 16, "auto", (16, 1)),
        ("cpu", 5, 6, (5, 6)),
        ("cuda", "auto", "auto", (GPU_STREAMS, 1)),
        ("cuda", 4, 2, (4, 2)),
    ],
)
def test_threads(
    monkeypatch: pytest.MonkeyPatch, device: str, inter: Any, intra: Any, threads: tuple[int, int]
) -> None:
    monkeypatch.setattr(devices, "cores", lambda: 8)
    made = _plan(Machine(AMPERE), device=device, inter_threads=inter, intra_threads=intra)
    assert (made.inter_threads, made.intra_threads) == threads
