"""Loading a language model: weights, tokenizer, device; shared by all directions that use it."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

from spanferry.data import models
from spanferry.data.backends import require
from spanferry.data.errors import ConfigError, RetryableError
from spanferry.data.models import Model
from spanferry.data.quiet import quiet
from spanferry.translators.causal_lm.check import KEY, check
from spanferry.translators.causal_lm.memory import is_out_of_memory
from spanferry.translators.causal_lm.model import LanguageModel
from spanferry.translators.causal_lm.settings import CausalLMTranslatorSettings

EXTRA, USER = "neural", "translator 'causal_lm'"

_shared: WeakValueDictionary[tuple[Any, ...], LanguageModel] = WeakValueDictionary()
_loading = threading.Lock()


def find(settings: CausalLMTranslatorSettings) -> Model:
    """What the settings' model is; nothing is loaded.

    Raises:
        ConfigError, RetryableError, MissingExtraError: see `spanferry.data.models.find`.
    """
    return models.find(settings.model, settings.revision, key=KEY, extra=EXTRA, user=USER)


def shared(settings: CausalLMTranslatorSettings, model: Model) -> LanguageModel:
    """The model, loaded once for all directions and settings that use it.

    Raises:
        ConfigError: it cannot be used; see `load`.
        RetryableError: it cannot be fetched, or there is no memory for it now.
        MissingExtraError: a package is missing.
    """
    key = (
        model.revision, str(model.folder), settings.dtype, settings.device, settings.threads,
        settings.batch_tokens, settings.share_prefixes,
    )  # fmt: skip
    with _loading:
        found = _shared.get(key)
        if found is None:
            found = _shared[key] = load(settings, model)
        return found


def load(settings: CausalLMTranslatorSettings, model: Model) -> LanguageModel:
    """Load a model and check that it is what it should be.

    Raises:
        ConfigError: no such GPU; no decoder-only language model; weights or tokenizer that are
            missing or damaged.
        RetryableError: it cannot be fetched, or there is no memory for it now.
        MissingExtraError: a package is missing.
    """
    torch = require("torch", extra=EXTRA, user=USER)
    transformers = require("transformers", extra=EXTRA, user=USER)
    device = choose_device(settings, torch)
    if settings.threads != "auto":
        torch.set_num_threads(settings.threads)
    folder = models.fetch(model, key=KEY, extra=EXTRA, user=USER)
    with quiet(transformers):
        try:
            tokenizer = transformers.AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
        except Exception as error:  # the library raises nearly everything for a broken file
            raise ConfigError(
                f"{KEY}: the tokenizer of {model.label!r} cannot be loaded: {_first(error)}"
            ) from error
        if not getattr(tokenizer, "is_fast", False):
            raise ConfigError(f"{KEY}: {model.label!r} has no fast tokenizer (tokenizer.json)")
        loaded = _weights(settings, model, folder, device, transformers)
    made = LanguageModel(loaded, tokenizer, device)
    if settings.batch_tokens != "auto":
        made.batch_tokens = settings.batch_tokens
    check(made, settings.share_prefixes, model.label)
    return made


def choose_device(settings: CausalLMTranslatorSettings, torch: Any) -> Any:
    """The torch device of the settings.

    Raises:
        ConfigError: there is no such GPU here.
    """
    gpus = torch.cuda.device_count() if torch.cuda.is_available() else 0
    name = settings.device
    if name == "auto":
        name = "cuda" if gpus else "cpu"
    if name.startswith("cuda"):
        number = int(name.partition(":")[2] or 0)
        if number >= gpus:
            there = f"there are {gpus} GPUs (cuda:0 to cuda:{gpus - 1})" if gpus else (
                "PyTorch sees no GPU here (no driver, a build for CPU, or CUDA_VISIBLE_DEVICES "
                "hides it); write cpu or auto"
            )  # fmt: skip
            raise ConfigError(f"translate.device: {settings.device!r}, but {there}")
        name = f"cuda:{number}"
    return torch.device(name)


def _weights(
    settings: CausalLMTranslatorSettings, model: Model, folder: Path, device: Any, transformers: Any
) -> Any:
    """The model on its device, evaluating, all weights there."""
    import torch

    name = f"{KEY}: {model.label!r} "
    # transformers 4 calls the argument `torch_dtype`
    argument = "dtype" if int(transformers.__version__.partition(".")[0]) >= 5 else "torch_dtype"
    dtype: Any = "auto" if settings.dtype == "auto" else getattr(torch, settings.dtype)
    if settings.dtype == "auto" and device.type == "cpu":
        dtype = torch.float32
    try:
        config = transformers.AutoConfig.from_pretrained(folder, trust_remote_code=False)
        if getattr(config, "is_encoder_decoder", False):
            raise ConfigError(
                f"{name}is of type {config.model_type!r}, which has an encoder; decoder-only "
                "language models are supported here, others by ctranslate2"
            )
        found, report = transformers.AutoModelForCausalLM.from_pretrained(
            folder, output_loading_info=True, trust_remote_code=False, **{argument: dtype}
        )
        missing = sorted(report["missing_keys"])
        if missing:
            raise ConfigError(
                f"{name}lacks {len(missing)} weights of {type(found).__name__}: "
                f"{', '.join(missing[:3])}{' ...' if len(missing) > 3 else ''}"
            )
        return found.requires_grad_(False).eval().to(device)
    except ConfigError:
        raise
    except Exception as error:
        if is_out_of_memory(error):
            raise RetryableError(
                f"{name}cannot be loaded on {device}: {_first(error)}; translate.dtype: bfloat16 "
                "takes half of float32"
            ) from error
        raise ConfigError(f"{name}cannot be loaded: {_first(error)}") from error


def _first(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].strip() if lines else type(error).__name__
