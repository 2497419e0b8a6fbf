"""Gold sets read from files, with links."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from spanferry.aligners.base import TextPair
from spanferry.aligners.segments import align_texts, prepared_on, word_pairs
from spanferry.aligners.words import split_words
from spanferry.data.errors import ConfigError
from spanferry.data.records import Offsets, Record
from spanferry.flows.backends import links_of, make_aligner
from spanferry.flows.comparing.cases import Case, CaseSet
from spanferry.flows.comparing.entries import GoldSet
from spanferry.flows.evaluating import records
from spanferry.projection.base import ProjectionInput
from spanferry.projection.gold import GoldPair, read_gold
from spanferry.projection.ranking import Links


def read_set(gold: GoldSet, config: Any) -> CaseSet:
    """A gold set with its links: stored ones, or those of the aligner.

    Args:
        config: the comparison, for `links`, `align` and `limit`.

    Raises:
        ConfigError, InputError: a file cannot be read, has no such links, or no spans.
    """
    found = _pairs(gold.path) if gold.path is not None else _corpora(gold)
    pairs = list(islice(found, config.limit))
    if not any(pair.item.spans for pair in pairs):
        raise ConfigError(f"gold: {gold.title} has no source spans that could be projected")
    codes = {(pair.item.language, pair.item.target_language) for pair in pairs}
    if len(codes) > 1:
        listed = "; ".join(sorted(",".join(pair) for pair in codes))
        raise ConfigError(
            f"gold: {gold.title} has pairs of several languages ({listed}); make a file of each"
        )
    by_words = gold.path is not None or pairs[0].item.token_labelled
    stored = gold.links or (config.links if gold.path is not None else None)
    kind: Links = "any"
    if stored:
        items, kept = _stored(pairs, stored, gold)
        links = f"stored links: {stored}"
    else:
        items, kept, kind = _aligned(pairs, config.align), pairs, links_of(config.align)
        links = f"links of the aligner {config.align.backend}"
    cases = tuple(
        Case(pair.id, item, pair.wanted, by_words) for pair, item in zip(kept, items, strict=True)
    )
    if not any(case.item.spans for case in cases):
        raise ConfigError(f"links: no pair of {gold.title} with source spans has the {links}")
    left_out = {"no stored links": len(pairs) - len(kept)} if len(kept) < len(pairs) else {}
    return CaseSet(gold.title, cases, links, kind, left_out)


def _pairs(path: Path) -> Iterator[GoldPair]:
    try:
        yield from read_gold(path)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"gold: {path} is no file of gold pairs: {error}") from error


def _stored(
    pairs: Sequence[GoldPair], stored: str, gold: GoldSet
) -> tuple[list[ProjectionInput], list[GoldPair]]:
    names = [name.strip() for name in stored.split(",")]
    kept = [pair for pair in pairs if all(name in pair.links for name in names)]
    if not kept:
        there = sorted({name for pair in pairs for name in pair.links})
        raise ConfigError(
            f"links: {gold.title} has none that are called {stored!r}; there are: "
            f"{', '.join(there) or 'none'}"
        )
    items = []
    for pair in kept:
        first, *rest = (replace(pair.item, links=pair.links[name]) for name in names)
        items.append(replace(first, others=tuple(rest)))
    return items, kept


def _aligned(pairs: Sequence[GoldPair], settings: Any) -> list[ProjectionInput]:
    items = [pair.item for pair in pairs]
    aligner = make_aligner(settings, items[0].language, items[0].target_language)
    aligner.setup()
    texts = [TextPair(i.text, i.source_words, i.translation, i.target_words) for i in items]
    with prepared_on(aligner, word_pairs(texts)):
        found = align_texts(aligner, texts)
    return [replace(item, links=links) for item, links in zip(items, found, strict=True)]


def _corpora(gold: GoldSet) -> Iterator[GoldPair]:
    """A labelled corpus and its labelled translation, record by record."""
    assert gold.source is not None
    assert gold.target is not None
    assert gold.languages is not None
    source = [record for _, record in records(gold.source, gold.languages[0], None)]
    target = [record for _, record in records(gold.target, gold.languages[1], None)]
    there = {record.id: record for record in target}
    same = len(there) == len(target) and {record.id for record in source} == there.keys()
    if same and len(source) == len(target):
        target = [there[record.id] for record in source]
    elif len(source) != len(target):
        raise ConfigError(
            f"gold: {gold.source} has {len(source)} records and {gold.target} {len(target)}, "
            "and their ids do not tell which belong together"
        )
    if not source:
        raise ConfigError(f"gold: {gold.source} has no records")
    # places count words only where all of both sides was labelled word by word
    by_words = all(record.tokens is not None for record in (*source, *target))
    words = [
        split_words([r.text for r in side], code, [r.tokens for r in side])
        for side, code in zip((source, target), gold.languages, strict=True)
    ]
    for ours, theirs, *of_pair in zip(source, target, *words, strict=True):
        yield _of_records(ours, theirs, of_pair, gold.languages, by_words)


def _of_records(
    source: Record,
    target: Record,
    words: Sequence[Sequence[Offsets]],
    codes: tuple[str, str],
    by_words: bool,
) -> GoldPair:
    item = ProjectionInput(
        source.text, source.spans, target.text, words[0], words[1], (), *codes,
        token_labelled=by_words,
    )  # fmt: skip
    case = Case(source.id, item, frozenset(), by_words)
    wanted = set()
    for span in target.spans:
        place = case.place(span)
        if place:
            wanted.add((place[0][0], place[-1][1], span.label))
    return GoldPair(source.id, item, frozenset(wanted), {})
