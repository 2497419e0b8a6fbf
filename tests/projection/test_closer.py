"""A closer look at whole phrases, with the encoder's real vectors."""

from __future__ import annotations

import numpy as np
import pytest

from spanferry.aligners.embedded.likeness import EmbeddedLikeness
from spanferry.projection.base import ProjectionInput
from spanferry.projection.candidates import Part
from spanferry.projection.closer import (
    CLEAR,
    LONGEST,
    MOST,
    compare_phrases,
    in_doubt,
    phrase_cosines,
)
from spanferry.projection.joint import log_probabilities
from spanferry.projection.pair import inside_words
from spanferry.projection.rules import AlignmentSettings
from spanferry.projection.sentence import read_sentence
from tests.projection.cases import pair

pytestmark = pytest.mark.skipif(not EmbeddedLikeness.installed(), reason="needs the encoder")
CHEESECAKE = pair("the [cheesecake] was", "la tarta de queso estaba", "0-0 1-3 2-4")
WATER = pair("[sparkling water] please", "agua con gas por favor", "1-0 2-3", language="en")


def part(item: ProjectionInput, pairs: list[list[int]], shares: list[float]) -> Part:
    (span,) = item.spans
    sentence = read_sentence(item, AlignmentSettings())
    words = inside_words(sentence.source.words, span)
    return Part(span, sentence, words, np.array(pairs), np.log(shares), {})


def even(item: ProjectionInput, *pairs: list[int]) -> Part:
    return part(item, list(pairs), [1 / len(pairs)] * len(pairs))


def test_spans_with_a_clear_winner_are_in_no_doubt() -> None:
    pairs = [[1, 3], [3, 3]]
    assert in_doubt(part(CHEESECAKE, pairs, [CLEAR - 0.01, 1.01 - CLEAR]))
    assert not in_doubt(part(CHEESECAKE, pairs, [CLEAR + 0.01, 0.99 - CLEAR]))
    assert not in_doubt(part(CHEESECAKE, [[1, 3]], [0.5]))
    long = pair("[" + " ".join(["w"] * (LONGEST + 1)) + "]", "a b", "0-0 1-1")
    assert not in_doubt(part(long, [[0, 0], [0, 1]], [0.5, 0.5]))


def test_the_phrase_moves_the_choice() -> None:
    likeness = EmbeddedLikeness()
    found = part(CHEESECAKE, [[1, 1], [1, 3], [3, 3]], [0.34, 0.32, 0.34])
    compare_phrases([(found, CHEESECAKE)], likeness, {"log": 1.0, "phrase": 20.0})
    assert int(np.argmax(found.logs)) == 1
    assert np.exp(found.logs).sum() == pytest.approx(1)
    # with no weight on the phrase, nothing moves
    same = part(CHEESECAKE, [[1, 1], [1, 3], [3, 3]], [0.2, 0.3, 0.5])
    compare_phrases([(same, CHEESECAKE)], likeness, {"log": 1.0, "phrase": 0.0})
    assert np.exp(same.logs) == pytest.approx([0.2, 0.3, 0.5])


def test_those_that_were_not_looked_at_stay_behind() -> None:
    pairs = [[i, j] for i in range(5) for j in range(i, 5)][: MOST + 4]
    scores = log_probabilities(-np.arange(len(pairs), dtype=float) / 10)
    found = part(CHEESECAKE, pairs, list(np.exp(scores)))
    compare_phrases([(found, CHEESECAKE)], EmbeddedLikeness(), {"log": 0.1, "phrase": 30.0})
    assert found.logs[MOST:].max() < found.logs[:MOST].min()
    assert np.exp(found.logs).sum() == pytest.approx(1)
    # and keep their order
    assert (np.diff(found.logs[MOST:]) < 0).all()


def test_what_else_is_asked_about_changes_nothing() -> None:
    likeness = EmbeddedLikeness()
    one = (even(CHEESECAKE, [1, 3], [3, 3]), CHEESECAKE)
    two = (even(WATER, [0, 0], [0, 2], [2, 2]), WATER)
    together = phrase_cosines([one, two, one], likeness)
    alone = [phrase_cosines([entry], EmbeddedLikeness())[0] for entry in (one, two, one)]
    for (best, cosines), (of_one, wanted) in zip(together, alone, strict=True):
        assert best.tolist() == of_one.tolist()
        assert cosines.tolist() == wanted.tolist()
        assert (np.abs(cosines) < 1.05).all()
