"""Sentence pairs in short: words with their spans in brackets, links as `0-0 1-2:0.5`."""

from __future__ import annotations

import re

from spanferry.data.links import Link
from spanferry.data.records import Offsets, Span
from spanferry.projection.alignment import AlignmentProjection
from spanferry.projection.base import Projection, ProjectionInput
from spanferry.projection.rules import AlignmentSettings


def words(text: str) -> tuple[Offsets, ...]:
    """White-space words."""
    return tuple((found.start(), found.end()) for found in re.finditer(r"\S+", text))


def parse_links(links: str) -> tuple[Link, ...]:
    """`0-0 1-2:0.5` to links."""
    found = []
    for link in links.split():
        ends, _, score = link.partition(":")
        source, target = map(int, ends.split("-"))
        found.append(Link(source, target, float(score or 1)))
    return tuple(sorted(found))


def pair(
    source: str,
    target: str,
    links: str,
    *,
    language: str = "en",
    target_language: str = "es",
    segments: tuple[tuple[int, int, int, int], ...] = (),
) -> ProjectionInput:
    """An input of white-space words; `[...]` in the source are its spans, s0 s1 ... by opening."""
    text = ""
    spans: list[Span] = []
    opened: list[tuple[int, int]] = []
    for part in re.split(r"([\[\]])", source):
        if part == "[":
            opened.append((len(text), len(spans)))
            spans.append(Span(0, 1, "X"))
        elif part == "]":
            start, number = opened.pop()
            spans[number] = Span(start, len(text), f"L{number}", id=f"s{number}")
        else:
            text += part
    return ProjectionInput(
        text=text,
        spans=tuple(spans),
        translation=target,
        source_words=words(text),
        target_words=words(target),
        links=parse_links(links),
        language=language,
        target_language=target_language,
        segments=segments,
    )


def project(item: ProjectionInput, **settings: float) -> Projection:
    """The projection of one input."""
    method = AlignmentProjection(AlignmentSettings.model_validate(settings))
    return method.project([item])[0]


def found(item: ProjectionInput, **settings: float) -> list[str]:
    """The texts of the projected spans by source span, `-reason` for a missing one."""
    projection = project(item, **settings)
    result = {missing.source_span: f"-{missing.reason}" for missing in projection.missing}
    for span in projection.spans:
        result[span.source_span] = item.translation[span.start : span.end]
    return [result[span.id] for span in item.spans]
