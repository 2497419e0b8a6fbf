"""What word tags are projected from: tagged source words and their links to a target text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from spanferry.data.links import Link


@dataclass(frozen=True, slots=True)
class Witness:
    """Tagged words that a target text is linked to.

    Args:
        words: source words.
        tags: one a word.
        links: from indexes of these words to indexes of target words.
        weight: of its votes among those of other witnesses.
    """

    words: Sequence[str]
    tags: Sequence[str]
    links: Sequence[Link]
    weight: float = 1.0

    def __post_init__(self) -> None:
        if len(self.words) != len(self.tags):
            raise ValueError(f"{len(self.words)} words, but {len(self.tags)} tags")


@dataclass(frozen=True, slots=True)
class TagTarget:
    """Target words that are to get tags, and the witnesses of what they are."""

    words: Sequence[str]
    witnesses: Sequence[Witness]
