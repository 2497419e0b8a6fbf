"""A sentence pair of a file: words, links, or both, with the place where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from spanferry.data.links import Link

Cells = frozenset[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class LinkedPair:
    """One sentence pair of a file of links, of texts, or of both.

    Args:
        id: its name; the number of the pair in its file (from 1) where the file has no names.
        origin: `file:line`.
        source, target: the words; None where the file has links only.
        links: all its links, sure and possible, in order, with the scores that the file gives
            (1 where it gives none).
        possible: those of the links that are marked as possible and not as sure.
        has_links: whether the file says anything of links; a gold pair may well have none.
        stored: further links that the file holds, by the name of their aligner.
        source_tags, target_tags: BIO tags of the words, where there are any.
        languages: BCP-47 codes of source and target, empty where they are not known.
    """

    id: str
    origin: str
    source: tuple[str, ...] | None = None
    target: tuple[str, ...] | None = None
    links: tuple[Link, ...] = ()
    possible: Cells = frozenset()
    has_links: bool = True
    stored: Mapping[str, tuple[Link, ...]] = field(default_factory=dict)
    source_tags: tuple[str, ...] = ()
    target_tags: tuple[str, ...] = ()
    languages: tuple[str, str] = ("", "")

    @property
    def sure(self) -> Cells:
        """Its links that are not merely possible, without their scores."""
        return self.cells - self.possible

    @property
    def cells(self) -> Cells:
        """All its links, without their scores."""
        return frozenset((source, target) for source, target, _ in self.links)
