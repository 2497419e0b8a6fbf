"""Words to sub-words: a fast tokenizer, and which of its tokens belong to which word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from spanferry.aligners.encoder.windows import Ints, windows
from spanferry.data.backends import require
from spanferry.data.errors import ConfigError

_NONE = -1


@dataclass(frozen=True, slots=True)
class Piece:
    """What the encoder sees at once of a text.

    Args:
        ids: token numbers, special tokens included.
        keep: positions in `ids` whose vectors are kept.
        first: which of the text's sub-words the first kept one is.
    """

    ids: Ints
    keep: Ints
    first: int


@dataclass(frozen=True, slots=True)
class Tokens:
    """A text's sub-words.

    Args:
        words: the word of each sub-word, never falling; special tokens are not among them, and a
            word that the tokenizer makes nothing of is not either.
        pieces: one, or windows of a long text; together they keep each sub-word once, in order.
    """

    words: Ints
    pieces: tuple[Piece, ...]


class Tokenizer:
    """A checkpoint's fast tokenizer.

    Args:
        folder: of the checkpoint.
        limit: sub-words that the encoder can see at once, special tokens included.
        overlap: of the windows of longer texts.
        leading_blank: give each word the blank that stands before it; `auto`: where words in a
            text are cut otherwise without it.

    Raises:
        ConfigError: there is no fast tokenizer, or its special tokens fill the window.
    """

    def __init__(
        self,
        folder: Path,
        *,
        limit: int,
        overlap: int,
        user: str,
        leading_blank: bool | Literal["auto"] = "auto",
        key: str = "align.model",
    ) -> None:
        self._limit, self._overlap = limit, overlap
        self.padding, self.backend = _load(folder, user, key)
        wanted = _blank_matters(self.backend) if leading_blank == "auto" else leading_blank
        self.before = " " if wanted else ""
        around = self.backend.num_special_tokens_to_add(False)
        if around >= limit:
            raise ConfigError(
                f"align.window: {limit} sub-words leave no room beside the {around} special "
                "tokens of the tokenizer"
            )

    def __call__(self, texts: Sequence[Sequence[str]]) -> list[Tokens]:
        """Sub-words of each text, given as words. Lone surrogates count as U+FFFD."""
        given = [[self.before + word for word in words] for words in texts]
        try:
            found = self.backend.encode_batch(given, is_pretokenized=True)
        except (TypeError, UnicodeError):  # strings that are not valid Unicode
            clean = [[valid(word) for word in words] for words in given]
            found = self.backend.encode_batch(clean, is_pretokenized=True)
        return [self._tokens(encoding) for encoding in found]

    def _tokens(self, encoding: Any) -> Tokens:
        ids = np.array(encoding.ids, dtype=np.int64)
        words = np.array(
            [_NONE if word is None else word for word in encoding.word_ids], dtype=np.int64
        )
        keep = np.flatnonzero(words != _NONE)
        words = words[keep]
        if len(ids) <= self._limit or not len(keep):
            return Tokens(words, (Piece(ids, keep, 0),))
        before, after = ids[: keep[0]], ids[keep[-1] + 1 :]
        inner = ids[keep]
        capacity = self._limit - len(before) - len(after)
        pieces = tuple(
            Piece(
                np.concatenate([before, inner[window.start : window.end], after]),
                np.arange(window.first, window.last) - window.start + len(before),
                window.first,
            )
            for window in windows(words, capacity, self._overlap)
        )
        return Tokens(words, pieces)


def _blank_matters(backend: Any) -> bool:
    """Whether a word within a text is another sub-word than the same word on its own.

    Gemma and Llama know "▁house" and "house" apart. Their hidden states were trained with the
    first within a text: AER of optimal transport over Gemma 3 270M is 10.8 with it, 20.8 without.
    """

    def last(words: list[str] | str) -> Any:
        return backend.encode(
            words, is_pretokenized=isinstance(words, list), add_special_tokens=False
        ).ids[-1:]

    within = last("the house")
    return bool(within != last(["the", "house"]) and within == last(["the", " house"]))


def valid(word: str) -> str:
    return word.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _load(folder: Path, user: str, key: str) -> tuple[int, Any]:
    """The number of the padding token, and the tokenizer of the library `tokenizers`."""
    transformers = require("transformers", extra="neural", user=user)
    try:
        tokenizer = word_tokenizer(folder, transformers)
        backend = getattr(tokenizer, "backend_tokenizer", None)
    except Exception as error:  # the library raises nearly everything for a broken file
        raise ConfigError(
            f"{key}: the tokenizer of {folder.name!r} cannot be loaded: {error}"
        ) from error
    if backend is None:
        raise ConfigError(
            f"{key}: {folder.name!r} has no fast tokenizer (tokenizer.json), which tells the "
            "words of its sub-words"
        )
    backend.no_padding()
    backend.no_truncation()
    return tokenizer.pad_token_id or 0, backend


def word_tokenizer(folder: Path, transformers: Any) -> Any:
    """The tokenizer of a checkpoint, made to cut single words as it cuts those of a text.

    Raises: what the library raises, which is nearly everything for a broken file.
    """
    load = transformers.AutoTokenizer.from_pretrained
    tokenizer = load(folder, use_fast=True, trust_remote_code=False)
    backend = getattr(tokenizer, "backend_tokenizer", None)
    if backend is None or not _needs_blank(backend):
        return tokenizer
    # RoBERTa and GPT-2 tell the beginning of a word by the blank before it
    return load(folder, use_fast=True, trust_remote_code=False, add_prefix_space=True)


def _needs_blank(backend: Any) -> bool:
    return (
        type(backend.pre_tokenizer).__name__ == "ByteLevel"
        and not backend.pre_tokenizer.add_prefix_space
    )
