"""Word tags through the whole pipeline, with real links; and the stage by itself."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import datasets
import pyarrow as pa
import pytest
import yaml
from rich.console import Console

from spanferry.data.links import Link
from spanferry.data.readers.hf_datasets import DatasetsReader
from spanferry.data.readers.hf_settings import DatasetsSettings
from spanferry.data.records import Record
from spanferry.data.schema import ALIGN_FIELDS, READ_FIELDS, record_to_row, schema
from spanferry.flows.browse import pick
from spanferry.flows.load import load_config
from spanferry.flows.run import build
from spanferry.flows.show import show_records
from spanferry.flows.stages import word_tags

CORPUS = """\
# sent_id = s1
# text = The cat sleeps, John.
1	The	_	DET	DT	_	_	_	_	_
2	cat	_	NOUN	NN	_	_	_	_	_
3	sleeps	_	VERB	VBZ	_	_	_	_	SpaceAfter=No
4	,	_	PUNCT	,	_	_	_	_	_
5	John	_	PROPN	NNP	_	_	_	_	SpaceAfter=No
6	.	_	PUNCT	.	_	_	_	_	_

# sent_id = s2
# text = Maria bought 3 red apples.
1	Maria	_	PROPN	NNP	_	_	_	_	_
2	bought	_	VERB	VBD	_	_	_	_	_
3	3	_	NUM	CD	_	_	_	_	_
4	red	_	ADJ	JJ	_	_	_	_	_
5	apples	_	NOUN	NNS	_	_	_	_	SpaceAfter=No
6	.	_	PUNCT	.	_	_	_	_	_

"""
PORTUGUESE = ["O gato dorme, John.", "A Maria comprou 3 maçãs vermelhas."]
UPOS = ["DET", "NOUN", "VERB", "PUNCT", "PROPN", "PUNCT"], [
    "DET", "PROPN", "VERB", "NUM", "NOUN", "ADJ", "PUNCT",
]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", str(tmp_path / "cache"))
    (tmp_path / "a.conllu").write_text(CORPUS, "utf-8")
    (tmp_path / "a.pt").write_text("\n".join(PORTUGUESE) + "\n", "utf-8")
    settings = {
        "source": {"path": "a.conllu", "layers": ["upos", "xpos"]},
        "targets": ["pt"],
        "translate": {"backend": "parallel", "path": "a.{target}", "format": "lines"},
        "publish": {"path": "out/tags"},
    }
    (tmp_path / "build.yaml").write_text(yaml.safe_dump(settings), "utf-8")
    return tmp_path


def test_from_conllu_to_a_dataset_and_back(folder: Path) -> None:
    done = build(load_config(Path("build.yaml"), ()))
    assert done.published.summary.total().published == 2
    rows = datasets.load_dataset("out/tags", split="train")
    names = rows.features["upos"].feature.names
    assert set(names) == {"ADJ", "DET", "NOUN", "NUM", "PROPN", "PUNCT", "VERB"}
    assert rows.features["xpos"].feature.names[:2] == [",", "."]
    for row, text, wanted in zip(rows, PORTUGUESE, UPOS, strict=True):
        assert row["text"] == text
        assert [names[tag] for tag in row["upos"]] == wanted
        assert len(row["tokens"]) == len(row["upos_scores"]) == len(row["xpos"]) == len(wanted)
        assert all(0 < score <= 1 for score in row["upos_scores"])
        means = [sum(row[name]) / len(wanted) for name in ("upos_scores", "xpos_scores")]
        assert row["score_min_tag_score"] == pytest.approx(min(means))
    assert build(load_config(Path("build.yaml"), ())).units == 0

    reader = DatasetsReader(DatasetsSettings(path="out/tags", language="pt"))
    reader.setup()
    records = [item.record for item in reader.read("train") if item.record]
    assert [record.text for record in records] == PORTUGUESE
    assert [list(record.word_tags["upos"]) for record in records] == list(UPOS)

    out = StringIO()
    show_records(Console(file=out, width=200), pick(Path("out/tags"), 1))
    assert "upos: O/DET" in out.getvalue()
    assert " gato/NOUN" in out.getvalue()


def table(record: Record, **aligned: Any) -> pa.Table:
    row = {
        "row": 0, "origin": "", **record_to_row(record), "translation": "Oi .", **aligned,
    }  # fmt: skip
    fields = [*READ_FIELDS, ("translation", pa.string()), *ALIGN_FIELDS]
    return pa.Table.from_pylist([row], schema=schema(fields))


def ranges(*pairs: tuple[int, int]) -> list[dict[str, int]]:
    return [{"start": start, "end": end} for start, end in pairs]


def test_tokens_of_white_space_keep_tags_and_words_in_step() -> None:
    record = Record(
        "1", "Hi \n .", tokens=((0, 2), (2, 5), (5, 6)), word_tags={"upos": ("INTJ", "SPACE", "P")}
    )
    links = [Link(0, 0)._asdict(), Link(1, 1)._asdict()]
    words, target = ranges((0, 2), (5, 6)), ranges((0, 2), (3, 4))
    made = word_tags.run(table(record, source_words=words, target_words=target, links=links))
    ((name, tags),) = made[0] or []
    assert (name, [tag["tag"] for tag in tags]) == ("upos", ["INTJ", "P"])


@pytest.mark.parametrize(
    ("record", "translation"),
    [
        (Record("1", "Hi."), "Oi."),
        (Record("1", "Hi", tokens=((0, 2),), word_tags={"upos": ("INTJ",)}), None),
    ],
)
def test_nothing_to_tag_is_null(record: Record, translation: str | None) -> None:
    assert word_tags.run(table(record, translation=translation)) == [None]
