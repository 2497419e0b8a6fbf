"""Pairs made a little different: always the same, and links go along."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanferry.translators.distil.draw import share_of
from spanferry.translators.distil.typography import curl
from spanferry.translators.distil.variation import Link, Variation, Varied, masked, shouted

WORDS = ("Ana", "Rui", "1.5", "5.7", "12", "1,000", "Oslo-Bergen", "saw", "the", "straße", "X1")
sentences = st.lists(st.sampled_from(WORDS), min_size=1, max_size=8).map(" ".join)
loose = st.text(st.sampled_from("AnaRui 15.7,-'ß"), max_size=25)
texts = sentences | loose | st.text(max_size=25)
PLACEHOLDER = re.compile(r"\b[XQZ]+\d")


def links_of(source: str, target: str) -> list[Link]:
    """Equal words are linked."""
    sides = [[(m[0], *m.span()) for m in re.finditer(r"\S+", text)] for text in (source, target)]
    return [(a, b, c, d) for one, a, b in sides[0] for other, c, d in sides[1] if one == other]


@pytest.mark.parametrize(
    ("source", "target", "draw", "expected"),
    [
        ("See Rui in Oslo.", "Veja Rui em Oslo.", 0.001, ("See X1 in X2.", "Veja X1 em X2.")),
        ("See Rui in Oslo.", "Em Oslo veja Rui.", 0.001, ("See X1 in X2.", "Em X2 veja X1.")),
        ("See Rui in Oslo.", "Veja Rui em Oslo.", 0.9, ("See Q1 in Oslo.", "Veja Q1 em Oslo.")),
        ("It took 1,250 of 3", "Levou 1,250 de 3", 0.961, ("It took Z1 of Z2", "Levou Z1 de Z2")),
        # the first word, what is there twice or on one side, and what is a part of a word
        ("Rui saw Ana", "Rui viu a outra", 0.0, None),
        ("See Rui and Rui", "Veja Rui", 0.0, None),
        ("See Rui", "Veja Ruivo", 0.0, None),
        ("See Rui-Ana and Rui's", "Veja Rui-Ana e Rui's", 0.0, None),
        ("See A or Bo", "Veja A ou Bo", 0.0, None),
        # one that has placeholders already
        ("See X1 in Oslo", "Veja X1 em Oslo", 0.0, None),
        ("See Oslo", "Veja X1 em Oslo", 0.0, None),
        # items that share characters in the target
        ("of 1.5 and 5.7", "1.5.7", 0.001, None),
    ],
)
def test_placeholders(
    source: str, target: str, draw: float, expected: tuple[str, str] | None
) -> None:
    found = masked(Varied(source, target, ()), draw)
    assert (found.source, found.target) == (expected or (source, target))


@given(texts, texts, st.floats(0, 1, exclude_max=True))
def test_what_becomes_a_placeholder_can_be_put_back(source: str, target: str, draw: float) -> None:
    source, target = f"x {source}", f"{target} {source}"
    linked = links_of(source, target)
    found = masked(Varied(source, target, linked), draw)
    if (found.source, found.target) == (source, target):
        assert list(found.links) == linked
        return
    names = PLACEHOLDER.findall(found.source)
    assert names == [f"{names[0][0]}{number}" for number in range(1, len(names) + 1)]
    assert sorted(PLACEHOLDER.findall(found.target)) == names
    # what was there before: the source tells, and so does the target
    parts = re.split(f"({PLACEHOLDER.pattern})", found.source)
    shape = "".join("(.+)" if part in names else re.escape(part) for part in parts)
    items = re.fullmatch(shape, source, re.DOTALL)
    assert items
    back = found.target
    for name, item in zip(names, items.groups(), strict=True):
        back = back.replace(name, item)
    assert back == target
    words = [(found.source[a:b], found.target[c:d]) for a, b, c, d in found.links]
    assert len(words) == len(linked)
    for name in names:
        assert all((name in one) == (name in other) for one, other in words)


def test_links_of_placeholders() -> None:
    source, target = "He saw Rui and Ana there.", "Viu Ana e Rui ali."
    pair = masked(Varied(source, target, [(3, 6, 0, 3), (7, 10, 10, 13), (15, 18, 4, 7)]), 0.001)
    assert (pair.source, pair.target) == ("He saw X1 and X2 there.", "Viu X2 e X1 ali.")
    words = [(pair.source[a:b], pair.target[c:d]) for a, b, c, d in pair.links]
    assert words == [("saw", "Viu"), ("X1", "X1"), ("X2", "X2")]


@given(texts, texts)
def test_capitals_move_nothing(source: str, target: str) -> None:
    pair = Varied(source, target, links_of(source, target))
    found = shouted(pair)
    assert found.links == pair.links
    if "ß" in source + target:
        assert found == pair
    else:
        assert found.source in (source, source.upper())
        assert (len(found.source), len(found.target)) == (len(source), len(target))


def test_capitals() -> None:
    assert shouted(Varied("Do not enter!", "Não entre!", ())).target == "NÃO ENTRE!"
    assert shouted(Varied("so " * 40, "b", ())).target == "b"


@pytest.mark.parametrize("kind", ["typography", "capitals", "placeholders"])
@given(texts, texts, st.integers(0, 5), st.floats(0, 1), st.floats(0, 1))
def test_what_changes_at_a_share_does_at_a_higher_one(
    kind: str, source: str, target: str, seed: int, one: float, other: float
) -> None:
    def texts_of(pair: Varied) -> tuple[str, str]:
        return pair.source, pair.target

    def of(share: float) -> tuple[str, str]:
        settings: dict[str, float] = {kind: share}
        return texts_of(Variation(seed=seed, **settings).of(source, target))

    plain = Varied(source, target, ())
    whole = {
        "typography": Varied(curl(source), target, ()),
        "capitals": shouted(plain),
        "placeholders": masked(plain, share_of(source, seed + 1)),
    }[kind]
    low, high = sorted((one, other))
    assert (of(0.0), of(1.0)) == (texts_of(plain), texts_of(whole))
    assert of(low) in (texts_of(plain), of(high))
    assert of(low) == of(low)


@pytest.mark.parametrize("seed", [0, 7])
def test_kinds_are_drawn_for_independently(seed: int) -> None:
    made = Variation(typography=0.3, placeholders=0.4, capitals=0.5, seed=seed)
    counts = [0, 0, 0, 0]
    for number in range(2_000):
        pair = made.of(f'"He" saw no {number}a of Rui', f"{number}: Rui")
        found = "“" in pair.source, "RUI" not in pair.source.upper(), pair.source.isupper()
        counts = [count + each for count, each in zip(counts, (*found, all(found)), strict=True)]
    shares = [count / 2_000 for count in counts]
    assert shares == pytest.approx([0.3, 0.4, 0.5, 0.06], abs=0.04)


def test_draws() -> None:
    draws = [share_of(str(number), 1) for number in range(2_000)]
    assert 0 <= min(draws) < 0.01
    assert 0.99 < max(draws) < 1
    assert sum(draws) / len(draws) == pytest.approx(0.5, abs=0.03)
    assert draws != [share_of(str(number), 2) for number in range(2_000)]
    assert share_of("\ud800", 1) >= 0  # half of a pair, as some corpora hold it
