"""The links of a student's attention beside those that it learnt from."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow.parquet as pq

from spanferry.aligners.attention import AttentionAligner
from spanferry.aligners.base import TextPair
from spanferry.aligners.evaluate import AlignmentScores, score_links
from spanferry.aligners.words import split_words
from spanferry.data.records import Offsets
from spanferry.flows.distilling.report import LinkFigures
from spanferry.translators.base import CharLink
from spanferry.translators.ct2.forced_links import forced_links
from spanferry.translators.ct2.translator import CTranslate2Translator
from spanferry.translators.distil.pairs import HELD_OUT, PairStore

#: Which characters of a source go with which of its translation: starts and ends.
Range = tuple[int, int, int, int]


def link_figures(student: CTranslate2Translator, pairs: PairStore) -> LinkFigures | None:
    """The links of `align: attention` beside those of the aligner that the student learnt from.

    Both link a source and the teacher's translation of it: the student is made to write that one.

    Returns:
        None where no held-out pair has links.
    """
    with pq.ParquetFile(pairs.folder / HELD_OUT) as file:
        rows = [row for row in file.read().to_pylist() if row["links"] is not None]
    if not rows:
        return None
    texts = [row["source"] for row in rows], [row["target"] for row in rows]
    words = (
        split_words(texts[0], student.source_language),
        split_words(texts[1], student.target_language),
    )
    drawn = forced_links(student, *texts)
    cases = []
    for row, a, b, links in zip(rows, *words, drawn, strict=True):
        if links is not None:
            given = [
                (link["source_start"], link["source_end"], link["target_start"],
                 link["target_end"]) for link in row["links"]
            ]  # fmt: skip
            sure = word_links(given, a, b)
            own = attention_links(row["source"], a, row["target"], b, links)
            cases.append((sure, frozenset[tuple[int, int]](), own))
    found: AlignmentScores = score_links(cases)
    return LinkFigures(
        pairs=found.pairs,
        student=found.predicted,
        aligner=found.sure,
        aer=round(found.aer, 4),
        precision=round(found.precision, 4),
        recall=round(found.recall, 4),
    )


def word_links(
    links: Sequence[Range], source: Sequence[Offsets], target: Sequence[Offsets]
) -> frozenset[tuple[int, int]]:
    """Links between characters as links between the words that they touch.

    >>> sorted(word_links([(0, 3, 4, 9)], [(0, 3), (4, 7)], [(0, 3), (4, 9)]))
    [(0, 1)]
    """
    return frozenset(
        (s, t)
        for a, b, c, d in links
        for s, (start, end) in enumerate(source)
        if start < b and a < end
        for t, (first, last) in enumerate(target)
        if first < d and c < last
    )


def attention_links(
    source: str,
    source_words: Sequence[Offsets],
    target: str,
    target_words: Sequence[Offsets],
    links: Sequence[CharLink],
) -> frozenset[tuple[int, int]]:
    """What the aligner `attention` makes of a translator's links."""
    aligner = AttentionAligner(source_language="", target_language="")
    pair = TextPair(source, source_words, target, target_words, links=links)
    (found,) = aligner.align_texts([pair])
    return frozenset((link.source, link.target) for link in found)
