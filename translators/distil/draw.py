"""Draws that depend on a text alone, whatever was drawn before."""

from __future__ import annotations

import hashlib


def share_of(text: str, seed: int) -> float:
    """A number in [0, 1) for a text, the same on every machine."""
    data = text.encode("utf-8", "surrogatepass")
    found = hashlib.blake2b(data, digest_size=8, salt=seed.to_bytes(16, "little")).digest()
    return int.from_bytes(found, "little") / 2**64
