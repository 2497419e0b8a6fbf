"""Translations of the user that do not fit the source: refused at once, or told about."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from spanferry.data.errors import ConfigError
from spanferry.data.records import Record
from spanferry.translators.parallel import SUSPICIOUS_BATCH, ParallelTranslator
from spanferry.translators.parallel.settings import ParallelTranslatorSettings


def make(**settings: Any) -> ParallelTranslator:
    made = ParallelTranslator(
        ParallelTranslatorSettings(**settings), source_language="en", target_language="pt"
    )
    made.setup()
    return made


def write(path: Path, *objects: dict[str, Any]) -> str:
    path.write_text("".join(f"{json.dumps(item)}\n" for item in objects), "utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("count", "partial", "fits"),
    [
        (3, False, True),
        (2, False, False),
        (4, False, False),
        (3, True, True),
        (2, True, True),
        (4, True, False),
    ],
)
def test_numbers_of_lines(tmp_path: Path, count: int, partial: bool, fits: bool) -> None:
    (tmp_path / "t.txt").write_text("a\nb\nc\n")
    translator = make(path=str(tmp_path / "t.txt"))
    if fits:
        translator.check({"train": count}, partial=partial)
        return
    least = "at least " if partial else ""
    with pytest.raises(ConfigError, match=rf"has 3 lines and the split 'train'.* {least}{count} r"):
        translator.check({"train": count}, partial=partial)


@pytest.mark.parametrize("partial", [False, True])
@pytest.mark.parametrize("by_split", [False, True])
@pytest.mark.parametrize(("name", "kind"), [("t.jsonl", "JSONL"), ("t.txt", "lines")])
def test_one_file_for_several_splits(
    tmp_path: Path, name: str, kind: str, by_split: bool, partial: bool
) -> None:
    path = write(tmp_path / name, {"id": "a", "translation": "Um."})
    same = str(tmp_path / "." / "x" / ".." / name)
    (tmp_path / "x").mkdir()
    translator = make(path={"train": path, "dev": same} if by_split else path)
    for split in ("train", "dev"):
        translator.check({split: 1}, partial=partial)
    with pytest.raises(ConfigError, match=rf"one file of {kind}, .*train, dev; give a file for ea"):
        translator.check({"train": 1, "dev": 1}, partial=partial)


def test_jsonl_by_split(tmp_path: Path) -> None:
    paths = {
        split: write(tmp_path / f"{split}.jsonl", {"id": "a", "translation": split.upper()})
        for split in ("train", "dev")
    }
    translator = make(path=paths)
    translator.check({"train": 1, "dev": 1})
    for split in paths:
        [found] = translator.translate_records([Record("a", "One.")], [0], split)
        assert found.text.text == split.upper()
    with pytest.raises(ConfigError, match="no file for the split 'test'"):
        translator.check({"test": 1}, partial=True)


@pytest.mark.parametrize("partial", [False, True])
def test_no_object_has_the_field(tmp_path: Path, partial: bool) -> None:
    objects: list[dict[str, Any]] = [
        {"id": "a", "pt": "Um.", "c": 1, "d": 2},
        {"id": "b", "es": "Dos."},
    ]
    path = write(tmp_path / "t.jsonl", *objects)
    make(path=path, field="pt").check({"train": 2}, partial=partial)
    make(path=path, field="es").check({"train": 2}, partial=partial)
    with pytest.raises(
        ConfigError, match=r"field 'fr' of .* the first object has: 'id', 'pt', 'c', 'd'$"
    ):
        make(path=path, field="fr").check({"train": 2}, partial=partial)
    with pytest.raises(ConfigError, match="the field 'translation' or 'text' of"):
        make(path=path).check({"train": 2}, partial=partial)


def test_jsonl_without_objects(tmp_path: Path) -> None:
    translator = make(path=write(tmp_path / "t.jsonl"))
    translator.check({"train": 0})
    with pytest.raises(ConfigError, match="has no objects and the split 'train'"):
        translator.check({"train": 1}, partial=True)


@pytest.mark.parametrize(
    ("settings", "shared"),
    [
        ({"path": "pt.txt"}, "pt.txt"),
        ({"path": {"train": "{target}.txt", "dev": "dev.txt"}}, "dev.txt"),
        ({"column": "translation"}, "translation"),
        ({"path": "{target}/all.txt"}, None),
        ({"path": {"train": "{target}.txt", "dev": "dev.{target}"}}, None),
        ({"column": "text_{target}"}, None),
    ],
)
def test_targets_need_places_of_their_own(settings: dict[str, Any], shared: str | None) -> None:
    made = ParallelTranslatorSettings(**settings)
    ParallelTranslator.check_targets(made, ["pt"])
    if shared is None:
        ParallelTranslator.check_targets(made, ["pt", "es"])
        return
    key = next(iter(settings))
    with pytest.raises(
        ConfigError, match=rf"{key}: '{shared}' is the same for .* pt, es; .*target"
    ):
        ParallelTranslator.check_targets(made, ["pt", "es"])


def batch(count: int = SUSPICIOUS_BATCH) -> tuple[list[Record], range, str]:
    return (
        [Record(f"r{n}", "One.", meta={"text_es": "Uno."}) for n in range(count)],
        range(count),
        "train",
    )


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [item.getMessage() for item in caplog.records if item.levelno == logging.WARNING]


def test_warning_names_ids(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = write(tmp_path / "t.jsonl", *({"id": f"x{n}", "text": "Um."} for n in range(9)))
    translator = make(path=path)
    with caplog.at_level(logging.WARNING, "spanferry"):
        translator.translate_records(*batch(SUSPICIOUS_BATCH - 1))
        assert warnings(caplog) == []
        for _ in range(2):
            found = translator.translate_records(*batch())
    assert {item.text.error for item in found} == {"no_translation"}
    [told] = warnings(caplog)
    assert f"of {SUSPICIOUS_BATCH} records of the split 'train' not one" in told
    assert "t.jsonl'; ids looked for: 'r0', 'r1', 'r2', ...; " in told
    assert told.endswith("ids in the file: 'x0', 'x1', 'x2', ...")


def test_warning_names_keys(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "spanferry"):
        make(column="text_{target}").translate_records(*batch())
    [told] = warnings(caplog)
    assert "in column 'text_pt'; the meta of the first record has the keys: 'text_es'" in told


def test_warning_names_lines(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "t.txt").write_text("\n" * 30)
    with caplog.at_level(logging.WARNING, "spanferry"):
        make(path=str(tmp_path / "t.txt")).translate_records(*batch())
    [told] = warnings(caplog)
    assert told.endswith("t.txt'; lines looked for: 1, 2, 3, ...; the file has 30 lines")


@pytest.mark.parametrize("count", [1, 2])
def test_a_tenth_is_enough(tmp_path: Path, caplog: pytest.LogCaptureFixture, count: int) -> None:
    objects = [{"id": f"r{19 - n}", "text": "Um."} for n in range(count)]
    translator = make(path=write(tmp_path / "t.jsonl", *objects))
    with caplog.at_level(logging.WARNING, "spanferry"):
        found = translator.translate_records(*batch())
    assert [item.text.text for item in found] == [None] * (20 - count) + ["Um."] * count
    told = warnings(caplog)
    assert len(told) == (count < 2)
    assert all("of 20 records of the split 'train' only 1 have a translation in" in t for t in told)
