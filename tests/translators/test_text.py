"""The base class, on a translator that writes capitals: pieces, white space, errors, order."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanferry.data.backends import BackendInfo
from spanferry.data.errors import AccountingError
from spanferry.data.records import Record, Span
from spanferry.translators.base import TranslatedRecord, Translation, Translator
from spanferry.translators.text import TextTranslator


class Capitals(TextTranslator):
    """Writes capitals, links each character to its own place, and remembers what it was asked."""

    def __init__(self, longest: int = 10_000) -> None:
        super().__init__(source_language="en", target_language="en")
        self.longest = longest
        self.calls: list[list[str]] = []

    @property
    def info(self) -> BackendInfo:
        return BackendInfo("capitals", "1")

    def setup(self) -> None:
        pass

    def fits(self, text: str) -> bool:
        return len(text) <= self.longest

    def translate(self, texts: Sequence[str]) -> list[Translation]:
        self.calls.append(list(texts))
        return [self.one(text) for text in texts]

    def one(self, text: str) -> Translation:
        match text:
            case "Vanish.":
                return Translation("  ")
            case "Hide.":
                return Translation("\ufeff \u200b")
            case "Loop.":
                return Translation("la di " * 6)
            case "Fail.":
                return Translation(None, error="busy")
        return Translation(text.upper(), -float(len(text)), ((0, 1, 0, 1, 0.5),))


def run(*texts: str, translator: Capitals | None = None) -> list[TranslatedRecord]:
    records = [Record(str(number), text) for number, text in enumerate(texts)]
    return (translator or Capitals()).translate_records(records, range(len(records)), "train")


def test_is_a_translator() -> None:
    assert isinstance(Capitals(), Translator)
    Capitals().check({"train": 3})
    Capitals().check({"train": 3}, partial=True)


WHITE = st.sampled_from([" ", "  ", "\n", "\r\n", "\n\n", "\t", " \r\n\t ", "\u00a0\n"])
SENTENCE = st.sampled_from(["One went.", "Two left!", "Did three?", "12!", "😀?", "Straße (no)."])


@settings(deadline=None)  # the first call loads spaCy
@given(WHITE, st.lists(st.tuples(SENTENCE, WHITE), min_size=1, max_size=6))
def test_white_space_between_sentences_stays(lead: str, parts: list[tuple[str, str]]) -> None:
    text = lead + "".join(sentence + gap for sentence, gap in parts)
    [done] = run(text)
    assert done.text.text == lead + "".join(sentence.upper() + gap for sentence, gap in parts)


@settings(deadline=None)  # the first call loads spaCy
@given(st.text(alphabet='aßB.!?,"(; \n\r\t1。é😀', max_size=80), st.integers(3, 30))
def test_segments_tile_both_texts(text: str, longest: int) -> None:
    [done] = run(text, translator=Capitals(longest))
    if done.text.text is None:
        assert done.text.error == "too_long"
        return
    source = target = 0
    for start, end, first, last in done.segments:
        assert text[source:start] == done.text.text[target:first]
        assert text[source:start].strip() == ""
        assert start < end
        piece = " ".join(text[start:end].split())
        if any(map(str.isalpha, piece)):
            assert len(piece) <= longest
            piece = piece.upper()
        assert done.text.text[first:last] == piece
        source, target = end, last
    assert text[source:] == done.text.text[target:]
    assert text[source:].strip() == ""


def test_order_and_duplicates() -> None:
    translator = Capitals()
    texts = ["Same here. Other.", "Other.", "Same here.", "42", "New."]
    records = [Record(str(n), text, side_texts={"q": "Other. 7"}) for n, text in enumerate(texts)]
    done = translator.translate_records(records, range(5), "train")
    assert [item.text.text for item in done] == [text.upper() for text in texts]
    assert {item.side_texts["q"].text for item in done} == {"OTHER. 7"}
    assert translator.calls == [["Same here.", "Other.", "New."]]


@settings(deadline=None)  # the first call loads spaCy
@given(st.permutations(["A cat.", "B dog. A cat.", "Fail.", "C.\nD.", "1 2 3"]), st.integers(1, 5))
def test_the_batch_does_not_matter(texts: list[str], size: int) -> None:
    alone = [run(text)[0] for text in texts]
    batches = [run(*texts[at : at + size]) for at in range(0, len(texts), size)]
    assert [item for batch in batches for item in batch] == alone


def test_no_letters_are_copied() -> None:
    translator = Capitals()
    texts = ["42", "😀 !!!", "3.5 % (7)", "—"]
    done = run(*texts, translator=translator)
    assert [item.text.text for item in done] == texts
    assert translator.calls == []


@pytest.mark.parametrize(
    ("sentence", "error"),
    [
        ("Vanish.", "empty_translation"),
        ("Hide.", "empty_translation"),
        ("Loop.", "repetition"),
        ("Fail.", "busy"),
    ],
)
def test_errors_belong_to_one_record(sentence: str, error: str) -> None:
    good, bad, also_good = run("Good.", f"Fine. {sentence} Fine.", "Better.")
    assert (good.text.text, also_good.text.text) == ("GOOD.", "BETTER.")
    assert bad.text == Translation(None, error=error)
    assert bad.segments == ()


def test_error_of_a_side_text_leaves_the_text() -> None:
    record = Record("1", "Good.", side_texts={"question": "Vanish.", "title": "Good."})
    [done] = Capitals().translate_records([record], [0], "train")
    assert done.text.text == "GOOD."
    assert done.side_texts["question"].error == "empty_translation"
    assert done.side_texts["title"].text == "GOOD."


def test_wrong_number_of_results() -> None:
    class Loses(Capitals):
        def translate(self, texts: Sequence[str]) -> list[Translation]:
            return super().translate(texts)[1:]

    with pytest.raises(AccountingError, match="got 2 texts and gave back 1"):
        run("One.", "Two.", translator=Loses())


@pytest.mark.parametrize(
    ("text", "longest", "pieces"),
    [
        ("one two, three four; five six", 20, ["one two, three four;", "five six"]),
        ("one two, three four; five six", 12, ["one two,", "three four;", "five six"]),
        ("alpha beta - gamma delta", 14, ["alpha beta -", "gamma delta"]),
        ("costs 1,000,000 euros, more or less", 25, ["costs 1,000,000 euros,", "more or less"]),
        ("一二三，四五六，七八九", 4, ["一二三，", "四五六，", "七八九"]),
    ],
)
def test_long_sentences_are_cut_at_clauses(text: str, longest: int, pieces: list[str]) -> None:
    translator = Capitals(longest)
    [done] = run(text, translator=translator)
    assert sorted(translator.calls[0]) == sorted(pieces)
    assert done.text.text == text.upper()
    assert [text[a:b] for a, b, _, _ in done.segments] == pieces


def test_too_long() -> None:
    translator = Capitals(12)
    bad, good = run("no punctuation at all here", "short", translator=translator)
    assert bad.text == Translation(None, error="too_long")
    assert good.text.text == "SHORT"
    assert translator.calls == [["short"]]


def test_clause_cuts_spare_spans() -> None:
    text = "we met Ann, Bob and Eve, then we left"
    start, end = text.index("Ann"), text.index("Eve") + 3
    record = Record("1", text, spans=(Span(start, end, "GROUP", id="s"),))
    [done] = Capitals(24).translate_records([record], [0], "train")
    assert [text[a:b] for a, b, _, _ in done.segments] == [
        "we met Ann, Bob and Eve,",
        "then we left",
    ]
    # where nothing else is left, a span is cut rather than the record lost
    [done] = Capitals(14).translate_records([record], [0], "train")
    assert [text[a:b] for a, b, _, _ in done.segments] == [
        "we met Ann,",
        "Bob and Eve,",
        "then we left",
    ]


def test_long_span_is_cut_at_sentences_first() -> None:
    text = "one, two. three, four."
    record = Record("1", text, spans=(Span(0, len(text), "CLAIM", id="s"),))
    [done] = Capitals(100).translate_records([record], [0], "train")
    assert len(done.segments) == 1
    [done] = Capitals(15).translate_records([record], [0], "train")
    assert [text[a:b] for a, b, _, _ in done.segments] == ["one, two.", "three, four."]


def test_scores_and_links() -> None:
    [done] = run("Ab. 7\n\nCdef.")
    # "Ab." scores -3 and "Cdef." -5; "7" is copied and has no score
    assert done.text.score == pytest.approx((-3 * 3 - 5 * 5) / 8)
    assert done.text.links == ((0, 1, 0, 1, 0.5), (4, 5, 4, 5, 1.0), (7, 8, 7, 8, 0.5))
    # offsets would be wrong where white space was evened out
    [done] = run("Ab  cd.")
    assert done.text.text == "AB CD."
    assert done.text.links is None


def test_any_shuffle_gives_the_same() -> None:
    texts = [f"Sentence {n % 9}. Part {n}." for n in range(40)]
    order = list(range(40))
    random.Random(7).shuffle(order)
    straight, shuffled = run(*texts), run(*(texts[n] for n in order))
    assert shuffled == [straight[n] for n in order]
