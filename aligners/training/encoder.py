"""The masked language model that is tuned: loaded from a checkpoint, cut at a layer, saved."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from spanferry.aligners.encoder.layers import position_limit
from spanferry.aligners.encoder.tokens import word_tokenizer
from spanferry.data.backends import require
from spanferry.data.checkpoints import check_weights, read_config
from spanferry.data.errors import ConfigError
from spanferry.data.files import sha256_file
from spanferry.data.quiet import quiet

if TYPE_CHECKING:
    from torch import Tensor, nn

#: Weights of the head that tells translations from other pairs, beside the checkpoint's own.
PARALLEL_HEAD = "parallel_head.safetensors"
#: Where families keep what turns vectors into scores of sub-words; it is given the vectors of the
#: masked places alone, which are a sixth of all. Other families score all places.
_HEADS = {"bert": "cls", "roberta": "lm_head", "xlm-roberta": "lm_head", "camembert": "lm_head"}
_TOKENIZED = 4096
#: Our names of the weights of the head for translations, and awesome-align's.
_PACKAGE_HEAD = {
    "0.weight": "psi_cls.transform.weight",
    "0.bias": "psi_cls.transform.bias",
    "2.weight": "psi_cls.decoder.weight",
    "2.bias": "psi_cls.bias",
}


class Specials(NamedTuple):
    """Ids of the sub-words that stand around a sentence, pad it, and stand for a masked one."""

    first: int
    last: int
    padding: int
    mask: int | None


class Encoder:
    """A checkpoint with a masked-language-model head, and a head that recognises translations.

    Args:
        module: all weights, for an optimizer: `module["model"]` and `module["parallel"]`.
        new_weights: names of weights that the checkpoint lacked; they were drawn at random.
    """

    def __init__(self, base: Path, seed: int) -> None:
        """Load a checkpoint, in float32, on the CPU.

        Raises:
            ConfigError: the folder holds no checkpoint that can be tuned; the text says why.
            MissingExtraError: torch or transformers is not installed.
        """
        torch = require("torch", extra="neural", user="fine-tuning")
        transformers = require("transformers", extra="neural", user="fine-tuning")
        self.base = base
        self.config = _config(base, transformers)
        with torch.random.fork_rng([]), _loading(base, transformers):
            torch.manual_seed(seed)
            self.tokenizer = word_tokenizer(base, transformers)
            model, info = transformers.AutoModelForMaskedLM.from_pretrained(
                base, dtype=torch.float32, output_loading_info=True, ignore_mismatched_sizes=True
            )
            parallel, known = _parallel_head(base, self.config)
        body = model.base_model_prefix + "."
        missing = sorted({*info["missing_keys"], *(name for name, *_ in info["mismatched_keys"])})
        if unknown := [name for name in missing if name.startswith(body)]:
            raise ConfigError(
                f"base: {base} lacks weights of its own encoder, or has them in other sizes "
                f"({', '.join(unknown[:3])}); its config.json is not that of the weights"
            )
        self.new_weights = missing + ([] if known else ["parallel_head"])
        self.module: nn.ModuleDict = torch.nn.ModuleDict({"model": model, "parallel": parallel})
        self.specials = _specials(base, self.tokenizer)
        self._layers = _layers(base, model, self.config)
        rows = model.get_input_embeddings().num_embeddings
        if len(self.tokenizer) > rows:
            raise ConfigError(
                f"base: the tokenizer of {base} knows {len(self.tokenizer)} sub-words, the model "
                f"{rows}; take the tokenizer that the model was trained with"
            )

    @property
    def model(self) -> Any:
        return self.module["model"]

    @property
    def layers(self) -> int:
        return len(self._layers)

    @property
    def positions(self) -> int:
        """Sub-words, special ones counted, that the model has positions for."""
        return position_limit(self.model) or 1 << 30

    def encode(self, words: Sequence[str]) -> list[list[int]]:
        """Ids of the sub-words of each word, each word by itself, without special ones."""
        ids: list[list[int]] = []
        for start in range(0, len(words), _TOKENIZED):
            found = self.tokenizer(
                [_readable(word) for word in words[start : start + _TOKENIZED]],
                add_special_tokens=False,
                return_attention_mask=False,
                return_token_type_ids=False,
                verbose=False,
            )
            ids += found["input_ids"]
        return ids

    def vectors(self, ids: Tensor, layer: int | None = None) -> Tensor:
        """Vectors [sentences, sub-words, width] of padded ids, after a layer or after all.

        Layers above the one asked for are not computed.
        """
        inputs = {"input_ids": ids, "attention_mask": (ids != self.specials.padding).long()}
        if layer is None or layer >= self.layers:
            output: Tensor = self.model.base_model(**inputs).last_hidden_state
            return output
        handle = self._layers[layer - 1].register_forward_hook(_stop)
        try:
            self.model.base_model(**inputs)
        except _ReachedError as reached:
            return reached.vectors
        finally:
            handle.remove()
        raise ConfigError(f"base: layer {layer} of {self.base} is never computed")

    def word_scores(self, ids: Tensor, places: Tensor) -> Tensor:
        """Scores of all sub-words [places, vocabulary] at the marked places of padded ids.

        Args:
            ids: [sentences, sub-words].
            places: booleans of the same shape.
        """
        head = _HEADS.get(self.config.model_type)
        scores: Tensor
        if head is None:
            mask = (ids != self.specials.padding).long()
            scores = self.model(input_ids=ids, attention_mask=mask).logits[places]
        else:
            scores = getattr(self.model, head)(self.vectors(ids)[places])
        return scores

    def pair_scores(self, ids: Tensor, layer: int) -> Tensor:
        """Scores [sentences, 2] of joined pairs not being and being translations."""
        scores: Tensor = self.module["parallel"](self.vectors(ids, layer)[:, 0])
        return scores

    def save(self, folder: Path) -> None:
        """Write a checkpoint that `transformers` loads, its tokenizer, and the extra head."""
        import transformers
        from safetensors.torch import save_file

        with quiet(transformers):
            self.model.save_pretrained(folder)
            self.tokenizer.save_pretrained(folder)
        weights = {
            name: value.detach().cpu().contiguous()
            for name, value in self.module["parallel"].state_dict().items()
        }
        save_file(weights, folder / PARALLEL_HEAD)


def _readable(word: str) -> str:
    """A word without halves of characters, which no tokenizer takes."""
    return word if word.isascii() else word.encode("utf-8", "replace").decode("utf-8")


def base_digest(base: Path) -> str:
    """SHA-256 over the files of a checkpoint: a change of weights, config or tokenizer shows."""
    digest = hashlib.sha256()
    for path in sorted(base.iterdir()):
        if path.is_file() and path.suffix in {".json", ".txt", ".model", ".safetensors", ".bin"}:
            digest.update(f"{path.name}\n{sha256_file(path)}\n".encode())
    return digest.hexdigest()


class _ReachedError(Exception):
    """Ends a forward pass at the layer whose vectors it carries."""

    def __init__(self, vectors: Tensor) -> None:
        self.vectors = vectors
        super().__init__()


def _stop(_module: nn.Module, _inputs: Any, output: Any) -> None:
    raise _ReachedError(output[0] if isinstance(output, tuple) else output)


@contextmanager
def _loading(base: Path, transformers: Any) -> Iterator[None]:
    """Errors that name the folder.

    Raises:
        ConfigError: transformers cannot read the checkpoint.
    """
    try:
        with quiet(transformers):
            yield
    except Exception as error:  # whatever a damaged file makes the libraries below raise
        raise ConfigError(f"base: {base} cannot be read: {error}") from error


def check_base(base: Path, layer: int) -> None:
    """See whether a checkpoint can be tuned at a layer, by its configuration alone.

    Raises:
        ConfigError: it cannot. MissingExtraError: transformers is not installed.
    """
    transformers = require("transformers", extra="neural", user="fine-tuning")
    count = getattr(_config(base, transformers), "num_hidden_layers", layer)
    if layer > count:
        raise ConfigError(f"layer: {layer} is none of the {count} layers of {base}")


def _config(base: Path, transformers: Any) -> Any:
    read_config(base, str(base), "base")
    with _loading(base, transformers):
        config = transformers.AutoConfig.from_pretrained(base)
    kind = config.model_type
    known = type(config) in transformers.MODEL_FOR_MASKED_LM_MAPPING
    if not known or getattr(config, "is_decoder", False) or config.is_encoder_decoder:
        raise ConfigError(
            f"base: {base} is a {kind} model, which reads from left to right or has no masked-"
            "language-model head; fine-tuning needs an encoder, such as bert or xlm-roberta"
        )
    check_weights(base, str(base), "base")
    return config


def _specials(base: Path, tokenizer: Any) -> Specials:
    first = tokenizer.cls_token_id if tokenizer.cls_token_id is not None else tokenizer.bos_token_id
    last = tokenizer.sep_token_id if tokenizer.sep_token_id is not None else tokenizer.eos_token_id
    if first is None or last is None or tokenizer.pad_token_id is None:
        raise ConfigError(
            f"base: the tokenizer of {base} names no sub-words that begin, end and pad a sentence"
        )
    return Specials(first, last, tokenizer.pad_token_id, tokenizer.mask_token_id)


def _layers(base: Path, model: Any, config: Any) -> Any:
    """The layers of an encoder, in order."""
    import torch

    count = getattr(config, "num_hidden_layers", None)
    for part in model.base_model.modules():
        if isinstance(part, torch.nn.ModuleList) and len(part) == count:
            return part
    raise ConfigError(
        f"base: {base} is a {config.model_type} model, whose layers cannot be told apart; "
        "fine-tuning was tried with bert and xlm-roberta"
    )


def _parallel_head(base: Path, config: Any) -> tuple[nn.Module, bool]:
    """awesome-align's head over the first vector, and whether its weights were at hand."""
    import torch

    width = config.hidden_size
    inner, outer = torch.nn.Linear(width, width), torch.nn.Linear(width, 2)
    for layer in (inner, outer):
        torch.nn.init.normal_(layer.weight, std=getattr(config, "initializer_range", 0.02))
        torch.nn.init.zeros_(layer.bias)
    head = torch.nn.Sequential(inner, torch.nn.Tanh(), outer)
    weights = _parallel_weights(base)
    if weights:
        head.load_state_dict(weights)
    return head, bool(weights)


def _parallel_weights(base: Path) -> dict[str, Tensor]:
    """Weights of the head, from its own file or from a checkpoint that awesome-align wrote."""
    if (base / PARALLEL_HEAD).is_file():
        from safetensors.torch import load_file

        return load_file(base / PARALLEL_HEAD)
    pickled = base / "pytorch_model.bin"
    if not pickled.is_file():
        return {}
    import torch

    # only files of the newer format can be mapped, without which all weights are in memory twice
    whole = torch.load(
        pickled, map_location="cpu", weights_only=True, mmap=zipfile.is_zipfile(pickled)
    )
    return {ours: whole[theirs] for ours, theirs in _PACKAGE_HEAD.items() if theirs in whole}
