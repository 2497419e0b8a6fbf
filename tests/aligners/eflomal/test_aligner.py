"""The aligner on the artificial language: quality, determinism, and text of every kind."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from spanferry.aligners.base import CorpusAligner, WordPair
from spanferry.aligners.eflomal import EflomalAligner, program
from spanferry.aligners.evaluate import score_links
from spanferry.data.errors import ConfigError
from spanferry.data.links import Link
from tests.aligners.eflomal.needs import aligner, error_rate, needs_eflomal, text

pytestmark = needs_eflomal


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What was learnt from 800 pairs."""
    made = tmp_path_factory.mktemp("learnt")
    aligner(samplers=3, length=0.1).prepare(text(800, seed=2)[0], made)
    return made


@pytest.fixture
def learnt(folder: Path) -> EflomalAligner:
    """A quick aligner that has loaded it."""
    made = aligner(samplers=1, length_with_priors=0.05)
    made.load(folder)
    return made


def test_priors_make_a_small_shard_as_good_as_the_corpus(folder: Path) -> None:
    pairs, gold = text(30, seed=3)
    alone = error_rate(gold, aligner(samplers=3, length=0.1).align(pairs))
    learnt = aligner(samplers=3, length_with_priors=0.1)
    learnt.load(folder)
    primed = error_rate(gold, learnt.align(pairs))
    assert primed < 0.7 * alone
    corpus = text(800, seed=2)[0]
    together = aligner(samplers=3, length=0.1).align([*corpus, *pairs])[len(corpus) :]
    assert primed < error_rate(gold, together) + 2.0


def test_scores_tell_right_from_wrong() -> None:
    pairs, gold = text(250, seed=4)
    found = aligner(samplers=3, length=0.1).align(pairs)
    hits: dict[bool, list[bool]] = {True: [], False: []}
    for pair, links in zip(gold, found, strict=True):
        for link in links:
            assert 0 < link.score <= 1
            hits[link.score > 0.9].append((link.source, link.target) in pair.links)
    share = {sure: sum(right) / len(right) for sure, right in hits.items()}
    assert min(map(len, hits.values())) > 100
    assert share[True] > share[False] + 0.1
    least = aligner(samplers=3, length=0.1, min_score=0.9).align(pairs)
    assert [tuple(x for x in links if x.score >= 0.9) for links in found] == least


def test_the_same_pairs_give_the_same_links(learnt: EflomalAligner) -> None:
    assert learnt._program is not None
    if not learnt._program.seeded:
        pytest.skip("the program cannot be given a seed here")
    pairs, _ = text(60, seed=5)
    settings = {"samplers": 2, "length": 0.01}
    one = aligner(**settings, threads=1).align(pairs)
    assert one == aligner(**settings, threads=4).align(pairs)
    assert one != aligner(**settings, seed=2).align(pairs)
    with ThreadPoolExecutor(3) as pool:
        assert all(each == one for each in pool.map(aligner(**settings).align, [pairs] * 3))
    assert learnt.align(pairs) == learnt.align(pairs)


STRANGE = [
    WordPair(["a|||b", "|||", "-", "0-0", "<NULL>"], ["|||", "<NULL>", "x"]),
    WordPair(["tab\there", "new\nline", "nul\0nul", "\x1c", "\u2028x"], ["\r", "\x85", "a b c"]),
    WordPair(["", " ", "\u3000"], ["", "\t"]),
    WordPair([], ["alone"]),
    WordPair(["alone"], []),
    WordPair([], []),
    WordPair(["\ud800", "İ", "ß", "𐎠𐎡", "ⴰⵎⴰⵣⵉⵖ"], ["\udfff", "i̇", "SS", "᱾", "ꯃꯅꯤꯄꯨꯔ"]),
    WordPair(["x" * 5000], ["y" * 5000]),
]


def test_words_of_every_kind(learnt: EflomalAligner, tmp_path: Path) -> None:
    unlearnt = aligner(samplers=1, length=0.1)
    unlearnt.prepare([*STRANGE] * 3, tmp_path)
    unlearnt.load(tmp_path)
    for one in (learnt, unlearnt, aligner(samplers=1, length=0.1, source_stem=-2, target_stem=3)):
        found = one.align(STRANGE)
        assert len(found) == len(STRANGE)
        for pair, links in zip(STRANGE, found, strict=True):
            assert all(x.source < len(pair.source) and x.target < len(pair.target) for x in links)
            assert list(links) == sorted(set(links))
        assert found[3:6] == [(), (), ()]
    assert aligner(samplers=1).align(STRANGE[3:6]) == [(), (), ()]
    assert aligner(samplers=1).align([]) == []
    assert unlearnt.align([STRANGE[7]]) == [(Link(0, 0, 1.0),)]


def joined(count: int, seed: int) -> tuple[WordPair, set[tuple[int, int]]]:
    """Many sentence pairs as one, and its links."""
    source: list[str] = []
    target: list[str] = []
    links: set[tuple[int, int]] = set()
    for pair, gold in zip(*text(count, seed), strict=True):
        links |= {(i + len(source), j + len(target)) for i, j in gold.links}
        source += pair.source
        target += pair.target
    return WordPair(source, target), links


def test_sentences_that_are_too_long_are_aligned_to_the_end(learnt: EflomalAligner) -> None:
    pair, gold = joined(130, seed=7)
    assert len(pair.source) > 1023  # more than the program takes
    (found,) = learnt.align([pair])
    right = sum((link.source, link.target) in gold for link in found)
    assert right > 0.75 * len(found)
    assert right > 0.75 * len(gold)
    assert max(link.source for link in found) > len(pair.source) - 4
    uneven = [WordPair(["one"], [f"t{n % 3}" for n in range(1500)]), *text(30)[0]]
    first, *rest = aligner(samplers=1, length=0.02).align(uneven)
    assert all(link.source == 0 for link in first)
    assert len(rest) == 30


def test_settings_and_names() -> None:
    made = EflomalAligner()
    assert isinstance(made, CorpusAligner)
    assert made.corpus_pairs == 100_000
    assert EflomalAligner.missing() == ""
    assert made.info.revision.startswith("2.")
    with pytest.raises(ConfigError, match="was not set up; call setup"):
        made.align([WordPair(["a"], ["b"])])
    found = program.find()
    assert found is not None
    assert "eflomal" in found.path.name


def test_stems_help_words_that_end_differently() -> None:
    pairs, gold = text(80, seed=6)
    whole = error_rate(gold, aligner(samplers=3, length=0.1).align(pairs))
    stems = aligner(samplers=3, length=0.1, source_stem=4, target_stem=3).align(pairs)
    assert error_rate(gold, stems) < whole


GOLD = Path(__file__).parents[4] / "shared" / "gold" / "word_alignment.en-fr.jsonl"


@pytest.mark.skipif(not GOLD.is_file(), reason="the gold links are not beside the checkout")
def test_real_text_without_priors() -> None:
    rows = [json.loads(line) for line in GOLD.read_text("utf-8").splitlines()]
    pairs = [WordPair(row["src_tokens"], row["tgt_tokens"]) for row in rows]
    found = aligner(length=0.1).align(pairs)
    cases = []
    for row, links in zip(rows, found, strict=True):
        sure, possible = (
            {(int(i), int(j)) for i, j in (link.split("-") for link in row[key].split())}
            for key in ("sure", "possible")
        )
        cases.append((sure, possible, {(link.source, link.target) for link in links}))
    assert score_links(cases).aer < 0.185  # 17.1 in 100 with all sweeps; the bare program 17.9
