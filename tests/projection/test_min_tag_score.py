"""min_tag_score: the mean of a layer, the lowest of several layers."""

from __future__ import annotations

import pytest

from spanferry.data.records import Record
from spanferry.projection.filters.base import ScoreInput
from spanferry.projection.filters.min_tag_score import MinTagScoreFilter


@pytest.mark.parametrize(
    ("layers", "score"),
    [
        ({"upos": [1.0, 0.5]}, 0.75),
        ({"upos": [1.0, 0.5], "xpos": [0.25, 0.25]}, 0.25),
        ({"upos": []}, None),
        ({}, None),
    ],
)
def test_score(layers: dict[str, list[float]], score: float | None) -> None:
    item = ScoreInput(Record("1", "A b."), "C d.", "pt", (), (), (), tag_scores=layers)
    made = MinTagScoreFilter(0.5)
    assert made.score([item]) == [score]
    assert made.accept(score) is (score is None or score >= 0.5)
    assert MinTagScoreFilter().accept(0.0)
    assert (made.rule(), MinTagScoreFilter().rule()) == ("at least 0.5", "off")
