"""project: adds the spans and relations of the translation, and those that are missing."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from spanferry.data.columns import to_tuples
from spanferry.data.errors import AccountingError
from spanferry.data.links import Link
from spanferry.data.records import MissingSpan, Relation, Span
from spanferry.data.schema import (
    PROJECT_FIELDS,
    missing_to_row,
    projected_to_row,
    relation_to_row,
    row_to_span,
    schema,
)
from spanferry.flows.stages import word_tags
from spanferry.projection.base import Projection, ProjectionInput, ProjectionMethod
from spanferry.projection.relations import project_relations

COLUMNS = (
    "text", "language", "spans", "relations", "tokens", "word_tags", "target_language",
    "translation", "translation_segments", "translation_marks", "source_words",
    "target_words", "links",
)  # fmt: skip


def run(table: pa.Table, method: ProjectionMethod) -> pa.Table:
    """Project a shard. Where there is no translation, every span is missing: `no_translation`."""
    spans = [tuple(row_to_span(row) for row in rows) for rows in table["spans"].to_pylist()]
    translations = table["translation"].to_pylist()
    results = [
        Projection((), tuple(MissingSpan(span.id, "no_translation") for span in of_record))
        for of_record in spans
    ]
    # a record without spans has nothing to be projected
    todo = [i for i, text in enumerate(translations) if text is not None and spans[i]]
    items = inputs(table.take(pa.array(todo, pa.int64())), [spans[i] for i in todo])
    found = method.project(items) if items else []
    if len(found) != len(todo):
        raise AccountingError(f"{method.info.name} projected {len(found)} of {len(todo)} records")
    for i, projection in zip(todo, found, strict=True):
        _account(spans[i], projection, method.info.name)
        results[i] = projection
    rows = [
        {
            "projected": [projected_to_row(span) for span in result.spans],
            "missing": [missing_to_row(span) for span in result.missing],
            **_relations(relations, result),
            "projected_word_tags": tags,
        }
        for relations, result, tags in zip(
            table["relations"].to_pylist(), results, word_tags.run(table), strict=True
        )
    ]
    return pa.Table.from_pylist(rows, schema=schema(PROJECT_FIELDS))


def inputs(table: pa.Table, spans: list[tuple[Span, ...]]) -> list[ProjectionInput]:
    """What a method is given of each record of a shard that is aligned."""
    columns = zip(
        spans,
        table["text"].to_pylist(),
        table["translation"].to_pylist(),
        to_tuples(table["source_words"]),
        to_tuples(table["target_words"]),
        to_tuples(table["links"]),
        table["language"].to_pylist(),
        table["target_language"].to_pylist(),
        to_tuples(table["translation_segments"]),
        pc.is_valid(table["tokens"]).to_pylist(),
        table["translation_marks"].to_pylist(),
        strict=True,
    )
    return [
        ProjectionInput(
            text=text,
            spans=of_record,
            translation=translation,
            source_words=source,
            target_words=target,
            links=[Link(*link) for link in links],
            language=language,
            target_language=target_language,
            segments=tuple(segments),
            token_labelled=token_labelled,
            marks=tuple((mark["span"], mark["start"], mark["end"]) for mark in marks or ()),
        )
        for (
            of_record, text, translation, source, target, links, language, target_language,
            segments, token_labelled, marks,
        ) in columns
    ]  # fmt: skip


def _account(spans: tuple[Span, ...], projection: Projection, method: str) -> None:
    """Every source span ends in exactly one place; relations need ids that differ."""
    ends = [span.source_span for span in projection.spans]
    ends += [span.source_span for span in projection.missing]
    if sorted(ends) != sorted(span.id for span in spans):
        raise AccountingError(f"{method} took {len(spans)} spans and accounted for {len(ends)}")
    ids = [span.id for span in projection.spans]
    if len(set(ids)) < len(ids):
        twice = next(id for id in ids if ids.count(id) > 1)
        raise AccountingError(f"{method} gave two projected spans the id {twice!r}")


def _relations(
    rows: list[dict[str, str]], projection: Projection
) -> dict[str, list[dict[str, str]]]:
    """The columns of the relations; every source relation ends in one of the two."""
    kept, missing = project_relations([Relation(**row) for row in rows], projection.spans)
    if len(kept) + len(missing) != len(rows):
        raise AccountingError(
            f"{len(rows)} relations read, but {len(kept)} projected and {len(missing)} missing"
        )
    return {
        "projected_relations": [relation_to_row(relation) for relation in kept],
        "missing_relations": [
            {**relation_to_row(relation), "reason": reason} for relation, reason in missing
        ],
    }
