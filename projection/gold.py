"""Projection measured on hand-made corpora: files of sentence pairs with labels on both sides.

Each line is a JSON object with `src_lang`, `tgt_lang`, `src_tokens`, `src_tags`, `tgt_tokens`,
`tgt_tags` (BIO), and optionally `id` and `alignments` (links as `0-0 1-2` under the name of the
aligner that gave them). Texts are the tokens joined by spaces. A projected span counts as the
target tokens that it overlaps, so that `sushi` in the token `sushi.` counts as that token.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from spanferry.data.errors import ConfigError, InputError
from spanferry.data.links import Link
from spanferry.data.records import Offsets, Span
from spanferry.projection.base import Projection, ProjectionInput, ProjectionMethod
from spanferry.projection.evaluate import LabelledRange, SpanReport, score_spans

#: Takes (source text, source words, target text, target words) of each pair, gives its links.
LinkSource = Callable[
    [Sequence[tuple[str, Sequence[Offsets], str, Sequence[Offsets]]]], Sequence[Sequence[Link]]
]


@dataclass(frozen=True, slots=True)
class GoldPair:
    """One sentence pair.

    Args:
        id: name of the pair.
        item: what a projection method is given, without links.
        wanted: the hand-made target spans, in token indexes.
        links: links that come with the pair, by the name of their aligner.
    """

    id: str
    item: ProjectionInput
    wanted: frozenset[LabelledRange]
    links: dict[str, tuple[Link, ...]]


@dataclass(frozen=True, slots=True)
class GoldResult:
    """What `evaluate_gold` gives back: scores, and each pair with its projection."""

    report: SpanReport
    pairs: tuple[GoldPair, ...]
    projections: tuple[Projection, ...]


def evaluate_gold(path: Path, links: str | LinkSource, method: ProjectionMethod) -> GoldResult:
    """Project the source labels of a gold file and score them against its target labels.

    Args:
        path: the file.
        links: the name of links that the file holds, or several with commas between them, whose
            evidence adds up (pairs without them are left out, as peers did); or a function that
            aligns.
        method: a projection method that is set up.

    Raises:
        InputError: a line is no such pair (`bad_gold`).
        ConfigError: no pair of the file has links of that name.
    """
    pairs = list(read_gold(path))
    if isinstance(links, str):
        names = [name.strip() for name in links.split(",")]
        there = sorted({name for pair in pairs for name in pair.links})
        pairs = [pair for pair in pairs if all(name in pair.links for name in names)]
        if not pairs:
            raise ConfigError(
                f"{path}: no links are called {links!r}; there are: {', '.join(there) or 'none'}"
            )
        items = []
        for pair in pairs:
            first, *rest = (with_links(pair.item, pair.links[name]) for name in names)
            items.append(replace(first, others=tuple(rest)))
    else:
        found = links(
            [
                (p.item.text, p.item.source_words, p.item.translation, p.item.target_words)
                for p in pairs
            ]
        )
        items = [with_links(pair.item, given) for pair, given in zip(pairs, found, strict=True)]
    projections = method.project(items)
    report = score_spans(
        (pair.wanted, projected_tokens(projection, pair.item.target_words))
        for pair, projection in zip(pairs, projections, strict=True)
    )
    return GoldResult(report, tuple(pairs), tuple(projections))


def read_gold(path: Path) -> Iterator[GoldPair]:
    """The pairs of a gold file.

    Raises:
        InputError: a line is no such pair (`bad_gold`).
    """
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                yield _pair(json.loads(line), number)
            except (KeyError, TypeError, ValueError) as error:
                raise InputError(
                    "bad_gold",
                    f"not a pair of labelled sentences: {error!r}",
                    origin=f"{path}:{number}",
                    raw=line.rstrip("\n"),
                ) from error


def with_links(item: ProjectionInput, links: Sequence[Link]) -> ProjectionInput:
    """The input with these links instead of its own."""
    return replace(item, links=links)


def projected_tokens(projection: Projection, tokens: Sequence[Offsets]) -> frozenset[LabelledRange]:
    """Projected spans as ranges of the tokens that they overlap."""
    ranges = set()
    for span in projection.spans:
        hit = [k for k, (start, end) in enumerate(tokens) if start < span.end and end > span.start]
        ranges.add((hit[0], hit[-1] + 1, span.label))
    return frozenset(ranges)


def tag_ranges(tags: Sequence[str]) -> list[LabelledRange]:
    """Spans of BIO tags in token indexes; an I- that continues nothing opens a span (CoNLL)."""
    ranges: list[LabelledRange] = []
    start, label = None, ""
    for place, tag in enumerate([*tags, "O"]):
        kind, _, name = tag.partition("-")
        if start is not None and (kind != "I" or name != label):
            ranges.append((start, place, label))
            start = None
        if kind == "B" or (kind == "I" and start is None):
            start, label = place, name
    return ranges


def _pair(row: dict[str, Any], number: int) -> GoldPair:
    text, source = _joined(row["src_tokens"], row["src_tags"])
    translation, target = _joined(row["tgt_tokens"], row["tgt_tags"])
    spans = tuple(
        Span(source[first][0], source[last - 1][1], label, id=f"s{k}")
        for k, (first, last, label) in enumerate(tag_ranges(row["src_tags"]))
    )
    item = ProjectionInput(
        text=text,
        spans=spans,
        translation=translation,
        source_words=source,
        target_words=target,
        links=(),
        language=row["src_lang"],
        target_language=row["tgt_lang"],
        token_labelled=True,
    )
    links = {name: _links(text) for name, text in row.get("alignments", {}).items()}
    for name, found in links.items():
        outside = [x for x in found if x.source >= len(source) or x.target >= len(target)]
        if outside:
            raise ValueError(f"{name}: a link to a word that is not there: {tuple(outside[0])}")
    wanted = frozenset(tag_ranges(row["tgt_tags"]))
    return GoldPair(str(row.get("id", number)), item, wanted, links)


def _joined(tokens: Sequence[str], tags: Sequence[str]) -> tuple[str, tuple[Offsets, ...]]:
    if len(tokens) != len(tags):
        raise ValueError(f"{len(tokens)} tokens with {len(tags)} tags")
    ranges: list[Offsets] = []
    place = 0
    for token in tokens:
        ranges.append((place, place + len(token)))
        place += len(token) + 1
    return " ".join(tokens), tuple(ranges)


def _links(text: str) -> tuple[Link, ...]:
    ends = sorted(tuple(map(int, pair.split("-"))) for pair in text.split())
    return tuple(Link(source, target) for source, target in ends)
