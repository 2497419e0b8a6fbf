"""The aligner `awesome`: equal to the program, and what it adds to it."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from pydantic import ValidationError

from spanferry.aligners.awesome import AwesomeAligner, AwesomeSettings
from spanferry.aligners.base import Aligner, CorpusAligner, SimilarityAligner, WordPair
from spanferry.aligners.matchers.softmax import SoftmaxMatcher
from spanferry.aligners.symmetrize import Symmetrization
from spanferry.data.errors import ConfigError
from tests.aligners.awesome_models import build_awesome, parallel_pairs
from tests.aligners.awesome_parity import compare

for module in ("torch", "transformers"):
    pytest.importorskip(module)

PAIRS = parallel_pairs(64)


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_awesome(tmp_path_factory.mktemp("awesome") / "bert", PAIRS)


def aligner(checkpoint: Path, **settings: object) -> AwesomeAligner:
    made = AwesomeAligner(AwesomeSettings(**{"model": str(checkpoint), "layer": 2, **settings}))
    made.setup()
    return made


@pytest.mark.parametrize(
    "options",
    [
        {"extraction": "softmax", "threshold": 0.04, "layer": 3},
        {"extraction": "entmax", "layer": 1},
    ],
)
def test_links_and_scores_are_the_programs(
    checkpoint: Path, tmp_path: Path, options: dict[str, object]
) -> None:
    pytest.importorskip("awesome_align")
    settings = AwesomeSettings(**{"layer": 2, **options})
    differences, gap = compare(checkpoint, PAIRS, settings, tmp_path)
    ties = [found for found in differences if found.widest < 1e-6]
    assert differences == ties
    assert len(ties) <= 1
    assert gap < 6e-5  # ours are rounded to four digits


def test_the_threshold_decides_about_links(checkpoint: Path) -> None:
    counts = [
        sum(map(len, aligner(checkpoint, threshold=threshold).align(PAIRS)))
        for threshold in (0.0, 0.001, 0.04, 0.4)
    ]
    assert counts[0] > counts[1] > counts[2] > counts[3] > 0
    links = aligner(checkpoint).align(PAIRS)
    assert all(0 < link.score <= 1 for of_pair in links for link in of_pair)
    assert all(list(of_pair) == sorted(of_pair) for of_pair in links)


def test_links_do_not_depend_on_the_batch(checkpoint: Path) -> None:
    made = aligner(checkpoint)
    alone = [made.align([pair])[0] for pair in PAIRS[:16]]
    whole = made.align(PAIRS)
    for left, right in zip(alone, whole, strict=False):
        assert [link[:2] for link in left] == [link[:2] for link in right]
        for one, other in zip(left, right, strict=True):
            assert one.score == pytest.approx(other.score, abs=2e-4)


def test_empty_sides_and_words_without_subwords_have_no_links(checkpoint: Path) -> None:
    made = aligner(checkpoint)
    pairs = [
        WordPair([], ["a"]),
        WordPair(["a"], []),
        WordPair(["\u200b"], ["a"]),
        WordPair(["a"], ["a"]),
    ]
    assert [len(links) for links in made.align(pairs)] == [0, 0, 0, 1]
    assert made.align([]) == []


@pytest.mark.parametrize(
    ("less", "more"),
    [
        ("intersection", "forward"),
        ("intersection", "reverse"),
        ("forward", "union"),
        ("reverse", "union"),
        ("intersection", "grow-diag"),
        ("grow-diag", "grow-diag-final-and"),
        ("grow-diag-final", "union"),
    ],
)
def test_symmetrizations_nest(checkpoint: Path, less: Symmetrization, more: Symmetrization) -> None:
    made = aligner(checkpoint, threshold=0.1)
    found = []
    for method in (less, more):
        matcher = SoftmaxMatcher(threshold=0.1, symmetrization=method)
        links = made.engine.links(PAIRS, matcher)
        found.append({(place, *link[:2]) for place, many in enumerate(links) for link in many})
    assert found[0] <= found[1]


def test_it_is_what_the_protocols_say(checkpoint: Path) -> None:
    made = aligner(checkpoint)
    assert isinstance(made, Aligner)
    assert isinstance(made, CorpusAligner)
    assert isinstance(made, SimilarityAligner)
    assert made.corpus_pairs == 0
    shown = made.similarities(PAIRS[:3])
    for pair, scores, links in zip(PAIRS[:3], shown, made.align(PAIRS[:3]), strict=True):
        assert scores.shape == (len(pair.source), len(pair.target))
        for source, target, score in links:
            # the word's best sub-words, which need not be those that are linked
            assert scores[source, target] >= score - 1e-4


def test_threads_may_share_it(checkpoint: Path) -> None:
    made = aligner(checkpoint)
    alone = made.align(PAIRS)
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(made.align(PAIRS))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [alone] * 3


def test_centering_takes_what_prepare_left(checkpoint: Path, tmp_path: Path) -> None:
    plain = aligner(checkpoint, threshold=0.04)
    learner = aligner(checkpoint, threshold=0.04, center=True, center_pairs=32)
    assert learner.corpus_pairs == 32
    with pytest.raises(ConfigError, match=r"prepare\(\) and load\(\)"):
        learner.align(PAIRS)
    learner.prepare(iter(PAIRS), tmp_path)
    other = aligner(checkpoint, threshold=0.04, center=True, center_pairs=32)
    other.load(tmp_path)
    assert other.align(PAIRS) != plain.align(PAIRS)


def test_errors_name_what_is_wrong(checkpoint: Path) -> None:
    with pytest.raises(ConfigError, match=r"call setup\(\) first"):
        AwesomeAligner(AwesomeSettings(model=str(checkpoint))).align(PAIRS)
    with pytest.raises(ConfigError, match=r"align\.layer: 8, but the model has 3 layers"):
        aligner(checkpoint, layer=8)
    for wrong in ({"threshold": 1.0}, {"extraction": "argmax"}, {"symmetrization": "both"}):
        with pytest.raises(ValidationError, match=next(iter(wrong))):
            AwesomeSettings(**wrong)
