"""Pictures of pairs that come from files of links or of texts."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from spanferry.aligners.base import Aligner, SimilarityAligner, WordPair
from spanferry.aligners.link_files import (
    LinkedPair,
    LinkFile,
    Texts,
    match,
    pairs_of_texts,
    read_links,
    stored_links,
)
from spanferry.aligners.pictures.picture import Gold, Picture, Stretch
from spanferry.aligners.words import split_words
from spanferry.data.errors import ConfigError
from spanferry.data.links import Link
from spanferry.flows.linking import Texting, align, open_aligner, pair_languages, word_pairs
from spanferry.projection.gold import tag_ranges


@dataclass(frozen=True, slots=True)
class Choice:
    """Which pairs are to be drawn.

    Args:
        count: how many at most.
        ids: those with these ids only.
        seed: pick at random; otherwise the first ones are taken.
        min_score: links with a lower score are left out.
    """

    count: int = 10
    ids: Sequence[str] = ()
    seed: int | None = None
    min_score: float = 0.0

    def places(self, ids: Sequence[str]) -> list[int]:
        """The places of the chosen ones in a list of all ids."""
        wanted = set(self.ids)
        there = [k for k, name in enumerate(ids) if not wanted or name in wanted]
        if self.seed is not None and len(there) > self.count:
            there = sorted(random.Random(self.seed).sample(there, self.count))
        return there[: self.count]

    def kept(self, links: Sequence[Link]) -> tuple[Link, ...]:
        """Those of the links that are drawn."""
        return tuple(link for link in links if link.score >= self.min_score)


def read_for_pictures(
    path: Path | None, texting: Texting, *, format: str, by_language: str | None
) -> LinkFile:
    """The pairs of a file, or of texts alone.

    Args:
        path: a file of links or of `source ||| target`; None where `texting` is all there is.
        by_language: split the texts into words as these languages (`en,ja`) do, and not at blanks.

    Raises:
        ConfigError: there is nothing to read, or words are asked for that gold links do not count.
    """
    if by_language is not None:
        joined = path or texting.joined
        sentences = replace(texting, joined=joined).read()
        return LinkFile(joined or Path(str(texting.source)), "text", _split(sentences, by_language))
    if path is not None:
        return read_links(path, format=format, sentences=texting.read())
    sentences = texting.read()
    if sentences is None:
        raise ConfigError("give a file of links or texts, or --source-text and --target-text")
    return LinkFile(texting.joined or Path(str(texting.source)), "text", _blanks(sentences))


def draw_pairs(
    file: LinkFile,
    choice: Choice,
    *,
    predicted: LinkFile | None = None,
    stored: str | None = None,
    own: bool = False,
    settings: Any | None = None,
    named: str | None = None,
) -> list[Picture]:
    """Pictures of chosen pairs of a file.

    Their links are those of a second file, those of a name in the first, the first file's own, or
    else an aligner's, with its similarities if it can tell them. Where they are not the file's own
    these are drawn beside them as gold.

    Args:
        settings: the configuration whose aligner is used; the default one for None.
        named: languages, `en,fr`; see `pair_languages`.

    Raises:
        ConfigError: there are no such links, or no words.
    """
    places = choice.places([pair.id for pair in file.pairs])
    pairs = [file.pairs[place] for place in places]
    words = word_pairs(pairs)
    if predicted is not None or stored is not None:
        if predicted is not None:
            name, every = predicted.path.name, match(file, predicted)
        else:
            name = stored or ""
            every = stored_links(file, name)
        return [_picture(file.pairs[place], every[place], choice, name) for place in places]
    if own:
        return [_own(pair, choice) for pair in pairs]
    if not pairs:
        return []
    codes = pair_languages(pairs, named, settings)
    # what an aligner learns of the corpus it learns of the whole file
    with open_aligner(settings, codes, file.pairs) as aligner:
        links = align(aligner, words)
        alike = similarities(aligner, words)
        return [
            replace(_picture(pair, found, choice, aligner.info.name), similarities=matrix)
            for pair, found, matrix in zip(pairs, links, alike, strict=True)
        ]


def similarities(aligner: Aligner, pairs: Sequence[WordPair]) -> list[Any]:
    """The similarities of the words of each pair; None for an aligner that cannot tell."""
    if not isinstance(aligner, SimilarityAligner):
        return [None] * len(pairs)
    return [np.asarray(matrix, float).tolist() for matrix in aligner.similarities(pairs)]


def _picture(pair: LinkedPair, links: Sequence[Link], choice: Choice, aligner: str) -> Picture:
    gold = Gold(pair.sure, pair.possible) if pair.has_links else None
    return Picture(
        pair.id,
        pair.source or (),
        pair.target or (),
        choice.kept(links),
        gold,
        source_spans=_stretches(pair.source_tags),
        target_spans=_stretches(pair.target_tags),
        languages=pair.languages,
        aligner=aligner,
        origin=pair.origin,
    )


def _own(pair: LinkedPair, choice: Choice) -> Picture:
    """The links of the file itself: with their scores, or as sure and possible ones."""
    if not pair.has_links:
        raise ConfigError(f"{pair.origin}: holds no links of its own")
    drawn = _picture(pair, pair.links, choice, "")
    return replace(drawn, links=None) if pair.possible else replace(drawn, gold=None)


def _stretches(tags: Sequence[str]) -> tuple[Stretch, ...]:
    return tuple(Stretch(*found) for found in tag_ranges(tags))


def _blanks(sentences: Sequence[Texts]) -> tuple[LinkedPair, ...]:
    return tuple(pairs_of_texts(sentences))


def _split(sentences: Sequence[Texts] | None, named: str) -> tuple[LinkedPair, ...]:
    if sentences is None:
        raise ConfigError(
            "--words language needs texts: a file of `source ||| target`, or two files"
        )
    codes = pair_languages((), named, None)
    sides = []
    for texts, code in (
        ([each.source for each in sentences], codes[0]),
        ([each.target for each in sentences], codes[1]),
    ):
        ranges = split_words(texts, code)
        sides.append(
            [
                tuple(text[start:end] for start, end in of_text)
                for text, of_text in zip(texts, ranges, strict=True)
            ]
        )
    return tuple(
        LinkedPair(str(k), text.origin, source, target, has_links=False, languages=codes)
        for k, (text, source, target) in enumerate(zip(sentences, *sides, strict=True), 1)
    )
