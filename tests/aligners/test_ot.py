"""The aligner `ot` over a real encoder."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from spanferry.aligners.base import Aligner, CorpusAligner, SimilarityAligner, WordPair
from spanferry.aligners.ot import OTAligner, OTSettings
from spanferry.data.errors import ConfigError
from tests.aligners.awesome_models import build_awesome, parallel_pairs

for module in ("torch", "transformers"):
    pytest.importorskip(module)

PAIRS = parallel_pairs(40)


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_awesome(tmp_path_factory.mktemp("ot") / "bert", PAIRS)


def aligner(checkpoint: Path, **settings: object) -> OTAligner:
    made = OTAligner(OTSettings(**{"model": str(checkpoint), "layer": 2, **settings}))
    made.setup()
    return made


@pytest.mark.parametrize("token_type", ["word", "bpe"])
@pytest.mark.parametrize(
    "options", [{"kind": "balanced"}, {"kind": "partial"}, {"kind": "unbalanced"}]
)
def test_a_text_is_linked_with_itself(
    checkpoint: Path, token_type: str, options: dict[str, object]
) -> None:
    made = aligner(checkpoint, token_type=token_type, **options)
    # each word once, so that no two words have the same vector
    pairs = [WordPair(words, words) for words in (sorted(set(pair.source)) for pair in PAIRS)]
    diagonal = total = words = 0
    for pair, links in zip(pairs, made.align(pairs), strict=True):
        assert list(links) == sorted(links)
        assert all(0.45 - 1e-4 <= link.score <= 1 for link in links)
        words += len(pair.source)
        total += len(links)
        diagonal += sum(link.source == link.target for link in links)
    least = 0.75 if options["kind"] == "partial" else 0.95  # partial moves four fifths
    assert diagonal >= least * words
    assert diagonal >= 0.9 * total


def test_links_do_not_depend_on_the_batch(checkpoint: Path) -> None:
    made = aligner(checkpoint)
    alone = [made.align([pair])[0] for pair in PAIRS[:12]]
    for left, right in zip(alone, made.align(PAIRS), strict=False):
        assert [link[:2] for link in left] == [link[:2] for link in right]
        for one, other in zip(left, right, strict=True):
            assert one.score == pytest.approx(other.score, abs=1e-3)


def test_a_null_word_takes_words_away(checkpoint: Path) -> None:
    counts = [
        sum(map(len, aligner(checkpoint, kind="balanced", null_cost=cost).align(PAIRS)))
        for cost in (None, 0.5, 0.2, 0.0)
    ]
    assert counts[0] > counts[2] >= counts[3]
    assert counts[1] > counts[2]


def test_every_setting_counts(checkpoint: Path) -> None:
    plain = aligner(checkpoint, kind="balanced").align(PAIRS[:10])
    for options in (
        {"kind": "partial"},
        {"kind": "partial", "mass": 0.4},
        {"kind": "unbalanced"},
        {"kind": "unbalanced", "relaxation": 0.01},
        {"kind": "balanced", "regularisation": 0.2},
        {"kind": "balanced", "distortion": 1.0},
        {"kind": "balanced", "marginals": "norm"},
        {"kind": "balanced", "threshold": 0.8},
        {"kind": "balanced", "rounds": 1},
        {"kind": "balanced", "token_type": "bpe"},
    ):
        assert aligner(checkpoint, **options).align(PAIRS[:10]) != plain, options


def test_empty_sides_have_no_links(checkpoint: Path) -> None:
    pairs = [WordPair([], ["a"]), WordPair(["a"], []), WordPair(["\u200b"], ["a"])]
    assert aligner(checkpoint).align(pairs) == [(), (), ()]


def test_it_is_what_the_protocols_say(checkpoint: Path) -> None:
    made = aligner(checkpoint)
    assert isinstance(made, Aligner)
    assert isinstance(made, CorpusAligner)
    assert isinstance(made, SimilarityAligner)
    assert made.info.name == "ot"
    assert made.similarities(PAIRS[:1])[0].shape == (len(PAIRS[0].source), len(PAIRS[0].target))


def test_errors_name_what_is_wrong(checkpoint: Path) -> None:
    with pytest.raises(ConfigError, match=r"call setup\(\) first"):
        OTAligner(OTSettings(model=str(checkpoint))).align(PAIRS)
    with pytest.raises(ValidationError, match=r"null_cost: 0\.3 is for kind: balanced; with kind: "
                                              r"partial, mass says"):  # fmt: skip
        OTSettings(kind="partial", null_cost=0.3)
    for wrong in ({"mass": 1.2}, {"regularisation": 0}, {"kind": "exact"}, {"threshold": 0}):
        with pytest.raises(ValidationError, match=next(iter(wrong))):
            OTSettings(**wrong)
