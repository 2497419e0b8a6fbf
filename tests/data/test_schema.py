"""Records survive the way through Arrow and Parquet unchanged."""

from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from spanferry.data.columns import from_tuples, to_tuples
from spanferry.data.records import ProjectedSpan, Record, Span, validate
from spanferry.data.schema import (
    LINK,
    PROJECTED_SPAN,
    READ_SCHEMA,
    projected_to_row,
    record_to_row,
    row_to_projected,
    row_to_record,
)
from tests.strategies import records


def through_parquet(table: pa.Table) -> pa.Table:
    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    return pq.read_table(buffer)


@settings(max_examples=200, deadline=None)
@given(st.lists(records(), min_size=1, max_size=3))
def test_records_round_trip_through_parquet(many: list[Record]) -> None:
    rows = [{"row": 0, "origin": "", **record_to_row(validate(record))} for record in many]
    back = through_parquet(pa.Table.from_pylist(rows, schema=READ_SCHEMA))
    assert back.schema.metadata == READ_SCHEMA.metadata
    back = back.cast(READ_SCHEMA)  # list items are called `element` in a file and `item` in memory
    assert [row_to_record(row) for row in back.to_pylist()] == many


def test_no_tokens_and_no_words_are_different_things() -> None:
    for tokens in (None, ()):
        row = {"row": 0, "origin": "", **record_to_row(Record("1", "a", tokens=tokens))}
        back = through_parquet(pa.Table.from_pylist([row], schema=READ_SCHEMA))
        assert row_to_record(back.to_pylist()[0]).tokens == tokens


def test_projected_span_round_trip_keeps_attributes_and_source() -> None:
    span = ProjectedSpan(
        3, 9, "ORG", id="s1", attributes={"concept": "C01"}, fragments=((3, 4), (6, 9)),
        score=0.5, method="alignment", source_span="s0",
    )  # fmt: skip
    column = pa.array([[projected_to_row(span)]], pa.list_(PROJECTED_SPAN))
    assert row_to_projected(column.to_pylist()[0][0]) == span


links = st.lists(
    st.tuples(st.integers(0, 99), st.integers(0, 99), st.floats(0, 1, width=32)), max_size=5
)


@settings(deadline=None)
@given(st.lists(links | st.none(), max_size=6), st.integers(0, 3))
def test_tuple_columns_round_trip(
    rows: list[list[tuple[int, int, float]] | None], skip: int
) -> None:
    kind = pa.list_(LINK)
    array = from_tuples(rows, kind)
    assert array.type == kind
    assert array.to_pylist() == [
        None
        if row is None
        else [dict(zip(("source", "target", "score"), x, strict=True)) for x in row]
        for row in rows
    ]
    assert to_tuples(array) == rows
    assert to_tuples(array[skip:]) == rows[skip:]
    assert to_tuples(pa.chunked_array([array, array[skip:]], kind)) == rows + rows[skip:]


def test_covered_text_of_a_discontinuous_span() -> None:
    record = Record(
        "1",
        "left and right atrium",
        spans=(Span(0, 21, "X", id="s", fragments=((0, 4), (15, 21))),),
    )
    assert record.covered(record.spans[0]) == "left ... atrium"
