"""Bad records are refused with a reason that can be counted."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings

from spanferry.data.errors import InputError
from spanferry.data.records import Record, Relation, Span, validate
from tests.strategies import records

GOOD = Record("1", "Ada met Bob.", spans=(Span(0, 3, "PER", id="a"), Span(8, 11, "PER", id="b")))

CASES = [
    (replace(GOOD, id=""), "missing_id"),
    (replace(GOOD, text=" \n", spans=()), "empty_text"),
    (replace(GOOD, text="\ud800 met Bob."), "bad_unicode"),
    (replace(GOOD, side_texts={"question": "\udfff"}), "bad_unicode"),
    (replace(GOOD, spans=(Span(0, 13, "PER", id="a"),)), "bad_offset"),
    (replace(GOOD, spans=(Span(-1, 3, "PER", id="a"),)), "bad_offset"),
    (replace(GOOD, spans=(Span(3, 3, "PER", id="a"),)), "bad_offset"),
    (replace(GOOD, spans=(Span(3, 4, "PER", id="a"),)), "bad_offset"),
    (replace(GOOD, spans=(Span(0, 3, "", id="a"),)), "bad_span"),
    (replace(GOOD, spans=(Span(0, 3, "PER"),)), "bad_span"),
    (replace(GOOD, spans=(Span(0, 3, "P", id="a"), Span(4, 7, "X", id="a"))), "duplicate_span_id"),
    (replace(GOOD, spans=(Span(0, 7, "X", id="a", fragments=((0, 3), (4, 6))),)), "bad_offset"),
    (replace(GOOD, spans=(Span(0, 7, "X", id="a", fragments=((4, 7), (0, 3))),)), "bad_offset"),
    (replace(GOOD, relations=(Relation("a", "c", "knows"),)), "bad_relation"),
    (replace(GOOD, tokens=((0, 3), (2, 7))), "bad_tokens"),
    (replace(GOOD, tokens=((0, 99),)), "bad_tokens"),
    (replace(GOOD, word_tags={"upos": ("X",)}), "bad_word_tags"),
    (replace(GOOD, tokens=((0, 3),), word_tags={"upos": ("X", "Y")}), "bad_word_tags"),
    (replace(GOOD, tokens=((0, 3),), word_tags={"upos": ("",)}), "bad_word_tags"),
    (replace(GOOD, tokens=((0, 3),), word_tags={"": ("X",)}), "bad_word_tags"),
]  # fmt: skip


@pytest.mark.parametrize(("record", "reason"), CASES)
def test_bad_records_are_refused(record: Record, reason: str) -> None:
    with pytest.raises(InputError) as caught:
        validate(record, origin="corpus.jsonl:7")
    assert caught.value.reason == reason
    assert "corpus.jsonl:7" in str(caught.value)


@settings(max_examples=50, deadline=None)
@given(records())
def test_good_records_pass_unchanged(record: Record) -> None:
    assert validate(record) is record
