"""Builds of corpora with every kind of label, from the file to what `load_dataset` opens."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import datasets
import pyarrow.parquet as pq
import pytest
import yaml
from rich.console import Console

from spanferry.data.readers.jsonl import JsonlSettings, record_from_json
from spanferry.data.records import validate
from spanferry.data.samples import folder
from spanferry.flows.browse import pick
from spanferry.flows.commands.report import counts_table
from spanferry.flows.load import load_config
from spanferry.flows.run import Result, build
from spanferry.flows.show import show_records
from tests.projection.marked import marked


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(source: dict[str, Any], translate: dict[str, Any], **more: Any) -> Result:
    settings = {
        "source": source,
        "targets": ["pt"],
        "translate": {"backend": "parallel", **translate},
        "publish": {"path": "out/set"},
        **more,
    }
    Path("build.yaml").write_text(yaml.safe_dump(settings), "utf-8")
    return build(load_config(Path("build.yaml")))


def json_of(text: str, translation: str, **more: Any) -> dict[str, Any]:
    """An object of JSONL with the spans of the marks; see `marked`."""
    record = marked(text)
    spans = [
        {
            "id": span.id,
            "start": span.start,
            "end": span.end,
            "label": span.label,
            "fragments": [list(part) for part in span.fragments],
        }
        for span in record.spans
    ]
    return {"text": record.text, "text_pt": translation, "spans": spans, **more}


RELATIONS = [
    {"head": "p", "tail": "o", "label": "works_for"},
    {"head": "o", "tail": "c", "label": "in"},
]
RELATED = "{p:PER Ana Lima} works for {o:ORG Petrobras} in {c:LOC Recife}."
CORPUS = {
    "relations": json_of(
        RELATED, "Ana Lima trabalha para a Petrobras no Recife.", relations=RELATIONS
    ),
    "untranslated": json_of(RELATED, None, relations=RELATIONS),  # type: ignore[arg-type]
    "events": json_of(
        "{r:WEATHER Heavy rain} flooded the market.",
        "A chuva forte inundou o mercado.",
        events=[
            {
                "type": "flood",
                "trigger": {"start": 11, "end": 18},
                "arguments": [
                    {"role": "cause", "span": "r"},
                    {"role": "place", "start": 19, "end": 29},
                ],
            }
        ],
    ),
    "nested": json_of(
        "He left the {u:ORG University of {c:LOC Lisbon}}.",
        "Ele deixou a Universidade de Lisboa.",
    ),
    "discontinuous": json_of(
        "The {a:FINDING left knee} was warm and {a very swollen}.",
        "O joelho esquerdo estava quente e muito inchado.",
    ),
    "slots": json_of(
        "Book a table on {d:date Friday}.",
        "Reserve uma mesa na sexta-feira.",
        labels={"intent": "book_table"},
    ),
    "record": json_of("Nobody came.", "Ninguém veio.", labels={"topic": "parties"}),
    "answer": json_of(
        "It opened in 1904. After the flood of 1911 it was closed, in {a:ANSWER 1904} nobody "
        "expected that.",
        "Abriu em 1904. Depois da enchente de 1911 foi fechada, em 1904 ninguém esperava isso.",
        side_texts={"question": "When?"},
        text_pt_question="Quando?",
    ),
}


def write_corpus(**records: dict[str, Any]) -> dict[str, Any]:
    lines = [json.dumps({"id": id, **record}) for id, record in records.items()]
    Path("corpus.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    return {"reader": "jsonl", "path": "corpus.jsonl"}


def test_every_kind(tmp_path: Path) -> None:
    done = run(write_corpus(**CORPUS), {"column": "text_{target}"})
    rows = datasets.load_dataset("out/set", split="train", cache_dir=str(tmp_path / "cache"))
    found = {row["id"]: row for row in rows}
    names = rows.features["relations"].feature["label"].names

    def spans(id: str) -> dict[str, str]:
        return {span["id"]: span["text"] for span in found[id]["spans"]}

    def relations(id: str) -> list[tuple[str, str, str]]:
        words = spans(id)
        return [
            (names[r["label"]], words[r["head"]], words[r["tail"]]) for r in found[id]["relations"]
        ]

    assert set(found) == set(CORPUS) - {"untranslated"}
    assert relations("relations") == [
        ("works_for", "Ana Lima", "Petrobras"),
        ("in", "Petrobras", "Recife"),
    ]
    assert relations("events") == [
        ("cause", "inundou", "chuva forte"),
        ("place", "inundou", "o mercado"),
    ]
    assert spans("nested") == {"u": "Universidade de Lisboa", "c": "Lisboa"}
    assert spans("discontinuous") == {"a": "joelho esquerdo ... muito inchado"}
    assert spans("slots") == {"d": "sexta-feira"}
    intent = rows.features["intent"]
    assert intent.int2str(found["slots"]["intent"]) == "book_table"
    assert (found["record"]["spans"], found["record"]["intent"]) == ([], None)
    assert rows.features["topic"].int2str(found["record"]["topic"]) == "parties"
    (answer,) = found["answer"]["spans"]
    text = found["answer"]["text"]
    assert (answer["text"], answer["start"]) == ("1904", text.rindex("1904"))
    assert found["answer"]["question"] == "Quando?"
    # what was lost is counted, shown and kept
    counts = done.published.summary.total()
    assert counts.source_relations == {"cause": 1, "in": 2, "place": 1, "works_for": 2}
    assert counts.published_relations == {"cause": 1, "in": 1, "place": 1, "works_for": 1}
    assert counts.missing_relations == {"missing_head_and_tail": 2}
    card = Path("out/set/README.md").read_text("utf-8")
    assert "| pt | works_for | 2 | 1 | 1 |" in card
    assert "| pt | missing_head_and_tail | 2 |" in card
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(counts_table("pt", counts))
    show_records(console, pick(Path("out/set"), 1, rejected=True))
    shown = console.export_text()
    assert "missing: missing_head_and_tail" in shown
    assert "missing: in o → c (missing_head_and_tail)" in shown
    (rejected,) = pq.read_table("out/set/rejected/pt/train.parquet").to_pylist()
    assert [each["reason"] for each in rejected["missing_relations"]] == [
        "missing_head_and_tail",
        "missing_head_and_tail",
    ]


def test_a_relation_that_is_missing_is_published_with_its_reason(tmp_path: Path) -> None:
    translation = "Ana Lima."
    corpus = write_corpus(one=json_of(RELATED, translation, relations=RELATIONS))
    lenient = {"complete": False, "min_span_score": 0, "length_ratio": None}
    run(corpus, {"column": "text_{target}"}, filter=lenient)
    rows = datasets.load_dataset("out/set", split="train", cache_dir=str(tmp_path / "cache"))
    (row,) = rows
    assert [span["text"] for span in row["spans"]] == ["Ana Lima"]
    assert row["relations"] == []
    names = rows.features["missing_relations"].feature["label"].names
    lost = [
        (names[m["label"]], m["head"], m["tail"], m["reason"]) for m in row["missing_relations"]
    ]
    assert lost == [
        ("works_for", "p", "o", "missing_tail"),
        ("in", "o", "c", "missing_head_and_tail"),
    ]
    (shown,) = pick(Path("out/set"), 1)
    assert [each["label"] for each in shown["missing_relations"]] == ["works_for", "in"]


def test_questions_with_and_without_an_answer(tmp_path: Path) -> None:
    context = "The mill burnt in 1904. It was built again in 1911."
    questions = [
        {"id": "q1", "question": "When was it built again?", "is_impossible": False,
         "answers": [{"text": "1911", "answer_start": 40}]},
        {"id": "q2", "question": "Who built it?", "is_impossible": True, "answers": []},
    ]  # fmt: skip
    content = {"data": [{"paragraphs": [{"context": context, "qas": questions}]}]}
    Path("squad.json").write_text(json.dumps(content), "utf-8")
    translation = "O moinho queimou em 1904. Foi construído de novo em 1911."
    sides = {"q1": "Quando foi reconstruído?", "q2": "Quem o construiu?"}
    lines = [
        json.dumps({"id": id, "translation": translation, "side_texts": {"question": question}})
        for id, question in sides.items()
    ]
    Path("pt.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    done = run({"reader": "squad", "path": "squad.json"}, {"path": "pt.jsonl", "format": "jsonl"})
    assert done.published.summary.total().published == 2
    rows = datasets.load_dataset("out/set", split="train", cache_dir=str(tmp_path / "cache"))
    answerable = rows.features["answerable"]
    found = [
        (row["id"], row["question"], [s["text"] for s in row["spans"]],
         answerable.int2str(row["answerable"]))
        for row in rows
    ]  # fmt: skip
    assert found == [("q1", sides["q1"], ["1911"], "yes"), ("q2", sides["q2"], [], "no")]
    # the number that was wrong is kept with the answer
    assert rows[0]["spans"][0]["attributes"] == [{"key": "answer_start", "value": "40"}]


@pytest.mark.parametrize("name", ["events.jsonl", "symptoms.jsonl"])
def test_samples_are_valid(name: str) -> None:
    with (folder() / name).open(encoding="utf-8") as lines:
        records = [
            record_from_json(json.loads(line), JsonlSettings(path="x"), "") for line in lines
        ]
    for record in records:
        validate(record)
    kinds = {
        "events.jsonl": lambda record: len(record.relations) > 1,
        "symptoms.jsonl": lambda record: record.spans,
    }
    assert all(map(kinds[name], records))
