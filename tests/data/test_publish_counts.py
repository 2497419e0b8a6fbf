"""The inventory of labels and the counts of what became of records and spans."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanferry.data.errors import AccountingError
from spanferry.data.publish import Inventory, PublishSummary, SplitCounts, count_table
from spanferry.data.records import MissingSpan, Record, Relation
from spanferry.data.schema import READ_SCHEMA, record_to_row
from tests.publish_tables import filter_row, filter_table, mark, people, place, unreadable_row
from tests.strategies import records

TEXT = "Ada saw Bob in Lima"
SPANS = mark(TEXT, ("Ada", "PER"), ("Bob", "PER"), ("Lima", "LOC"))


def mixed() -> list[dict[str, Any]]:
    """One record of each fate."""
    translation = "Ada vio a Bob en Lima"
    record = Record("r", TEXT, spans=SPANS)
    placed = [
        place(translation, part, span)
        for part, span in zip(("Ada", "Bob", "Lima"), SPANS, strict=True)
    ]
    lost = [MissingSpan(span.id, "no_translation") for span in SPANS]
    return [
        filter_row(0, record, translation, projected=placed),
        filter_row(
            1,
            record,
            translation,
            projected=placed[:1],
            missing=[MissingSpan("s1", "no_link"), MissingSpan("s2", "too_long")],
            rejection=("filter", "complete", ""),
        ),
        filter_row(2, record, None, missing=lost, rejection=("translate", "too_long", "")),
        unreadable_row(3),
        {
            **filter_row(4, record, None, rejection=("translate", "too_long", "")),
            "projected": None,
            "missing": None,
        },
        filter_row(5, Record("r", "No spans"), "Sin nada"),
    ]


def test_count_table() -> None:
    assert count_table(filter_table(mixed())) == SplitCounts(
        read=6,
        published=2,
        rejected={"filter": {"complete": 1}, "read": {"bad_tag": 1}, "translate": {"too_long": 2}},
        source_spans={"LOC": 4, "PER": 8},
        projected_spans={"LOC": 1, "PER": 3},
        published_spans={"LOC": 1, "PER": 2},
        missing_spans={"no_link": 1, "no_translation": 3, "not_projected": 3, "too_long": 1},
    )


def related() -> list[dict[str, Any]]:
    """Records with two relations each: kept, lost in part, never projected."""
    knows, near = Relation("s0", "s1", "knows"), Relation("s0", "s2", "near")
    record = Record("r", TEXT, spans=SPANS, relations=(knows, near))
    placed = [
        place(TEXT, part, span) for part, span in zip(("Ada", "Bob", "Lima"), SPANS, strict=True)
    ]
    return [
        filter_row(0, record, TEXT, projected=placed, relations=(knows, near)),
        filter_row(
            1,
            record,
            TEXT,
            projected=placed[:2],
            missing=[MissingSpan("s2", "no_link")],
            relations=[knows],
            missing_relations=[(near, "missing_tail")],
            rejection=("filter", "complete", ""),
        ),
        {
            **filter_row(2, record, None, rejection=("translate", "too_long", "")),
            "projected": None,
            "missing": None,
            "projected_relations": None,
            "missing_relations": None,
        },
    ]


def test_relations_are_counted() -> None:
    counts = count_table(filter_table(related()))
    assert counts.source_relations == {"knows": 3, "near": 3}
    assert counts.projected_relations == {"knows": 2, "near": 1}
    assert counts.published_relations == {"knows": 1, "near": 1}
    assert counts.missing_relations == {"missing_tail": 1, "not_projected": 2}
    assert (counts + counts).missing_relations == {"missing_tail": 2, "not_projected": 4}
    assert SplitCounts.from_json(json.loads(json.dumps(counts.to_json()))) == counts


@pytest.mark.parametrize("name", ["projected_relations", "missing_relations"])
def test_a_relation_that_is_lost_is_an_error(name: str) -> None:
    rows = related()
    with pytest.raises(AccountingError, match="'r': 2 source relations, but"):
        count_table(filter_table([rows[0], {**rows[1], name: []}]))


@settings(deadline=None)
@given(st.lists(st.integers(0, 5), max_size=12), st.integers(0, 12))
def test_counts_add_up(picks: list[int], cut: int) -> None:
    rows = mixed()
    chosen = [rows[pick] for pick in picks]
    total = count_table(filter_table(chosen))
    total.check()
    assert (
        count_table(filter_table(chosen[:cut])) + count_table(filter_table(chosen[cut:])) == total
    )
    assert SplitCounts.from_json(json.loads(json.dumps(total.to_json()))) == total


def test_a_table_without_the_columns_of_later_stages() -> None:
    rows = [unreadable_row(0), {**mixed()[0], "rejection": unreadable_row(0)["rejection"]}]
    table = filter_table(rows).select([*READ_SCHEMA.names, "rejection"])
    counts = count_table(table)
    assert counts.rejected == {"read": {"bad_tag": 2}}
    assert counts.missing_spans == {"not_projected": 3}
    untyped = pa.table({"rejection": table["rejection"], "spans": pa.nulls(2)})
    assert count_table(untyped).rejected == counts.rejected


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"missing": [{"source_span": "s0", "reason": "x"}]}, "3 source spans, but 3 .* 1 missing"),
        ({"projected": []}, "'r': 3 source spans, but 0 projected and 0 missing"),
        ({"projected": None}, "'r': 3 source spans, but 0 projected and 0 missing"),
        ({"rejection": {"stage": "filter", "reason": None, "detail": ""}}, "lacks its stage"),
        ({"rejection": {"stage": "", "reason": "x", "detail": ""}}, "lacks its stage"),
    ],
)
def test_what_does_not_add_up_is_an_error(change: dict[str, Any], message: str) -> None:
    with pytest.raises(AccountingError, match=message):
        count_table(filter_table([mixed()[5], {**mixed()[0], **change}]))


def test_two_errors_do_not_cancel_out() -> None:
    rows = mixed()
    more = {**rows[0], "missing": [{"source_span": "s0", "reason": "x"}]}
    less = {**rows[0], "projected": rows[0]["projected"][:2]}
    with pytest.raises(AccountingError):
        count_table(filter_table([more, less]))


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        (SplitCounts(read=3, published=1), "es/train: 3 records read, but 1 published and 0 rej"),
        (SplitCounts(source_spans={"A": 1}), "es/train: 1 source spans, but 0 projected"),
        (SplitCounts(source_relations={"A": 1}), "es/train: 1 source relations, but 0 projected"),
    ],
)
def test_a_summary_is_checked(counts: SplitCounts, message: str) -> None:
    with pytest.raises(AccountingError, match=message):
        PublishSummary({"es": {"train": counts}}).check()


def test_a_summary_goes_to_json_and_back() -> None:
    counts = count_table(filter_table(mixed()))
    summary = PublishSummary({"es": {"train": counts, "test": counts}, "pt": {"train": counts}})
    summary.check()
    assert summary.of_language("es") == counts + counts
    assert summary.total().read == 18
    assert PublishSummary.from_json(json.loads(json.dumps(summary.to_json()))) == summary


def table_of(items: list[Record]) -> pa.Table:
    rows = [{"row": at, "origin": "", **record_to_row(item)} for at, item in enumerate(items)]
    return pa.Table.from_pylist(rows, schema=READ_SCHEMA)


def test_inventory() -> None:
    items = [
        Record(
            "1",
            TEXT,
            spans=SPANS,
            relations=(Relation("s0", "s1", "saw"),),
            labels={"topic": "work", "intent": "tell"},
        ),
        Record("2", "Ann", side_texts={"question": "Who?"}, labels={"topic": "home"}),
    ]
    found = Inventory.from_table(table_of(items))
    assert found == Inventory(
        ("LOC", "PER"),
        ("saw",),
        {"intent": ("tell",), "topic": ("home", "work")},
        ("question",),
        False,
    )
    assert found.tags() == ("O", "B-LOC", "I-LOC", "B-PER", "I-PER")
    assert Inventory.from_table(table_of([Record("3", "Ann", tokens=((0, 3),))])).token_labelled
    assert Inventory.from_table(people(0)) == Inventory()


@settings(deadline=None)
@given(st.lists(records(), max_size=6), st.integers(0, 6))
def test_inventories_merge_and_go_to_json(items: list[Record], cut: int) -> None:
    whole = Inventory.from_table(table_of(items))
    parts = [Inventory.from_table(table_of(part)) for part in (items[:cut], items[cut:])]
    assert parts[0].merge(parts[1]) == whole
    assert parts[1].merge(parts[0]) == whole
    assert Inventory.from_json(json.loads(json.dumps(whole.to_json()))) == whole
    assert set(whole.span_labels) == {span.label for item in items for span in item.spans}
