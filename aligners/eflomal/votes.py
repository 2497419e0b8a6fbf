"""Links as the program prints them, and what several runs of it agree on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO

import numpy as np
import numpy.typing as npt

from spanferry.data.errors import RetryableError

Ints = npt.NDArray[np.int64]
#: More than there are words in a sentence.
_WIDTH = 1 << 11


@dataclass(frozen=True, slots=True)
class Votes:
    """The links of one direction, by sentence pair, source word and target word.

    Args:
        pair, source, target: what is linked.
        share: of the runs that linked it, above 0.
    """

    pair: Ints
    source: Ints
    target: Ints
    share: npt.NDArray[np.float64]

    def where(self, kept: npt.NDArray[np.bool_]) -> Votes:
        return Votes(self.pair[kept], self.source[kept], self.target[kept], self.share[kept])

    def elected(self) -> Votes:
        """The links of more than half of the runs."""
        return self.where(self.share > 0.5)

    def numbers(self) -> Ints:
        """One number for each link, the same in both directions, ascending."""
        return (self.pair * _WIDTH + self.source) * _WIDTH + self.target


def check_lines(links: IO[bytes], pairs: int) -> None:
    """See that a file has a line for each sentence pair.

    Raises:
        RetryableError: there are fewer: the program does not say so when a disk is full.
    """
    links.seek(0)
    lines, end = 0, b"\n"
    while block := links.read(1 << 20):
        lines += block.count(b"\n")
        end = block[-1:]
    links.seek(0)
    if lines != pairs or end != b"\n":
        raise RetryableError(
            f"aligner 'eflomal': the program wrote {lines} lines of links for {pairs} "
            "sentence pairs; is the disk full?"
        )


def integers(text: bytes) -> Ints:
    """The integers of a text, white space between them."""
    if not text.strip():  # of which numpy makes a number
        return np.zeros(0, np.int64)
    return np.fromstring(text.decode(), np.int64, sep=" ")


def parse(printed: bytes, pairs: int) -> Ints:
    """One number for each link, in order (see `count`).

    Args:
        printed: a line `0-0 1-2 ...` for each sentence pair (`check_lines`).
        pairs: how many there are.
    """
    lines = printed.split(b"\n")
    lengths = np.fromiter((line.count(b"-") for line in lines[:-1]), np.int64, pairs)
    ends = integers(printed.replace(b"-", b" ")).reshape(-1, 2)
    return (np.repeat(np.arange(pairs), lengths) * _WIDTH + ends[:, 0]) * _WIDTH + ends[:, 1]


def count(runs: Sequence[Ints]) -> Votes:
    """What the runs of one direction say together."""
    links, votes = np.unique(np.concatenate(runs), return_counts=True)
    return Votes(links // _WIDTH**2, links // _WIDTH % _WIDTH, links % _WIDTH, votes / len(runs))
