"""Models that damage whatever they can: items survive, links stay within the texts, no error."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from hypothesis import example, given
from hypothesis import strategies as st

from spanferry.translators.base import Alternative, Translation, Usage
from spanferry.translators.keep import Step, keep_items

VERBATIM = [
    "https://x.org/a?b=c#d", "bob.x@y.co.uk", "@ann", "#win", "`x = 1`", "{name}", "%(n)d",
    "${HOME}", "<NAME>", "<br/>", "&amp;", "/usr/bin/x", "max_len", "😀", "run()",
]  # fmt: skip
NUMBERS = {"3.5 kg": "35", "$1,000.50": "100050", "50 %": "50", "2024-05-01": "20240501"}
WORDS = ["hello", "the", "World", "Paris,", "is", "it.", "(well)", "5", "naïve", "Dvořák", "“so”"]
PAIRED = ["<b>very good</b>", "**big dogs**", "[the book](http://x.org)", "<i>a <u>b</u></i>"]
TEXTS = st.lists(
    st.sampled_from([*VERBATIM, *NUMBERS, *WORDS, *WORDS, *PAIRED]), min_size=1, max_size=9
).map(" ".join)


class Damage:
    """Drops, doubles, reorders, lower-cases, glues and cuts words; its links are of whole words."""

    def __init__(self, seed: int, strength: float, *, errors: bool, links: bool) -> None:
        self.random = random.Random(seed)
        self.strength, self.errors, self.links = strength, errors, links
        self.calls = 0
        self.charged = 0

    def __call__(self, texts: Sequence[str]) -> list[Translation]:
        self.calls += 1
        return [self.one(text) for text in texts]

    def one(self, text: str) -> Translation:
        self.charged += len(text)
        usage = Usage(len(text), 0)
        if self.errors and self.random.random() < 0.05:
            return Translation(None, error="broken", usage=usage)
        words = [(m.start(), m.end()) for m in re.finditer(r"\S+", text)]
        out, links, length = [], [], 0
        for start, end in self.moved(words):
            word = self.random.choice([str.lower, str.upper, str.title])(text[start:end])
            word = word if self.random.random() < self.strength else text[start:end]
            links.append((start, end, length, length + len(word), self.random.random()))
            out.append(word)
            length += len(word) + 1
        line = " ".join(out)
        return Translation(
            line,
            -self.random.random(),
            tuple(links) if self.links else None,
            alternatives=(Alternative(" ".join(reversed(out)), -1.0),),
            usage=usage,
        )

    def moved(self, words: list[tuple[int, int]]) -> list[tuple[int, int]]:
        out: list[tuple[int, int]] = []
        for word in words:
            chance = self.random.random()
            if chance < self.strength / 3:
                continue
            out += [word] * (2 if chance > 1 - self.strength / 3 else 1)
        if self.random.random() < self.strength:
            self.random.shuffle(out)
        return out[: self.random.randrange(1, 12)] if self.random.random() < self.strength else out


def ascii_only(character: str) -> bool:
    return character.isascii() and character not in "@<{"


def tags_are_nested(text: str) -> bool:
    around: list[str] = []
    for slash, name in re.findall(r"<(/?)([biu])>", text):
        if not slash:
            around.append(name)
        elif not around or around.pop() != name:
            return False
    return not around


def digits_of(text: str) -> str:
    return re.sub(r"(?<=\d)[.,:-](?=\d)", "", text)


@given(
    texts=st.lists(TEXTS, max_size=4),
    seed=st.integers(0, 10_000),
    strength=st.sampled_from([0.0, 0.1, 0.3, 1.0]),
    errors=st.booleans(),
    links=st.booleans(),
    narrow=st.booleans(),
)
@example(
    texts=["<b>very good</b> @ann"], seed=1, strength=1.0, errors=False, links=True, narrow=True
)
def test_items_survive_any_model(
    texts: list[str], seed: int, strength: float, errors: bool, links: bool, narrow: bool
) -> None:
    model = Damage(seed, strength, errors=errors, links=links)
    steps: dict[int, Step] = {}
    results = keep_items(
        texts, model, expressible=ascii_only if narrow else None, tell=steps.__setitem__
    )
    assert len(results) == len(texts)
    assert model.calls <= 3
    assert sum(r.usage.prompt_tokens for r in results if r.usage) == model.charged
    for place, (text, result) in enumerate(zip(texts, results, strict=True)):
        if result.error or not result.text:
            assert result.error == "broken" or (result.error is None and result.text == "")
            continue
        for line in (result.text, *(a.text for a in result.alternatives if place in steps)):
            for item in VERBATIM:
                if item in text:
                    assert line.count(item) == text.count(item), (item, text, line)
            for item, digits in NUMBERS.items():
                if item in text:
                    assert digits_of(line).count(digits) >= text.count(item), (text, line)
                    assert item[-1].isdigit() or item.split()[-1] in line
            if place in steps:
                assert tags_are_nested(line), (text, line)
                assert line.count("**") == text.count("**")
                assert line.count("](http://x.org)") == text.count("](http://x.org)")
        if result.links is None:
            assert not links
        for a, b, c, d, score in result.links or ():
            assert 0 <= a < b <= len(text)
            assert 0 <= c < d <= len(result.text)
            assert 0 <= score <= 1


@given(texts=st.lists(TEXTS, max_size=3))
def test_a_model_that_copies_gives_the_text_back(texts: list[str]) -> None:
    model = Damage(0, 0.0, errors=False, links=True)
    steps: dict[int, Step] = {}
    for text, result in zip(texts, keep_items(texts, model, tell=steps.__setitem__), strict=True):
        assert result.text == text
    assert Step.WOVEN not in steps.values()


@given(text=st.text(alphabet="ab A1.,5<>/{}[]()*_`|#@&;%$€ \u00a0😀é²北\\:-", max_size=40))
def test_nothing_raises_on_odd_texts(text: str) -> None:
    for strength in (0.0, 0.5):
        [result] = keep_items(
            [text],
            Damage(1, strength, errors=False, links=True),
            expressible=ascii_only,
        )
        for a, b, c, d, _ in result.links or ():
            assert 0 <= a < b <= len(text)
            assert 0 <= c < d <= len(result.text or "")
