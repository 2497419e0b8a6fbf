"""Which device, arithmetic and threads a model gets on this machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from spanferry.data.errors import ConfigError
from spanferry.data.machine import cores
from spanferry.translators.ct2.settings import CTranslate2TranslatorSettings

#: Source sub-words of a batch. On CPU larger batches are no faster and take memory; on a GPU they
#: are what keeps it busy.
BATCH_TOKENS = {"cpu": 1024, "cuda": 16_384}
#: Batches at work at once on one GPU: while one waits for the host another computes.
GPU_STREAMS = 2


@dataclass(frozen=True, slots=True)
class Plan:
    """What a model runs with.

    Args:
        device: `cpu` or `cuda`.
        device_index: the GPUs; (0,) on CPU.
        compute_type: arithmetic, one that the device has.
        inter_threads: batches at work on each device.
        intra_threads: CPU threads of a batch.
        batch_tokens: source sub-words of a batch.
    """

    device: Literal["cpu", "cuda"]
    device_index: tuple[int, ...]
    compute_type: str
    inter_threads: int
    intra_threads: int
    batch_tokens: int

    @property
    def workers(self) -> int:
        """Batches at work at the same time on all devices."""
        return self.inter_threads * len(self.device_index)


def plan(settings: CTranslate2TranslatorSettings, ctranslate2: Any, *, t5: bool = False) -> Plan:
    """Choose what the settings leave open.

    Args:
        ctranslate2: the module.
        t5: whether it is a T5 model; those overflow in float16 and get bfloat16.

    Raises:
        ConfigError: there is no such device, or it lacks the arithmetic.
    """
    gpus = ctranslate2.get_cuda_device_count()
    device: Literal["cpu", "cuda"]
    device = ("cuda" if gpus else "cpu") if settings.device == "auto" else settings.device
    if device == "cuda" and not gpus:
        raise ConfigError(
            "translate.device: 'cuda', but CTranslate2 sees no GPU here (driver missing, or "
            "CUDA_VISIBLE_DEVICES hides it); write cpu or auto"
        )
    index = _devices(settings, device, gpus)
    compute_type = _compute_type(settings, ctranslate2, device, index, t5)
    inter, intra = _threads(settings, device)
    tokens = settings.batch_tokens
    return Plan(
        device, index, compute_type, inter, intra,
        BATCH_TOKENS[device] if tokens == "auto" else tokens,
    )  # fmt: skip


def _devices(settings: CTranslate2TranslatorSettings, device: str, gpus: int) -> tuple[int, ...]:
    if device == "cpu":
        return (0,)
    if settings.device_index == "all":
        return tuple(range(gpus))
    absent = [number for number in settings.device_index if number >= gpus]
    if absent or not settings.device_index:
        raise ConfigError(
            f"translate.device_index: {list(settings.device_index)}, but there "
            + (f"are {gpus} GPUs (0 to {gpus - 1})" if gpus > 1 else "is one GPU (0)")
        )
    return settings.device_index


def _compute_type(
    settings: CTranslate2TranslatorSettings,
    ctranslate2: Any,
    device: str,
    index: tuple[int, ...],
    t5: bool,
) -> str:
    known = set.intersection(
        *(set(ctranslate2.get_supported_compute_types(device, number)) for number in index)
    )
    # "int8" alone is short for int8_float32
    wanted = "int8_float32" if settings.compute_type == "int8" else settings.compute_type
    if wanted != "auto":
        if wanted not in known:
            raise ConfigError(
                f"translate.compute_type: {settings.compute_type!r} is not possible on this "
                f"{device}; it can do: {', '.join(sorted(known))}"
            )
        return wanted
    if device == "cpu":
        order = ["int8_float32", "float32"]
    elif t5:
        order = ["int8_bfloat16", "bfloat16", "int8_float32", "float32"]
    else:
        order = ["int8_float16", "int8_bfloat16", "float16", "bfloat16", "float32"]
    return next((kind for kind in order if kind in known), "float32")  # which all have


def _threads(settings: CTranslate2TranslatorSettings, device: str) -> tuple[int, int]:
    """(inter, intra). One batch a core is the fastest that a CPU can do: no core waits for another.

    The weights are there once, whatever the number of batches.
    """
    inter, intra = settings.inter_threads, settings.intra_threads
    if device == "cuda":
        return GPU_STREAMS if inter == "auto" else inter, 1 if intra == "auto" else intra
    if inter == "auto":
        each = 1 if intra == "auto" else intra
        return max(1, cores() // each), each
    return inter, max(1, cores() // inter) if intra == "auto" else intra
