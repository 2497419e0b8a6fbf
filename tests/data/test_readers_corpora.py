"""The CoNLL reader on real corpora, against counts made in another way.

The corpora lie beside the checkout and are not part of it.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from itertools import groupby
from pathlib import Path

import pytest

from spanferry.data.readers.conll import ConllReader
from spanferry.data.readers.conll_settings import ConllSettings
from spanferry.data.records import Record
from spanferry.data.tags import spans_to_tags

CORPORA = Path(__file__).parents[2].parent / "shared" / "corpora"
NAMES = ("wikigold.conll", "gum.train.conll", "wnut17.train.conll")

pytestmark = pytest.mark.skipif(
    not CORPORA.is_dir(), reason="the corpora ../shared/corpora are not there"
)


def sentences(name: str) -> list[list[tuple[str, str]]]:
    """Words and tags by regular expression alone."""
    text = (CORPORA / name).read_text("utf-8")
    blocks = re.split(r"(?:^-DOCSTART-.*\n|^[ \t]*\n)+", text, flags=re.MULTILINE)
    pairs = [re.findall(r"^(\S+)[ \t](\S+)$", block, flags=re.MULTILINE) for block in blocks]
    return [block for block in pairs if block]


@cache
def records(name: str) -> list[Record]:
    reader = ConllReader(ConllSettings(path=str(CORPORA / name)))
    reader.setup()
    items = list(reader.read("train"))
    assert [item.error for item in items if item.error] == []
    return [item.record for item in items if item.record]


@pytest.mark.parametrize("name", NAMES)
def test_every_word_stands_where_its_offsets_say(name: str) -> None:
    expected = [[word for word, _ in sentence] for sentence in sentences(name)]
    found = [[r.text[start:end] for start, end in r.tokens or ()] for r in records(name)]
    assert found == expected
    assert all(" ".join(r.text.split()) == r.text for r in records(name))


@pytest.mark.parametrize(
    ("name", "count", "documents"),
    [("wikigold.conll", 1696, 145), ("gum.train.conll", 2495, 0), ("wnut17.train.conll", 3394, 0)],
)
def test_sentences_and_documents(name: str, count: int, documents: int) -> None:
    found = records(name)
    assert len(found) == len(sentences(name)) == count
    assert len({record.id for record in found}) == count
    assert len({r.meta["document"] for r in found if "document" in r.meta}) == documents


@pytest.mark.parametrize("name", ["gum.train.conll", "wnut17.train.conll"])
def test_iob2_spans(name: str) -> None:
    tags = [tag for sentence in sentences(name) for _, tag in sentence]
    expected = Counter(tag[2:] for tag in tags if tag.startswith("B-"))
    found = records(name)
    assert Counter(span.label for record in found for span in record.spans) == expected
    back = [tag for r in found for tag in spans_to_tags(r.tokens or (), r.spans)]
    assert back == tags


def test_wikigold_spans_begin_without_b() -> None:
    expected = [
        (tag[2:], " ".join(word for word, _ in group))
        for sentence in sentences("wikigold.conll")
        for tag, group in ((tag, list(g)) for tag, g in groupby(sentence, key=lambda pair: pair[1]))
        if tag != "O"
    ]
    found = [
        (
            span.label,
            " ".join(
                r.text[start:end]
                for start, end in r.tokens or ()
                if inside(start, span.start, span.end)
            ),
        )
        for r in records("wikigold.conll")
        for span in r.spans
    ]
    assert found == expected
    assert Counter(label for label, _ in found) == {
        "LOC": 1014,
        "PER": 934,
        "ORG": 898,
        "MISC": 712,
    }


def inside(position: int, start: int, end: int) -> bool:
    return start <= position < end


def test_hashtags_are_words() -> None:
    words = [r.text[s:e] for r in records("wnut17.train.conll") for s, e in r.tokens or ()]
    assert sum(word.startswith("#") for word in words) == 828


@pytest.mark.parametrize(
    ("name", "number", "begins"),
    [
        (
            "wnut17.train.conll",
            0,
            "@paulwalk It's the view from where I'm living for two weeks. Emp",
        ),
        ("wikigold.conll", 0, "010 is the tenth album from Japanese Punk Techno band The Mad Ca"),
        ("gum.train.conll", 1, "These hotels may not be the most luxerious, but they do provide "),
    ],
)
def test_the_text_reads_like_english(name: str, number: int, begins: str) -> None:
    assert records(name)[number].text[:64] == begins


@pytest.mark.parametrize("name", NAMES)
def test_hardly_any_text_has_the_marks_of_tokenized_text(name: str) -> None:
    """A space before a full stop at the end, before n't, or inside brackets."""
    odd = re.compile(r" n't\b|(^| )\( | \)| \.$| ,")
    found = records(name)
    assert sum(bool(odd.search(record.text)) for record in found) / len(found) < 0.001
