"""A trained student as a model that `translate.model` takes."""

from __future__ import annotations

from pathlib import Path

from spanferry.data.checkpoints import read_json
from spanferry.translators.ct2.convert import convert


def export(checkpoint: Path, out: Path, source: str, target: str) -> None:
    """Convert a student to CTranslate2 with weights in int8, tokenizer files beside it.

    Its guided head gives the links (`translate.links: true`).

    Args:
        checkpoint: see `train.checkpoint`.
        out: an empty folder, or a new one.
        source, target: BCP-47 codes, for its name.

    Raises:
        ConfigError, RetryableError: see `convert.converted`.
    """
    out.mkdir(parents=True, exist_ok=True)
    longest = read_json(checkpoint / "tokenizer_config.json").get("model_max_length")
    convert(checkpoint, out, f"student {source}-{target}", longest=longest)
