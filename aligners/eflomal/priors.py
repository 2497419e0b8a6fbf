"""Priors: how often words were linked, how far links jump, how many links words have.

They are kept as the text file that eflomal's own `eflomal-makepriors` writes and its
`eflomal-align --priors` reads (fields between tabs, gzip), so either can use the other's:

    LEX   source word   target word   count
    FERF  source word   number of links   count      FERR  target word ...
    HMMF  jump in the source from a target word to the next   count      HMMR  likewise, reverse
"""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt

from spanferry.data.errors import InputError

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
#: Of words outside a text.
_ABSENT = -1


@dataclass(slots=True)
class Table:
    """Counts of pairs of numbers: of words, or of a word and its links."""

    left: Ints
    right: Ints
    count: Floats

    def within(self, left: Ints, right: Ints | None = None) -> Table:
        """With new numbers for the words: rows of absent words left out, equal ones added up."""
        new_left = left[self.left]
        new_right = self.right if right is None else right[self.right]
        here = (new_left != _ABSENT) & (new_right != _ABSENT)
        return added_up(new_left[here], new_right[here], self.count[here])


def added_up(left: Ints, right: Ints, count: Floats) -> Table:
    """A table in which no pair stands twice, sorted."""
    width = int(right.max(initial=0)) + 1
    pairs, places = np.unique(left * width + right, return_inverse=True)
    sums = np.bincount(places, count, len(pairs)).astype(np.float64)
    return Table(pairs // width, pairs % width, sums)


@dataclass(slots=True)
class Priors:
    """What was learnt of a text.

    Args:
        source, target: the words, as `texts.key` gives them.
        linked: source word, target word.
        jumps: of links that were made from source to target, and from target to source.
        fertile_source: source word, number of its links made from source to target.
        fertile_target: target word, number of its links made from target to source.
    """

    source: list[str]
    target: list[str]
    linked: Table
    jumps: tuple[dict[int, float], dict[int, float]]
    fertile_source: Table
    fertile_target: Table

    def write(self, source: dict[str, int], target: dict[str, int], file: IO[bytes]) -> None:
        """Write what concerns the words of a text, in the program's format.

        Args:
            source, target: the words of the text and their numbers (`Vocabulary.keys`).
        """
        left = np.array([source.get(word, _ABSENT) for word in self.source], dtype=np.int64)
        right = np.array([target.get(word, _ABSENT) for word in self.target], dtype=np.int64)
        linked = self.linked.within(left, right)
        fertile = (self.fertile_source.within(left), self.fertile_target.within(right))
        # number 0 is no word here, so words count from 1 (in texts they count from 0)
        sizes = [len(source) + 1, len(target) + 1, len(linked.count)]
        sizes += [*map(len, self.jumps), *(len(table.count) for table in fertile)]
        file.write(f"{' '.join(map(str, sizes))}\n".encode())
        file.writelines(_rows(linked.left + 1, linked.right + 1, linked.count))
        for jumps in self.jumps:
            file.writelines(f"{jump} {count:g}\n".encode() for jump, count in sorted(jumps.items()))
        for table in fertile:
            file.writelines(_rows(table.left + 1, table.right, table.count))
        file.flush()

    def save(self, path: Path) -> None:
        """Write the file; the same priors give the same bytes."""
        with (
            path.open("wb") as raw,
            gzip.GzipFile("", "wb", 6, raw, mtime=0) as packed,
            io.TextIOWrapper(packed, "utf-8", "surrogatepass", newline="\n") as file,
        ):
            file.writelines(self._lines())

    def _lines(self) -> Iterator[str]:
        s, t = self.source, self.target
        for left, right, count in _items(self.linked):
            yield f"LEX\t{s[left]}\t{t[right]}\t{count:.15g}\n"
        for name, words, table in (("FERF", s, self.fertile_source),
                                   ("FERR", t, self.fertile_target)):  # fmt: skip
            for left, right, count in _items(table):
                yield f"{name}\t{words[left]}\t{right}\t{count:.15g}\n"
        for name, jumps in zip(("HMMF", "HMMR"), self.jumps, strict=True):
            for jump, count in sorted(jumps.items()):
                yield f"{name}\t{jump}\t{count:.15g}\n"


def _items(table: Table) -> Iterator[tuple[int, int, float]]:
    return zip(table.left.tolist(), table.right.tolist(), table.count.tolist(), strict=True)


def _rows(left: Ints, right: Ints, count: Floats) -> Iterator[bytes]:
    for first, second, number in zip(left.tolist(), right.tolist(), count.tolist(), strict=True):
        yield b"%d %d %g\n" % (first, second, number)


@dataclass(slots=True)
class _Reading:
    """Rows of a file so far."""

    numbers: dict[str, int] = field(default_factory=dict)
    left: list[int] = field(default_factory=list)
    right: list[int] = field(default_factory=list)
    count: list[float] = field(default_factory=list)

    def number(self, word: str) -> int:
        return self.numbers.setdefault(word, len(self.numbers))

    def add(self, left: int, right: int, count: str) -> None:
        self.left.append(left)
        self.right.append(right)
        self.count.append(float(count))

    def table(self) -> Table:
        return added_up(
            np.array(self.left, np.int64), np.array(self.right, np.int64), np.array(self.count)
        )


def read(lines: Iterable[str], origin: str) -> Priors:
    """Read priors.

    Args:
        lines: of the file.
        origin: its name, for errors.

    Raises:
        InputError: `bad_priors`, at the first line that is none.
    """
    source, target, linked = _Reading(), _Reading(), _Reading()
    jumps: tuple[dict[int, float], dict[int, float]] = ({}, {})
    for number, line in enumerate(lines, 1):
        try:
            match line.rstrip("\n").split("\t"):
                case ["LEX", left, right, count]:
                    linked.add(source.number(left), target.number(right), count)
                case ["FERF", word, links, count]:
                    source.add(source.number(word), int(links), count)
                case ["FERR", word, links, count]:
                    target.add(target.number(word), int(links), count)
                case ["HMMF", jump, count]:
                    jumps[0][int(jump)] = float(count)
                case ["HMMR", jump, count]:
                    jumps[1][int(jump)] = float(count)
                case _:
                    raise ValueError("not a prior")
        except ValueError as error:
            raise InputError(
                "bad_priors",
                "no line of eflomal's priors (LEX, FERF, FERR, HMMF, HMMR)",
                origin=f"{origin}:{number}",
                raw=line[:200],
            ) from error
    return Priors(
        list(source.numbers),
        list(target.numbers),
        linked.table(),
        jumps,
        source.table(),
        target.table(),
    )


def load(path: Path) -> Priors:
    """Read what `Priors.save` wrote."""
    with gzip.open(path, "rt", encoding="utf-8", errors="surrogatepass", newline="\n") as file:
        return read(file, str(path))
