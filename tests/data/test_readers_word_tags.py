"""Word tags by the readers `conll`, `jsonl` and `datasets`; CoNLL-U has its own file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from datasets import ClassLabel, Dataset, Features, List, Value

from spanferry.data.errors import ConfigError
from spanferry.data.readers.base import Read
from spanferry.data.readers.conll import ConllReader
from spanferry.data.readers.conll_settings import ConllSettings
from spanferry.data.readers.hf_datasets import DatasetsReader
from spanferry.data.readers.hf_settings import DatasetsSettings
from spanferry.data.readers.jsonl import JsonlReader, JsonlSettings
from spanferry.data.records import Record

CONLL03 = "EU NNP I-NP B-ORG\nrejects VBZ I-VP O\n. . O O\n"


def conll(folder: Path, content: str = CONLL03, **settings: Any) -> list[Read]:
    (folder / "a.conll").write_text(content, "utf-8")
    reader = ConllReader(ConllSettings(path=str(folder / "a.conll"), **settings))
    reader.setup()
    return list(reader.read("train"))


def one(items: list[Read]) -> Record:
    (item,) = items
    assert item.record is not None, item.error
    return item.record


def test_conll_columns_beside_spans(tmp_path: Path) -> None:
    record = one(conll(tmp_path, word_tag_columns={"xpos": 1, "chunk": -2}))
    assert record.word_tags == {"xpos": ("NNP", "VBZ", "."), "chunk": ("I-NP", "I-VP", "O")}
    assert [span.label for span in record.spans] == ["ORG"]


def test_conll_columns_by_name(tmp_path: Path) -> None:
    names = ["word", "pos", "chunk", "ner"]
    record = one(conll(tmp_path, columns=names, word_tag_columns={"xpos": "pos"}))
    assert record.word_tags == {"xpos": ("NNP", "VBZ", ".")}
    headed = conll(tmp_path, "w p\nEU NNP\n", header=True, word_tag_columns={"xpos": "p"})
    assert one(headed).word_tags == {"xpos": ("NNP",)}


def test_the_last_conll_column_is_of_spans_only_if_somebody_says_so(tmp_path: Path) -> None:
    content = "EU NNP\nrejects VBZ\n"
    alone = one(conll(tmp_path, content, word_tag_columns={"xpos": 1}))
    assert (alone.spans, alone.word_tags) == ((), {"xpos": ("NNP", "VBZ")})
    both = one(conll(tmp_path, content, word_tag_columns={"xpos": 1}, tag_column=1))
    assert [span.label for span in both.spans] == ["NNP", "VBZ"]


def test_conll_columns_that_there_are_not(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"word_tag_columns\.xpos 7: .* has 4 columns"):
        conll(tmp_path, word_tag_columns={"xpos": 7})
    with pytest.raises(ValueError, match=r"word_tag_columns\.xpos 'pos' is a name: give"):
        ConllSettings(path="a", word_tag_columns={"xpos": "pos"})


def test_an_empty_conll_cell(tmp_path: Path) -> None:
    (item,) = conll(tmp_path, "EU\tNNP\tO\nhas\t\tO\n", word_tag_columns={"xpos": 1})
    assert item.error is not None
    assert (item.error.reason, item.error.origin[-2:]) == ("bad_word_tags", ":2")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"upos": ["X"]}, "1 tags, 2 tokens"),
        ({"upos": ["X", 3]}, "word_tags.upos must be a list of strings"),
        ({"upos": "XY"}, "word_tags.upos must be a list of strings"),
        (["X", "Y"], "'word_tags' must be an object"),
        ({"upos": ["X", ""]}, "word 2 has an empty tag"),
    ],
)
def test_bad_jsonl_tags(tmp_path: Path, given: Any, said: str) -> None:
    line = {"id": "1", "text": "a b", "tokens": [[0, 1], [2, 3]], "word_tags": given}
    (tmp_path / "a.jsonl").write_text(json.dumps(line), "utf-8")
    reader = JsonlReader(JsonlSettings(path=str(tmp_path / "a.jsonl")))
    reader.setup()
    (item,) = reader.read("train")
    assert item.error is not None
    assert said in item.error.detail


def dataset(folder: Path, **settings: Any) -> list[Read]:
    upos = ClassLabel(names=["DET", "NOUN"])
    texts, numbers = List(Value("string")), List(Value("float32"))
    kinds = {"tokens": texts, "upos": List(upos), "upos_scores": numbers, "tag": texts}
    features = Features({**kinds, "n": Value("int64")})
    rows = [
        {"tokens": ["The", "cat"], "upos": [0, 1], "upos_scores": [1.0, 0.5], "tag": ["D", "N"],
         "n": 1},
        {"tokens": ["Oh"], "upos": None, "upos_scores": None, "tag": [None], "n": 2},
    ]  # fmt: skip
    Dataset.from_list(rows, features=features).save_to_disk(str(folder / "set"))
    reader = DatasetsReader(DatasetsSettings(path=str(folder / "set"), **settings))
    reader.setup()
    return list(reader.read("train"))


def test_columns_of_a_dataset_that_have_scores(tmp_path: Path) -> None:
    first, second = dataset(tmp_path, meta_columns=["n"])
    assert first.record is not None
    assert first.record.word_tags == {"upos": ("DET", "NOUN")}
    assert second.record is not None
    assert second.record.word_tags == {}


def test_columns_of_a_dataset_by_name(tmp_path: Path) -> None:
    first, second = dataset(tmp_path, word_tag_columns={"xpos": "tag"})
    assert first.record is not None
    assert first.record.word_tags == {"xpos": ("D", "N")}
    assert first.record.meta["upos"] == ["DET", "NOUN"]
    assert second.error is not None
    assert second.error.reason == "bad_word_tags"


@pytest.mark.parametrize(
    ("column", "said"), [("m", "word_tag_columns.x 'm': the dataset has"), ("n", "must hold lists")]
)
def test_columns_that_are_none(tmp_path: Path, column: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        dataset(tmp_path, word_tag_columns={"x": column})
