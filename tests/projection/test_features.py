"""Columns of candidates, and the weights that name them."""

from __future__ import annotations

import json
from importlib.resources import files

import numpy as np
import pytest
from hypothesis import given, settings

from spanferry.aligners.embedded.likeness import EmbeddedLikeness
from spanferry.projection.base import ProjectionInput
from spanferry.projection.confidence import COLUMNS, LIKENESS_COLUMNS
from spanferry.projection.features import clause_weight
from spanferry.projection.likeness import word_tables
from spanferry.projection.pair import inside_words
from spanferry.projection.ranking import MOST, columns_of, ranking
from spanferry.projection.rules import AlignmentSettings
from spanferry.projection.segments import segments
from spanferry.projection.sentence import View, read_sentence, view_of
from tests.projection.cases import pair
from tests.projection.drawn import inputs

SETTINGS = AlignmentSettings()
CASE = pair("the [duck confit] is", "el confit de pato es", "0-0 1-3 2-1 3-4")
KINDS = [False, True] if EmbeddedLikeness.installed() else [False]


def views(item: ProjectionInput, *, likeness: bool) -> list[View]:
    table = word_tables([item], EmbeddedLikeness())[0] if likeness else None
    sentence = read_sentence(item, SETTINGS, table)
    spans = [inside_words(sentence.source.words, span) for span in item.spans]
    found = [view_of(sentence, words, SETTINGS) for words in spans if words]
    return [view for view in found if view is not None]


@pytest.mark.parametrize("likeness", KINDS)
def test_every_weight_is_of_a_column(likeness: bool) -> None:
    (view,) = views(CASE, likeness=likeness)
    _, columns = columns_of([view], [segments(view, set(), 0.0)])
    more = {"odds", "bias", "few_options"}
    for links in ("any", "embedded"):
        model = ranking(links, likeness=likeness)
        assert model.weights
        assert model.weights.keys() <= columns.keys()
        taken = {*COLUMNS, *LIKENESS_COLUMNS} & columns.keys() | more
        assert model.confidence.keys() <= taken
        assert "odds" in model.confidence
        assert model.closer.keys() == ({"log", "phrase"} if likeness else set())


def test_the_file_holds_four_models_of_finite_numbers() -> None:
    text = files("spanferry.projection").joinpath("ranking.json").read_text("utf-8")
    models = [(links, kind) for links, of in json.loads(text).items() for kind in of]
    assert sorted(models) == [
        (links, kind) for links in ("any", "embedded") for kind in ("bare", "likeness")
    ]
    for links, kind in models:
        model = ranking(links, likeness=kind == "likeness")
        for weights in (model.weights, model.confidence, model.closer):
            assert np.isfinite(list(weights.values())).all()


@pytest.mark.parametrize("likeness", KINDS)
@settings(max_examples=60, deadline=None)
@given(item=inputs())
def test_columns_are_finite(likeness: bool, item: ProjectionInput) -> None:
    for view in views(item, likeness=likeness):
        given_pairs = segments(view, set(), 0.0)
        if not len(given_pairs):  # links of no mass
            continue
        (pairs,), columns = columns_of([view], [given_pairs])
        assert len(pairs) == min(MOST, len(given_pairs))
        assert {tuple(p) for p in pairs.tolist()} <= {tuple(p) for p in given_pairs.tolist()}
        for name, column in columns.items():
            assert column.shape == (len(pairs),), name
            assert np.isfinite(column).all(), name
        assert (columns["recall"] <= 1 + 1e-9).all()
        assert columns["best"].max() == 1


def of(pairs: list[list[int]], name: str) -> list[float]:
    (view,) = views(CASE, likeness=False)
    _, columns = columns_of([view], [np.array(pairs)])
    found: list[float] = columns[name].tolist()
    return found


def test_columns_of_a_case() -> None:
    # `confit de pato`, `confit`, `el confit de pato`, `pato es`
    pairs = [[1, 3], [1, 1], [0, 3], [3, 4]]
    assert of(pairs, "recall") == pytest.approx([1, 0.5, 1, 0.5])
    assert of(pairs, "lost_c") == pytest.approx([0, 1, 0, 1])
    assert of(pairs, "L_edge") == pytest.approx([0, 0, 0, 1])
    assert of(pairs, "Re_s_c") == [0, 0, 0, 1]
    # `the` stands before the span, and `el` before the first candidate
    assert of(pairs, "Lo_fence") == pytest.approx([0.3, 0.3, 0, 0])
    assert of(pairs, "Le_fence") == pytest.approx([0, 0, 0.3, 0])


def test_clauses_are_long_and_small() -> None:
    weights = [
        clause_weight(views(pair(source, "x", "0-0 1-0"), likeness=False)[0])
        for source in (
            "[the wine]",
            "[the Committee on Economic and Monetary Affairs]",
            "[the wine was rather dear that evening]",
        )
    ]
    assert weights == [0, 0, 1]
