"""The frame of the methods: accounts, joint choice, characters, fragments, confidences."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanferry.data.errors import ConfigError, MissingExtraError
from spanferry.data.records import Span
from spanferry.flows.backends import make_method
from spanferry.flows.config import settings_class
from spanferry.flows.services import MethodServices, Models
from spanferry.projection.base import ProjectionInput, ProjectionMethod
from spanferry.projection.methods.confidence import Confidence
from spanferry.projection.methods.proposals import (
    REASONS,
    Proposal,
    ProposalMethod,
    Proposals,
    ProposalSettings,
    Query,
)
from tests.projection.cases import pair
from tests.projection.drawn import check_promises, inputs


class Linked(ProposalMethod):
    """Every word that a word of the span is linked to, and all of them together."""

    NAME = "linked"
    CODE_VERSION = "1"
    Settings = ProposalSettings

    def models(self) -> Mapping[str, Any]:
        return {}

    def propose(self, queries: Sequence[Query]) -> list[Proposals]:
        return [Proposals(tuple(_options(query))) for query in queries]


def _options(query: Query) -> list[Proposal]:
    item, span = query.item, query.span
    hits = sorted(
        (link.target, link.score)
        for link in item.links
        if item.source_words[link.source][0] < span.end
        and span.start < item.source_words[link.source][1]
    )
    words = [item.target_words[target] for target, _ in hits]
    found = [
        Proposal(*word, max(0.01, 0.9 * score))
        for word, (_, score) in zip(words, hits, strict=True)
    ]
    if words:
        found.append(Proposal(words[0][0], words[-1][1], 0.95))
    return found


def linked(**given: Any) -> Linked:
    models = Models(settings_class("translators", "embedded")())
    services = MethodServices(None, "en", "es", models, make_method_of)
    return Linked(ProposalSettings(**given), services)


def make_method_of(settings: Any, services: MethodServices) -> ProjectionMethod:
    return make_method(settings, "any", services)


@settings(max_examples=80, deadline=None)
@given(items=st.lists(inputs(), min_size=1, max_size=3))
def test_promises(items: list[ProjectionInput]) -> None:
    method = linked(min_confidence=0)
    for item, projection in zip(items, method.project(items), strict=True):
        assert projection == method.project([item])[0]
        check_promises(item, projection, REASONS)


@settings(max_examples=40, deadline=None)
@given(item=inputs(), data=st.data())
def test_placed_spans_are_left_alone(item: ProjectionInput, data: st.DataObject) -> None:
    method = linked(min_confidence=0)
    placed = tuple(span for span in method.project([item])[0].spans if data.draw(st.booleans()))
    item = replace(item, placed=placed)
    check_promises(item, method.project([item])[0], REASONS)


def test_every_reason() -> None:
    item = pair("[one] [two] [three]", "uno dos", "0-0 1-1 2-1:0.1")
    [found] = linked().project([item])
    assert [(lost.source_span, lost.reason) for lost in found.missing] == [("s2", "claimed")]
    [found] = linked().project([replace(item, links=item.links[:1])])
    assert [lost.reason for lost in found.missing] == ["no_candidates", "no_candidates"]
    [found] = linked(min_confidence=1).project([item])
    assert [lost.reason for lost in found.missing] == ["doubtful"] * 3


def test_a_doubtful_span_gives_its_place_up() -> None:
    # the weak one has a place of its own only while the other one is not there
    item = pair("[one] [two]", "uno", "0-0:0.2 1-0:0.3")
    [found] = linked(min_confidence=0.0).project([item])
    assert len(found.spans) == 1
    [found] = linked(min_confidence=1).project([item])
    assert {lost.reason for lost in found.missing} == {"doubtful"}


def test_fragments_are_placed_one_by_one() -> None:
    item = pair("pain in the left and right arm", "dolor en el brazo izquierdo y derecho",
                "0-0 1-1 2-2 3-4 4-5 5-6 6-3")  # fmt: skip
    span = Span(0, len(item.text), "SYMPTOM", "s", fragments=((0, 16), (26, 30)))
    [found] = linked(min_confidence=0).project([replace(item, spans=(span,))])
    [placed] = found.spans
    assert item.translation[placed.start : placed.end] == "dolor en el brazo izquierdo"
    lost = replace(item, spans=(span,), links=tuple(x for x in item.links if x.source < 4))
    [found] = linked(min_confidence=0).project([lost])
    assert found.spans[0].score < placed.score  # half of the span found no place


def test_words_are_whole_where_words_are_labelled() -> None:
    class Half(Linked):
        def propose(self, queries: Sequence[Query]) -> list[Proposals]:
            return [Proposals((Proposal(1, 6, 0.9),)) for _ in queries]

    item = pair("[one]", "uno dos", "0-0")
    method = linked(min_confidence=0)
    for labelled, text in ((False, "no do"), (True, "uno dos")):
        half = Half(method.settings, method.services)
        [found] = half.project([replace(item, token_labelled=labelled)])
        assert [item.translation[s.start : s.end] for s in found.spans] == [text]


def test_weights_of_the_confidence_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "weights.json"
    path.write_text(json.dumps({"methods": {"linked": {"bias": 3.0}}}))
    item = pair("[one]", "uno", "0-0")
    [found] = linked(confidence=str(path)).project([item])
    assert found.spans[0].score == pytest.approx(1 / (1 + 2.718281828**-3))
    assert linked(confidence=str(path)).info.revision != linked().info.revision
    with pytest.raises(ConfigError, match="no weights for 'markers'; it has some for: linked"):
        Confidence.of("markers", str(path))
    path.write_text("[]")
    with pytest.raises(ConfigError, match="is no file of confidence weights"):
        Confidence.of("linked", str(tmp_path / "none.json"))


def test_a_logarithm_of_nothing_does_not_make_a_place_sure() -> None:
    weights = Confidence({"bias": -2.0, "opening": 0.0, "cost": 1.0}, "1")
    assert weights.probability({"bias": 1.0, "opening": -math.inf, "cost": 0.0}) < 0.2
    assert weights.probability({"bias": 1.0, "cost": -math.inf}) < 0.01
    assert weights.probability({"bias": 1.0, "cost": math.nan}) < 0.2


def test_a_span_in_part_is_missing_where_it_is_asked_for_whole() -> None:
    item = pair("pain in the left and right arm", "dolor izquierdo", "0-0 1-0")
    span = Span(0, len(item.text), "SYMPTOM", "s", fragments=((0, 7), (26, 30)))
    item = replace(item, spans=(span,))
    assert len(linked(min_confidence=0).project([item])[0].spans) == 1
    [found] = linked(min_confidence=0, partial=False).project([item])
    assert [lost.reason for lost in found.missing] == ["lost_fragment"]


def test_a_missing_package_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Linked, "REQUIRES", ("no_such_package",))
    with pytest.raises(MissingExtraError, match=r"spanferry\[methods\]"):
        linked()
