"""Lines of links such as `0-0 1?2 2p3 3-4:0.87`, as Pharaoh introduced them.

`i-j` is a sure link and `i?j` or `ipj` a possible one, of source word i and target word j. Most
programs count from 0; the hand-made corpora of the TALP group, and files in their manner, from 1.
A number after a colon is the score of a link.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from spanferry.aligners.link_files.errors import bad, shown
from spanferry.aligners.link_files.pair import Cells
from spanferry.data.links import Link

_LINK = re.compile(r"([0-9]{1,9})([-p?])([0-9]{1,9})(?::([0-9.eE+-]+))?", re.ASCII)


def parse_line(line: str, origin: str, *, first: int = 0) -> tuple[tuple[Link, ...], Cells]:
    """The links of a line, in order, and those of them that are merely possible.

    Args:
        line: the links, set apart by blanks.
        origin: `file:line`, for errors.
        first: what the first word counts as, 0 or 1.

    Raises:
        InputError: a link is written otherwise, stands twice, counts as 0 where the first word
            is 1, or has a score outside [0, 1].
    """
    links: dict[tuple[int, int], Link] = {}
    possible: set[tuple[int, int]] = set()
    for written in line.split():
        match = _LINK.fullmatch(written)
        if match is None:
            raise bad(
                f"{shown(written)} is no link; links look like 0-0 (sure), 0?0 or 0p0 (possible), "
                "0-0:0.9 (with a score)",
                origin,
                line,
            )
        source, target = int(match[1]) - first, int(match[3]) - first
        if source < 0 or target < 0:
            raise bad(f"{shown(written)} counts from 0, and links here count from 1", origin, line)
        if (source, target) in links:
            raise bad(f"the link {shown(written)} stands twice", origin, line)
        score = 1.0 if match[4] is None else parse_score(match[4], origin)
        links[source, target] = Link(source, target, score)
        if match[2] != "-":
            possible.add((source, target))
    return tuple(sorted(links.values())), frozenset(possible)


def is_links(line: str) -> bool:
    """Whether a line holds links of this kind, and nothing else."""
    return bool(line.split()) and all(map(_LINK.fullmatch, line.split()))


def parse_score(text: str, origin: str) -> float:
    """A score between 0 and 1.

    Raises:
        InputError: it is none.
    """
    try:
        score = float(text)
    except ValueError:
        score = -1.0
    if not 0 <= score <= 1:
        raise bad(f"the score {shown(text)} is no number between 0 and 1", origin)
    return score


def format_line(links: Iterable[Link], possible: Cells = frozenset()) -> str:
    """Links as a line, counted from 0, without scores; the inverse of `parse_line`.

    >>> format_line([Link(1, 2), Link(0, 0)], frozenset({(1, 2)}))
    '0-0 1p2'
    """
    return " ".join(
        f"{source}{'p' if (source, target) in possible else '-'}{target}"
        for source, target, _ in sorted(links)
    )


def format_scores(links: Iterable[Link]) -> str:
    """The scores of links as a line, in the order of `format_line`.

    >>> format_scores([Link(1, 2, 0.25), Link(0, 0, 1.0)])
    '1.0 0.25'
    """
    return " ".join(repr(float(link.score)) for link in sorted(links))
