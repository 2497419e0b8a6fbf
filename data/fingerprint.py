"""Fingerprints: short hashes that say whether a piece of work is still valid."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def fingerprint(**parts: Any) -> str:
    """Hash of JSON-able parts by name; the order of the names does not matter.

    >>> fingerprint(a=1, b=2) == fingerprint(b=2, a=1)
    True
    """
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]
