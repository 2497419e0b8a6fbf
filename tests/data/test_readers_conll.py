"""CoNLL sentences: good ones, bad ones, ids, documents, comments."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from spanferry.data.errors import ConfigError
from spanferry.data.readers.base import Read, Reader
from spanferry.data.readers.conll import ConllReader
from spanferry.data.readers.conll_settings import ConllSettings


def read(path: Path, content: str | bytes, **settings: Any) -> list[Read]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    reader = ConllReader(ConllSettings(path=str(path), **settings))
    reader.setup()
    return list(reader.read("train"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "en.conll"


def spans(item: Read) -> list[tuple[str, str, str]]:
    assert item.record is not None, item.error
    record = item.record
    return [(span.id, span.label, record.covered(span)) for span in record.spans]


def test_a_plain_file(file: Path) -> None:
    items = read(file, "Ada\tB-PER\nLovelace\tI-PER\ndid\tO\nn't\tO\n\n\nParis\tB-LOC\n")
    first, second = (item.record for item in items)
    assert first is not None
    assert second is not None
    assert (first.id, first.text, first.language) == ("en-1", "Ada Lovelace didn't", "en")
    assert first.tokens == ((0, 3), (4, 12), (13, 16), (16, 19))
    assert first.meta == {}
    assert spans(items[0]) == [("s1", "PER", "Ada Lovelace")]
    assert second.id == "en-2"
    assert [item.origin for item in items] == ["en.conll:1", "en.conll:7"]


@pytest.mark.parametrize(
    "content",
    [
        "Ada B-PER\r\nwrote O\r\n\r\nParis B-LOC\r\n",  # CRLF
        "\ufeffAda B-PER\nwrote O\n\nParis B-LOC",  # byte order mark, no end of the last line
        "Ada \t B-PER \nwrote\tO\n \t\nParis B-LOC\n",  # ragged white space
        "\n\nAda B-PER\nwrote O\n\n\n\nParis B-LOC\n\n\n",
        "-DOCSTART- O\nAda B-PER\nwrote O\n-DOCSTART- O\nParis B-LOC\n",
    ],
)
def test_line_ends_and_white_space(file: Path, content: str) -> None:
    items = read(file, content, separator="space")
    assert [spans(item) for item in items] == [[("s1", "PER", "Ada")], [("s1", "LOC", "Paris")]]


def test_only_ascii_white_space_separates(file: Path) -> None:
    items = read(file, "1\u00a0000\tB-NUM\n\u3000\tO\neuros here\tO\n", join="space")
    assert items[0].record is not None
    assert items[0].record.text == "1\u00a0000 \u3000 euros here"


FOUR = "EU NNP B-NP B-ORG\nrejects VBZ B-VP O\nGerman JJ B-NP B-MISC\n"


@pytest.mark.parametrize(
    ("settings", "labels"),
    [
        ({}, ["ORG", "MISC"]),
        ({"tag_column": 2}, ["NP", "VP", "NP"]),
        ({"columns": ["token", "pos", "chunk", "ner"], "tag_column": "chunk"}, ["NP", "VP", "NP"]),
        ({"tag_column": None}, []),
        ({"tag_column": 1}, ["NNP", "VBZ", "JJ"]),  # bare labels
    ],
)
def test_columns(file: Path, settings: dict[str, Any], labels: list[str]) -> None:
    (item,) = read(file, FOUR, **settings)
    assert [label for _, label, _ in spans(item)] == labels
    assert item.record is not None
    assert item.record.text == "EU rejects German"


def test_a_header_names_the_columns(file: Path) -> None:
    text = "tag\tword\n\nB-PER\tAda\nO\twrote\n"
    (item,) = read(file, text, header=True, token_column="word", tag_column="tag")
    assert spans(item) == [("s1", "PER", "Ada")]
    with pytest.raises(ConfigError, match=r"token_column 'token'.*\['tag', 'word'\]"):
        read(file, text, header=True, token_column="token")


def test_a_column_that_is_not_there(file: Path) -> None:
    with pytest.raises(ConfigError, match=r"tag_column 4: .* has 4 columns"):
        read(file, FOUR, tag_column=4)


@pytest.mark.parametrize(
    ("bad", "settings", "reason", "says"),
    [
        ("Ada B-PER\nwrote\nit O", {}, "bad_columns", ":4: 1 columns, expected 2"),
        ("Ada B-PER\nwrote it O", {}, "bad_columns", ":4: 3 columns, expected 2"),
        ("Ada B-PER\nwrote PER", {}, "bad_tag", ":4: tag 'PER' is not of the scheme 'iob2'"),
        ("Ada O\nwrote I-PER", {"repair": False}, "bad_tag", ":4: tag 2 .'I-PER'. continues"),
        (b"Ada O\nwr\xe9te O", {}, "bad_encoding", ":4: byte 0xe9 at 2 is not utf-8"),
    ],
)
def test_a_bad_sentence_is_an_item_of_its_own(
    file: Path, bad: str | bytes, settings: dict[str, Any], reason: str, says: str
) -> None:
    middle = bad if isinstance(bad, bytes) else bad.encode()
    content = b"One B-X\n\n" + middle + b"\n\nThree B-X\nthree O\n\nFour O\nfour O\n"
    items = read(file, content, **settings)
    assert [item.record.id if item.record else None for item in items] == [
        "en-1",
        None,
        "en-3",
        "en-4",
    ]
    error = items[1].error
    assert error is not None
    assert error.reason == reason
    assert items[1].origin == "en.conll:3"
    assert error.origin.startswith(f"{file}:")
    with pytest.raises(AssertionError, match=says):
        raise AssertionError(f"{error.origin}: {error.detail}")
    assert error.raw == middle.decode("utf-8", "backslashreplace")


def test_an_empty_word_is_bad(file: Path) -> None:
    items = read(file, "Ada\tB-PER\n\tO\n\nwrote\tO\n")
    assert [item.error and item.error.reason for item in items] == ["bad_columns", None]


def test_repair_opens_a_span(file: Path) -> None:
    (item,) = read(file, "the O\nAda I-PER\nLovelace I-PER\nwrote B-X\n")
    assert spans(item) == [("s1", "PER", "Ada Lovelace"), ("s2", "X", "wrote")]


def test_other_encodings(file: Path) -> None:
    (item,) = read(file, "Zoë B-PER\n".encode("latin-1"), encoding="latin-1")
    assert spans(item) == [("s1", "PER", "Zoë")]


def test_an_empty_file_has_no_records(file: Path) -> None:
    assert read(file, "") == []


def test_documents(file: Path) -> None:
    content = "a O\n\n-DOCSTART- -X- O\n\nb O\n\nc O\n\n-DOCSTART- -X- O\n\nd O\n"
    metas = [item.record.meta if item.record else None for item in read(file, content)]
    assert metas == [{"document": 1}, {"document": 2}, {"document": 2}, {"document": 3}]


def test_comments_name_sentences_and_documents(file: Path) -> None:
    content = (
        "# newdoc id = news-7\n# sent_id = news-7-1\n# text = Ada  didn't.\n# source = web\n"
        "Ada\tB-PER\ndid\tO\nn't\tO\n.\tO\n\n"
        "# id 5239d808\tdomain=en\n# a remark\n#ada\tO\n#\tO\n\n"
        "# newdoc id = news-8\n# text = something else\nBye\tO\n"
    )
    first, second, third = (item.record for item in read(file, content))
    assert first is not None
    assert second is not None
    assert third is not None
    assert (first.id, first.text) == ("news-7-1", "Ada  didn't.")
    assert first.meta == {"document": "news-7", "source": "web"}
    assert (second.id, second.text) == ("5239d808", "#ada #")
    assert (third.id, third.text, third.meta) == ("en-3", "Bye", {"document": "news-8"})


def test_the_reader_keeps_the_protocol(file: Path) -> None:
    file.write_text("a O\n")
    reader: Reader = ConllReader(ConllSettings(path={"dev": str(file)}))
    assert isinstance(reader, Reader)
    reader.setup()
    assert reader.splits() == ("dev",)
    before = reader.fingerprint("dev")
    file.write_text("b O\n")
    assert reader.fingerprint("dev") != before
    with pytest.raises(ConfigError, match="no split 'train'"):
        list(reader.read("train"))
