"""Predicted links put beside the gold pairs that they belong to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from spanferry.aligners.link_files.errors import bad
from spanferry.aligners.link_files.lines import read_lines
from spanferry.aligners.link_files.pair import LinkedPair
from spanferry.aligners.link_files.pharaoh import parse_score
from spanferry.aligners.link_files.reading import LinkFile, check_range
from spanferry.data.errors import ConfigError
from spanferry.data.links import Link


def match(gold: LinkFile, predicted: LinkFile) -> list[tuple[Link, ...]]:
    """The predicted links of each gold pair.

    Pairs belong together by id where both files are of objects that bear the same ids, else by
    their order.

    Raises:
        ConfigError: there are more or fewer predicted pairs than gold ones, or none has links.
        InputError: words of two pairs that belong together differ, or a predicted link is of a
            word that the gold pair does not have.
    """
    if not any(pair.has_links for pair in predicted.pairs):
        raise ConfigError(f"{predicted.path}: holds no links")
    found = _in_order(gold, predicted)
    for wanted, pair in zip(gold.pairs, found, strict=True):
        for side in ("source", "target"):
            ours, theirs = getattr(pair, side), getattr(wanted, side)
            if ours is not None and theirs is not None and ours != theirs:
                raise bad(
                    f"pair {pair.id!r}: its {side} words are not those of {wanted.origin}",
                    pair.origin,
                )
        if wanted.source is not None:
            known = replace(pair, source=wanted.source, target=wanted.target, stored={})
            check_range(known, hint=predicted.format == "pharaoh")
    return [pair.links for pair in found]


def stored_links(gold: LinkFile, name: str) -> list[tuple[Link, ...]]:
    """The links of an aligner that stand in the gold file itself.

    Raises:
        ConfigError: a pair has no links of that name.
    """
    for pair in gold.pairs:
        if name not in pair.stored:
            known = ", ".join(sorted({key for each in gold.pairs for key in each.stored}))
            raise ConfigError(
                f"{pair.origin}: has no links called {name!r}; the file has: {known or 'none'}"
            )
    return [pair.stored[name] for pair in gold.pairs]


def with_scores(predicted: LinkFile, path: Path) -> LinkFile:
    """Links with the scores of a second file: a line a pair, a number a link, in its order.

    awesome-align writes such a file beside its links (`--output_prob_file`).

    Raises:
        ConfigError: the links do not stand line by line, or the files differ in length.
        InputError: a line has more or fewer scores than there are links.
    """
    if predicted.format not in ("pharaoh", "talp"):
        raise ConfigError(f"{path}: scores belong to lines of links, not to {predicted.format}")
    written, lines = read_lines(predicted.path), read_lines(path)
    if len(lines) != len(written):
        raise ConfigError(f"{predicted.path} has {len(written)} lines and {path} {len(lines)}")
    pairs = []
    for number, (pair, links, line) in enumerate(
        zip(predicted.pairs, written, lines, strict=True), 1
    ):
        origin = f"{path}:{number}"
        # scores follow the order of the line, links of a pair are sorted
        cells = _cells(links, first=int(predicted.format == "talp"))
        numbers = [parse_score(text, origin) for text in line.split()]
        if len(numbers) != len(cells):
            raise bad(f"{len(numbers)} scores for {len(cells)} links", origin, line)
        scored = [Link(*cell, score) for cell, score in zip(cells, numbers, strict=True)]
        pairs.append(replace(pair, links=tuple(sorted(scored))))
    return replace(predicted, pairs=tuple(pairs))


def _cells(line: str, *, first: int) -> list[tuple[int, int]]:
    """The links of a good line in the order in which they are written."""
    found = []
    for written in line.split():
        ends = written.partition(":")[0].replace("p", "-").replace("?", "-").split("-")
        found.append((int(ends[0]) - first, int(ends[1]) - first))
    return found


def _in_order(gold: LinkFile, predicted: LinkFile) -> Sequence[LinkedPair]:
    if len(gold.pairs) != len(predicted.pairs):
        raise ConfigError(
            f"{gold.path} has {len(gold.pairs)} pairs and {predicted.path} {len(predicted.pairs)}"
        )
    if gold.format == predicted.format == "jsonl":
        by_id = {pair.id: pair for pair in predicted.pairs}
        if len(by_id) == len(predicted.pairs) and by_id.keys() == {p.id for p in gold.pairs}:
            return [by_id[pair.id] for pair in gold.pairs]
    return predicted.pairs
