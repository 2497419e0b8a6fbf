"""Words of texts: ranges, given words, languages, and the strings that aligners get."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanferry.aligners.words import bare, model_words, spacy_language, split_words
from tests.strategies import texts


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("en", "Parliament's 3 o'clock, e.g. now.", "Parliament|'s|3|o'clock|,|e.g.|now|."),
        ("fr", "L'homme d'Obama", "L'|homme|d'|Obama"),
        ("es", "¡Una maravilla!", "¡|Una|maravilla|!"),
        ("pt-BR", "Ele disse: não.", "Ele|disse|:|não|."),
        ("de", "Am 3. Oktober (z.B. in Köln).", "Am|3.|Oktober|(|z.B.|in|Köln|)|."),
        ("ar", "قال الرئيس: غدًا، في القاهرة.", "قال|الرئيس|:|غدًا|،|في|القاهرة|."),
        ("hi", "प्रधानमंत्री ने दिल्ली में कहा।", "प्रधानमंत्री|ने|दिल्ली|में|कहा|।"),
        ("hi", "वह दिल्ली में.", "वह|दिल्ली|में|."),
        ("ka", "თბილისში.»", "თბილისში|.|»"),
        ("no", "Han bor her, f.eks. i Oslo.", "Han|bor|her|,|f.eks.|i|Oslo|."),
        ("sw", "Habari ya asubuhi.", "Habari|ya|asubuhi|."),
        ("he", "שלום, עולם", "שלום|,|עולם"),
        ("en", "a \n\t b\u00a0c", "a|b|c"),
        ("en", "", ""),
        ("en", " \n ", ""),
    ],
)
def test_split_words(language: str, text: str, words: str) -> None:
    (ranges,) = split_words([text], language)
    assert "|".join(text[start:end] for start, end in ranges) == words


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("pt-BR", "pt"), ("sr-Latn", "sr"), ("iw", "he"), ("sw", "xx"), ("und", "xx"), ("xx", "xx"),
        ("no", "nb"), ("nb", "nb"), ("nn", "nn"), ("fil", "tl"), ("mo", "ro"), ("eng", "en"),
        ("arb", "ar"), ("arz", "ar"), ("pes", "fa"), ("zsm", "ms"), ("bs", "hr"), ("ku", "kmr"),
        ("ja-Latn", "xx"), ("de_CH", "de"), ("", "xx"), ("not a code", "xx"),
    ],
)  # fmt: skip
def test_spacy_language(language: str, code: str) -> None:
    assert spacy_language(language) == code


def test_given_words_are_kept_but_for_white_space() -> None:
    text = "Good sushi. \u00a0 New York"
    words = [(0, 4), (5, 11), (12, 13), (16, 24)]
    kept, found = split_words([text, "Good sushi."], "en", [words, None])
    assert kept == ((0, 4), (5, 11), (16, 24))
    assert found == ((0, 4), (5, 10), (10, 11))


@pytest.mark.parametrize(
    ("word", "kept"),
    [
        ("sushi.", "sushi"),
        ('"Purple', "Purple"),
        ("¡Una", "Una"),
        ("(o'clock),", "o'clock"),
        ("...", "..."),
        ("$5", "$5"),
        ("C++", "C++"),
        ("。", "。"),
        (" a ", "a"),
    ],
)
def test_bare(word: str, kept: str) -> None:
    assert bare(word) == kept


def test_model_words() -> None:
    assert model_words('"Good" sushi .', [(0, 6), (7, 12), (13, 14)]) == ["Good", "sushi", "."]


@settings(max_examples=60, deadline=None)
@given(texts, st.sampled_from(["en", "es", "ka", "ar", "xx"]))
def test_ranges_are_ordered_words_of_the_text(text: str, language: str) -> None:
    (ranges,) = split_words([text], language)
    last = 0
    for start, end in ranges:
        assert last <= start < end <= len(text)
        assert text[start:end].strip()
        last = end
    # all but white space is in some word
    edges = [0, *(edge for word in ranges for edge in word), len(text)]
    gaps = zip(edges[::2], edges[1::2], strict=True)
    assert not "".join(text[start:end] for start, end in gaps).strip()


def test_threads_share_nothing() -> None:
    batch = [f"Number {k} isn't word-{k}, is it?" for k in range(200)]
    alone = split_words(batch, "en")
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: split_words(batch, "en"), range(8)))
    assert all(words == alone for words in found)


def test_a_tag_is_a_word_of_its_own() -> None:
    text = 'In <b>Ana Torres</b>, 3 < 4 <a href="x y">here</a>.'
    (words,) = split_words([text], "en")
    assert [text[start:end] for start, end in words] == [
        "In", "<b>", "Ana", "Torres", "</b>", ",", "3", "<", "4", '<a href="x y">', "here", "</a>",
        ".",
    ]  # fmt: skip


def test_a_full_stop_stays_at_an_abbreviation() -> None:
    text = "ე.ი. ასე."
    (words,) = split_words([text], "ka")
    assert "|".join(text[start:end] for start, end in words) == "ე.ი.|ასე|."
