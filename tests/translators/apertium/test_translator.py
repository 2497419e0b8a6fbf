"""The real engine: what comes through, links, reasons, and that order does not matter."""

from __future__ import annotations

import random
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanferry.data.errors import ConfigError
from spanferry.data.records import Record, Span
from spanferry.translators.apertium import ApertiumTranslator, ApertiumTranslatorSettings
from spanferry.translators.apertium.modes import folder, installed, load
from spanferry.translators.apertium.pool import Pool
from spanferry.translators.base import Translator
from tests.translators.apertium.needs import needs_apertium

pytestmark = needs_apertium

SENTENCES = [
    "The red house of London is old.", "I see the big dog.", "Blorb and Zzyx bought a car",
    "My friends do not work on Monday.", "She said that I was right", "For whom do you work?",
    "I have never been included in the list.", "We would like to see the report of the bank.",
]  # fmt: skip


def made(target: str = "es", **values: object) -> ApertiumTranslator:
    return ApertiumTranslator(
        ApertiumTranslatorSettings.model_validate(values),
        source_language="en",
        target_language=target,
    )


@pytest.fixture(scope="module")
def engine() -> Iterator[ApertiumTranslator]:
    one = made(processes=2)
    one.setup()
    yield one
    one.close()


def test_it_is_a_translator_and_knows_its_versions(engine: ApertiumTranslator) -> None:
    assert isinstance(engine, Translator)
    assert engine.missing() == ""
    assert engine.info.revision.startswith("eng-spa/")
    assert engine.info.licence.startswith("GPL")
    assert made("ca").info.revision != engine.info.revision


def test_it_translates_and_links_words(engine: ApertiumTranslator) -> None:
    text = "The red house of London is old."
    [done] = engine.translate([text])
    assert done.text == "La casa roja de Londres es vieja."
    assert done.links is not None
    pairs = {(text[a:b], done.text[c:d]) for a, b, c, d, _ in done.links}
    assert {("red", "roja"), ("house", "casa"), ("London", "Londres")} <= pairs


@pytest.mark.parametrize(
    "item",
    ["https://example.com/house?red=big", "ann.lee@mail.example.org", "@bob_x", "#win", "😀", "*",
     "[x]", "{name}", "^y$", "x\\y", "<b>", "~", "50%", "€6.50", "C++", "«", "+ / |"],
)  # fmt: skip
def test_items_survive(engine: ApertiumTranslator, item: str) -> None:
    [done] = engine.translate([f"The red house {item} is big."])
    assert done.text is not None
    assert item in done.text
    assert "casa" in done.text


@cache
def shared() -> Pool:
    return Pool(load(folder(None), "eng-spa"), 1, links=True, timeout=5)


@settings(max_examples=80, deadline=None)
@given(st.text("[]{}^$@\\/<>*+#~|_=.,;:!?-'\"()&%0123456789 😀«»", min_size=1, max_size=30))
def test_what_has_no_letters_comes_through_undamaged(text: str) -> None:
    [result] = shared().translate([f"Zzyx {text} Blorb"])
    assert result is not None
    squeezed = "".join(result.text.split())
    assert squeezed == "".join(f"Zzyx {text} Blorb".split())


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40))
def test_any_text_gives_one_result_and_links_within_it(text: str) -> None:
    [result] = shared().translate([text])
    assert result is not None
    for a, b, c, d, _ in result.links or ():
        assert 0 <= a <= b <= len(text)
        assert 0 <= c < d <= len(result.text)


@pytest.mark.parametrize("target", ["es", "ca"])
def test_a_translation_does_not_depend_on_the_others(target: str) -> None:
    # the tagger as it comes keeps things from one text to the next, see tagger.py
    one, two = made(target, processes=1), made(target, processes=2)
    alone = {text: one.translate([text])[0] for text in SENTENCES}
    for seed in range(4):
        order = random.Random(seed).sample(SENTENCES * 9, len(SENTENCES) * 9)
        for text, done in zip(order, two.translate(order), strict=True):
            assert done == alone[text]
    one.close()
    two.close()


def test_links_off_changes_no_text(engine: ApertiumTranslator) -> None:
    bare = made(links=False)
    for with_links, without in zip(
        engine.translate(SENTENCES), bare.translate(SENTENCES), strict=True
    ):
        assert without.links is None
        assert with_links.text == without.text


def test_unknown_words_give_a_reason_where_that_is_asked_for() -> None:
    strict = made(max_unknown=0.3)
    done = strict.translate(["The red house.", "Zzyx blorb gnarfle frobnicates the house."])
    assert done[0].text == "La casa roja."
    assert done[1].error == "unknown_words"
    assert made().translate(["Zzyx blorb"])[0].text == "Zzyx blorb"


def test_records_have_segments_and_links(engine: ApertiumTranslator) -> None:
    record = Record("1", "I live in London. It is big.", spans=(Span(10, 16, "LOC", "s"),))
    [done] = engine.translate_records([record], [0], "train")
    assert done.text.text is not None
    assert len(done.segments) == 2
    assert done.text.links is not None
    [link] = [link for link in done.text.links if link[:2] == (10, 16)]
    assert done.text.text[link[2] : link[3]] == "Londres"


def test_variants_and_data_path() -> None:
    valencian = made(mode="eng-cat_valencia", target="ca", data_path=str(folder(None)))
    assert valencian.mode.name == "eng-cat_valencia"
    assert valencian.translate(["The red house."])[0].text == "La casa roja."
    with pytest.raises(ConfigError, match="does not translate en to es"):
        made(mode="eng-cat")


def test_a_mode_that_does_not_work_says_what_the_programs_said(tmp_path: Path) -> None:
    place = tmp_path
    (place / "modes").mkdir()
    (place / "modes" / "eng-spa.mode").write_text("lt-proc 'no.bin' | lt-proc $1 'none.bin'")
    with pytest.raises(ConfigError, match=r"mode eng-spa does not work here: .*no\.bin"):
        made(data_path=str(place)).setup()


@pytest.mark.skipif(shutil.which("apertium-wblank-mode") is None, reason="Apertium before 3.8")
def test_pipelines_are_those_that_apertium_itself_runs() -> None:
    compared = 0
    for name in installed(folder(None)):
        try:
            mode = load(folder(None), name)
        except ConfigError:  # a transliterator alone, or programs that are not there
            continue
        said = subprocess.run(
            ["apertium-wblank-mode", "-z", str(mode.path)],
            capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
        if "apertium-wblank-detach" not in said:
            continue
        wanted = [
            part.replace("'", "").replace("$1", "-n").replace("$2", "").split()
            for part in said.split("|")
        ]
        ours = [command for part in mode.parts(numbered=True) for command in part]
        assert ours == [w for w in wanted if w != ["apertium-wblank-attach"]], name
        compared += 1
    assert compared >= 5
