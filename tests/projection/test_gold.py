"""Gold files: reading, scoring, errors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from spanferry.data.errors import ConfigError, InputError
from spanferry.data.links import Link
from spanferry.projection.alignment import AlignmentProjection
from spanferry.projection.gold import evaluate_gold, read_gold, tag_ranges

ROW: dict[str, Any] = {
    "id": "a",
    "src_lang": "en",
    "tgt_lang": "es",
    "src_tokens": ["good", "sushi", "."],
    "src_tags": ["O", "B-FOOD", "O"],
    "tgt_tokens": ["buen", "sushi."],
    "tgt_tags": ["O", "B-FOOD"],
    "alignments": {"awesome": "2-1 1-1 0-0"},
}


def write(path: Path, *rows: dict[str, Any]) -> Path:
    file = path / "gold.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("tags", "ranges"),
    [
        ("B-A I-A O B-A", [(0, 2, "A"), (3, 4, "A")]),
        ("B-A B-A", [(0, 1, "A"), (1, 2, "A")]),
        ("I-A I-A", [(0, 2, "A")]),
        ("B-A I-B", [(0, 1, "A"), (1, 2, "B")]),
        ("B-a-b I-a-b", [(0, 2, "a-b")]),
        ("O O", []),
    ],
)
def test_tag_ranges(tags: str, ranges: list[tuple[int, int, str]]) -> None:
    assert tag_ranges(tags.split()) == ranges


def test_read_gold(tmp_path: Path) -> None:
    (pair,) = read_gold(write(tmp_path, ROW))
    assert pair.item.text == "good sushi ."
    assert pair.item.source_words == ((0, 4), (5, 10), (11, 12))
    assert [(s.start, s.end, s.label) for s in pair.item.spans] == [(5, 10, "FOOD")]
    assert pair.wanted == {(1, 2, "FOOD")}
    assert pair.links == {"awesome": (Link(0, 0), Link(1, 1), Link(2, 1))}


def test_a_span_counts_as_the_words_that_it_overlaps(tmp_path: Path) -> None:
    result = evaluate_gold(write(tmp_path, ROW), "awesome", AlignmentProjection())
    (span,) = result.projections[0].spans
    assert (span.start, span.end) == (5, 10)  # `sushi` of `sushi.`
    assert result.report.total.f1 == 1


def test_an_aligner_as_an_argument(tmp_path: Path) -> None:
    asked = []

    def align(pairs: Any) -> list[list[Link]]:
        asked.extend(pairs)
        return [[Link(1, 0), Link(2, 1)]]

    result = evaluate_gold(write(tmp_path, ROW), align, AlignmentProjection())
    ((source, source_words, target, target_words),) = asked
    assert (source, target) == ("good sushi .", "buen sushi.")
    assert (len(source_words), len(target_words)) == (3, 2)
    # the links that were given decide: both lead to the first target word
    assert result.projections[0].spans[0].start == 0
    assert result.report.total.correct == 0


def test_unknown_links_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no links are called 'giza'; there are: awesome"):
        evaluate_gold(write(tmp_path, ROW), "giza", AlignmentProjection())


@pytest.mark.parametrize(
    "change",
    [{"src_tags": ["O"]}, {"src_tokens": None}, {"alignments": {"x": "1"}}, {"tgt_tags": None}],
)
def test_bad_lines_are_named(tmp_path: Path, change: dict[str, Any]) -> None:
    path = write(tmp_path, ROW, {**ROW, **change})
    with pytest.raises(InputError) as caught:
        list(read_gold(path))
    assert caught.value.reason == "bad_gold"
    assert caught.value.origin == f"{path}:2"
