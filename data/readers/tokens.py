"""Tokens to running text, and where each token stands in it.

A translator wants "I don't (see below)", a token-labelled corpus holds `I do n't ( see below )`.
Moses' detokenizer says where a space belongs; a few rules for English correct it where its own
are made for Moses' tokens. Only white space is decided here: characters of a token never change.

>>> Joiner("en").join(["I", "do", "n't", "(", "see", "below", ")", "."])
("I don't (see below).", ((0, 1), (2, 4), (4, 7), (8, 9), (9, 12), (13, 18), (18, 19), (19, 20)))
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Literal

from spanferry.data.records import Offsets

Join = Literal["detokenize", "space"]

#: Ends of English words that Penn and UD tokenizers cut off (`do n't`, `she 's`).
CLITICS = frozenset(
    f"{apostrophe}{end}" if end != "nt" else f"n{apostrophe}t"
    for apostrophe in ("'", "’")
    for end in ("nt", "t", "s", "re", "m", "ve", "ll", "d")
)
#: Words that they cut in two.
PAIRS = frozenset({("gon", "na"), ("wan", "na"), ("got", "ta"), ("gim", "me"), ("lem", "me")})
OPENING = frozenset({"``", "“", "‘", "«"})
CLOSING = frozenset({"''", "”", "»", "…"})


class Joiner:
    """Joins the tokens of one language.

    Args:
        language: BCP-47 code; Moses has rules for some languages and a common core for all.
        how: `detokenize`, or `space` for one space between any two tokens.
    """

    def __init__(self, language: str, how: Join = "detokenize") -> None:
        self.language = language.partition("-")[0].lower()
        self.how = how
        self._moses: Any = None

    def join(self, tokens: Sequence[str]) -> tuple[str, tuple[Offsets, ...]]:
        """The text, and each token's offsets in it: `text[start:end] == token` for every one."""
        spaces = self._spaces(tokens) if self.how == "detokenize" else [True] * len(tokens)
        parts: list[str] = []
        offsets: list[Offsets] = []
        position = 0
        for index, (token, space) in enumerate(zip(tokens, spaces, strict=True)):
            if index and space:
                parts.append(" ")
                position += 1
            parts.append(token)
            offsets.append((position, position + len(token)))
            position += len(token)
        return "".join(parts), tuple(offsets)

    def _spaces(self, tokens: Sequence[str]) -> list[bool]:
        """Whether a space stands before each token."""
        if self._moses is None:
            from sacremoses import MosesDetokenizer

            self._moses = MosesDetokenizer(lang=self.language)
        # A token may hold spaces ("1 000"), at which Moses would cut it again.
        words = [re.sub(r"\s", "_", token) for token in tokens]
        if self.language == "en":  # Moses takes `''` for an opening quote and has no rule for `”`
            words = ["x" if word in OPENING | CLOSING else word for word in words]
        try:
            text = self._moses.detokenize(words, unescape=False)
        except TypeError:  # sacremoses calls next() on a list in one of its rules for Czech
            return [True] * len(tokens)
        found = locate(words, text)
        if found is None:  # Moses joined " @-@ " to "-", say
            return [True] * len(tokens)
        ends = [0, *(end for _, end in found)]
        spaces = [start > end for (start, _), end in zip(found, ends, strict=False)]
        if self.language == "en":
            for index in range(1, len(tokens)):
                spaces[index] = _english(tokens[index - 1], tokens[index], spaces[index])
            # an odd quote at the end closes what an earlier sentence opened: `"Go." "Why?"`
            if len(tokens) > 1 and tokens[-1] in ('"', "'"):
                spaces[-1] = False
        return spaces


def locate(tokens: Sequence[str], text: str) -> tuple[Offsets, ...] | None:
    """The offsets of tokens that make up a text but for white space; None if they do not."""
    offsets: list[Offsets] = []
    position = 0
    for token in tokens:
        while not text.startswith(token, position):
            if position >= len(text) or not text[position].isspace():
                return None
            position += 1
        offsets.append((position, position + len(token)))
        position += len(token)
    return None if text[position:].strip() else tuple(offsets)


def _english(left: str, right: str, space: bool) -> bool:
    low = right.lower()
    if low in CLITICS or right in CLOSING or left in OPENING or (left.lower(), low) in PAIRS:
        return False
    # Moses pulls every "'word" to the left, also an opening quote: "said 'Hello";
    # and emoticons of punctuation, like ":)"
    if re.match(r"'\w|[:;]\S", right):
        return left not in ("(", "[", "{", '"')
    # a full stop and the quote after it in one token: ',"'
    return space and re.fullmatch(r"[.,!?]+[\"'”’]+", right) is None
