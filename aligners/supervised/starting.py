"""The model that training starts from: an encoder with a new head, and a token for the marker."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from spanferry.aligners.supervised.checkpoint import Checkpoint, Kind, head_only, read, tokenizer
from spanferry.aligners.supervised.subwords import SubWords
from spanferry.data.backends import require
from spanferry.data.errors import ConfigError

if TYPE_CHECKING:
    import torch


def start(
    base: Path, kind: Kind, marker: str, seed: int, device: torch.device
) -> tuple[Checkpoint, bool]:
    """A base to train, in float32; and whether its head is a new one.

    A head that the base has is kept (so training can go on with further links); another is drawn
    from the seed.

    Raises:
        ConfigError: base cannot be read, has no such head, or lacks weights of the encoder.
        MissingExtraError: `torch` or `transformers` is not installed.
    """
    require("torch", extra="neural", user=f"training for the aligner {kind!r}")
    import torch

    name = str(base)
    subwords = SubWords(tokenizer(base, name), name)
    with torch.random.fork_rng([]):
        torch.manual_seed(seed)
        model, new = _model(base, name, kind)
        _know_marker(model, subwords, marker)
    model.config.architectures = [type(model).__name__]
    if kind == "binary":
        model.config.id2label = {0: "aligned"} if model.config.num_labels == 1 else {
            0: "other", 1: "aligned",
        }  # fmt: skip
        model.config.label2id = {name: k for k, name in model.config.id2label.items()}
    model.to(device=device, dtype=torch.float32)
    return Checkpoint(model, subwords, marker), new


def _model(base: Path, name: str, kind: Kind) -> tuple[Any, bool]:
    model, missing, mismatched = read(base, name, kind)
    if kind == "binary" and (missing or mismatched or model.config.num_labels not in (1, 2)):
        # no head of one or two labels: a new one, of one logit as in BinaryAlign
        model, missing, mismatched = read(base, name, kind, num_labels=1)
    lacking = [*missing, *(key for key, *_ in mismatched)]
    if not head_only(model, lacking):
        first = [key for key in sorted(lacking) if not head_only(model, [key])]
        raise ConfigError(
            f"base: {name!r} lacks weights of its encoder ({', '.join(first[:3])}); give a whole "
            "checkpoint"
        )
    return model, bool(lacking)


def _know_marker(model: Any, subwords: SubWords, marker: str) -> None:
    """Add a token for the marker to tokenizer and model, where the tokenizer has none."""
    tokenizer = subwords.tokenizer
    found = subwords.marker_ids(marker)
    if found and tokenizer.unk_token_id not in found:
        return
    from tokenizers import AddedToken

    tokenizer.add_tokens([AddedToken(marker, normalized=False, special=True)], special_tokens=True)
    if len(tokenizer) > model.get_input_embeddings().num_embeddings:
        # an embedding of its own, not the mean of all others: the marker must stand out
        model.resize_token_embeddings(len(tokenizer), mean_resizing=False)
