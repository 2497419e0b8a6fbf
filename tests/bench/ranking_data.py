"""What the ranking is fitted to: hand-labelled pairs with links of several aligners."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from spanferry.aligners.base import WordPair
from spanferry.aligners.embedded import EmbeddedAligner
from spanferry.aligners.embedded.likeness import EmbeddedLikeness
from spanferry.aligners.segments import prepared_on
from spanferry.aligners.words import model_words
from spanferry.data.links import Link
from spanferry.flows.backends import make_aligner
from spanferry.flows.config import settings_class
from spanferry.projection.alignment import AlignmentProjection
from spanferry.projection.gold import GoldPair, read_gold, with_links
from spanferry.projection.ranking import Ranking
from spanferry.projection.sides import Array

#: Hand-labelled files that weights may be fitted to; `opinion_targets.en-es` and its clauses are
#: only measured.
TRAIN = ("opinion_targets.en-es.train", "named_entities.en-de",
         "clauses.en-es.train", "clauses.en-de", "clauses.en-fr")  # fmt: skip
TEST = ("opinion_targets.en-es", "clauses.en-es.test")
#: Stored links that take part in the fit for any aligner.
STORED = ("awesome", "simalign", "mgiza")


@dataclass(frozen=True, slots=True)
class Example:
    """The candidates of one span, and which of them are right."""

    pair: int
    columns: Mapping[str, Array]
    right: Array


@dataclass(frozen=True, slots=True)
class Corpus:
    """A gold file with one aligner's links."""

    name: str
    links: str
    pairs: Sequence[GoldPair]
    found: Sequence[Sequence[Link]]


def corpora(
    folders: Sequence[Path], names: Sequence[str], links: str, encoder: str | None
) -> list[Corpus]:
    """The files of these names, with the links of `embedded` or of several other aligners.

    Args:
        links: `embedded`, or `any` for stored links, those of eflomal where a file has none, and
            those of two aligners over the encoder.
        encoder: a checkpoint with word vectors in its tenth layer, for the aligners over one.
    """
    made = []
    for name in names:
        path = next(
            folder / f"{name}.jsonl" for folder in folders if (folder / f"{name}.jsonl").is_file()
        )
        pairs = [pair for pair in read_gold(path) if pair.item.spans or pair.wanted]
        if links == "embedded":
            made.append(Corpus(name, links, pairs, _aligned(pairs, "embedded", {})))
            continue
        stored = [key for key in (*STORED, "fast_align") if key in pairs[0].links]
        if name in TRAIN:
            stored = [key for key in stored if key in STORED]
        made += [Corpus(name, key, pairs, [p.links.get(key, ()) for p in pairs]) for key in stored]
        if len(stored) < 2:
            made.append(Corpus(name, "eflomal", pairs, _aligned(pairs, "eflomal", {})))
            if encoder:
                over = {"model": encoder, "layer": 10}
                given = {**over, "method": "itermax"}
                made.append(Corpus(name, "simalign*", pairs, _aligned(pairs, "simalign", given)))
                made.append(Corpus(name, "ot*", pairs, _aligned(pairs, "ot", over)))
    return made


def _aligned(
    pairs: Sequence[GoldPair], name: str, options: dict[str, object]
) -> Sequence[Sequence[Link]]:
    first = pairs[0].item
    if name == "embedded":
        aligner: object = EmbeddedAligner(
            source_language=first.language, target_language=first.target_language
        )
    else:
        settings = settings_class("aligners", name)(**options)
        aligner = make_aligner(settings, first.language, first.target_language)
    words = [
        WordPair(
            model_words(p.item.text, p.item.source_words),
            model_words(p.item.translation, p.item.target_words),
        )
        for p in pairs
    ]
    aligner.setup()  # type: ignore[attr-defined]
    with prepared_on(aligner, words):  # type: ignore[arg-type]
        return aligner.align(words)  # type: ignore[attr-defined, no-any-return]


def examples(corpus: Corpus, *, likeness: bool) -> list[Example]:
    """The candidates of all spans, with what is told of them."""
    none = Ranking({}, {})
    method = AlignmentProjection(
        likeness=EmbeddedLikeness() if likeness else None, models={True: none, False: none}
    )
    method.setup()
    items = [with_links(p.item, f) for p, f in zip(corpus.pairs, corpus.found, strict=True)]
    found = []
    for start in range(0, len(items), 256):
        batch = items[start : start + 256]
        for number, (item, groups) in enumerate(zip(batch, method.candidates(batch), strict=True)):
            wanted = corpus.pairs[start + number].wanted
            # no parts: unchanged text
            for (part,), span in zip(groups, item.spans, strict=False):
                gold = {(a, b - 1) for a, b, label in wanted if label == span.label}
                right = np.array([tuple(pair) in gold for pair in part.pairs.tolist()], bool)
                if len(right):
                    found.append(Example(start + number, part.columns, right))
    return found


__all__ = ["TEST", "TRAIN", "Corpus", "Example", "corpora", "examples"]
