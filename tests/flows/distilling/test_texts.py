"""Reading the corpus: sentences, duplicates, what must be left out, and shards that stay."""

from __future__ import annotations

import bz2
import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from spanferry.data.errors import ConfigError, InputError
from spanferry.data.files import read_parquet
from spanferry.data.manifest import Manifest
from spanferry.flows.distilling import sources
from spanferry.flows.distilling.texts import Reading, TextReader
from tests.flows.distilling.corpora import configure, sentence, write_texts


def read(folder: Path, **keys: Any) -> tuple[list[tuple[str, str | None]], Reading]:
    """The rows of all shards, and the reading."""
    config = configure(folder, **keys)
    config.work.mkdir(exist_ok=True)
    reading = TextReader(config).read(Manifest(config.work))
    rows = []
    for shard in reading.shards:
        table = read_parquet(config.work / shard.file)
        assert table.num_rows == shard.rows
        rows += list(zip(*(column.to_pylist() for column in table.columns), strict=True))
    return rows, reading


def texts(rows: list[tuple[str, str | None]]) -> list[str]:
    """The source side."""
    return [source for source, _ in rows]


def test_lines_become_sentences_once(tmp_path: Path) -> None:
    lines = ["\ufeffHe left. She stayed.", "", "  ", "He left.", "Mr. Smith  left.\r", "he left."]
    (tmp_path / "texts.txt").write_bytes("\n".join(lines).encode())
    rows, reading = read(tmp_path)
    assert texts(rows) == ["He left.", "She stayed.", "Mr. Smith  left.", "he left."]
    assert reading.counts == {"sentences": 5, "duplicate": 1}


def test_files_of_all_kinds(tmp_path: Path) -> None:
    (tmp_path / "a.en.gz").write_bytes(gzip.compress(b"One is here.\n"))
    (tmp_path / "b.txt.bz2").write_bytes(bz2.compress(b"Two are here.\n"))
    record = {"text": "Three are here. Four too.", "side_texts": {"question": "Who?"}}
    (tmp_path / "c.jsonl").write_text(json.dumps(record) + "\n", "utf-8")
    (tmp_path / "pairs.tsv").write_text("Two are here.\tDois.\nFive.\tCinco.\n", "utf-8")
    given = [{"path": str(tmp_path / name)} for name in ("a.en.*", "b.txt.bz2")]
    given.append({"path": str(tmp_path / "c.jsonl")})
    rows, reading = read(tmp_path, texts=given, pairs=[{"joined": str(tmp_path / "pairs.tsv")}])
    assert rows[:2] == [("Two are here.", "Dois."), ("Five.", "Cinco.")]
    assert texts(rows[2:]) == ["One is here.", "Three are here.", "Four too.", "Who?"]
    assert all(target is None for _, target in rows[2:])
    assert reading.counts["duplicate"] == 1
    assert [shard.taught for shard in reading.shards] == [True, *[False] * 2]


def test_what_must_not_be_learnt_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "texts.txt").write_text("It's HE who left! She stayed. Why?\n", "utf-8")
    pairs = "A long day. She   stayed!\tFicou.\nOne thing.\tShe stayed\nTwo.\tDois.\n"
    (tmp_path / "pairs.tsv").write_text(pairs, "utf-8")
    (tmp_path / "test.txt").write_text("its he who left. She stayed.\n…\n", "utf-8")
    rows, reading = read(
        tmp_path,
        pairs=[{"joined": str(tmp_path / "pairs.tsv")}],
        leave_out=[{"path": str(tmp_path / "test.txt")}],
    )
    assert texts(rows) == ["Two.", "Why?"]
    assert reading.counts == {"sentences": 3, "pairs": 3, "left_out": 4}


def test_a_change_changes_few_shards(tmp_path: Path) -> None:
    write_texts(tmp_path / "texts.txt", range(210))
    _, before = read(tmp_path)
    (tmp_path / "distil.yaml").unlink()
    write_texts(
        tmp_path / "texts.txt", [*range(30), 900, 901, 902, *range(30, 90), *range(93, 210)]
    )
    rows, after = read(tmp_path)
    assert len(rows) == 210
    kept = {shard.digest for shard in before.shards} & {shard.digest for shard in after.shards}
    assert len(before.shards) > 15
    assert len(kept) >= len(before.shards) - 8
    assert all(shard.rows <= 30 + 3 for shard in before.shards)
    # the shards of the reading before are gone
    assert len(list((tmp_path / "out.work/texts").iterdir())) == 1


def test_a_broken_reading_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_texts(tmp_path / "texts.txt", [*range(200), *range(50)])
    (tmp_path / "more.txt").write_text("He left.\n", "utf-8")
    config = configure(
        tmp_path, texts=[{"path": str(tmp_path / name)} for name in ("texts.txt", "more.txt")]
    )
    split: list[str] = []

    def read(stop: int | None) -> Reading:
        real = sources.sentences

        def counted(text: str, language: str) -> list[str]:
            if stop is not None and len(split) >= stop:
                raise KeyboardInterrupt
            split.append(text)
            return real(text, language)

        with monkeypatch.context() as patch:
            patch.setattr(sources, "sentences", counted)
            config.work.mkdir(exist_ok=True)
            return TextReader(config).read(Manifest(config.work))

    with pytest.raises(KeyboardInterrupt):
        read(50)
    again = read(None)
    assert len(split) < 85 + 12  # 84 and 1 lines, and again those of at most a shard
    assert again.counts == {"sentences": 251, "duplicate": 50}
    assert sum(shard.rows for shard in again.shards) == 201
    whole = configure(tmp_path, output=str(tmp_path / "other"))
    whole = whole.model_copy(update={"texts": config.texts})
    whole.work.mkdir()
    assert TextReader(whole).read(Manifest(whole.work)) == again


@pytest.mark.parametrize(
    ("content", "settings", "error"),
    [
        (b"ok\n\xff\xfe\n", {}, r"texts\.txt:2: is not UTF-8 \[bad_encoding\]"),
        (b'{"text": ""}\n', {"reader": "jsonl"}, r"\[empty_text\]"),
        (b'{"text": "x"}\n', {"reader": "jsonl", "language": "fr"}, r"\[wrong_language\]"),
    ],
)
def test_input_that_cannot_be_used(
    tmp_path: Path, content: bytes, settings: dict[str, str], error: str
) -> None:
    (tmp_path / "texts.txt").write_bytes(content)
    given = {"path": str(tmp_path / "texts.txt"), **settings}
    with pytest.raises(InputError, match=error):
        read(tmp_path, texts=[given])
    if "reader" in settings:
        rows, reading = read(tmp_path, texts=[{**given, "on_error": "reject"}])
        assert rows == []
        assert sum(reading.counts.values()) == 1


@pytest.mark.parametrize("key", ["texts", "leave_out", "pairs"])
def test_a_file_that_is_not_there(tmp_path: Path, key: str) -> None:
    (tmp_path / "texts.txt").write_text(sentence(1)[0], "utf-8")
    name = str(tmp_path / "text.txt")
    given = {"joined": name} if key == "pairs" else {"path": name}
    with pytest.raises(ConfigError, match=rf"^{key}: there is no file .*there is: texts\.txt"):
        read(tmp_path, **{key: [given]})
