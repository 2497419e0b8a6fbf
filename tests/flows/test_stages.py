"""Stages as pure functions: what a translator, an aligner and filters may give, and what not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest

from spanferry.data.backends import BackendInfo
from spanferry.data.errors import AccountingError
from spanferry.data.records import MissingSpan, ProjectedSpan, Record, Relation, Span
from spanferry.data.schema import MARK, READ_SCHEMA, SEGMENT, record_to_row
from spanferry.flows.stages import project, translate
from spanferry.projection.base import Projection, ProjectionInput
from spanferry.translators.base import TranslatedRecord, Translation
from spanferry.translators.text import TextTranslator


class Upper(TextTranslator):
    """Upper case, with a score and a link a sentence; the word `lost` has no translation."""

    def __init__(self) -> None:
        super().__init__(source_language="en", target_language="pt")

    @property
    def info(self) -> BackendInfo:
        return BackendInfo("upper", "1")

    def setup(self) -> None:
        pass

    def translate(self, texts: Sequence[str]) -> list[Translation]:
        return [
            Translation(None, error="too_hard")
            if "lost" in text
            else Translation(
                text.upper(), -0.5, ((0, len(text), 0, len(text), 0.25),)
            )
            for text in texts
        ]  # fmt: skip


def table(*records: Record) -> pa.Table:
    rows = [{"row": n, "origin": "", **record_to_row(record)} for n, record in enumerate(records)]
    return pa.Table.from_pylist(rows, schema=READ_SCHEMA)


def test_translations_come_with_segments_links_and_scores() -> None:
    record = Record("1", "One two. Three.", side_texts={"question": "Why?"})
    (row,) = translate.run(table(record), Upper(), "pt", "train").to_pylist()
    assert (row["translation"], row["translate_error"]) == ("ONE TWO. THREE.", None)
    assert row["translation_score"] == pytest.approx(-0.5)
    assert dict(row["translated_side_texts"]) == {"question": "WHY?"}
    segments = [tuple(segment.values()) for segment in row["translation_segments"]]
    assert segments == [(0, 8, 0, 8), (9, 15, 9, 15)]
    assert [tuple(link.values()) for link in row["translation_links"]] == [
        (0, 8, 0, 8, 0.25),
        (9, 15, 9, 15, 0.25),
    ]


@pytest.mark.parametrize(
    "record",
    [Record("1", "All is lost."), Record("1", "Fine.", side_texts={"question": "Is it lost?"})],
)
def test_a_failed_part_fails_the_record_with_its_reason(record: Record) -> None:
    rows = translate.run(table(record, Record("2", "Fine.")), Upper(), "pt", "t").to_pylist()
    assert [(row["translation"], row["translate_error"]) for row in rows] == [
        (None, "too_hard"),
        ("FINE.", None),
    ]


class Method:
    """A projection method that gives what it is told to."""

    info = BackendInfo("told", "1")

    def __init__(self, *spans: ProjectedSpan, missing: tuple[MissingSpan, ...] = ()) -> None:
        self.result = Projection(spans, missing)

    def setup(self) -> None:
        pass

    def project(self, items: Sequence[ProjectionInput]) -> list[Projection]:
        return [self.result for _ in items]


def projected(name: str) -> ProjectedSpan:
    return ProjectedSpan(0, 1, "X", id=name, source_span=name, score=1.0, method="told")


def aligned(record: Record, marks: list[dict[str, Any]] | None = None) -> pa.Table:
    one = pa.array([[{"start": 0, "end": 1}]])
    return (
        table(record)
        .append_column("target_language", pa.array(["pt"]))
        .append_column("translation", pa.array(["A b"]))
        .append_column("translation_segments", pa.array([[]], pa.list_(SEGMENT)))
        .append_column("translation_marks", pa.array([marks], pa.list_(MARK)))
        .append_column("source_words", one)
        .append_column("target_words", one)
        .append_column("links", pa.array([[{"source": 0, "target": 0, "score": 1.0}]]))
    )


RECORD = Record(
    "1",
    "a b",
    spans=(Span(0, 1, "X", id="s"), Span(2, 3, "X", id="t")),
    relations=(Relation("s", "t", "r"), Relation("s", "s", "q")),
)


def test_relations_survive_where_both_ends_do() -> None:
    method = Method(projected("s"), missing=(MissingSpan("t", "no_links"),))
    (row,) = project.run(aligned(RECORD), method).to_pylist()
    assert [span["source_span"] for span in row["projected"]] == ["s"]
    assert row["missing"] == [{"source_span": "t", "reason": "no_links"}]
    assert row["projected_relations"] == [{"head": "s", "tail": "s", "label": "q"}]
    assert row["missing_relations"] == [
        {"head": "s", "tail": "t", "label": "r", "reason": "missing_tail"}
    ]


def test_a_record_without_translation_loses_its_relations() -> None:
    given = aligned(RECORD).drop_columns("translation")
    given = given.append_column("translation", pa.array([None], pa.string()))
    (row,) = project.run(given, Method()).to_pylist()
    assert [each["reason"] for each in row["missing_relations"]] == ["missing_head_and_tail"] * 2


@pytest.mark.parametrize("marks", [None, [], [{"span": "t", "start": 2, "end": 3}]])
def test_a_method_is_told_the_marks(marks: list[dict[str, Any]] | None) -> None:
    class Listening(Method):
        def project(self, items: Sequence[ProjectionInput]) -> list[Projection]:
            told.extend(items)
            return super().project(items)

    told: list[ProjectionInput] = []
    project.run(aligned(RECORD, marks), Listening(projected("s"), projected("t")))
    assert told[0].marks == ((("t", 2, 3),) if marks else ())


def test_marks_and_what_they_cost_have_columns() -> None:
    class Marking(Upper):
        def translate_records(
            self, records: Sequence[Record], rows: Sequence[int], split: str
        ) -> list[TranslatedRecord]:
            done = super().translate_records(records, rows, split)
            return [replace(done[0], marks=(("s", 0, 1),), marker_cost=0.5), *done[1:]]

    rows = translate.run(
        table(RECORD, replace(RECORD, id="2"), Record("3", "lost")), Marking(), "pt", "train"
    ).to_pylist()
    assert [row["translation_marks"] for row in rows] == [
        [{"span": "s", "start": 0, "end": 1}], None, None
    ]  # fmt: skip
    assert [row["translation_marker_cost"] for row in rows] == [0.5, None, None]


@pytest.mark.parametrize("tokens", [None, ((0, 1), (2, 3))])
def test_a_method_is_told_whether_words_are_labelled(tokens: Any) -> None:
    seen: list[bool] = []

    class Told(Method):
        def project(self, items: Sequence[ProjectionInput]) -> list[Projection]:
            seen.extend(item.token_labelled for item in items)
            return super().project(items)

    method = Told(projected("s"), projected("t"))
    project.run(aligned(replace(RECORD, tokens=tokens)), method)
    assert seen == [tokens is not None]


def test_two_spans_of_one_id_are_an_error() -> None:
    twice = Method(projected("s"), replace(projected("s"), source_span="t"))
    with pytest.raises(AccountingError, match="two projected spans the id 's'"):
        project.run(aligned(RECORD), twice)


@pytest.mark.parametrize(
    "method",
    [
        Method(projected("s")),
        Method(projected("s"), projected("s")),
        Method(projected("s"), projected("t"), missing=(MissingSpan("t", "no_links"),)),
        Method(projected("s"), projected("u")),
    ],
)
def test_a_method_that_loses_or_doubles_a_span_is_stopped(method: Method) -> None:
    with pytest.raises(AccountingError):
        project.run(aligned(RECORD), method)
