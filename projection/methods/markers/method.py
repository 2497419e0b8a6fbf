"""The method `markers`: what is marked in the text is looked for in its translation.

Two ways. Where the translator of the build is `marked`, the translation is that of the marked text,
and it came with the places of the marks (EasyProject, Chen et al., 2023; LabelPigeon). Where the
translation is given (a human's, or one that is to stay as it is), the marked text is translated
besides, and the marked phrases of that translation are found in the given one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from spanferry.data.markers.forms import form
from spanferry.data.markers.parts import Part
from spanferry.projection.base import ProjectionInput
from spanferry.projection.edges import trim
from spanferry.projection.lexicon import is_stop
from spanferry.projection.methods.markers import own
from spanferry.projection.methods.markers.carry import Carrier, Found
from spanferry.projection.methods.markers.settings import REASONS, MarkersSettings
from spanferry.projection.methods.proposals import Proposal, ProposalMethod, Proposals, Query
from spanferry.projection.services import Models, Services

#: The score of a span whose marks came with the translation; set by hand.
GIVEN = 0.9
#: That of a phrase of the marked translation that was found in the given one: so much and, the
#: rest, by how well.
CARRIED, QUALITY = 0.1, 0.85


class MarkersMethod(ProposalMethod):
    """The text is marked and translated, and the marked phrases are found in the translation.

    Args:
        settings, services: see `ProposalMethod`.
    """

    NAME: ClassVar[str] = "markers"
    CODE_VERSION: ClassVar[str] = "1"
    MODELS: ClassVar[Models] = {
        "translator": (
            "translator",
            "backend and settings that translate the marked texts (marks: own); that of the build "
            "if unset",
        ),
    }
    REASONS: ClassVar[Mapping[str, str]] = REASONS
    REQUIRES: ClassVar[tuple[str, ...]] = ("scipy", "rapidfuzz")
    Settings = MarkersSettings

    def __init__(self, settings: Any, services: Services) -> None:
        super().__init__(settings, services)
        self._form = form(settings.form)
        self._given = settings.marks == "given"
        self._translator = None if self._given else services.translator("translator")
        own_marks = self._translator is not None and self._translator.info.name == "marked"
        if settings.marks == "auto" and own_marks:
            self._given, self._translator = True, None

    def models(self) -> Mapping[str, Any]:
        """The translator, where marked texts are translated here."""
        return {"translator": self._translator} if self._translator is not None else {}

    def propose(self, queries: Sequence[Query]) -> list[Proposals]:
        """See `ProposalMethod.propose`."""
        by_record: dict[int, list[int]] = defaultdict(list)
        for number, query in enumerate(queries):
            by_record[query.record].append(number)
        found: list[Proposals] = [Proposals() for _ in queries]
        if self._given:
            for numbers in by_record.values():
                for number, proposals in zip(
                    numbers, _given([queries[k] for k in numbers]), strict=True
                ):
                    found[number] = proposals
            return found
        known: dict[int, list[own.Unit]] = {}
        for record, numbers in by_record.items():
            item = queries[numbers[0]].item
            # fragments are spans of their own here; the frame puts them together
            spans = [replace(queries[k].span, id=str(k)) for k in numbers]
            known[record] = own.units(
                item.text, spans, item.segments, len(item.translation), item.language,
                self._form, self.settings.marks_at_once,
            )  # fmt: skip
        language = self.services.target
        own.translate([unit for units in known.values() for unit in units], self._ask, language)
        for record, numbers in by_record.items():
            carriers: dict[tuple[str, str], Carrier] = {}
            item = queries[numbers[0]].item
            for unit in known[record]:
                for k, parts in own.carried(unit, item.translation, language, carriers).items():
                    found[numbers[k]] = _proposals(queries[numbers[k]], parts)
        return found

    def _ask(self, texts: Sequence[str]) -> dict[str, str | None]:
        """Translations of texts, each asked for once."""
        wanted = list(dict.fromkeys(texts))
        if not wanted or self._translator is None:
            return {}
        results = self._translator.translate_texts(wanted)
        return {
            text: None if result.error or not result.text else result.text
            for text, result in zip(wanted, results, strict=True)
        }


def _given(queries: Sequence[Query]) -> list[Proposals]:
    """The marks that came with a translation, of the queries of one record in their order."""
    marks: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for span, start, end in queries[0].item.marks:
        marks[span].append((start, end))
    found = []
    for query in queries:
        places = marks[query.span.id]
        if not places:
            found.append(Proposals(reason="not_marked"))
            continue
        # fragments of a span have a mark each; which is which does not matter to the span
        start, end = _trimmed(query, *places.pop(0))
        found.append(Proposals((Proposal(start, end, GIVEN, {"given": 1.0}),)))
    return found


def _proposals(query: Query, parts: Sequence[tuple[Part, list[Found], float] | str]) -> Proposals:
    """What a query gets from its parts, one a sentence that it lies in."""
    lost = next((part for part in parts if isinstance(part, str)), None)
    if lost is not None:
        return Proposals(reason=lost)
    whole = [part for part in parts if not isinstance(part, str)]
    if len(whole) == 1:
        _, options, sure = whole[0]
    else:
        best = [options[0] for _, options, _ in whole]
        worst = min(one.quality for one in best)
        options = [Found(min(o.start for o in best), max(o.end for o in best), worst)]
        sure = min(sure for _, _, sure in whole)
    found = []
    for one in options:
        start, end = _trimmed(query, one.start, one.end)
        score = sure * (CARRIED + QUALITY * one.quality)
        told = {"carried": one.quality, "marked": sure}
        found.append(Proposal(start, end, score, told))
    return Proposals(tuple(found))


def _trimmed(query: Query, start: int, end: int) -> tuple[int, int]:
    """Without the marks, the article and other stop words at an edge where the source has none."""
    item: ProjectionInput = query.item
    if not item.translation[start:end].strip():
        return start, end
    words = [w for w in item.source_words if w[0] < query.span.end and query.span.start < w[1]]
    opens = not words or is_stop(item.text, *words[0], item.language)
    closes = not words or is_stop(item.text, *words[-1], item.language)
    inside = [w for w in item.target_words if w[0] < end and start < w[1]]
    full = [
        k for k, w in enumerate(inside) if not is_stop(item.translation, *w, item.target_language)
    ]
    if full:
        start = start if opens else max(start, inside[full[0]][0])
        end = end if closes else min(end, inside[full[-1]][1])
    return trim(
        item.translation,
        start,
        end,
        covered=item.text[query.span.start : query.span.end],
        opens_with_stop=opens,
        language=item.target_language,
    )
