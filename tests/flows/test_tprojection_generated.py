"""The whole path of `tprojection`: a generator that was trained here writes the candidates.

It saw sentences of both artificial languages with their names, never these; the translations that
it is asked about come with the labels of the source text alone. There are no links.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from spanferry.data.records import Span
from spanferry.flows.backends import method_for
from spanferry.flows.config import settings_class
from spanferry.flows.services import Models
from spanferry.projection.base import Projection, ProjectionInput
from tests.models.fixtures import model_cache, trained_model
from tests.models.generators import trained_generator, unseen
from tests.models.language import Pair

pytest.importorskip("ctranslate2")
pytest.importorskip("torch")

__all__ = ["model_cache", "trained_generator", "trained_model"]
pytestmark = pytest.mark.timeout(1200)  # the first that needs the models trains them
SENTENCES = 40


class Made:
    """A method with its models, and their counts."""

    def __init__(self, cache: Path, scorer: Path, **settings: Any) -> None:
        common = {"cache_path": str(cache), "device": "cpu", "inter_threads": 1}
        translate = {"backend": "ctranslate2", "model": str(scorer), **common}
        candidates = settings.pop("candidates", None)
        given = {
            "method": "tprojection", "links_weight": 0, "directions": "forward", **settings,
            **({"candidates": {"beam_size": 5, **common, **candidates}} if candidates else {}),
        }  # fmt: skip
        models = Models(settings_class("translators", "ctranslate2").model_validate(translate))
        self.method = method_for(
            settings_class("methods", "tprojection").model_validate(given), "any", models,
            "en", "qaa",
        )  # fmt: skip
        self.method.setup()
        self.calls = models.calls


def item(pair: Pair) -> ProjectionInput:
    spans = tuple(
        Span(*name.source, name.kind, f"s{number}") for number, name in enumerate(pair.names)
    )
    return ProjectionInput(
        pair.source,
        spans,
        pair.target,
        [(word.start, word.end) for word in pair.source_words],
        [(word.start, word.end) for word in pair.target_words],
        (),
        language="en",
        target_language="qaa",
    )


def right(found: Sequence[Projection], pairs: Sequence[Pair]) -> float:
    """The share of names that stand where they should."""
    hits = total = 0
    for projection, pair in zip(found, pairs, strict=True):
        places = {span.source_span: (span.start, span.end) for span in projection.spans}
        assert len(projection.spans) + len(projection.missing) == len(pair.names)
        hits += sum(places.get(f"s{k}") == name.target for k, name in enumerate(pair.names))
        total += len(pair.names)
    return hits / total


def test_names_are_found_without_links(
    trained_generator: Path, trained_model: Path, model_cache: Path
) -> None:
    pairs = unseen()[:SENTENCES]
    items = [item(pair) for pair in pairs]
    made = Made(
        model_cache, trained_model, candidates={"model": str(trained_generator)}, ngrams="never"
    )
    found = made.method.project(items)
    assert right(found, pairs) >= 0.95
    counts = made.calls.counts()
    assert counts["generated"] == len({one.translation for one in items})
    assert made.method.project(items[::-1]) == found[::-1]
    assert str(trained_generator.name) in made.method.info.source


def test_without_a_generator_there_is_little_to_go_by(
    trained_model: Path, model_cache: Path
) -> None:
    """What the generator is worth: n-grams near the aligned place, and nothing is aligned."""
    pairs = unseen()[:SENTENCES]
    made = Made(model_cache, trained_model)
    assert right(made.method.project([item(pair) for pair in pairs]), pairs) < 0.8
