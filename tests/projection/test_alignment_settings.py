"""Which weights and vectors the settings choose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from pydantic import ValidationError

from spanferry.aligners.embedded.likeness import EmbeddedLikeness
from spanferry.aligners.embedded.vectors import Vectors
from spanferry.flows.backends import make_method
from spanferry.flows.config import settings_class
from spanferry.projection.alignment import AlignmentProjection
from spanferry.projection.base import Projection
from spanferry.projection.ranking import Links
from spanferry.projection.rules import AlignmentSettings
from tests.projection.cases import pair

CASES = [
    pair("a [cheesecake] here", "una tarta de queso aquí", "0-0 1-3 2-4"),
    pair("the [red wine] of [Porto]", "el vino tinto de Oporto", "0-0 1-2:0.4 3-3 4-4:0.6"),
]
vectors = pytest.mark.skipif(not EmbeddedLikeness.installed(), reason="needs the encoder")


class Counted(EmbeddedLikeness):
    """The real vectors; says how often it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    def setup(self) -> None:
        self.asked += 1
        super().setup()

    def vectors(self, words: Sequence[str]) -> list[tuple[float, Vectors]]:
        self.asked += 1
        return super().vectors(words)

    def phrases(self, texts: Sequence[str]) -> Vectors:
        self.asked += 1
        return super().phrases(texts)


def made(vectors: EmbeddedLikeness | None = None, /, **settings: object) -> AlignmentProjection:
    return AlignmentProjection(AlignmentSettings.model_validate(settings), likeness=vectors)


def section(**settings: object) -> Any:
    """The `project` section of a configuration."""
    return settings_class("methods", "alignment").model_validate(settings)


def run(method: AlignmentProjection) -> list[Projection]:
    method.setup()
    return method.project(CASES)


@vectors
def test_none_never_touches_the_encoder() -> None:
    counted = Counted()
    assert run(made(counted, likeness="none")) == run(made(None))
    assert counted.asked == 0
    assert made(counted, likeness="none").info == made(None).info


@vectors
def test_languages_that_the_encoder_does_not_know_go_without() -> None:
    counted = Counted()
    swahili = [
        pair("a [duck] swims", "bata anaogelea", "1-0 2-1", target_language="sw"),
        pair("mama [bata] anaogelea", "a duck swims", "1-1 2-2", language="sw"),
    ]
    assert made(counted).project(swahili) == made(None).project(swahili)
    assert counted.asked == 0
    # one in a batch with others
    (_, mixed) = made(counted).project([CASES[0], swahili[0]])
    assert counted.asked > 0
    assert mixed == made(None).project(swahili[:1])[0]


@vectors
def test_vectors_change_the_scores_and_the_revision() -> None:
    counted = Counted()
    bare, with_vectors = run(made(None)), run(made(counted))
    assert counted.asked > 0
    assert bare != with_vectors
    assert made(counted).info.revision != made(None).info.revision
    assert EmbeddedLikeness().info.revision in made(counted).info.revision


@pytest.mark.parametrize("asked", ["auto", "embedded", "any"])
@pytest.mark.parametrize("links", ["embedded", "any"])
def test_weights(asked: str, links: Links) -> None:
    method = make_method(section(weights=asked), links)
    wanted = links if asked == "auto" else asked
    same = AlignmentProjection(likeness=getattr(method, "_likeness", None), links=wanted)  # type: ignore[arg-type]
    assert method.project(CASES) == same.project(CASES)
    assert method.info == same.info
    assert f"/{wanted}" in method.info.revision


@vectors
@pytest.mark.parametrize(("asked", "there"), [("auto", True), ("embedded", True), ("none", False)])
def test_likeness(asked: str, there: bool) -> None:
    settings = section(likeness=asked)
    method = make_method(settings, "any")
    likeness = EmbeddedLikeness() if there else None
    assert method.info == AlignmentProjection(settings, likeness=likeness).info
    assert method.project(CASES) == made(likeness).project(CASES)


@pytest.mark.parametrize(
    "wrong",
    [{"weights": "awesome"}, {"likeness": "yes"}, {"min_confidence": 1.5}, {"clause_words": 3}],
)
def test_what_is_not_allowed(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        AlignmentSettings.model_validate(wrong)
