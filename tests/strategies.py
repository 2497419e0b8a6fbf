"""Hypothesis strategies for records: every kind of text that breaks offset arithmetic."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import strategies as st

from spanferry.data.records import Record, Relation, Span

#: Combining marks, emoji with joiners and skin tones, right-to-left text, CRLF, zero-width joiners.
AWKWARD = [
    "e\u0301", "n\u0303a", "\u200d", "\u200c", "👩\u200d🚀", "👍🏽", "🇧🇷",
    "שלום", "مرحبا", "\u202b",
    "\r\n", "\n", "\t", "  ", "\u00a0", "\u3000", "東京", "ไทย", "İ", "ß", "ﬁ",
    "'", '"', "[", "]", "<b>",
]  # fmt: skip
#: All characters that UTF-8 can hold.
CHARACTERS = st.characters(codec="utf-8")

texts = (
    st.lists(
        st.one_of(st.sampled_from(AWKWARD), st.text(CHARACTERS, min_size=1, max_size=8)),
        min_size=1,
        max_size=12,
    )
    .map("".join)
    .filter(lambda text: bool(text.strip()))
)
names = st.text(CHARACTERS, min_size=1, max_size=6)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(CHARACTERS, max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=6,
)


@st.composite
def spans(draw: st.DrawFn, text: str, number: int) -> Span:
    """A span on something else than white space; sometimes a discontinuous one."""
    places = [i for i, character in enumerate(text) if character.strip()]
    start = draw(st.sampled_from(places))
    end = draw(st.integers(start + 1, len(text)))
    fragments: tuple[tuple[int, int], ...] = ()
    if end - start >= 3 and draw(st.booleans()):
        cut = draw(st.integers(start + 1, end - 2))
        fragments = ((start, cut), (cut + 1, end))
    return Span(
        start,
        end,
        draw(names),
        id=f"s{number}",
        attributes=draw(st.dictionaries(names, st.text(CHARACTERS, max_size=6), max_size=2)),
        fragments=fragments,
    )


@st.composite
def records(draw: st.DrawFn) -> Record:
    """A valid record with overlapping and nested spans, relations, labels, side texts and meta."""
    text = draw(texts)
    of_text = tuple(draw(spans(text, n)) for n in range(draw(st.integers(0, 4))))
    ids = st.sampled_from([span.id for span in of_text]) if of_text else st.nothing()
    relation = st.builds(Relation, head=ids, tail=ids, label=names)
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=6)))
    tokens = tuple(pairwise(cuts))
    given = draw(st.sampled_from([None, tokens]))
    layer = st.lists(names, min_size=len(tokens), max_size=len(tokens)).map(tuple)
    return Record(
        id=draw(names),
        text=text,
        language=draw(st.sampled_from(["en", "pt-BR", "sr-Latn"])),
        spans=of_text,
        relations=tuple(draw(st.lists(relation, max_size=2))) if of_text else (),
        labels=draw(st.dictionaries(names, st.text(CHARACTERS, max_size=6), max_size=2)),
        side_texts=draw(st.dictionaries(names, st.text(CHARACTERS, max_size=9), max_size=2)),
        tokens=given,
        word_tags={} if given is None else draw(st.dictionaries(names, layer, max_size=2)),
        meta=draw(st.dictionaries(names, json_values, max_size=3)),
    )
