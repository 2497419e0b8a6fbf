"""CoNLL-U: words as they are written, the exact text, layers of tags, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from spanferry.data import samples
from spanferry.data.readers.base import Read
from spanferry.data.readers.conllu import ConlluReader, ConlluSettings
from spanferry.data.records import Record


def line(id: str, form: str, upos: str = "X", xpos: str = "_", misc: str = "_", **more: str) -> str:
    feats, deprel = more.get("feats", "_"), more.get("deprel", "_")
    return "\t".join([id, form, "_", upos, xpos, feats, "_", deprel, "_", misc])


def read(folder: Path, *lines: str, **settings: Any) -> list[Read]:
    path = folder / "a.conllu"
    path.write_text("\n".join([*lines, "", ""]), "utf-8")
    reader = ConlluReader(ConlluSettings(path=str(path), **settings))
    reader.setup()
    return list(reader.read("train"))


def one(folder: Path, *lines: str, **settings: Any) -> Record:
    (item,) = read(folder, *lines, **settings)
    assert item.record is not None, item.error
    return item.record


def words(record: Record) -> list[str]:
    return [record.text[start:end] for start, end in record.tokens or ()]


def test_a_sentence_with_everything(tmp_path: Path) -> None:
    record = one(
        tmp_path,
        "# newdoc id = d7",
        "# sent_id = s1",
        "# text = I don't go au café, non.",
        "# speaker = Eva",
        line("1", "I", "PRON"),
        line("2-3", "don't", "_"),
        line("2", "do", "AUX"),
        line("3", "n't", "PART"),
        line("4", "go", "VERB"),
        line("5-6", "au", "_"),
        line("5", "à", "ADP"),
        line("6", "le", "DET"),
        line("7", "café", "NOUN", misc="Gloss=x|SpaceAfter=No"),
        line("8", ",", "PUNCT"),
        line("8.1", "go", "VERB"),
        line("9", "non", "INTJ", misc="SpaceAfter=No"),
        line("10", ".", "PUNCT"),
    )
    assert (record.id, record.text) == ("s1", "I don't go au café, non.")
    assert words(record) == ["I", "do", "n't", "go", "au", "café", ",", "non", "."]
    assert record.word_tags == {
        "upos": ("PRON", "AUX", "PART", "VERB", "ADP+DET", "NOUN", "PUNCT", "INTJ", "PUNCT")
    }
    assert record.meta == {"document": "d7", "speaker": "Eva"}


def test_text_without_its_comment_and_with_other_white_space(tmp_path: Path) -> None:
    rows = [line("1", "1 000"), line("2", "km", misc="SpaceAfter=No"), line("3", ".")]
    plain = one(tmp_path, *rows)
    assert (plain.id, plain.text) == ("a-1", "1 000 km.")
    wide = one(tmp_path, "# text = 1 000  km.", *rows)
    assert (wide.text, words(wide)) == ("1 000  km.", ["1 000", "km", "."])


def test_documents_and_line_ends(tmp_path: Path) -> None:
    rows = ["# newdoc", line("1", "A"), "", line("1", "B"), "", "", "# newdoc id = x"]
    items = read(tmp_path, *rows, line("1", "C\r"))
    records = [item.record for item in items if item.record]
    assert [record.meta for record in records] == [{"document": d} for d in (1, 1, "x")]
    assert [item.origin for item in items] == ["a.conllu:2", "a.conllu:4", "a.conllu:8"]


def test_layers(tmp_path: Path) -> None:
    rows = [
        line("1", "Go", "VERB", "VB", feats="Mood=Imp", deprel="root"),
        line("2", "!", "PUNCT", "."),
    ]
    layers = ["upos", "xpos", "feats"]
    assert one(tmp_path, *rows, layers=layers).word_tags == {
        "upos": ("VERB", "PUNCT"), "xpos": ("VB", "."), "feats": ("Mood=Imp", "_"),
    }  # fmt: skip
    without = one(tmp_path, line("1", "Go"), line("2", "!"), layers=["upos", "xpos"])
    assert without.word_tags == {"upos": ("X", "X")}
    (item,) = read(tmp_path, *rows, layers=["deprel"])
    assert item.error is not None
    assert (item.error.reason, item.error.origin[-2:]) == ("bad_word_tags", ":2")
    assert "'!' has no deprel" in item.error.detail


@pytest.mark.parametrize(
    ("rows", "reason", "said"),
    [
        (["1\tA\t_\tX"], "bad_columns", "4 columns, expected 10"),
        ([line("1", " ")], "bad_columns", "the column form is empty"),
        ([line("x", "A")], "bad_columns", "id 'x' is no number"),
        ([line("2", "A")], "bad_columns", "id 2, expected 1"),
        ([line("1", "A"), line("1", "B")], "bad_columns", "id 1, expected 2"),
        ([line("2-3", "AB"), line("1", "A")], "bad_columns", "token 2-3 is out of sequence"),
        ([line("1-2", "AB"), line("1", "A")], "bad_columns", "ends at word 2 of 1"),
        ([line("1", "A"), line("2.1", "B")], "bad_columns", "2.1 does not follow word 2"),
        ([line("0.1", "B")], "bad_columns", "no word"),
        (["# text = A C", line("1", "A"), line("2", "B")], "bad_tokens", "# text = A C"),
    ],
)
def test_bad_sentences(tmp_path: Path, rows: list[str], reason: str, said: str) -> None:
    good = ["", line("1", "Fine")]
    bad, fine = read(tmp_path, *rows, *good)
    assert bad.error is not None
    assert bad.error.reason == reason
    assert said in bad.error.detail
    assert "a.conllu:" in bad.error.origin
    assert fine.record is not None


def test_a_byte_that_is_not_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "a.conllu"
    path.write_bytes(line("1", "caf?").encode().replace(b"?", b"\xe9") + b"\n\n")
    reader = ConlluReader(ConlluSettings(path=str(path)))
    reader.setup()
    (item,) = reader.read("train")
    assert item.error is not None
    assert (item.error.reason, item.error.detail) == ("bad_encoding", "byte 0xe9 at 5 is not utf-8")


@pytest.mark.parametrize("layers", [[], ["lemma"], ["upos", "upos"]])
def test_layers_that_there_are_not(layers: list[str]) -> None:
    with pytest.raises(ValidationError, match="layers"):
        ConlluSettings(path="a.conllu", layers=layers)


def test_the_sample() -> None:
    reader = ConlluReader(ConlluSettings(path=samples.resolve("sample:tagged.conllu")))
    reader.setup()
    records = [item.record for item in reader.read("train") if item.record]
    assert len(records) == 20
    tags = [tag for record in records for tag in record.word_tags["upos"]]
    assert (len(tags), len(set(tags))) == (194, 16)
    assert all(len(words(record)) == len(record.word_tags["upos"]) for record in records)
