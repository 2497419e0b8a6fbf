"""A corpus without gold: read, translated once and aligned, for methods to be held together."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from spanferry.aligners.base import CorpusAligner
from spanferry.aligners.segments import prepared_on, word_pairs
from spanferry.data.errors import ConfigError
from spanferry.data.ids import IdSet
from spanferry.data.schema import READ_SCHEMA, record_to_row, row_to_span
from spanferry.flows.backends import Backends, links_of
from spanferry.flows.comparing.cases import Case, CaseSet
from spanferry.flows.comparing.config import build_of
from spanferry.flows.source import checked
from spanferry.flows.stages import align, project, translate


def read_corpus(config: Any, folder: Path) -> list[CaseSet]:
    """The records of a corpus with spans, their translations and links; a set a target language.

    Args:
        config: the comparison, for `source`, `targets`, `translate`, `align` and `limit`, which
            counts the records of each split.
        folder: for what is only needed meanwhile.

    Raises:
        ConfigError, InputError: the corpus cannot be read, or has no spans.
    """
    build = build_of(config)
    backends = Backends(build)
    backends.check_targets()
    reader = backends.reader()
    tables = {}
    for number, split in enumerate(reader.splits()):
        with IdSet(folder / f"{number}.sqlite") as ids:
            found = enumerate(checked(build, reader, split, ids, config.limit))
            rows = [
                {"row": row, "origin": item.origin, **record_to_row(item.record)}
                for row, item in found
                if item.record is not None and item.record.spans
            ]
        if rows:
            tables[split] = pa.Table.from_pylist(rows, schema=READ_SCHEMA)
    if not tables:
        raise ConfigError("source: no record has a span that could be projected")
    return [_of_target(tables, backends, target) for target in build.targets]


def _of_target(tables: dict[str, pa.Table], backends: Backends, target: str) -> CaseSet:
    config = backends.config
    translator = backends.translator(target)
    left_out: Counter[str] = Counter()
    parts = []
    for split, table in tables.items():
        made = _beside(table, translate.run(table, translator, target, split))
        for reason in made["translate_error"].to_pylist():
            left_out.update([reason] if reason else [])
        parts.append(made.filter(pc.is_valid(made["translation"])))
    whole = pa.concat_tables(parts)
    if not whole.num_rows:
        raise ConfigError(f"translate: no record was translated to {target}: {dict(left_out)}")
    aligner = backends.aligner(target)
    learnt = word_pairs(align.text_pairs(whole, with_links=False)[1]) if isinstance(
        aligner, CorpusAligner) else ()  # fmt: skip
    with prepared_on(aligner, learnt):
        whole = _beside(whole, align.run(whole, aligner))
    items = project.inputs(whole, [
        tuple(row_to_span(row) for row in rows) for rows in whole["spans"].to_pylist()
    ])  # fmt: skip
    cases = tuple(
        Case(name, item, frozenset(), item.token_labelled)
        for name, item in zip(whole["id"].to_pylist(), items, strict=True)
    )
    links = f"links of the aligner {config.align.backend}"
    path = config.source.path
    name = f"{Path(path).name if isinstance(path, str) else config.source.reader} to {target}"
    return CaseSet(name, cases, links, links_of(config.align), dict(left_out), gold=False)


def _beside(table: pa.Table, added: pa.Table) -> pa.Table:
    for name in added.column_names:
        table = table.append_column(added.schema.field(name), added[name])
    return table
