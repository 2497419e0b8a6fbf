"""What the readers of token-labelled corpora have in common: tags and tokens to a record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import Field

from spanferry.data.readers.base import ReaderSettings
from spanferry.data.readers.tokens import Join, Joiner, locate
from spanferry.data.records import Record, Span
from spanferry.data.tags import Scheme, tags_to_spans


class TagSettings(ReaderSettings):
    """Settings of the readers that take one tag a token."""

    scheme: Literal["auto", "iob1", "iob2", "bilou", "iobes", "io"] = Field(
        default="auto",
        description="How spans are written in tags; 'auto' tells it from the tags. Bare labels "
        "without B- or I- are 'io'.",
    )
    repair: bool = Field(
        default=True,
        description="Read a tag out of sequence (I- after O) as the CoNLL evaluation does: it "
        "starts a span. If false, such a sentence is bad input ('bad_tag').",
    )
    bare_label: str | None = Field(
        default=None, min_length=1, description="Label of spans whose tags have none (B, I, O)."
    )
    join: Join = Field(
        default="detokenize",
        description="How tokens become the text that is translated: 'detokenize' (don't, "
        "(see below)) or 'space' (one space between any two).",
    )


def tagged_record(
    *,
    id: str,
    tokens: Sequence[str],
    tags: Sequence[str] | None,
    scheme: Scheme,
    settings: TagSettings,
    joiner: Joiner,
    text: str | None = None,
    labels: Mapping[str, str] | None = None,
    side_texts: Mapping[str, str] | None = None,
    word_tags: Mapping[str, Sequence[str]] | None = None,
    meta: Mapping[str, Any] | None = None,
) -> Record:
    """The record of a sentence of tokens; its spans are called `s1`, `s2`, ...

    Args:
        id: of the record.
        tokens: the words; none is empty.
        tags: one a word, or None where nothing is labelled.
        scheme: the scheme of the tags.
        settings: what to do with flaws, and the language.
        joiner: makes the text.
        text: the text itself, if it is known; it is used if it consists of the tokens and
            white space alone.
        labels: labels of the whole record.
        side_texts: further texts.
        word_tags: layers of tags by name, one a word.
        meta: whatever else.

    Raises:
        TagError: a tag cannot be read.
    """
    offsets = None if text is None else locate(tokens, text)
    if text is None or offsets is None:
        text, offsets = joiner.join(tokens)
    found = (
        tags_to_spans(tags, scheme, repair=settings.repair, bare_label=settings.bare_label)
        if tags is not None
        else []
    )
    spans = tuple(
        Span(offsets[first][0], offsets[last][1], label, id=f"s{number}")
        for number, (first, last, label) in enumerate(found, start=1)
    )
    return Record(
        id=id,
        text=text,
        language=settings.language,
        spans=spans,
        labels=labels or {},
        side_texts=side_texts or {},
        tokens=offsets,
        word_tags={layer: tuple(given) for layer, given in (word_tags or {}).items()},
        meta=meta or {},
    )
