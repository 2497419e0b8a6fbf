"""What makes two texts the same: the folded form, and short hashes of either."""

from __future__ import annotations

import hashlib
import re
import unicodedata

_NO_WORD = re.compile(r"[\W_]+")


def fold(text: str) -> str:
    """The word characters of a text alone, without case, width and ligatures (NFKC).

    >>> fold("Don't stop!") == fold("DONT STOP")
    True
    """
    return _NO_WORD.sub("", unicodedata.normalize("NFKC", text).casefold())


def text_hash(text: str) -> int:
    """64 bits of a text as they stand (BLAKE2b); below 2**64.

    Two of ten million texts share one with a probability of about 3e-6.
    """
    data = text.encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "big")


def order_key(text: str) -> int:
    """The same of its folded form, so that texts that differ in case or marks only go together.

    A text without a word character is hashed as it stands.
    """
    return text_hash(fold(text) or text)
