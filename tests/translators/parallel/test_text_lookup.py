"""Looking texts up in a bitext, whole and sentence by sentence."""

from __future__ import annotations

import unicodedata
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanferry.data.errors import ConfigError
from spanferry.data.records import Record, Span
from spanferry.translators.base import Translation
from spanferry.translators.blank import is_blank
from spanferry.translators.parallel import (
    SUSPICIOUS_BATCH,
    ParallelTranslator,
    ParallelTranslatorSettings,
)
from spanferry.translators.parallel.text_lookup import same
from tests.translators.parallel.making import (
    ask,
    make,
    warnings,
    write_jsonl,
    write_moses,
    write_tmx,
)

PAIRS = [
    ("Hello there.", "Olá."),
    ("How are you?", "Como vai?"),
    ("One two.", "Um dois."),
    ("Dr. No came.", "O Dr. No veio."),
]
#: Few letters, so that texts repeat; a letter that NFC composes, odd white space, a format one.
_TEXTS = st.text(st.sampled_from("ab e\u0301\u00a0\t.\u200b\U0001f600"), max_size=4)


@settings(max_examples=60, deadline=None)
@given(pairs=st.lists(st.tuples(_TEXTS, _TEXTS), min_size=1), data=st.data())
def test_any_pairs_in_any_order(
    tmp_path_factory: pytest.TempPathFactory, pairs: list[tuple[str, str]], data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("pairs") / "c.jsonl"
    write_jsonl(path, ({"en": a, "pt": b} for a, b in pairs))
    translator = make(path=str(path), source_field="en", field="pt", sentences=False)
    expected: dict[str, str] = {}
    for source, target in pairs:
        if not is_blank(source) and not is_blank(target):
            expected.setdefault(same(source), target.strip())
    wanted = [*data.draw(st.permutations([source for source, _ in pairs])), "zz"]
    found = ask(translator, *wanted)
    assert found == [expected.get(same(text), "no_translation") for text in wanted]


@given(st.text(), st.text(st.sampled_from(" \t\n\u3000"), min_size=1))
def test_what_counts_as_the_same(text: str, blanks: str) -> None:
    assert same(unicodedata.normalize("NFD", text)) == same(text)
    assert same(blanks.join(text.split())) == same(f"{blanks}{text}{blanks}") == same(same(text))


def test_sentence_by_sentence(tmp_path: Path) -> None:
    translator = make(**write_moses(tmp_path, PAIRS))
    text = "  How are\nyou?  Hello there. 12.30\n\n\tOne  two.\n"
    # "How are\nyou?" is one sentence only where the line break does not end it
    assert ask(translator, text) == ["no_translation"]
    translator = make(**write_moses(tmp_path, PAIRS), newlines="paragraph")
    [found] = translator.translate_records([Record("a", text)], [0], "train")
    assert found.text == Translation("  Como vai?  Olá. 12.30\n\n\tUm dois.\n")
    assert found.text.text is not None
    assert [(text[a:b], found.text.text[c:d]) for a, b, c, d in found.segments] == [
        ("How are\nyou?", "Como vai?"),
        ("Hello there.", "Olá."),
        ("12.30", "12.30"),
        ("One  two.", "Um dois."),
    ]


def test_a_sentence_that_is_missing_fails_the_text(tmp_path: Path) -> None:
    translator = make(**write_moses(tmp_path, PAIRS))
    assert ask(translator, "Hello there. Bye.", "12.30", "Hello there.\n:-)", "") == [
        "no_translation",
        "no_translation",
        "Olá.\n:-)",
        "no_translation",
    ]
    whole = make(**write_moses(tmp_path, PAIRS), sentences=False)
    assert ask(whole, "Hello there.", "Hello there.\n:-)") == ["Olá.", "no_translation"]


def test_the_whole_text_comes_first(tmp_path: Path) -> None:
    pairs = [*PAIRS, ("Hello there. How are you?", "Olá, como vai?"), ("7.", "VII.")]
    translator = make(**write_moses(tmp_path, pairs))
    [found] = translator.translate_records(
        [Record("a", "Hello there.\nHow are you? ")], [0], "train"
    )
    assert (found.text.text, found.segments) == ("Olá, como vai?", ((0, 26, 0, 14),))
    assert ask(translator, "7.") == ["VII."]


def test_no_sentence_ends_inside_a_span(tmp_path: Path) -> None:
    pairs = [
        ("He sat.", "X."),
        ("She ran.", "Y."),
        ("He sat. She ran.", "Z."),
        ("One two.", "Um dois."),
    ]
    translator = make(**write_moses(tmp_path, pairs))
    text = "He sat. She ran. One two."
    plain = Record("a", text)
    spanned = Record("b", text, spans=(Span(3, 11, "X", "s"),))
    found = translator.translate_records([plain, spanned], [0, 1], "train")
    assert [item.text.text for item in found] == ["X. Y. Um dois.", "Z. Um dois."]


def test_side_texts_by_their_text(tmp_path: Path) -> None:
    translator = make(**write_moses(tmp_path, PAIRS))
    record = Record(
        "a", "One two.", side_texts={"q": "How are you?", "two": "Hello there. One two.", "no": "?"}
    )
    [found] = translator.translate_records([record], [0], "train")
    assert found.side_texts == {
        "q": Translation("Como vai?"),
        "two": Translation("Olá. Um dois."),
        "no": Translation(None, error="no_translation"),
    }


def test_the_first_translation_counts(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    pairs = [
        *[("One.", " "), ("One.", "Um."), ("Two.", "Dois."), ("One .", "x"), ("Two. ", "Duas.")],
        *[("Two.", "2."), ("One.", "Um. "), ("", "y")],
    ]
    translator = make(**write_moses(tmp_path, pairs))
    assert ask(translator, "One.", "Two.") == ["Um.", "Dois."]
    [told] = warnings(caplog)
    assert told.startswith("parallel: 2 pairs of '")
    assert told.endswith(
        "c.pt' have a source text that stands there before with another translation; the first "
        "one counts (the text of the first: 'Two.')"
    )


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("How is you?", "; the nearest there: 'How are you?'"),
        ("X" * 99, "; nothing like it there; source texts there: 'Hello there.', 'How are you?', "),
    ],
)
def test_warning_shows_near_texts(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, text: str, end: str
) -> None:
    translator = make(**write_moses(tmp_path, PAIRS))
    for _ in range(2):
        assert set(ask(translator, *[text] * SUSPICIOUS_BATCH)) == {"no_translation"}
    [told] = warnings(caplog)
    shown = text if len(text) < 60 else f"{text[:60]}…"
    assert f"of 20 records of the split 'train' not one has a translation in '{tmp_path}" in told
    assert f"c.pt'; the first text looked for: '{shown}'{end}" in told


def test_a_bitext_without_pairs(tmp_path: Path) -> None:
    translator = make(**write_moses(tmp_path, [("One.", ""), ("", "Dois.")]))
    translator.check({"train": 0})
    with pytest.raises(ConfigError, match=r"c\.en' and '.*c\.pt' have no line with a text in both"):
        translator.check({"train": 1}, partial=True)


def test_many_threads_without_setup(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    pairs = [(f"Text {n}.", f"Texto {n}.") for n in range(2000)]
    path = write_tmx(tmp_path / "c.tmx", [*pairs, ("Text 1.", "x")])
    translator = ParallelTranslator(
        ParallelTranslatorSettings(path=path), source_language="en", target_language="pt"
    )
    with ThreadPoolExecutor(8) as pool:
        found = pool.map(lambda n: ask(translator, f"Text {n}. Text {n + 1}."), range(0, 1999, 5))
        assert list(found) == [[f"Texto {n}. Texto {n + 1}."] for n in range(0, 1999, 5)]
    assert len(warnings(caplog)) == 1  # one index was made, not eight


def test_one_bitext_serves_all_splits(tmp_path: Path) -> None:
    translator = make(**write_moses(tmp_path, PAIRS))
    translator.check({"train": 9, "dev": 2})
    by_split: dict[str, Any] = {"source_path": {}, "path": {}}
    for split, pairs in {"train": PAIRS[:2], "dev": PAIRS[2:]}.items():
        for key, name in write_moses(tmp_path, pairs, split).items():
            by_split[key][split] = name
    translator = make(**by_split)
    translator.check({"train": 9, "dev": 2})
    record = Record("a", "One two.")
    for split, expected in {"train": None, "dev": "Um dois."}.items():
        [found] = translator.translate_records([record], [0], split)
        assert found.text.text == expected
    with pytest.raises(ConfigError, match="no file for the split 'test' of the source; it has: tr"):
        translator.check({"test": 1})
