"""A small gold set by hand, and what two methods could make of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from spanferry.data.records import MissingSpan, ProjectedSpan
from spanferry.flows.comparing.cases import Case, CaseSet
from spanferry.flows.comparing.figures import SetResult, measure
from spanferry.flows.comparing.running import MethodRun
from spanferry.projection.alignment import AlignmentProjection
from spanferry.projection.base import Projection
from spanferry.projection.gold import read_gold

#: Source words and tags, target words and tags, links.
ROWS = [
    ("Ada saw Bob", "B-PER O B-PER", "Ada vio a Bob", "B-PER O O B-PER", "0-0 1-1 2-3"),
    ("Rome slept", "B-LOC O", "Roma durmió", "B-LOC O", "0-0 1-1"),
    ("nobody came", "O O", "nadie en París", "O O B-LOC", "0-0 1-1"),
]


def row(number: int, values: tuple[str, ...], **more: Any) -> dict[str, Any]:
    """A line of a gold file."""
    source, source_tags, target, target_tags, links = values
    return {
        "id": f"p{number}", "src_lang": "en", "tgt_lang": "es",
        "src_tokens": source.split(), "src_tags": source_tags.split(),
        "tgt_tokens": target.split(), "tgt_tags": target_tags.split(),
        "alignments": {"hand": links}, **more,
    }  # fmt: skip


def write_gold(path: Path, rows: Sequence[tuple[str, ...]] | None = None, **more: Any) -> Path:
    """A gold file with links that are called `hand`."""
    lines = [json.dumps(row(k, values, **more)) for k, values in enumerate(rows or ROWS)]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def read_cases(path: Path, name: str = "small") -> CaseSet:
    """The set of a gold file, without links."""
    cases = tuple(Case(p.id, p.item, p.wanted, True) for p in read_gold(path))
    return CaseSet(name, cases, "no links", "any", {})


def span(start: int, end: int, label: str, source: str, score: float) -> ProjectedSpan:
    """A projected span."""
    return ProjectedSpan(start, end, label, source, score=score, method="m", source_span=source)


def made(name: str, projections: list[Projection], **more: Any) -> MethodRun:
    """A run with a given result."""
    return MethodRun(name, AlignmentProjection(), projections, **{"seconds": [1.0], **more})


#: `careful` has Bob right and Rome wrong; `rash` takes `a Bob` and misses Rome.
CAREFUL = [
    Projection((span(0, 3, "PER", "s0", 0.9), span(10, 13, "PER", "s1", 0.8)), ()),
    Projection((span(5, 11, "LOC", "s0", 0.6),), ()),
    Projection((), ()),
]
RASH = [
    Projection((span(0, 3, "PER", "s0", 0.95), span(8, 13, "PER", "s1", 0.7)), ()),
    Projection((), (MissingSpan("s0", "no_links"),)),
    Projection((), ()),
]


def result(folder: Path, name: str = "small") -> SetResult:
    """Both methods on the set."""
    data = read_cases(write_gold(folder / "gold.jsonl"), name)
    runs = [
        made("careful", CAREFUL, seconds=[2.0, 1.0, 4.0], calls={"scored": 6}),
        made("rash", RASH, memory=5_000_000, changed=True),
    ]
    return measure(data, runs, resamples=200)
