"""Checkpoints of `transformers` with the head that an aligner needs, never with a random one."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from spanferry.aligners.encoder.layers import position_limit
from spanferry.aligners.supervised.marking import Layout
from spanferry.aligners.supervised.settings import MARKER
from spanferry.aligners.supervised.subwords import SubWords
from spanferry.data.backends import require
from spanferry.data.checkpoints import read_json
from spanferry.data.errors import ConfigError
from spanferry.data.quiet import quiet

if TYPE_CHECKING:
    import torch

Kind = Literal["spans", "binary"]

EXTRA = "neural"
#: What training leaves beside a checkpoint.
REPORT = "training.json"
#: The marker that the checkpoints of BinaryAlign have as an added token.
_BINARY_ALIGN = "[WORD_SEP]"
#: Files that hold the words of a tokenizer.
_VOCABULARIES = ("tokenizer.json", "vocab.*", "*.model")
_AUTO = {"spans": "AutoModelForQuestionAnswering", "binary": "AutoModelForTokenClassification"}
_HEAD = {
    "spans": "question-answering head",
    "binary": "token-classification head of one or two labels",
}


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A loaded checkpoint.

    Args:
        model: of `transformers`, with its head, on the device, in evaluation mode.
        subwords: its tokenizer.
        marker: what encloses the marked word.
    """

    model: Any
    subwords: SubWords
    marker: str

    def layout(self, window: int, overlap: int) -> Layout:
        """What stands around the sentences; see `SubWords.layout`."""
        layout = self.subwords.layout(position_limit(self.model), window, overlap, self.marker)
        takes = "token_type_ids" in inspect.signature(self.model.forward).parameters
        kinds = getattr(self.model.config, "type_vocab_size", 0) or 0
        if layout.types is not None and (not takes or max(layout.types) >= kinds):
            return replace(layout, types=None)
        return layout


def load(
    folder: Path, name: str, kind: Kind, *, marker: str | None, device: torch.device, dtype: str
) -> Checkpoint:
    """A checkpoint for aligning.

    Args:
        folder: of its files.
        name: what the user calls it.
        marker: what encloses the marked word, if the user says so.
        dtype: number format of the weights.

    Raises:
        ConfigError: it cannot be read, lacks the head, or was trained for the other aligner.
        MissingExtraError: `torch` or `transformers` is missing.
    """
    import torch

    trained = read_json(folder / REPORT)
    if trained.get("kind", kind) != kind:
        raise ConfigError(
            f"align.model: {name!r} was trained for the aligner {trained['kind']!r}, not {kind!r}; "
            f"set align.backend: {trained['kind']}"
        )
    model, missing, mismatched = read(folder, name, kind)
    labels = {shape[0] for key, shape, _ in mismatched if shape and _is_head(key, model)}
    if kind == "binary" and mismatched and len(labels) == 1 and labels <= {1, 2}:
        # config.json may count other labels than the head has: one logit, two default labels
        model, missing, mismatched = read(folder, name, kind, num_labels=labels.pop())
    wrong = [*missing, *(key for key, *_ in mismatched)]
    count = getattr(model.config, "num_labels", 2)
    if wrong or (kind == "binary" and count not in (1, 2)):
        held = ", ".join(getattr(_config(folder), "architectures", None) or ["no named model"])
        problem = f"it lacks {', '.join(sorted(wrong)[:3])}" if wrong else f"it has {count} labels"
        raise ConfigError(
            f"align.model: {name!r} holds {held}, not a model with a {_HEAD[kind]} ({problem}); "
            "give a checkpoint that was fine-tuned for word alignment, or train one on gold links"
        )
    subwords = SubWords(tokenizer(folder, name), name)
    said = marker or trained.get("marker") or _known_marker(subwords)
    model.to(device=device, dtype=getattr(torch, dtype)).eval()
    return Checkpoint(model, subwords, said)


def read(
    folder: Path, name: str, kind: Kind, **options: Any
) -> tuple[Any, list[str], list[tuple[str, Sequence[int], Sequence[int]]]]:
    """A model with its head; which of its weights are missing, and which have another shape.

    Raises:
        ConfigError: `transformers` cannot read it, or has no such head for it.
    """
    transformers = require("transformers", extra=EXTRA, user=f"aligner {kind!r}")
    auto = getattr(transformers, _AUTO[kind])
    if kind == "spans":
        options["num_labels"] = 2  # start and end, whatever another head of the checkpoint had
    try:
        with quiet(transformers):
            model, info = auto.from_pretrained(
                folder, local_files_only=True, output_loading_info=True,
                ignore_mismatched_sizes=True, **options,
            )  # fmt: skip
    except Exception as error:
        kinds = " (transformers has no such head for it)" if "Unrecognized" in str(error) else ""
        first = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise ConfigError(
            f"align.model: {name!r} cannot be loaded with {_AUTO[kind]}{kinds}: {first[:300]}"
        ) from error
    if hasattr(model.config, "use_cache"):
        model.config.use_cache = False  # keys and values for generation, which never comes
    return model, sorted(info["missing_keys"]), sorted(info["mismatched_keys"])


def tokenizer(folder: Path, name: str) -> Any:
    """The tokenizer of a checkpoint.

    Raises:
        ConfigError: there is none that can be read.
    """
    transformers = require("transformers", extra=EXTRA, user="a supervised aligner")
    if not any(any(folder.glob(pattern)) for pattern in _VOCABULARIES):
        # transformers would make one up that knows no word
        raise ConfigError(
            f"align.model: {name!r} holds no tokenizer ({', '.join(_VOCABULARIES)}); save it there "
            "with its save_pretrained"
        )
    try:
        return transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except Exception as error:
        first = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise ConfigError(
            f"align.model: the tokenizer of {name!r} cannot be loaded: {first[:300]}"
        ) from error


def device_of(name: str) -> torch.device:
    """The device that a setting means.

    Raises:
        ConfigError: there is no such device here.
        MissingExtraError: `torch` is missing.
    """
    require("torch", extra=EXTRA, user="a supervised aligner")
    import torch

    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if name == "auto":
        name = "cuda" if count else "cpu"
    found = torch.device(name)
    if found.type == "cuda" and (found.index or 0) >= count:
        there = ", ".join(["auto", "cpu", *(f"cuda:{k}" for k in range(count))])
        raise ConfigError(f"align.device: there is no {name!r} here; allowed: {there}")
    return found


def head_only(model: Any, keys: Sequence[str]) -> bool:
    """Whether all the weights are of the head, and none of the encoder."""
    return all(_is_head(key, model) for key in keys)


def _is_head(key: str, model: Any) -> bool:
    return not key.startswith(f"{model.base_model_prefix}.")


def _known_marker(subwords: SubWords) -> str:
    added = {token.strip() for token in subwords.tokenizer.get_added_vocab()}
    return _BINARY_ALIGN if _BINARY_ALIGN in added else MARKER


def _config(folder: Path) -> Any:
    from transformers import AutoConfig

    return AutoConfig.from_pretrained(folder, local_files_only=True)
