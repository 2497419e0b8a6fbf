"""The rows of the published dataset, as `datasets` gives them back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from spanferry.data.errors import AccountingError
from spanferry.data.publish import Inventory, publish
from spanferry.data.publish.features import columns
from spanferry.data.records import MissingSpan, Record, Relation, Span
from tests.publish_tables import CARD, filter_row, filter_table, mark, place


def published(tmp_path: Path, table: pa.Table, inventory: Inventory | None = None) -> Any:
    """The table published and loaded."""
    from datasets import load_dataset

    inventory = inventory or Inventory.from_table(table)
    publish(tmp_path / "set", {"es": {"train": [lambda: table]}}, inventory, CARD)
    cache = str(tmp_path / "cache")
    return load_dataset(str(tmp_path / "set"), split="train", cache_dir=cache)


TEXT = "Ada of the University of Lima moved."
SPANS = mark(TEXT, ("Ada", "PER"), ("University of Lima", "ORG"), ("Lima", "LOC"))
RECORD = Record(
    "r1",
    TEXT,
    spans=SPANS,
    relations=(Relation("s0", "s1", "works_at"), Relation("s1", "s2", "in")),
    labels={"topic": "work"},
    side_texts={"question": "Who moved?"},
    meta={"page": 3},
)


def test_nested_spans_relations_labels_and_side_texts(tmp_path: Path) -> None:
    translation = "Ada, de la Universidad de Lima, se mudó."
    placed = [
        place(translation, "Ada", SPANS[0], 1.0),
        place(translation, "Universidad de Lima", SPANS[1], 0.5, attributes={"kb": "Q1"}),
    ]
    row = filter_row(
        0,
        RECORD,
        translation,
        projected=placed,
        missing=[MissingSpan("s2", "no_link")],
        relations=RECORD.relations[:1],
        missing_relations=[(RECORD.relations[1], "missing_tail")],
        side_texts={"question": "¿Quién se mudó?"},
    )
    dataset = published(tmp_path, filter_table([row]))
    assert dataset.column_names == [
        "id", "text", "language", "spans", "relations", "topic", "question", "missing",
        "missing_relations", "source_text", "source_language", "source_spans", "translation_score",
        "score_complete", "score_min_span_score", "meta",
    ]  # fmt: skip
    names = dataset.features["spans"].feature["label"].names
    assert names == ["LOC", "ORG", "PER"]
    common: dict[str, Any] = {"method": "alignment", "fragments": []}
    ada: dict[str, Any] = {"id": "s0", "start": 0, "end": 3, "text": "Ada", "label": 2}
    lima: dict[str, Any] = {"id": "s1", "start": 11, "end": 30, "label": 1}
    assert dataset[0] == {
        "id": "r1",
        "text": translation,
        "language": "es",
        "spans": [
            {**ada, "score": 1.0, "attributes": [], **common},
            {
                **lima,
                "text": "Universidad de Lima",
                "score": 0.5,
                "attributes": [{"key": "kb", "value": "Q1"}],
                **common,
            },
        ],
        "relations": [{"head": "s0", "tail": "s1", "label": 1}],
        "topic": 0,
        "question": "¿Quién se mudó?",
        "missing": [{"source_span": "s2", "label": 0, "reason": "no_link"}],
        "missing_relations": [{"head": "s1", "tail": "s2", "label": 0, "reason": "missing_tail"}],
        "source_text": TEXT,
        "source_language": "en",
        "source_spans": [
            {"id": "s0", "start": 0, "end": 3, "label": 2, "fragments": []},
            {"id": "s1", "start": 11, "end": 29, "label": 1, "fragments": []},
            {"id": "s2", "start": 25, "end": 29, "label": 0, "fragments": []},
        ],
        "translation_score": -0.5,
        "score_complete": pytest.approx(2 / 3),
        "score_min_span_score": 0.5,
        "meta": '{"page": 3}',
    }


@pytest.mark.parametrize(
    ("translation", "part"),
    [
        ("زارت آدا مدينة القاهرة أمس.", "القاهرة"),
        ("👩‍🚀 vio a 🇵🇪 Ana 😀 ayer", "Ana 😀"),
        ("Ада та Ів́ан", "Ів́ан"),
    ],
)
def test_offsets_are_code_points(tmp_path: Path, translation: str, part: str) -> None:
    record = Record("r1", "Ada saw Cairo.", spans=mark("Ada saw Cairo.", ("Cairo", "LOC")))
    row = filter_row(0, record, translation, projected=[place(translation, part, record.spans[0])])
    (span,) = published(tmp_path, filter_table([row]))[0]["spans"]
    assert span["text"] == part
    assert translation[span["start"] : span["end"]] == part


def test_a_discontinuous_span(tmp_path: Path) -> None:
    (act,) = mark("He gave it up.", ("gave it up", "ACT"))
    record = Record("r1", "He gave it up.", spans=(replace(act, fragments=((3, 7), (11, 13))),))
    translation = "Er gab es auf."
    whole = place(translation, "gab es auf", record.spans[0], fragments=((3, 6), (10, 13)))
    row = filter_row(0, record, translation, projected=[whole])
    (found,) = published(tmp_path, filter_table([row]))
    (span,), (source,) = found["spans"], found["source_spans"]
    assert span["text"] == "gab ... auf"
    assert span["fragments"] == [{"start": 3, "end": 6}, {"start": 10, "end": 13}]
    assert source["fragments"] == [{"start": 3, "end": 7}, {"start": 11, "end": 13}]


@pytest.mark.parametrize(
    ("translation", "words", "parts", "expected"),
    [
        (
            "Ada vive en Lima.",
            [(0, 3), (4, 8), (9, 11), (12, 16), (16, 17)],
            [("Ada", "PER"), ("Lima", "LOC")],
            "Ada/B-PER vive/O en/O Lima/B-LOC ./O",
        ),
        # without words: cut at white space, and again at the edge of the span
        ("Ada vive en Lima.", None, [("Lima", "LOC")], "Ada/O vive/O en/O Lima/B-LOC ./O"),
        # a span within a word counts as the word, but for the marks at its edges
        ("Eine Parisreise", [(0, 4), (5, 15)], [("Paris", "LOC")], "Eine/O Parisreise/B-LOC"),
        ("«Parisreise!»", None, [("reise", "LOC")], "«/O Parisreise/B-LOC !»/O"),
        ("Covid-19.", None, [("Covid", "LOC")], "Covid-19/B-LOC ./O"),
        ("U.S., etc", None, [("U.S.", "LOC")], "U.S./B-LOC ,/O etc/O"),
        ("हिन्दी।", None, [("हिन्द", "LOC")], "हिन्दी/B-LOC ।/O"),
        (
            "Paris- und Romreise",
            None,
            [("Paris- und Rom", "LOC")],
            "Paris-/B-LOC und/I-LOC Romreise/I-LOC",
        ),
        # of overlapping spans the longest
        (
            "la Universidad de Lima",
            [(0, 2), (3, 14), (15, 17), (18, 22)],
            [("Lima", "LOC"), ("Universidad de Lima", "ORG")],
            "la/O Universidad/B-ORG de/I-ORG Lima/I-ORG",
        ),
        (
            "San Juan de Lima",
            [(0, 3), (4, 8), (9, 11), (12, 16)],
            [("San Juan", "PER"), ("Juan de Lima", "LOC")],
            "San/O Juan/B-LOC de/I-LOC Lima/I-LOC",
        ),
        # neighbours of one label stay two, so a word with two spans is cut
        ("東京大阪", [(0, 4)], [("東京", "LOC"), ("大阪", "LOC")], "東京/B-LOC 大阪/B-LOC"),
        (
            "東京と大阪へ",
            [(0, 6)],
            [("東京", "LOC"), ("大阪", "LOC")],
            "東京/B-LOC と/O 大阪/B-LOC へ/O",
        ),
        # a span on characters that no word holds
        ("a 😀 b", [(0, 1), (4, 5)], [("😀", "LOC")], "a/O 😀/B-LOC b/O"),
        ("nada", [(0, 4)], [], "nada/O"),
    ],
)
def test_tokens_and_tags(
    tmp_path: Path,
    translation: str,
    words: list[tuple[int, int]] | None,
    parts: list[tuple[str, str]],
    expected: str,
) -> None:
    text = " ".join(f"w{at}" for at in range(len(parts) + 1))
    spans = mark(text, *((f"w{at}", label) for at, (_, label) in enumerate(parts)))
    record = Record("r1", text, spans=spans, tokens=tuple((at, at + 2) for at in (0,)))
    placed = [place(translation, part, span) for (part, _), span in zip(parts, spans, strict=True)]
    row = filter_row(0, record, translation, projected=placed, words=words)
    labels = ("LOC", "ORG", "PER")
    dataset = published(
        tmp_path, filter_table([row]), Inventory(span_labels=labels, token_labelled=True)
    )
    names = dataset.features["tags"].feature.names
    assert names == ["O", "B-LOC", "I-LOC", "B-ORG", "I-ORG", "B-PER", "I-PER"]
    pairs = zip(dataset[0]["tokens"], dataset[0]["tags"], strict=True)
    assert " ".join(f"{word}/{names[tag]}" for word, tag in pairs) == expected


def test_columns_that_a_corpus_has_no_use_for_are_left_out(tmp_path: Path) -> None:
    record = Record("r1", "Book a table", labels={"intent": "book", "text": "short"})
    row = filter_row(0, record, "Reserva una mesa")
    other = filter_row(1, Record("r2", "Play it", labels={"intent": "play"}), "Ponla")
    dataset = published(tmp_path, filter_table([row, other]))
    assert dataset.column_names == [
        "id", "text", "language", "intent", "label_text", "source_text", "source_language",
        "translation_score", "score_complete", "score_min_span_score", "meta",
    ]  # fmt: skip
    assert dataset["intent"] == [0, 1]
    assert dataset["label_text"] == [0, None]
    assert dataset.features["intent"].names == ["book", "play"]


def test_nulls_in_every_column_that_may_have_them(tmp_path: Path) -> None:
    row = {**filter_row(0, RECORD, "Hola"), "missing": None, "projected": None}
    for name in ("text", "spans", "relations", "labels", "side_texts", "tokens", "meta", "id"):
        row[name] = None
    for name in ("translated_side_texts", "translation_score", "projected_relations"):
        row[name] = None
    row["missing_relations"] = None
    inventory = Inventory(("PER",), ("knows",), {"topic": ("work",)}, ("question",), True)
    (found,) = published(tmp_path, filter_table([row]), inventory)
    assert {name: value for name, value in found.items() if value is not None} == {
        "text": "Hola",
        "language": "es",
        "tokens": ["Hola"],
        "tags": [0],
        "spans": [],
        "relations": [],
        "missing": [],
        "missing_relations": [],
        "source_language": "en",
        "source_spans": [],
        "score_complete": 0.0,
    }


def test_labels_that_yaml_would_read_as_something_else(tmp_path: Path) -> None:
    labels = ("#x", "1", "NO", "a: b", "null", "two\nlines", "~", "東京")
    spans = mark("abcdefghi", *zip("abcdefgh", labels, strict=True))
    record = Record("r1", "abcdefghi", spans=spans, labels={"yes": "1.0"})
    placed = [place("abcdefghi", part, span) for part, span in zip("abcdefgh", spans, strict=True)]
    dataset = published(
        tmp_path, filter_table([filter_row(0, record, "abcdefghi", projected=placed)])
    )
    label = dataset.features["spans"].feature["label"]
    assert label.names == list(labels)
    found = [label.int2str(span["label"]) for span in dataset[0]["spans"]]
    assert found == list(labels)
    assert dataset.features["yes"].names == ["1.0"]


def test_names_that_are_taken() -> None:
    inventory = Inventory(
        record_labels={"spans": ("a",), "label_spans": ("b",), "q": ("c",), "score_x": ("d",)},
        side_texts=("q", "text"),
    )
    named = columns(inventory, ("score_x",))
    assert named.side_texts == {"q": "q", "text": "side_text"}
    assert named.labels == {
        "spans": "label_spans",
        "label_spans": "label_label_spans",
        "q": "label_q",
        "score_x": "label_score_x",
    }


@pytest.mark.parametrize(
    ("inventory", "message"),
    [
        (Inventory(span_labels=("LOC",)), "span label 'PER'"),
        (Inventory(("PER",), ("other",)), "relation label 'knows'"),
        (Inventory(("PER",), ("knows",), {"topic": ("x",)}), "label 'topic': 'work'"),
    ],
)
def test_labels_that_are_not_in_the_inventory(
    tmp_path: Path, inventory: Inventory, message: str
) -> None:
    span = Span(0, 3, "PER", id="s0")
    knows = (Relation("s0", "s0", "knows"),)
    labels = {"topic": "work"}
    record = Record("r1", "Ada ran", spans=(span,), relations=knows, labels=labels)
    placed = [place("Ada corrió", "Ada", span)]
    row = filter_row(0, record, "Ada corrió", projected=placed, relations=knows)
    with pytest.raises(AccountingError, match=message):
        published(tmp_path, filter_table([row]), inventory)


def test_a_missing_span_that_the_source_does_not_have(tmp_path: Path) -> None:
    record = Record("r1", "Ada ran", spans=(Span(0, 3, "PER", id="s0"),))
    row = filter_row(0, record, "Corrió", missing=[MissingSpan("s9", "no_link")])
    with pytest.raises(AccountingError, match="'s9' is no span"):
        published(tmp_path, filter_table([row]))
