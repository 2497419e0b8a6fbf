"""Labelled texts in short: `{s1:PER Ada} lives in {s2:LOC Lisbon}`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from spanferry.aligners.base import Aligner, TextPair
from spanferry.aligners.segments import align_texts
from spanferry.aligners.words import split_words
from spanferry.data.records import Offsets, Record, Relation, Span
from spanferry.projection.alignment import AlignmentProjection
from spanferry.projection.base import Projection, ProjectionInput

_MARK = re.compile(r"\{(?P<id>\w+)(?::(?P<label>\w+))? |\}")


def marked(text: str, **more: object) -> Record:
    """The record of a text with marks; marks nest, and several of one id are fragments.

    >>> marked("{a:X one} two {a three}").spans[0].fragments
    ((0, 3), (8, 13))
    """
    plain, at = "", 0
    opened: list[tuple[str, int]] = []
    parts: dict[str, list[Offsets]] = {}
    labels: dict[str, str] = {}
    for mark in _MARK.finditer(text):
        plain += text[at : mark.start()]
        at = mark.end()
        if mark["id"]:
            opened.append((mark["id"], len(plain)))
            labels.setdefault(mark["id"], mark["label"] or "X")
            parts.setdefault(mark["id"], [])
        else:
            id, start = opened.pop()
            parts[id].append((start, len(plain)))
    plain += text[at:]
    spans = tuple(
        Span(
            ranges[0][0],
            ranges[-1][1],
            labels[id],
            id=id,
            fragments=tuple(ranges) if len(ranges) > 1 else (),
        )
        for id, ranges in parts.items()
    )
    return Record("1", plain, spans=spans, **more)  # type: ignore[arg-type]


def relations(text: str) -> tuple[Relation, ...]:
    """`works_at a b, in b c` to relations."""
    found = []
    for part in text.split(","):
        label, head, tail = part.split()
        found.append(Relation(head, tail, label))
    return tuple(found)


def aligned(aligner: Aligner, record: Record, translation: str, target: str) -> ProjectionInput:
    """What projection is given of a record and its translation."""
    source = split_words([record.text], record.language, [record.tokens])[0]
    words = split_words([translation], target)[0]
    (links,) = align_texts(aligner, [TextPair(record.text, source, translation, words)])
    return ProjectionInput(
        text=record.text,
        spans=record.spans,
        translation=translation,
        source_words=source,
        target_words=words,
        links=links,
        language=record.language,
        target_language=target,
        token_labelled=record.tokens is not None,
    )


def project(item: ProjectionInput) -> Projection:
    """The projection of one input by the default method."""
    method = AlignmentProjection()
    method.setup()
    return method.project([item])[0]


def ranges(spans: Sequence[Span]) -> dict[str, tuple[str, tuple[Offsets, ...]]]:
    """Label and ranges of spans by id."""
    return {span.id: (span.label, span.ranges()) for span in spans}
