"""Loading a checkpoint's weights: all there, evaluating, in the arithmetic that is wanted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from spanferry.aligners.encoder.layers import Encoder, position_limit
from spanferry.aligners.encoder.settings import Dtype
from spanferry.data.backends import require
from spanferry.data.errors import ConfigError
from spanferry.data.quiet import quiet

#: Weights that hidden states do not depend on.
_IDLE = ("pooler",)


def load_encoder(
    folder: Path, *, layer: int, user: str, key: str = "align.model"
) -> tuple[Encoder, int | None, str]:
    """The encoder of a checkpoint in float32 on the CPU.

    Code that comes with a checkpoint is never run.

    Returns:
        The encoder, how many sub-words it can see at once (None: any number), and the arithmetic
        that the checkpoint was saved in (`bfloat16`).

    Raises:
        ConfigError: it cannot be loaded, lacks weights, or lacks the layer.
    """
    transformers = require("transformers", extra="neural", user=user)
    torch = require("torch", extra="neural", user=user)
    with quiet(transformers):
        try:
            model, report = transformers.AutoModel.from_pretrained(
                folder, output_loading_info=True, trust_remote_code=False
            )
        except Exception as error:  # the library raises nearly everything for a broken file
            raise ConfigError(f"{key}: {folder.name!r} cannot be loaded: {error}") from error
    saved = str(getattr(model.config, "dtype", None) or getattr(model.config, "torch_dtype", None))
    for config in {id(c): c for c in (model.config, model.config.get_text_config())}.values():
        config.use_cache = False  # a decoder would keep what it needs to go on writing
    missing = {
        id(parameter): name
        for name, parameter in model.named_parameters()
        if name in set(report["missing_keys"]) and not name.startswith(_IDLE)
    }
    limit = position_limit(model)
    encoder = Encoder(model, layer)
    lacking = sorted({missing[id(p)] for p in encoder.model.parameters() if id(p) in missing})
    if lacking:
        raise ConfigError(
            f"{key}: {folder.name!r} lacks {len(lacking)} weights of {type(model).__name__}: "
            f"{', '.join(lacking[:3])}{' ...' if len(lacking) > 3 else ''}"
        )
    encoder.model.requires_grad_(False)
    encoder.model.eval().to(torch.float32)
    return encoder, limit, saved.removeprefix("torch.")


def convert(encoder: Encoder, dtype: Dtype, device: Any) -> None:
    """Put an encoder on a device, in an arithmetic."""
    import torch

    if dtype == "int8":
        from spanferry.aligners.encoder.int8 import quantize

        for layer in encoder.used_layers or [encoder.model]:
            quantize(layer)
    else:
        encoder.model.to(getattr(torch, dtype))
    encoder.model.to(device)
    if dtype == "float32" and device.type == "cpu":
        from spanferry.aligners.encoder.packed import pack

        for layer in encoder.used_layers or [encoder.model]:
            pack(layer)
