"""Phrases of the artificial language, found by the scores of a model that translates it."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from spanferry.data.links import Link
from spanferry.data.records import Offsets, Span
from spanferry.projection.alignment import AlignmentProjection, AlignmentSettings
from spanferry.projection.base import ProjectionInput, ProjectionMethod
from spanferry.projection.methods.ngrams import near
from spanferry.projection.methods.proposals import Query
from spanferry.projection.methods.tprojection.method import TProjection
from spanferry.projection.methods.tprojection.settings import TProjectionSettings
from spanferry.projection.services import Calls, PairScorer
from tests.models.held_out import held_out
from tests.models.language import Pair

Wanted = Mapping[tuple[int, str], Offsets]
#: They have 43 phrases.
SENTENCES = 16


class Trained:
    """One model, which scores forward."""

    source, target = "en", "qaa"

    def __init__(self, scorer: PairScorer) -> None:
        self.calls = Calls()
        self._scorer = scorer

    def scorer(self, key: str) -> PairScorer:
        assert key == "scorer"
        return self._scorer

    def alignment(self) -> AlignmentProjection:
        return AlignmentProjection(AlignmentSettings(min_confidence=0))


@pytest.fixture(scope="module")
def services(trained_model: Path, model_cache: Path) -> Trained:
    pytest.importorskip("ctranslate2")
    from spanferry.translators.ct2.settings import CTranslate2TranslatorSettings
    from spanferry.translators.ct2.translator import CTranslate2Translator

    settings = CTranslate2TranslatorSettings(model=str(trained_model), cache_path=str(model_cache))
    model = CTranslate2Translator(settings, source_language="en", target_language="qaa")
    model.setup()
    return Trained(model)


def phrases(pair: Pair) -> list[tuple[Offsets, Offsets]]:
    """Two or three source words whose counterparts stand together, with nothing of other words."""
    found: list[tuple[Offsets, Offsets]] = []
    for length in (3, 2):
        for first in range(len(pair.source_words) - length + 1):
            own = range(first, first + length)
            hits = sorted({t for s, t in pair.links if s in own})
            edges = all(any(s == edge for s, _ in pair.links) for edge in (own[0], own[-1]))
            others = {t for s, t in pair.links if s not in own}
            if not edges or len(hits) < 2 or hits[-1] - hits[0] >= len(hits):
                continue
            start, end = pair.source_words[first].start, pair.source_words[own[-1]].end
            if others & set(hits) or any(start < b and a < end for (a, b), _ in found):
                continue
            target = pair.target_words[hits[0]].start, pair.target_words[hits[-1]].end
            found.append(((start, end), target))
    return found


def drawn(wrong: float | None) -> tuple[list[ProjectionInput], Wanted]:
    """Sentences with phrases as spans.

    Args:
        wrong: the share of links that lead to another word; None: no links.
    """
    rng = random.Random(3)
    items: list[ProjectionInput] = []
    wanted: dict[tuple[int, str], Offsets] = {}
    for number, pair in enumerate(held_out(SENTENCES)):
        spans = []
        for k, ((start, end), target) in enumerate(phrases(pair)):
            spans.append(Span(start, end, "PHRASE", f"s{k}"))
            wanted[number, f"s{k}"] = target
        links = {
            (s, rng.randrange(len(pair.target_words)) if rng.random() < wrong else t)
            for s, t in pair.links
            if wrong is not None
        }
        items.append(
            ProjectionInput(
                pair.source, tuple(spans), pair.target,
                [(word.start, word.end) for word in pair.source_words],
                [(word.start, word.end) for word in pair.target_words],
                [Link(s, t) for s, t in sorted(links)], "en", "qaa",
            )
        )  # fmt: skip
    return items, wanted


def share(method: ProjectionMethod, items: list[ProjectionInput], wanted: Wanted) -> float:
    """The share of spans that are exactly right."""
    right = sum(
        wanted[number, span.source_span] == (span.start, span.end)
        for number, projection in enumerate(method.project(items))
        for span in projection.spans
    )
    return right / len(wanted)


def method(services: Trained, most: int, weight: float) -> TProjection:
    settings = TProjectionSettings(most=most, links_weight=weight, min_confidence=0)
    return TProjection(settings, services)


def test_without_links(services: Trained) -> None:
    """The scores find what the relative position does not, and the alignment cannot look for."""
    items, wanted = drawn(None)
    assert share(services.alignment(), items, wanted) == 0
    queries = [Query(k, item, span) for k, item in enumerate(items) for span in item.spans]
    nearest = [found[0] for found in near(queries, services.alignment(), most=1)]
    by_position = sum(
        wanted[query.record, query.span.id] == (one.start, one.end)
        for query, one in zip(queries, nearest, strict=True)
    )
    assert by_position / len(wanted) < 0.35
    assert share(method(services, 4, 0), items, wanted) > by_position / len(wanted) + 0.1


def test_with_wrong_links(services: Trained) -> None:
    """Links and scores together find more than either alone."""
    items, wanted = drawn(0.4)
    links = share(services.alignment(), items, wanted)
    scores = share(method(services, 8, 0), items, wanted)
    assert 0.4 < links < scores
    default = TProjectionSettings().links_weight
    assert share(method(services, 8, default), items, wanted) > scores + 0.02


def test_each_pair_is_scored_once(services: Trained) -> None:
    items, _ = drawn(0.4)
    asked: list[tuple[str, str]] = []

    class Listed:
        info = services.scorer("scorer").info

        def setup(self) -> None:
            pass

        def score(self, sources: Sequence[str], targets: Sequence[str]) -> list[float]:
            asked.extend(zip(sources, targets, strict=True))
            return services.scorer("scorer").score(sources, targets)

    once = method(Trained(Listed()), 8, 0.3).project(items)
    assert len(asked) == len(set(asked)) > 0
    # the same records twice cost nothing more, and nothing depends on the batch
    asked_once = list(asked)
    asked.clear()
    assert method(Trained(Listed()), 8, 0.3).project([*items, *items]) == [*once, *once]
    assert sorted(asked) == sorted(asked_once)
