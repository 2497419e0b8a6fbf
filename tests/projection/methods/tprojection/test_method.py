"""The method: candidates, choice, accounts."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanferry.data.errors import ConfigError
from spanferry.projection.base import ProjectionInput
from spanferry.projection.methods.tprojection.method import TProjection
from tests.projection.cases import pair
from tests.projection.drawn import check_promises, inputs
from tests.projection.methods.tprojection.given import (
    GivenOutputs,
    GivenScores,
    GivenServices,
    Sections,
    table,
)


def method(
    scores: dict[str, GivenScores], outputs: dict[str, list[str]] | None = None, **given: Any
) -> TProjection:
    """The method with what is given; doubtful places are kept."""
    generator = None if outputs is None else GivenOutputs(outputs)
    section = None if outputs is None else "given"
    chosen = Sections(**{"candidates": section, "min_confidence": 0, **given})
    return TProjection(chosen, GivenServices(scores, generator))


def placed(made: TProjection, item: ProjectionInput) -> dict[str, str]:
    projection = made.project([item])[0]
    found = {missing.source_span: f"-{missing.reason}" for missing in projection.missing}
    for span in projection.spans:
        found[span.source_span] = item.translation[span.start : span.end]
    return found


FORWARD = {
    ("red car", "rotes Auto"): -0.1,
    ("red car", "Auto"): -1.5,
    ("car", "Auto"): -0.2,
    ("car", "rotes Auto"): -0.9,
}


def test_scores_choose_among_ngrams() -> None:
    item = pair("a [red car]", "ein rotes Auto", "0-0 1-1 2-2", target_language="de")
    assert placed(method({"forward": table(FORWARD)}, links_weight=0), item) == {"s0": "rotes Auto"}
    # all others are too long for this scorer
    short = {("red car", "Auto"): -1.5}
    assert placed(method({"forward": table(short)}), item) == {"s0": "Auto"}
    assert placed(method({"forward": table({})}), item) == {"s0": "-too_long"}


def test_links_count() -> None:
    item = pair("a [car] , a [car]", "Auto , Auto", "1-0 4-2", target_language="de")
    flat = {"forward": GivenScores(lambda *_: -1.0)}
    assert placed(method(flat, links_weight=1), item) == {"s0": "Auto", "s1": "Auto"}
    swapped = pair("a [car] , a [car]", "Auto , Auto", "1-2 4-0", target_language="de")
    spans = method(flat, links_weight=1).project([swapped])[0].spans
    assert {span.source_span: span.start for span in spans} == {"s0": 7, "s1": 0}


def test_generated_candidates_by_label() -> None:
    item = pair("[Ada] saw [Bath] .", "In Bath war Ada .", "", target_language="de")
    read = "In Bath war Ada . <L0>[None]</L0><L1>[None]</L1>"
    outputs = {read: ["<L0>Ada</L0><L1>Bath</L1>", "<L0>Bath</L0><L1>Rom</L1>"]}
    scores = {("Ada", "Ada"): -0.1, ("Ada", "Bath"): -2.0, ("Bath", "Bath"): -0.1}
    made = method({"forward": table(scores)}, outputs, ngrams="never", links_weight=0)
    assert placed(made, item) == {"s0": "Ada", "s1": "Bath"}


def test_the_occurrence_nearest_to_the_links() -> None:
    item = pair("the [car] and the bus", "Auto Bus Auto Bus", "1-2 4-3", target_language="de")
    read = "Auto Bus Auto Bus <L0>[None]</L0>"
    made = method(
        {"forward": table(FORWARD)}, {read: ["<L0>auto</L0>"]}, ngrams="never", links_weight=0
    )
    assert made.project([item])[0].spans[0].start == 9


def test_what_was_not_generated() -> None:
    item = pair("a [red car]", "ein rotes Auto", "0-0 1-1 2-2", target_language="de")
    read = "ein rotes Auto <L0>[None]</L0>"
    scores = {"forward": table(FORWARD)}
    wrong = {read: ["<L0>Bus</L0>"]}
    assert placed(method(scores, wrong, ngrams="never"), item) == {"s0": "-no_candidates"}
    assert placed(method(scores, wrong, ngrams="missing"), item) == {"s0": "rotes Auto"}
    part = {read: ["<L0>Auto</L0>"]}
    assert placed(method(scores, part, ngrams="missing"), item) == {"s0": "Auto"}
    assert placed(method(scores, part, ngrams="always"), item) == {"s0": "rotes Auto"}


def test_a_sentence_at_a_time() -> None:
    segments = ((0, 4, 0, 4), (5, 9, 5, 9))
    item = pair("[a] b. [c] d.", "A B. C A.", "", segments=segments)
    outputs = GivenOutputs(
        {"A B. <L0>[None]</L0>": ["<L0>A</L0>"], "C A. <L1>[None]</L1>": ["<L1>A</L1>"]}
    )
    made = TProjection(
        Sections(candidates="given", ngrams="never", min_confidence=0),
        GivenServices({"forward": GivenScores(lambda *_: -1.0)}, outputs),
    )
    spans = made.project([item, item])[0].spans
    assert [(span.source_span, span.start) for span in spans] == [("s0", 0), ("s1", 7)]
    # the same text is read once
    assert sorted(outputs.asked) == ["A B. <L0>[None]</L0>", "C A. <L1>[None]</L1>"]


def test_tags_are_those_of_the_training() -> None:
    item = pair("[a] b.", "A B.", "")
    scores = {"forward": GivenScores(lambda *_: -1.0)}
    for noted, own, tag in (
        ({"tags": {"L0": "Thing"}}, {}, "Thing"),
        ({"tags": {"L0": "Thing"}}, {"L0": "Mine"}, "Mine"),
        ({}, {}, "L0"),
    ):
        outputs = GivenOutputs({f"A B. <{tag}>[None]</{tag}>": [f"<{tag}>A</{tag}>"]}, noted)
        chosen = Sections(candidates="given", ngrams="never", min_confidence=0, tags=own)
        assert placed(TProjection(chosen, GivenServices(scores, outputs)), item) == {"s0": "A"}


def test_directions() -> None:
    flat = GivenScores(lambda *_: -1.0)
    every = dict.fromkeys(("forward", "backward", "same_en", "same_de"), flat)
    for chosen, names in {
        ("auto", None, "best"): {"forward"},
        ("auto", "given", "best"): {"forward", "backward"},
        ("both", None, "self"): {"forward", "backward", "same_target", "same_source"},
        ("backward", "given", "self"): {"backward", "same_source"},
        ("forward", None, "self"): {"forward", "same_target"},
    }.items():
        directions, back, normalise = chosen
        made = method(every, directions=directions, back_scorer=back, normalise=normalise)
        assert set(made.models()) == names | {"alignment"}
        keys = made.services.keys  # type: ignore[attr-defined]
        assert ("back_scorer" in keys) == (back is not None)


def test_no_candidates_at_all() -> None:
    with pytest.raises(ConfigError, match=r"project\.ngrams: never leaves no candidates"):
        method({}, ngrams="never")


@settings(max_examples=20, deadline=None)
@given(items=st.lists(inputs(), min_size=1, max_size=3))
def test_promises(items: list[ProjectionInput]) -> None:
    scores = {"forward": GivenScores(lambda one, other: -abs(len(one) - len(other)) / 9)}
    made = method(scores)
    for item, projection in zip(items, made.project(items), strict=True):
        assert projection == made.project([item])[0]
        check_promises(item, projection, TProjection.REASONS)


class OneWay(GivenScores):
    """A scorer whose model does not translate in this direction."""

    def setup(self) -> None:
        raise ConfigError("project.scorer.model: translates from en to de")


@pytest.mark.parametrize(
    ("given_settings", "model", "hint"),
    [
        ({"directions": "both"}, "backward", r"project\.directions: forward does without"),
        ({"normalise": "self"}, "same_de", "best does without"),
    ],
)
def test_a_direction_that_a_model_lacks(
    given_settings: dict[str, Any], model: str, hint: str
) -> None:
    fine = GivenScores(lambda *_: -1.0)
    scores = {"forward": fine, model: OneWay(lambda *_: -1.0)}
    with pytest.raises(ConfigError, match=rf"project\.scorer\.model: .*{hint}"):
        method(scores, **given_settings).setup()
    # what is no matter of the direction is told as it is
    with pytest.raises(ConfigError) as caught:
        method({"forward": OneWay(lambda *_: -1.0)}).setup()
    assert str(caught.value) == "project.scorer.model: translates from en to de"
