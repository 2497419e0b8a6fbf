"""Words of languages without blanks: real sentences, exact offsets, missing packages, revisions."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanferry.aligners import segmenters, words
from spanferry.aligners.words import check_language, split_words, tokenizer_revision
from spanferry.data.errors import MissingExtraError
from spanferry.data.records import Offsets
from tests.strategies import texts

#: What the words of a language need.
MODULES = {
    "ja": "sudachipy", "zh": "jieba", "th": "pythainlp", "ko": "mecab", "vi": "pyvi",
    "km": "icu4py", "lo": "icu4py", "my": "icu4py",
}  # fmt: skip


def need(language: str) -> None:
    """Skip where the package of a language is not installed."""
    module = MODULES.get(language.partition("-")[0], "spacy")
    if find_spec(module) is None:
        pytest.skip(f"{module} is not installed")


def shown(text: str, ranges: Sequence[Offsets]) -> str:
    return "|".join(text[start:end] for start, end in ranges)


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("ja", "安倍晋三首相は、東京都で2020年に会見した。",
         "安倍|晋三|首相|は|、|東京|都|で|2020|年|に|会見|し|た|。"),
        ("ja", "すもももももももものうち。", "すもも|も|もも|も|もも|の|うち|。"),
        ("zh", "国家主席习近平在人民大会堂会见了美国总统。",
         "国家|主席|习近平|在|人民大会堂|会见|了|美国|总统|。"),
        ("zh", "我们去 北京。", "我们|去|北京|。"),
        ("zh-TW", "台灣總統府位於台北市。", "台灣|總統府|位|於|台北市|。"),
        ("yue", "我哋去香港。", "我|哋|去|香港|。"),
        ("th", "นายกรัฐมนตรีเดินทางไปกรุงเทพมหานครเมื่อวานนี้",
         "นายกรัฐมนตรี|เดินทาง|ไป|กรุงเทพมหานคร|เมื่อวาน|นี้"),
        ("th", "ผมชอบกินข้าวผัด (Thai food)", "ผม|ชอบ|กิน|ข้าวผัด|(|Thai|food|)"),
        ("ko", "김민수는 서울에서 삼성전자 사장을 만났다.",
         "김민수|는|서울|에서|삼성전자|사장|을|만났|다|."),
        ("vi", "Thủ tướng Việt Nam ở\nHà Nội.", "Thủ tướng|Việt Nam|ở|Hà Nội|."),
        ("km", "ភាសាខ្មែរជាភាសាផ្លូវការ។", "ភាសាខ្មែរ|ជា|ភាសាផ្លូវការ|។"),
        ("lo", "ພາສາລາວເປັນພາສາທາງການ", "ພາສາ|ລາວ|ເປັນ|ພາສາ|ທາງການ"),
        ("my", "မြန်မာဘာသာစကားသည်", "မြန်မာဘာသာ|စကား|သည်"),
        ("bo", "བོད་སྐད་ནི་བོད་མི་རྣམས་ཀྱི་སྐད་ཡིན། USA 3",
         "བོད་|སྐད་|ནི་|བོད་|མི་|རྣམས་|ཀྱི་|སྐད་|ཡིན|།|USA|3"),
        ("ja-Latn", "Tokyo ni ikimasu.", "Tokyo|ni|ikimasu|."),
    ],
)  # fmt: skip
def test_real_sentences(language: str, text: str, expected: str) -> None:
    if language != "ja-Latn":
        need("zh" if language == "yue" else language)
    assert shown(text, split_words([text], language)[0]) == expected


@pytest.mark.parametrize("language", ["ja", "zh", "th"])
def test_words_are_those_of_spacys_tokenizer(language: str) -> None:
    need(language)
    import spacy

    config = {"nlp": {"tokenizer": {"segmenter": "jieba"}}} if language == "zh" else {}
    pipeline = spacy.blank(language, config=config)
    sentences = {
        "ja": ["価格は1,980円です。New York へ行きたい！", "吾輩は猫である。\n名前はまだ無い。"],
        "zh": ["我来到北京清华大学 iPhone 15 Pro，价格$999.99。", "小明硕士毕业于中国科学院计算所"],
        "th": ["ผมชอบกินข้าวผัด 25 บาท", "ประเทศไทยมีประชากรเจ็ดสิบล้านคน"],
    }[language]
    for text, found in zip(sentences, split_words(sentences, language), strict=True):
        doc = pipeline(text)
        assert list(found) == [(t.idx, t.idx + len(t)) for t in doc if not t.is_space]


mixed = st.lists(
    st.one_of(
        texts,
        st.sampled_from(
            ["国家主席", "東京都で", "เดินทางไป", "서울에서", "Hà Nội", "ភាសាខ្មែរ", "བོད་སྐད་ནི།",
             "မြန်မာ", "😀", "\x00", "﷽", "ｶﾞ", "㍿", "½", "(", "」", "。", " ", "\n"]
        ),
    ),
    max_size=8,
).map("".join)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(mixed, st.sampled_from(["ja", "zh", "th", "ko", "vi", "km", "bo", "xx"]))
def test_offsets_cover_all_but_white_space(text: str, language: str) -> None:
    if find_spec(MODULES.get(language, "spacy")) is None:
        language = "bo"
    (found,) = split_words([text], language)
    last = 0
    for start, end in found:
        assert last <= start < end <= len(text)
        assert not text[last:start].strip()
        assert text[start:end] == text[start:end].strip()
        last = end
    assert not text[last:].strip()


@given(st.text(alphabet="ab。 \n(", max_size=60))
def test_nothing_is_lost_of_what_a_segmenter_leaves_out(text: str) -> None:
    # finds some ranges only, which overlap and are out of place
    def careless(line: str) -> list[Offsets]:
        return [(k, min(len(line), k + 3)) for k in range(0, len(line), 2) if (k * 7) % 3]

    found = segmenters.ranges(text, careless)
    covered = {place for start, end in found for place in range(start, end)}
    assert {place for place, letter in enumerate(text) if not letter.isspace()} <= covered
    assert sum(end - start for start, end in found) == len(covered)


@pytest.mark.parametrize("language", ["ja", "zh", "th"])
def test_texts_of_any_length(language: str) -> None:
    need(language)
    sentence = {"ja": "東京都で会見した。", "zh": "我们去北京。", "th": "ผมไปกรุงเทพ"}[language]
    # more than Sudachi takes at once, in one line
    copies = 30_000 // len(sentence) + 1
    (one,), (many,) = (split_words([sentence * n], language) for n in (1, copies))
    assert many[-1][1] == len(sentence) * copies
    assert abs(len(many) - len(one) * copies) <= len(one) * copies * 0.02


def test_lines_are_cut_at_the_ends_of_sentences() -> None:
    pieces: list[str] = []

    def seen(line: str) -> list[Offsets]:
        pieces.append(line)
        return []

    line = "あ" * 6000 + "。" + "い" * 6000 + "。" + "う" * 12_000
    segmenters.ranges(f"{line}\n\nえ", seen)
    assert [len(piece) for piece in pieces] == [6001, 6001, 10_000, 2000, 1]
    assert "".join(pieces) == line + "え"


@pytest.mark.parametrize(
    ("language", "module", "extra"),
    [("ja", "sudachipy", "ja"), ("ja", "sudachidict_core", "ja"), ("zh-Hant", "jieba", "zh"),
     ("yue", "jieba", "zh"), ("th", "pythainlp.tokenize", "th"), ("ko", "mecab", "ko"),
     ("vi", "pyvi", "vi"), ("km", "icu4py.breakers", "icu"), ("lo", "icu4py.breakers", "icu"),
     ("my", "icu4py.breakers", "icu")],
)  # fmt: skip
def test_a_missing_package_names_its_extra(
    monkeypatch: pytest.MonkeyPatch, language: str, module: str, extra: str
) -> None:
    if module == "sudachidict_core":
        need("ja")
    monkeypatch.setattr(words, "_local", threading.local())
    monkeypatch.setitem(sys.modules, module, None)
    wanted = rf"words of '{language}' needs .*pip install 'spanferry\[{extra}\]'"
    with pytest.raises(MissingExtraError, match=wanted):
        check_language(language)


def test_a_home_that_cannot_be_written_to(tmp_path: Path) -> None:
    need("th")
    (tmp_path / "file").write_text("")
    code = "from spanferry.aligners.words import check_language; check_language('th')"
    place = {"PYTHAINLP_DATA": str(tmp_path / "file" / "data")}
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **place}, timeout=120, check=False,
        capture_output=True, text=True,
    )  # fmt: skip
    wanted = "ConfigError: finding the words of 'th': PyThaiNLP cannot make its data folder"
    assert wanted in done.stderr
    assert "PYTHAINLP_READ_ONLY=1" in done.stderr


def test_revisions_tell_what_decides() -> None:
    assert tokenizer_revision("pt-BR") == f"words {words.ALGORITHM} pt spacy {version('spacy')}"
    assert tokenizer_revision("sw") == f"words {words.ALGORITHM} xx spacy {version('spacy')}"
    assert tokenizer_revision("bo") == f"words {words.ALGORITHM} bo"
    need("zh")
    assert tokenizer_revision("zh-TW") == f"words {words.ALGORITHM} zh jieba {version('jieba')}"


def test_a_package_that_is_not_installed_has_a_revision_too() -> None:
    for language in ("ko", "km", "vi"):
        if find_spec(MODULES[language]) is None:
            assert tokenizer_revision(language).endswith(" missing")


@pytest.mark.parametrize("language", ["ja", "zh", "th"])
def test_threads(language: str) -> None:
    need(language)
    batch = ["東京都で会見した。我们去北京。ผมไปกรุงเทพ"] * 20
    alone = split_words(batch, language)
    with ThreadPoolExecutor(3) as pool:
        assert all(found == alone for found in pool.map(lambda _: split_words(batch, language),
                                                        range(6)))  # fmt: skip
