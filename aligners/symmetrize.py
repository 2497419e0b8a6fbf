"""Two directed alignments of a sentence pair made one.

A directed aligner looks for a partner for each word of one side only, so it is run both ways. What
both ways agree on is precise but sparse; what either says is complete but noisy; the methods
called `grow` lie between: they start from the agreement and add what lies next to it.

The methods are those of Koehn, Och and Marcu, "Statistical Phrase-Based Translation" (NAACL 2003),
section 3.1, as they are spelled out in Koehn et al., "Edinburgh System Description for the 2005
IWSLT Speech Translation Evaluation", section 2.1, and in the program `symal` of Moses.
"""

from __future__ import annotations

from collections.abc import Iterable
from heapq import heapify, heappop, heappush
from typing import Literal, get_args

from spanferry.data.errors import ConfigError

#: Source word index, target word index.
Pair = tuple[int, int]
Symmetrization = Literal[
    "intersection",
    "union",
    "forward",
    "reverse",
    "grow-diag",
    "grow-diag-final",
    "grow-diag-final-and",
]

#: Steps (target, source) to the neighbours of a link, in order: straight ones, then diagonals.
_NEIGHBOURS = ((-1, 0), (0, -1), (1, 0), (0, 1), (-1, -1), (-1, 1), (1, -1), (1, 1))


def symmetrize(
    forward: Iterable[Pair], reverse: Iterable[Pair], method: Symmetrization
) -> set[Pair]:
    """One alignment from two directed ones.

    - `forward`, `reverse`: that direction as it is. `intersection`, `union`: as they say.
    - `grow-diag`: the intersection; then, again and again, links of the union that lie next to a
      link that is in (eight neighbours) and of which at least one word has no link yet.
    - `grow-diag-final`: then also links of which at least one word has none, first those of
      `reverse`, then those of `forward`.
    - `grow-diag-final-and`: likewise, but only those of which both words have none.

    What is added depends on the order, which is that of `symal`, so that the links are the same as
    its links (checked on 5,000 random pairs of directed alignments): links are visited by target
    word, then by source word, a link that was added being visited in the same sweep if it comes
    later; neighbours in the order of `_NEIGHBOURS`; sweeps until one adds nothing. The last step
    goes through `reverse` and then through `forward`, each by target word, then by source word.
    (NLTK's `grow_diag_final_and` gives the union: its test for words without a link never fails.)

    Takes time in proportion to n log n of the number of links.

    Args:
        forward: links found from source to target, as (source, target).
        reverse: links found from target to source, as (source, target) too.
        method: one of `Symmetrization`.

    Raises:
        ConfigError: there is no such method.

    >>> forward = {(0, 0), (1, 1), (2, 1), (4, 3)}
    >>> reverse = {(0, 0), (1, 1), (1, 2), (3, 4), (3, 3)}
    >>> sorted(symmetrize(forward, reverse, "intersection"))
    [(0, 0), (1, 1)]
    >>> sorted(symmetrize(forward, reverse, "grow-diag"))  # source 2 and target 2 had none
    [(0, 0), (1, 1), (1, 2), (2, 1)]
    >>> sorted(symmetrize(forward, reverse, "grow-diag-final-and"))  # (3, 3) takes both its words
    [(0, 0), (1, 1), (1, 2), (2, 1), (3, 3)]
    >>> sorted(symmetrize(forward, reverse, "grow-diag-final"))  # target 4 and source 4 had none
    [(0, 0), (1, 1), (1, 2), (2, 1), (3, 3), (3, 4), (4, 3)]
    """
    ahead, back = set(forward), set(reverse)
    if method == "forward":
        return ahead
    if method == "reverse":
        return back
    if method == "intersection":
        return ahead & back
    if method == "union":
        return ahead | back
    if method not in get_args(Symmetrization):
        allowed = ", ".join(get_args(Symmetrization))
        raise ConfigError(f"no symmetrization {method!r}; allowed: {allowed}")
    # from here on links are turned round, so that their order as tuples is the visiting order
    ahead, back = _turned(ahead), _turned(back)
    links = ahead & back
    targets = {target for target, _ in links}
    sources = {source for _, source in links}
    _grow(links, (ahead | back) - links, targets, sources)
    if method == "grow-diag":
        return _turned(links)
    for direction in (back, ahead):
        for target, source in sorted(direction - links):
            if method == "grow-diag-final":
                wanted = target not in targets or source not in sources
            else:
                wanted = target not in targets and source not in sources
            if wanted:
                links.add((target, source))
                targets.add(target)
                sources.add(source)
    return _turned(links)


def _turned(links: set[Pair]) -> set[Pair]:
    return {(second, first) for first, second in links}


def _grow(links: set[Pair], open_: set[Pair], targets: set[int], sources: set[int]) -> None:
    """The step `grow-diag`, on links as (target, source); changes all its arguments.

    A link need be visited only once: a neighbour that was refused then, both its words having
    links, is refused for ever. So a sweep goes through the links that the one before it added
    behind its own place, and through those that it adds before its place itself.
    """
    sweep = list(links)
    while sweep and open_:
        heapify(sweep)
        behind: list[Pair] = []
        while sweep:
            place = heappop(sweep)
            for down, right in _NEIGHBOURS:
                near = (place[0] + down, place[1] + right)
                if near in open_ and (near[0] not in targets or near[1] not in sources):
                    open_.discard(near)
                    links.add(near)
                    targets.add(near[0])
                    sources.add(near[1])
                    if near > place:
                        heappush(sweep, near)
                    else:
                        behind.append(near)
        sweep = behind
