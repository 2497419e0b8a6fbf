"""The characters of a text's sub-words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from spanferry.aligners.encoder.tokens import valid
from spanferry.aligners.ranges.vectors import Ints
from spanferry.data.records import Offsets

if TYPE_CHECKING:
    from spanferry.aligners.encoder.tokens import Tokenizer


def pieces_of(
    tokenizer: Tokenizer, texts: Sequence[Sequence[str]], words: Sequence[Sequence[Offsets]]
) -> list[Ints]:
    """Start and end of each sub-word in its text, [sub-words, 2], in the order of `Tokens.words`.

    Args:
        texts: the words of each text, as the tokenizer was given them.
        words: their characters in the text.
    """
    before = tokenizer.before
    given = [[before + valid(word) for word in of_text] for of_text in texts]
    encodings = tokenizer.backend.encode_batch(given, is_pretokenized=True)
    found = []
    for encoding, of_text in zip(encodings, words, strict=True):
        kept = [
            (word, place)
            for word, place in zip(encoding.word_ids, encoding.offsets, strict=True)
            if word is not None
        ]
        starts = np.array([of_text[word][0] for word, _ in kept], np.int64)
        inner = np.array([place for _, place in kept], np.int64).reshape(-1, 2)
        # a blank before the word is no character of it
        inner = np.maximum(inner - len(before), 0)
        found.append(starts[:, None] + inner)
    return found
