"""The text-to-text model that is trained: loaded, given its tags as sub-words, saved."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spanferry.data.backends import require
from spanferry.data.checkpoints import check_weights, read_config
from spanferry.data.errors import ConfigError
from spanferry.data.quiet import quiet
from spanferry.translators.generation import pieces

if TYPE_CHECKING:
    from torch import Tensor

#: Model types of `transformers` that can be trained, and be converted afterwards.
TYPES = ("t5", "mt5", "umt5")
EXTRA, USER = "convert", "training"


class TextToText:
    """A checkpoint of T5, mT5 or UMT5.

    Args:
        model: the module, in float32.
        added: the tags that it did not know before.
    """

    def __init__(self, base: Path, tags: Sequence[str]) -> None:
        """Load a checkpoint onto the CPU; nothing is drawn.

        The row of a new tag is the mean of the rows of the sub-words that spelled it before.

        Args:
            base: the folder.
            tags: tokens that are to be one sub-word each.

        Raises:
            ConfigError: the folder holds no checkpoint that can be trained; the text says why.
            MissingExtraError: torch or transformers is not installed.
        """
        torch = require("torch", extra=EXTRA, user=USER)
        transformers = require("transformers", extra=EXTRA, user=USER)
        tokenizers = require("tokenizers", extra=EXTRA, user=USER)
        check(base)
        with _loading(base, transformers):
            self.model: Any = transformers.AutoModelForSeq2SeqLM.from_pretrained(
                base, dtype=torch.float32
            )
            self._tokenizer: Any = transformers.AutoTokenizer.from_pretrained(base)
        known = self._tokenizer.get_vocab()
        self.added = [tag for tag in dict.fromkeys(tags) if tag not in known]
        spelled = self._encoder().encode(self.added)
        # no special tokens: those are left out of decoded texts
        self._tokenizer.add_tokens(
            [tokenizers.AddedToken(tag, normalized=False, special=False) for tag in self.added]
        )
        self.ids: dict[str, int] = self._tokenizer.get_vocab()
        self._grow(max(self.ids.values()) + 1)
        with torch.no_grad():
            for tag, parts in zip(self.added, spelled, strict=True):
                rows = [self.ids[part] for part in parts if part in self.ids]
                for weight in self._rows():
                    weight[self.ids[tag]] = weight[rows or [self.unknown]].mean(0)
        self.encoder = self._encoder()

    @property
    def padding(self) -> int:
        return int(self._tokenizer.pad_token_id)

    @property
    def end(self) -> int:
        return int(self._tokenizer.eos_token_id)

    @property
    def unknown(self) -> int:
        return int(self._tokenizer.unk_token_id)

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """Ids of each text, the end token included, by the code that reads texts later on."""
        return [
            [*(self.ids.get(piece, self.unknown) for piece in found), self.end]
            for found in self.encoder.encode(texts)
        ]

    def decode(self, ids: Sequence[int]) -> str:
        """The text of an output up to its end token."""
        from spanferry.translators.ct2.tokens import text_of

        names = self._names
        found: list[str] = []
        for number in ids:
            if number == self.end:
                break
            if number != self.padding:
                found.append(names.get(number, ""))
        return text_of(found)

    def save(self, folder: Path) -> None:
        """Write a checkpoint that `transformers` and the converter load, with its tokenizer."""
        import transformers

        with quiet(transformers):
            self.model.save_pretrained(folder)
            self._tokenizer.save_pretrained(folder)

    def _encoder(self) -> pieces.Encoder:
        """The tokenizer as it is now, read as a converted model's is."""
        with tempfile.TemporaryDirectory() as folder:
            self._names = {number: piece for piece, number in self._tokenizer.get_vocab().items()}
            self._tokenizer.save_pretrained(folder)
            return pieces.load(Path(folder))

    def _rows(self) -> list[Tensor]:
        """The matrices with a row a sub-word: one, or two where the output has its own."""
        shared, head = self.model.get_input_embeddings().weight, self.model.lm_head.weight
        return [shared] if shared is head else [shared, head]

    def _grow(self, size: int) -> None:
        """Make room for so many sub-words.

        By hand: `resize_token_embeddings` of transformers 5 ties the output matrix of mT5 to the
        input's, and so loses it.
        """
        import torch

        old = self._rows()
        if size <= len(old[0]):
            return
        grown = [
            torch.nn.Parameter(
                torch.cat([rows.data, rows.data.mean(0).repeat(size - len(rows), 1)])
            )
            for rows in old
        ]
        shared = torch.nn.Embedding(size, old[0].shape[1])
        shared.weight = grown[0]
        self.model.set_input_embeddings(shared)
        self.model.lm_head.weight = grown[-1]
        self.model.lm_head.out_features = size
        self.model.config.vocab_size = size


def check(base: Path) -> None:
    """See by its files whether a checkpoint can be trained.

    Raises:
        ConfigError: it is of another kind, or it is not whole.
    """
    if not base.is_dir():
        raise ConfigError(f"base: {str(base)!r} is no folder; give the folder of a checkpoint")
    kind = read_config(base, str(base), "base").get("model_type")
    if kind not in TYPES:
        raise ConfigError(
            f"base: {str(base)!r} is of type {kind!r}; text-to-text models of these types can be "
            f"trained: {', '.join(TYPES)}"
        )
    check_weights(base, str(base), "base")


@contextmanager
def _loading(base: Path, transformers: Any) -> Iterator[None]:
    try:
        with quiet(transformers):
            yield
    except Exception as error:  # whatever a damaged file makes the libraries below raise
        raise ConfigError(f"base: {str(base)!r} cannot be read: {error}") from error
