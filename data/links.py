"""Word links: what aligners give and projection takes."""

from __future__ import annotations

from typing import NamedTuple


class Link(NamedTuple):
    """Source word index, target word index (from 0) and a confidence in [0, 1]."""

    source: int
    target: int
    score: float = 1.0
