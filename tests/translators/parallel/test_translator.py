"""Translations that the user brings, in files and columns."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from spanferry.data.errors import ConfigError
from spanferry.data.records import Record
from spanferry.translators.base import TranslatedRecord, Translation, Translator
from spanferry.translators.parallel import ParallelTranslator
from spanferry.translators.parallel.settings import ParallelTranslatorSettings


def make(target: str = "pt", **settings: Any) -> ParallelTranslator:
    made = ParallelTranslator(
        ParallelTranslatorSettings(**settings), source_language="en", target_language=target
    )
    made.setup()
    return made


def texts(found: list[TranslatedRecord]) -> list[str | None]:
    return [item.text.text or item.text.error for item in found]


RECORDS = [Record("a", "One."), Record("b", "Two."), Record("d", "Four.")]
#: The third record of the source was rejected.
ROWS = [0, 1, 3]


@pytest.mark.parametrize("packed", [False, True])
def test_lines_by_row(tmp_path: Path, packed: bool) -> None:
    content = "Um.\r\nDois.\nTrês.\n Quatro. \n".encode()
    path = tmp_path / ("en-pt.txt.gz" if packed else "en-pt.txt")
    path.write_bytes(gzip.compress(content) if packed else content)
    translator = make(path=str(tmp_path / f"en-{{target}}.txt{'.gz' if packed else ''}"))
    assert isinstance(translator, Translator)
    found = translator.translate_records(RECORDS, ROWS, "train")
    assert texts(found) == ["Um.", "Dois.", " Quatro. "]
    assert found[0].segments == ((0, 4, 0, 3),)
    assert texts(translator.translate_records(RECORDS[:1], [3], "train")) == [" Quatro. "]


def test_missing_lines_are_errors_of_their_records(tmp_path: Path) -> None:
    (tmp_path / "t.txt").write_bytes(b"Um.\n \xe2\x80\x8b\n\xff\xfe\n")
    translator = make(path=str(tmp_path / "t.txt"))
    records = [*RECORDS, Record("e", "Five.", side_texts={"q": "Why?"})]
    found = translator.translate_records(records, [1, 2, 3, 0], "train")
    assert texts(found) == ["no_translation", "bad_encoding", "no_translation", "Um."]
    assert found[0].segments == ()
    assert found[3].side_texts == {"q": Translation(None, error="no_translation")}


def test_files_by_split(tmp_path: Path) -> None:
    for name, content in {"train": "Um.\nDois.\n", "dev": "Três.\n"}.items():
        (tmp_path / f"{name}.pt").write_text(content, "utf-8")
    paths = {name: str(tmp_path / f"{name}.{{target}}") for name in ("train", "dev")}
    translator = make(path=paths)
    translator.check({"train": 2, "dev": 1})
    assert texts(translator.translate_records(RECORDS[:1], [0], "dev")) == ["Três."]
    assert texts(translator.translate_records(RECORDS[:1], [0], "train")) == ["Um."]
    with pytest.raises(ConfigError, match=r"no file for the split 'test'.*train, dev"):
        translator.check({"test": 1})
    with pytest.raises(ConfigError, match=r"the splits train, dev; give a file for each"):
        make(path=paths["train"]).check({"train": 2, "dev": 1})


def write(path: Path, *objects: dict[str, Any]) -> str:
    path.write_text("".join(f"{json.dumps(item)}\n" for item in objects), "utf-8")
    return str(path)


def test_jsonl_by_id(tmp_path: Path) -> None:
    path = write(
        tmp_path / "t.jsonl",
        {"id": "d", "text": "Quatro."},
        {"id": "zz", "translation": "Nobody asks for it."},
        {"id": "a", "translation": "Um.", "text": "One."},
        {"id": "c", "translation": None},
    )
    translator = make(path=path)
    translator.check({"train": 4})
    records = [*RECORDS, Record("c", "Three.")]
    found = translator.translate_records(records, [9, 9, 9, 9], "train")
    assert texts(found) == ["Um.", "no_translation", "Quatro.", "no_translation"]


def test_jsonl_fields_and_side_texts(tmp_path: Path) -> None:
    path = write(
        tmp_path / "t.txt",
        {"key": "a", "pt": "Um.", "side_texts": {"question": "Quantos?"}},
        {"key": "b", "translation": "Dois.", "pt": 2},
    )
    translator = make(path=path, format="jsonl", field="pt", id_field="key")
    sides = {"question": "How many?", "title": "Numbers"}
    found = translator.translate_records(
        [Record("a", "One.", side_texts=sides), Record("b", "Two.")], [0, 1], "train"
    )
    assert texts(found) == ["Um.", "no_translation"]
    assert found[0].side_texts == {
        "question": Translation("Quantos?"),
        "title": Translation(None, error="no_translation"),
    }


def test_column() -> None:
    translator = make(column="text_{target}", target="pt-BR")
    translator.check({"train": 7})
    records = [
        Record("a", "One.", meta={"text_pt-BR": "Um.", "text_pt-BR_q": "?"}, side_texts={"q": "!"}),
        Record("b", "Two.", meta={"text_pt": "Dois."}),
        Record("c", "Three.", meta={"text_pt-BR": 3}),
    ]
    found = translator.translate_records(records, [0, 1, 2], "train")
    assert texts(found) == ["Um.", "no_translation", "no_translation"]
    assert found[0].side_texts == {"q": Translation("?")}
    assert found[0].segments == ((0, 4, 0, 3),)


def test_revision_follows_files_and_settings(tmp_path: Path) -> None:
    path = write(tmp_path / "t.jsonl", {"id": "a", "translation": "Um."})
    first = make(path=path).info
    assert first.name == "parallel"
    assert first.source == "t.jsonl"
    assert make(path=path).info == first
    assert make(path=path, field="translation").info.revision != first.revision
    write(tmp_path / "t.jsonl", {"id": "a", "translation": "Uma."})
    assert make(path=path).info.revision != first.revision
    assert make(column="a").info.revision != make(column="b").info.revision


@pytest.mark.parametrize(
    ("settings", "wrong"),
    [
        ({}, "either path or column"),
        ({"path": "a", "column": "b"}, "either path or column"),
        ({"paths": "a"}, "paths"),
        ({"path": ""}, "names no file"),
        ({"path": " "}, "names no file"),
        ({"path": {}}, "names no file; give one for each split"),
        ({"path": {"train": "a", "dev": ""}}, "names no file for the split 'dev'"),
        ({"path": {"": "a"}}, "names no split for the file 'a'"),
        ({"column": ""}, "names no key"),
    ],
)
def test_settings_refuse(settings: dict[str, Any], wrong: str) -> None:
    with pytest.raises(ValidationError, match=wrong):
        ParallelTranslatorSettings.model_validate(settings)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"there is no file '.*en-pt\.txt'"):
        make(path=str(tmp_path / "en-{target}.txt"))
