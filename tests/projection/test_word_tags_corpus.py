"""Word tags on the words of a real corpus under damaged links.

The tags are made of the words themselves (script, shape, ending), so what is right is known on both
sides. The corpus lies beside the checkout and is not part of it.
"""

from __future__ import annotations

import random
from collections import Counter
from itertools import islice
from pathlib import Path

import pytest

from spanferry.data.links import Link
from spanferry.data.readers.conll import ConllReader
from spanferry.data.readers.conll_settings import ConllSettings
from spanferry.projection.tag_types import word_class
from spanferry.projection.word_tags import TagTarget, Witness, project_word_tags

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpora" / "gum.train.conll"
SENTENCES = 400

pytestmark = pytest.mark.skipif(not CORPUS.is_file(), reason="../shared/corpora is not there")


def tag(word: str) -> str:
    """What a tag of a word's form could be."""
    if word_class(word) != "word":
        return word_class(word)
    if len(word) < 4:
        return "short"
    return next((end for end in ("ing", "ed", "ly", "s") if word.lower().endswith(end)), "other")


def sentences() -> list[list[str]]:
    reader = ConllReader(ConllSettings(path=str(CORPUS)))
    reader.setup()
    records = [item.record for item in islice(reader.read("train"), SENTENCES) if item.record]
    return [[r.text[start:end] for start, end in r.tokens or ()] for r in records]


def damaged(
    words: list[str], chance: random.Random, *, dropped: float, wrong: float, spelt: bool
) -> TagTarget:
    """The words in another order, some links gone, some to another word.

    Args:
        spelt: whether target words are spelt as source words are.
    """
    order = sorted(range(len(words)), key=lambda place: place + chance.uniform(0, 3))
    links = []
    for at, source in enumerate(order):
        if chance.random() < dropped:
            continue
        if chance.random() < wrong:
            links.append(Link(chance.randrange(len(words)), at, chance.uniform(0.2, 0.8)))
        else:
            links.append(Link(source, at, chance.uniform(0.6, 1.0)))
    target = [words[source] if spelt else f"{words[source]}\u0301" for source in order]
    return TagTarget(target, [Witness(words, list(map(tag, words)), links)])


def accuracies(targets: list[TagTarget]) -> tuple[float, float]:
    """The shares of words with the right tag: as projected, and by the best link alone (the
    commonest tag where there is none)."""
    right = best_right = total = 0
    common = Counter(t for each in targets for t in each.witnesses[0].tags).most_common(1)[0][0]
    for target, found in zip(targets, project_word_tags(targets), strict=True):
        (witness,) = target.witnesses
        best: dict[int, Link] = {}
        for link in sorted(witness.links, key=lambda link: link.score):
            best[link.target] = link
        for place, word in enumerate(target.words):
            wanted = tag(word.rstrip("\u0301"))
            right += found[place].tag == wanted
            alone = witness.tags[best[place].source] if place in best else common
            best_right += alone == wanted
            total += 1
    return right / total, best_right / total


def test_identity() -> None:
    targets = []
    for words in sentences():
        links = [Link(place, place) for place in range(len(words))]
        targets.append(TagTarget(words, [Witness(words, list(map(tag, words)), links)]))
    assert accuracies(targets) == (1.0, 1.0)


@pytest.mark.parametrize(
    ("dropped", "wrong", "spelt", "least"),
    [
        (0.0, 0.0, False, 1.0),  # the order of words alone
        (0.2, 0.0, False, 0.985),
        (0.0, 0.05, True, 0.985),
        (0.2, 0.2, False, 0.955),
        (0.4, 0.1, True, 0.955),
    ],
)
def test_damaged_links(dropped: float, wrong: float, spelt: bool, least: float) -> None:
    """Measured: 100, 99.2, 99.5, 96.6 and 96.6 %; by the best link alone 100, 87.9, 96.5, 76.7 and
    70.5 %."""
    chance = random.Random(7)
    targets = [
        damaged(words, chance, dropped=dropped, wrong=wrong, spelt=spelt) for words in sentences()
    ]
    found, best = accuracies(targets)
    assert found >= least
    assert found >= best
    assert found - best >= (dropped + wrong) / 3
