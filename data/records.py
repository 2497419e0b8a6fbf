"""The record: a text with everything that is known about it, in character offsets.

Offsets count Unicode code points (`len(text)` in Python), ends are exclusive. Words and sub-words
are derived elsewhere; nothing here knows about them except `Record.tokens`, the words that came
with a token-labelled corpus.

>>> record = Record(id="1", text="Ada Lovelace wrote it.", spans=(Span(0, 12, "PER", id="s0"),))
>>> record.covered(record.spans[0])
'Ada Lovelace'
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from spanferry.data.errors import InputError

Offsets = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Span:
    """A labelled stretch of characters, `text[start:end]`.

    Args:
        start: first character.
        end: one past the last character; a span covers at least one character.
        label: its type (`PER`, `TARGET`, ...).
        id: unique among the spans of its record; relations and projected spans refer to it.
        attributes: whatever travels with the span (concept ids, polarity), as strings.
        fragments: the ranges of a discontinuous span in text order, `start` and `end` covering
            them; empty for a contiguous one.
    """

    start: int
    end: int
    label: str
    id: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    fragments: tuple[Offsets, ...] = ()

    def ranges(self) -> tuple[Offsets, ...]:
        """The contiguous ranges that the span is made of (one, unless it is discontinuous)."""
        return self.fragments or ((self.start, self.end),)


@dataclass(frozen=True, slots=True)
class ProjectedSpan(Span):
    """A span on the translation.

    Args:
        score: confidence in [0, 1].
        method: the projection method that placed it.
        source_span: id of the span that it came from.
    """

    score: float = 0.0
    method: str = ""
    source_span: str = ""


@dataclass(frozen=True, slots=True)
class MissingSpan:
    """A source span that could not be placed, and why (a short reason code)."""

    source_span: str
    reason: str


@dataclass(frozen=True, slots=True)
class Relation:
    """A labelled, directed link between two spans of one record, by span id."""

    head: str
    tail: str
    label: str


@dataclass(frozen=True, slots=True)
class Record:
    """A text and its labels.

    Args:
        id: unique in its split of the corpus.
        text: the labelled text.
        language: BCP-47 code of `text`.
        spans: labelled stretches; they may overlap and nest.
        relations: links between them.
        labels: labels of the whole record by name (`{"intent": "book_table"}`).
        side_texts: further texts by name that are translated but carry no spans (the question of
            a question-answering record).
        tokens: offsets of the words that came with the input, or None where there were none.
        word_tags: layers of tags by name, one tag for each word of `tokens`
            (`{"upos": ("DET", "NOUN")}`).
        meta: carried through untouched; JSON values only.
    """

    id: str
    text: str
    language: str = "en"
    spans: tuple[Span, ...] = ()
    relations: tuple[Relation, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    side_texts: Mapping[str, str] = field(default_factory=dict)
    tokens: tuple[Offsets, ...] | None = None
    word_tags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    meta: Mapping[str, Any] = field(default_factory=dict)

    def covered(self, span: Span) -> str:
        """The characters under a span; the parts of a discontinuous one are joined by ` ... `."""
        return " ... ".join(self.text[start:end] for start, end in span.ranges())


def validate(record: Record, *, origin: str = "") -> Record:
    """Check the promises that every later stage relies on, and return the record.

    Raises:
        InputError: with the reason `empty_text`, `bad_unicode`, `bad_offset`, `bad_span`,
            `duplicate_span_id`, `bad_relation`, `bad_tokens`, `bad_word_tags` or `missing_id`.
    """

    def bad(reason: str, detail: str) -> InputError:
        name = f"record {record.id!r}: " if record.id else ""
        return InputError(reason, name + detail, origin=origin, raw=record.text)

    if not record.id:
        raise bad("missing_id", "a record needs an id")
    for name, text in (("text", record.text), *record.side_texts.items()):
        try:
            text.encode("utf-8")
        except UnicodeEncodeError as error:
            raise bad("bad_unicode", f"{name} holds a lone surrogate at {error.start}") from None
    if not record.text.strip():
        raise bad("empty_text", "the text is empty")
    _check_spans(record, bad)
    if record.tokens is not None:
        _check_ranges(record.tokens, len(record.text), bad, "bad_tokens", "tokens")
    _check_word_tags(record, bad)
    return record


def _check_spans(record: Record, bad: Any) -> None:
    size = len(record.text)
    seen: set[str] = set()
    for span in record.spans:
        place = f"span {span.label!r} [{span.start}, {span.end})"
        if not span.label:
            raise bad("bad_span", f"{place} has no label")
        if not 0 <= span.start < span.end <= size:
            raise bad("bad_offset", f"{place} does not lie in a text of {size} characters")
        if not record.text[span.start : span.end].strip():
            raise bad("bad_offset", f"{place} covers white space only")
        if not span.id:
            raise bad("bad_span", f"{place} has no id")
        if span.id in seen:
            raise bad("duplicate_span_id", f"{place}: id {span.id!r} is taken")
        seen.add(span.id)
        if span.fragments:
            _check_ranges(span.fragments, size, bad, "bad_offset", f"fragments of {place}")
            if (span.fragments[0][0], span.fragments[-1][1]) != (span.start, span.end):
                raise bad("bad_offset", f"{place} is not covered by its fragments")
    for relation in record.relations:
        for end in (relation.head, relation.tail):
            if end not in seen:
                raise bad("bad_relation", f"relation {relation.label!r}: no span has id {end!r}")


def _check_word_tags(record: Record, bad: Any) -> None:
    for layer, tags in record.word_tags.items():
        place = f"word tags {layer!r}"
        if not layer:
            raise bad("bad_word_tags", "a layer of word tags has no name")
        if record.tokens is None:
            raise bad("bad_word_tags", f"{place}: the record has no tokens that they could be of")
        if len(tags) != len(record.tokens):
            raise bad("bad_word_tags", f"{place}: {len(tags)} tags, {len(record.tokens)} tokens")
        if "" in tags:
            raise bad("bad_word_tags", f"{place}: word {tags.index('') + 1} has an empty tag")


def _check_ranges(ranges: tuple[Offsets, ...], size: int, bad: Any, reason: str, what: str) -> None:
    last = 0
    for start, end in ranges:
        if not last <= start < end <= size:
            raise bad(reason, f"{what}: [{start}, {end}) is empty, out of order or out of the text")
        last = end
