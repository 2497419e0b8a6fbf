"""Texts as the sub-words of a text-to-text model, tokens that were added to it in one piece each.

The tags that a model was taught (`<Person>`) and T5's sentinels (`<extra_id_0>`) stand in texts and
are meant; `</s>` and its like in a text are not, and are left out.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Protocol

from spanferry.translators.ct2 import tokens

#: Tokens that a model knows its own places for.
FRAME = frozenset({"</s>", "<s>", "<pad>", "<unk>"})
_JSON = "tokenizer.json"


class Encoder(Protocol):
    """Sub-words of texts; safe to use from several threads."""

    def encode(self, texts: Sequence[str]) -> list[list[str]]:
        """Pieces of each text, without an end token."""
        ...


def load(folder: Path, vocabulary: Collection[str] = ()) -> Encoder:
    """The tokenizer of a checkpoint or of a converted model.

    A `tokenizer.json` knows the tokens that were added; a bare SentencePiece file does not, and is
    told them by the model's vocabulary.

    Raises:
        ConfigError: the folder has none that can be used.
        MissingExtraError: the library is not installed.
    """
    if (folder / _JSON).is_file():
        return _Tagged(folder / _JSON)
    bare = tokens.load(folder)[0]
    known = bare.pieces() if isinstance(bare, tokens.SentencePiece) else frozenset()
    return _Split(bare, [token for token in vocabulary if token not in known | FRAME])


class _Tagged(tokens.FastTokenizer):
    """A `tokenizer.json`; what it was taught as tokens is found in texts."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._model.encode_special_tokens = False

    def encode(self, texts: Sequence[str]) -> list[list[str]]:
        """See `Encoder.encode`."""
        return [[piece for piece in found if piece not in FRAME] for found in super().encode(texts)]


class _Split:
    """A SentencePiece model between tokens that it does not know."""

    def __init__(self, bare: tokens.Tokenizer, added: Sequence[str]) -> None:
        self._bare = bare
        longest_first = sorted(added, key=lambda token: (-len(token), token))
        self._added = re.compile(f"({'|'.join(map(re.escape, longest_first))})") if added else None

    def encode(self, texts: Sequence[str]) -> list[list[str]]:
        """See `Encoder.encode`."""
        if self._added is None:
            return self._bare.encode(texts)
        cut = [self._added.split(text) for text in texts]
        plain = self._bare.encode([part for parts in cut for part in parts[::2]])
        done: list[list[str]] = []
        at = 0
        for parts in cut:
            found: list[str] = []
            for number, part in enumerate(parts):
                if number % 2:
                    found.append(part)
                else:
                    found += plain[at]
                    at += 1
            done.append(found)
        return done
