"""`spanferry train` with `kind: tprojection`: from a labelled corpus to a generator's examples."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from spanferry.data.errors import ConfigError, InputError
from spanferry.flows.commands.train import train as command
from spanferry.flows.labelled_text import LabelledText
from spanferry.flows.train_config import GenerationTraining, load_training
from spanferry.flows.training import train
from spanferry.projection.methods.tprojection.form import parse, tag_names
from spanferry.translators.generation.training.settings import GenerationReport
from tests.models.generators import small_mt5

pytest.importorskip("torch")

__all__ = ["small_mt5"]
ROWS: list[dict[str, Any]] = [
    {"id": "1", "text": "Ana saw Lisbon.", "spans": [[0, 3, "PER"], [8, 14, "LOC"]]},
    {"id": "2", "text": "The dog slept."},
    {
        "id": "3",
        "text": "Bob left. The dog slept. Ana wept.",
        "spans": [[0, 3, "PER"], [25, 28, "PER"]],
    },
    {
        "id": "4",
        "text": "He read Hello. Goodbye. He slept.",
        "spans": [[8, 22, "WORK"], [8, 13, "WORD"]],
    },
]


def write_rows(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
    named = [
        {**row, "spans": [{"start": a, "end": b, "label": c} for a, b, c in row.get("spans", ())]}
        for row in rows
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in named), "utf-8")
    return path


@pytest.fixture
def write(small_mt5: Path, tmp_path: Path) -> Any:
    def made(rows: Sequence[dict[str, Any]] = ROWS, **more: Any) -> Path:
        config = {
            "kind": "tprojection", "model": str(small_mt5),
            "source": {"path": str(write_rows(tmp_path / "corpus.jsonl", rows))},
            "output": str(tmp_path / "out"), "settings": {"steps": 2, "device": "cpu"}, **more,
        }  # fmt: skip
        path = tmp_path / "train.yaml"
        path.write_text(yaml.safe_dump(config), "utf-8")
        return path

    return made


def trained(path: Path) -> GenerationReport:
    report = train(load_training(path))
    assert isinstance(report, GenerationReport)
    return report


def corpus(path: Path) -> LabelledText:
    config = load_training(path)
    assert isinstance(config, GenerationTraining)
    return LabelledText(config.source, "source", 42)


def words(texts: Sequence[str]) -> list[int]:
    return [len(text.split()) for text in texts]


def test_sentences_with_their_spans(write: Any) -> None:
    source = corpus(write())
    assert (source.records, source.unlabelled, source.rejected) == (4, 1, 0)
    assert source.labels == ("PER", "LOC", "WORK", "WORD")
    skipped: Counter[str] = Counter()
    names = tag_names(source.labels)
    found = list(source.examples(names, words, 7, skipped))
    none = "[None]"
    assert found == [
        (f"Ana saw Lisbon. <Person>{none}</Person><Location>{none}</Location>",
         "<Person>Ana</Person><Location>Lisbon</Location>"),
        (f"Bob left. <Person>{none}</Person>", "<Person>Bob</Person>"),
        (f"Ana wept. <Person>{none}</Person>", "<Person>Ana</Person>"),
        # two sentences that a span reaches over; the longer span first
        (f"He read Hello. Goodbye. <WORK>{none}</WORK><WORD>{none}</WORD>",
         "<WORK>Hello. Goodbye</WORK><WORD>Hello</WORD>"),
    ]  # fmt: skip
    assert not skipped
    assert len(list(source.examples(names, words, 4, skipped))) == 3
    assert skipped == {"too_long": 1}


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 60), min_size=1, max_size=80), st.floats(0.01, 0.99), st.data())
def test_what_is_set_apart(
    tmp_path_factory: pytest.TempPathFactory, texts: list[int], share: float, data: Any
) -> None:
    """All copies of a text are on one side, and nothing is lost."""
    folder = tmp_path_factory.mktemp("apart")
    rows = [
        {"id": str(k), "text": f"Ana saw {n} dogs", "spans": [[0, 3, "PER"]]}
        for k, n in enumerate(texts)
    ]
    path = folder / "train.yaml"
    path.write_text(
        yaml.safe_dump(
            {"kind": "tprojection", "model": "x", "output": str(folder / "out"),
             "source": {"path": str(write_rows(folder / "c.jsonl", rows))}}
        )
    )  # fmt: skip
    source = corpus(path)
    most = data.draw(st.integers(1, 20))
    bound = source.bound(share, most)
    names = tag_names(source.labels)
    held = [one for one, _ in source.examples(names, words, 99, Counter(), below=bound)]
    kept = [one for one, _ in source.examples(names, words, 99, Counter(), above=bound)]
    assert len(held) + len(kept) == len(texts)
    assert not set(held) & set(kept)
    assert len(set(held)) <= most
    assert held or len(set(texts)) == 1
    assert kept


def test_a_checkpoint_with_the_names_of_its_tags(write: Any, tmp_path: Path) -> None:
    path = write(ROWS, tags={"WORK": "Title"})
    report = trained(path)
    assert trained(path) == report, "a finished folder is left as it is"
    assert report.skipped == {"unlabelled": 1}
    assert report.examples + report.held_out == 4
    task = json.loads((tmp_path / "out" / "tprojection.json").read_text("utf-8"))
    names = {"PER": "Person", "LOC": "Location", "WORK": "Title", "WORD": "WORD"}
    assert task == {"form": "1", "tags": names}
    assert parse("<Title> Hello. Goodbye</Title>", names) == [("WORK", "Hello. Goodbye")]
    with pytest.raises(ConfigError, match="out holds the training of something else: source"):
        trained(write([*ROWS, {**ROWS[0], "id": "9"}], tags={"WORK": "Title"}))


def test_a_corpus_to_evaluate_on(write: Any, tmp_path: Path) -> None:
    apart = write_rows(tmp_path / "dev.jsonl", [{**ROWS[0], "id": "7"}])
    report = trained(write(held_out={"path": str(apart)}))
    assert (report.examples, report.held_out) == (4, 1)


@pytest.mark.parametrize(
    ("rows", "change", "text"),
    [
        (ROWS[1:2], {}, r"^source: none of 1 records has spans; the corpus must be labelled"),
        (ROWS, {"tags": {"PRE": "Person"}}, r"^tags: no span has the label 'PRE'; .*LOC, PER"),
        (ROWS, {"tags": {"PER": "a b"}}, r"tags\.PER: "),
        (ROWS, {"model": "./nowhere"}, r"^model: there is no folder"),
        (ROWS, {"source": {"path": "nowhere.jsonl"}}, r"nowhere\.jsonl"),
        (ROWS, {"source": {"reader": "connl", "path": "x"}}, r"source.*: no reader 'connl'"),
        (ROWS, {"source": {"path": "x.conll", "pth": 1}}, r"source\.pth: unknown key"),
        (ROWS, {"settings": {"epoch": 1}}, r"settings\.epoch: unknown key"),
        (ROWS, {"settings": {"device": "cuba"}}, r"^settings\.device: 'cuba' cannot be used"),
        (ROWS, {"settings": {"max_tokens": 8}}, r"nothing to learn from \(skipped: .*too_long"),
    ],
)  # fmt: skip
def test_errors(write: Any, rows: Any, change: dict[str, Any], text: str) -> None:
    with pytest.raises(ConfigError, match=text):
        trained(write(rows, **change))


def test_bad_records_stop_or_are_counted(write: Any, tmp_path: Path) -> None:
    bad = [*ROWS, {"id": "5", "text": "Ana", "spans": [[0, 9, "PER"]]}]
    with pytest.raises(InputError, match="bad_offset"):
        trained(write(bad))
    source = {"path": str(tmp_path / "corpus.jsonl"), "on_error": "reject"}
    report = trained(write(bad, source=source))
    assert report.skipped == {"unlabelled": 1, "rejected": 1}


def test_the_command(write: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command(write())
    told = capsys.readouterr().out.replace("\n", " ")
    assert "update 2 of 2" in told
    assert "examples learnt from (left out: 1 unlabelled)" in told
    assert "project: {method: tprojection, candidates: {model: " in told
