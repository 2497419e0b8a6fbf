"""NMTScore and its relatives, against the formula written out."""

from __future__ import annotations

import math

import pytest

from spanferry.projection.methods.tprojection.selection import Likeness, Scorers, compare
from tests.projection.methods.tprojection.given import GivenScores, table

FORWARD = {("dog", "Hund"): -0.5, ("dog", "der Hund"): -1.0}
BACKWARD = {("Hund", "dog"): -0.25, ("der Hund", "dog"): -2.0}
TARGET = {("Hund", "Hund"): -0.1, ("der Hund", "der Hund"): -0.2}
SOURCE = {("dog", "dog"): -0.3}
ASKED = [("dog", ["Hund", "der Hund"])]


def scores(found: list[list[Likeness | None]]) -> list[float]:
    return [one.score for row in found for one in row if one is not None]


def test_published() -> None:
    """s(a, b) = 1/2 [p(a|b) / p(a|a) + p(b|a) / p(b|b)], p = 2 ** -cross-entropy."""
    scorers = Scorers(table(FORWARD), table(BACKWARD), table(TARGET), table(SOURCE))
    found = compare(ASKED, scorers, "self")
    wanted = [
        (2**-0.5 / 2**-0.1 + 2**-0.25 / 2**-0.3) / 2,
        (2**-1.0 / 2**-0.2 + 2**-2.0 / 2**-0.3) / 2,
    ]
    assert scores(found) == pytest.approx(wanted)
    assert wanted[0] < 1 < 2**-0.25 / 2**-0.3  # one direction may exceed 1


def test_by_the_best_candidate() -> None:
    found = compare(ASKED, Scorers(table(FORWARD), table(BACKWARD)), "best")
    assert scores(found) == pytest.approx([1.0, (2**-0.5 + 2**-1.75) / 2])
    assert found[0][0] == Likeness(1.0, (-0.5 - 0.25) / 2)


def test_one_direction() -> None:
    assert scores(compare(ASKED, Scorers(table(FORWARD)), "none")) == pytest.approx([2**-0.5, 0.5])
    found = compare(ASKED, Scorers(backward=table(BACKWARD)), "none")
    assert scores(found) == pytest.approx([2**-0.25, 2**-2])


@pytest.mark.parametrize("normalise", ["best", "self", "none"])
def test_too_long(normalise: str) -> None:
    short = {pair: score for pair, score in FORWARD.items() if pair[1] == "Hund"}
    scorers = Scorers(table(short), table(BACKWARD), table(TARGET), table(SOURCE))
    found = compare([*ASKED, ("whale", ["Wal"])], scorers, normalise)  # type: ignore[arg-type]
    assert found[0][0] is not None
    assert math.isfinite(found[0][0].score)
    assert found[0][1] is None
    assert found[1] == [None]


def test_each_pair_once() -> None:
    kinds = [GivenScores(lambda *_: -1.0) for _ in range(4)]
    asked = [("a", ["x", "y"]), ("b", ["x"]), ("a", ["y", "z"]), ("c", [])]
    compare(asked, Scorers(*kinds), "self")
    pairs = [("a", "x"), ("a", "y"), ("b", "x"), ("a", "z")]
    assert kinds[0].asked == pairs
    assert kinds[1].asked == [(text, span) for span, text in pairs]
    assert kinds[2].asked == [("x", "x"), ("y", "y"), ("z", "z")]
    assert kinds[3].asked == [("a", "a"), ("b", "b")]


def test_nothing_asked() -> None:
    assert compare([("a", [])], Scorers(table({})), "best") == [[]]
    assert compare([], Scorers(table({})), "best") == []
