"""Links one a line, `0001 3 4 S 0.9`, as in the shared tasks at NAACL 2003 and ACL 2005.

Sentence number, source word, target word, all counted from 1, then S (sure, also where nothing is
said) or P (possible), and perhaps a score. See Mihalcea and Pedersen (2003), "An evaluation
exercise for word alignment". A word 0 stands for none: such a line says that a word has no link.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from spanferry.aligners.link_files.errors import bad, shown
from spanferry.aligners.link_files.lines import blank
from spanferry.aligners.link_files.pair import Cells
from spanferry.aligners.link_files.pharaoh import parse_score
from spanferry.data.links import Link

_LINE = re.compile(r"([0-9]+)\s+([0-9]+)\s+([0-9]+)(?:\s+([SP]))?(?:\s+([0-9.eE+-]+))?", re.ASCII)


@dataclass(slots=True)
class NumberedLinks:
    """The links of a sentence; `origin` is the first line that speaks of it."""

    origin: str
    links: dict[tuple[int, int], Link] = field(default_factory=dict)
    possible: set[tuple[int, int]] = field(default_factory=set)

    def result(self) -> tuple[tuple[Link, ...], Cells]:
        """The links in order, and those that are merely possible."""
        return tuple(sorted(self.links.values())), frozenset(self.possible)


def parse(lines: Sequence[str], name: str) -> dict[int, NumberedLinks]:
    """The links by sentence number.

    Args:
        lines: those of the file.
        name: of the file, for errors.

    Raises:
        InputError: a line is written otherwise, a number is 0 for a sentence, or a link stands
            twice.
    """
    found: dict[int, NumberedLinks] = {}
    for number, line in enumerate(lines, 1):
        origin = f"{name}:{number}"
        if blank(line):
            continue
        match = _LINE.fullmatch(line.strip())
        if match is None:
            raise bad(
                f"{shown(line)} is no link; lines look like `1 3 4 S`: sentence, source word, "
                "target word, S or P",
                origin,
                line,
            )
        sentence, source, target = (int(match[k]) for k in (1, 2, 3))
        if sentence == 0:
            raise bad("sentences are counted from 1", origin, line)
        of_sentence = found.setdefault(sentence, NumberedLinks(origin))
        if source == 0 or target == 0:
            continue
        cell = (source - 1, target - 1)
        if cell in of_sentence.links:
            raise bad(f"the link {source} {target} of sentence {sentence} stands twice", origin)
        score = 1.0 if match[5] is None else parse_score(match[5], origin)
        of_sentence.links[cell] = Link(*cell, score)
        if match[4] == "P":
            of_sentence.possible.add(cell)
    return found


def is_link(line: str) -> bool:
    """Whether a line is of this kind."""
    return _LINE.fullmatch(line.strip()) is not None


def format_lines(number: int, links: Sequence[Link], possible: Cells = frozenset()) -> list[str]:
    """The lines of a sentence, without scores; the inverse of `parse`.

    >>> format_lines(7, [Link(0, 1)], frozenset({(0, 1)}))
    ['7 1 2 P']
    """
    return [
        f"{number} {source + 1} {target + 1} {'P' if (source, target) in possible else 'S'}"
        for source, target, _ in sorted(links)
    ]
