"""Priors from a text and its links."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import islice
from typing import IO

import numpy as np

from spanferry.aligners.eflomal.priors import Ints, Priors, Table, added_up
from spanferry.aligners.eflomal.votes import count, integers, parse

#: Numbers of links that the program tells apart; a word with more counts as one with this many.
_MOST_LINKS = 7
#: What a link of two words counts: the program takes the links of the text that it aligns for just
#: as good as those that were learnt, though it does not know them yet when it starts.
_WEIGHT = 2.0
#: Sentence pairs that are counted at once.
_PAIRS = 50_000


def count_links(
    texts: tuple[IO[bytes], IO[bytes]],
    links: tuple[Sequence[IO[bytes]], Sequence[IO[bytes]]],
    words: tuple[list[str], list[str]],
) -> Priors:
    """Priors from what the program was given and what it printed.

    Memory grows with the vocabulary, not with the text. Words are linked where both directions say
    so. On the Hansards gold, priors of Multi30k and of the gold's text, the alignment error rate
    was 13.3 with these, 14.0 with those that one direction links (what `eflomal-makepriors`
    counts), 14.5 with those of either; counted twice it was 12.9. Words without a link count in
    the numbers of links, as they do in the program itself.

    Args:
        texts: source and target, as `TextWriter` wrote them.
        links: of the runs from source to target, and of those from target to source.
        words: of the source and of the target, by their numbers.

    Raises:
        RetryableError: links are missing.
    """
    linked, fertile = _Sum(), (_Sum(), _Sum())
    jumped: tuple[Counter[int], Counter[int]] = (Counter(), Counter())
    for text in texts:
        text.seek(0)
        text.readline()
    while lines := list(islice(texts[0], _PAIRS)):
        source, target = _Side(lines), _Side(list(islice(texts[1], _PAIRS)))
        ahead, back = (
            count([parse(b"".join(islice(run, len(lines))), len(lines)) for run in runs]).elected()
            for runs in links
        )
        sure = ahead.where(np.isin(ahead.numbers(), back.numbers(), assume_unique=True))
        linked.add(source.word(sure.pair, sure.source), target.word(sure.pair, sure.target))
        order = np.lexsort((ahead.target, ahead.pair))
        jumped[0].update(jumps(ahead.pair[order], ahead.source[order], source.lengths))
        jumped[1].update(jumps(back.pair, back.target, target.lengths))
        fertile[0].add(*_fertile(source, ahead.pair, ahead.source))
        fertile[1].add(*_fertile(target, back.pair, back.target))
    return Priors(
        *words,
        linked.table(_WEIGHT),
        (dict(jumped[0]), dict(jumped[1])),
        *(each.table() for each in fertile),
    )


class _Sum:
    """Counts of pairs of numbers, over several parts of a text."""

    def __init__(self) -> None:
        none = np.zeros(0, np.int64)
        self._table = Table(none, none, np.zeros(0))

    def add(self, left: Ints, right: Ints) -> None:
        so_far = self._table
        self._table = added_up(
            np.concatenate([so_far.left, left]),
            np.concatenate([so_far.right, right]),
            np.concatenate([so_far.count, np.ones(len(left))]),
        )

    def table(self, weight: float = 1.0) -> Table:
        return Table(self._table.left, self._table.right, self._table.count * weight)


class _Side:
    """The sentences of one side: the numbers of their words one after the other."""

    def __init__(self, lines: Sequence[bytes]) -> None:
        self.lengths = np.array([line.count(b" ") for line in lines], dtype=np.int64)
        self.starts = np.cumsum(self.lengths) - self.lengths
        numbers = integers(b"".join(lines))
        # each line begins with its length
        self.words = np.delete(numbers, self.starts + np.arange(len(lines)))

    def word(self, pair: Ints, place: Ints) -> Ints:
        found: Ints = self.words[self.starts[pair] + place]
        return found


def _fertile(side: _Side, pair: Ints, place: Ints) -> tuple[Ints, Ints]:
    """The words of a side, and how many links each has."""
    numbers = np.bincount(side.starts[pair] + place, minlength=len(side.words))
    return side.words, np.minimum(numbers, _MOST_LINKS)


def jumps(pair: Ints, partner: Ints, sizes: Ints) -> dict[int, int]:
    """How often the partners of two words that follow one another lie how far apart.

    A jump leads from before the first word to the first partner, and from the last partner behind
    the last word.

    Args:
        pair: the sentence pair of each link, ascending.
        partner: the linked word of the other side, in the order of the words of this one.
        sizes: words of the other side, by sentence pair.
    """
    if not len(pair):
        return {}
    first = np.concatenate([[True], pair[1:] != pair[:-1]])
    last = np.concatenate([first[1:], [True]])
    before = np.where(first, -1, np.concatenate([[-1], partner[:-1]]))
    made = np.concatenate([partner - before, sizes[pair[last]] - partner[last]])
    values, counts = np.unique(made, return_counts=True)
    return dict(zip(values.tolist(), counts.tolist(), strict=True))
