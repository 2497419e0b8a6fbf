"""Translations, scores, alternatives and lengths, on a model that knows its language."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pytest
from sacrebleu import corpus_bleu

from spanferry.data.records import Record, Span
from spanferry.translators.base import Scorer, Translator
from tests.models.language import split
from tests.models.lessons import LESSONS
from tests.translators.ct2.conftest import Make
from tests.translators.ct2.conftest import translator as make

HELD = split(14_000, 150)[1]
SOURCES = [pair.source for pair in HELD]
TARGETS = [pair.target for pair in HELD]


@pytest.mark.parametrize("settings", [{}, {"beam_size": 1}, {"compute_type": "float32"}])
def test_it_translates_what_it_never_saw(trained: Make, settings: dict[str, object]) -> None:
    translator = trained(**settings)
    assert isinstance(translator, Translator)
    assert isinstance(translator, Scorer)
    found = translator.translate(SOURCES)
    assert corpus_bleu([item.text or "" for item in found], [TARGETS]).score > 90
    assert all((item.text is None) == (item.error is not None) for item in found)


def test_greedy_output_is_that_of_transformers(trained: Make, trained_model: Path) -> None:
    import torch
    from transformers import MarianMTModel, MarianTokenizer

    tokenizer = MarianTokenizer.from_pretrained(trained_model)
    model = MarianMTModel.from_pretrained(trained_model)
    inputs = tokenizer(SOURCES[:30], return_tensors="pt", padding=True)
    with torch.no_grad():
        outputs = model.generate(**inputs, num_beams=1, do_sample=False, max_new_tokens=100)
    theirs = tokenizer.batch_decode(outputs, skip_special_tokens=True)
    ours = trained(beam_size=1, compute_type="float32", keep_items=False).translate(SOURCES[:30])
    whole = [(a, b.text) for a, b in zip(theirs, ours, strict=True) if b.error is None]
    assert len(whole) >= 28
    assert all(a == b for a, b in whole)


@pytest.mark.parametrize("penalty", [0.0, 1.0, 2.0])
def test_the_score_of_a_translation_is_its_mean_log_probability(
    trained: Make, penalty: float
) -> None:
    settings = {"length_penalty": penalty, "patience": 2.0}
    translator = trained(compute_type="float32", keep_items=False, **settings)
    found = translator.translate(SOURCES)
    whole = [n for n, item in enumerate(found) if item.text is not None]
    forced = translator.score([SOURCES[n] for n in whole], [found[n].text or "" for n in whole])
    for number, score in zip(whole, forced, strict=True):
        assert found[number].score == pytest.approx(score, abs=1e-3)


def test_a_language_token_at_the_front_has_no_part_in_the_score(
    taught: Callable[[str], Path], converted_models: Path
) -> None:
    made = make(taught("nllb"), converted_models, "en", "pt", {"compute_type": "float32"})
    texts = [lesson.text("en") for lesson in LESSONS]
    found = made.translate(texts)
    whole = [n for n, item in enumerate(found) if item.text is not None]
    assert len(whole) > 8
    forced = made.score([texts[n] for n in whole], [found[n].text or "" for n in whole])
    assert [found[n].score for n in whole] == pytest.approx(forced, abs=1e-3)


def test_scores_are_those_of_transformers(trained: Make, trained_model: Path) -> None:
    import torch
    from transformers import MarianMTModel, MarianTokenizer

    tokenizer = MarianTokenizer.from_pretrained(trained_model)
    model = MarianMTModel.from_pretrained(trained_model)
    wrong = [*TARGETS[1:20], TARGETS[0]]  # each the translation of another sentence
    sources, targets = [*SOURCES[:20], *SOURCES[:20]], [*TARGETS[:20], *wrong]
    ours = trained(compute_type="float32").score(sources, targets)
    for source, target, score in zip(sources, targets, ours, strict=True):
        inputs = tokenizer(source, text_target=target, return_tensors="pt")
        with torch.no_grad():
            loss = model(**inputs).loss
        assert score == pytest.approx(-float(loss), abs=2e-3)
    assert max(ours[20:]) < min(ours[:20])


def test_a_batch_does_not_change_a_score(trained: Make) -> None:
    many = trained(compute_type="float32").score(SOURCES, TARGETS)
    one = trained(compute_type="float32", batch_tokens=1).score(SOURCES, TARGETS)
    assert many == pytest.approx(one, abs=1e-4)


def test_what_is_too_long_to_score_is_impossible(trained: Make) -> None:
    scores = trained().score(["Ana saw Tom."] * 2, ["Ana Tom vona.", "vona " * 2000])
    assert scores[0] > -10
    assert scores[1] == -math.inf


def test_alternatives_are_others_the_best_first(trained: Make) -> None:
    found = trained(n_best=4, keep_items=False).translate(SOURCES[:40])
    several = [item for item in found if len(item.alternatives) > 1]
    assert len(several) > 30
    for item in several:
        texts = [item.text, *(other.text for other in item.alternatives)]
        scores = [item.score or 0.0, *(other.score or 0.0 for other in item.alternatives)]
        assert len(set(texts)) == len(texts)
        assert scores == sorted(scores, reverse=True)


def test_a_long_text_is_translated_sentence_by_sentence(trained: Make) -> None:
    text = "\n".join(SOURCES[:12])
    (done,) = trained(links=True).translate_records([Record("1", text)], [0], "train")
    alone = trained().translate_texts(SOURCES[:12])
    assert done.text.text == "\n".join(item.text or "" for item in alone)
    assert len(done.segments) >= 12
    for start, end, first, last in done.segments:
        assert text[start:end] in text
        assert done.text.text[first:last]
    for start, end, first, last, _ in done.text.links or ():
        inside = [s for s in done.segments if s[0] <= start and end <= s[1]]
        assert len(inside) == 1
        assert inside[0][2] <= first <= last <= inside[0][3]


def test_a_sentence_that_cannot_be_cut_is_too_long(trained: Make) -> None:
    words = "the old farmer visited the red house " * 30
    records = [Record("1", f"{words.strip()}."), Record("2", SOURCES[0])]
    found = trained(max_tokens=40).translate_records(records, [0, 1], "train")
    assert found[0].text.error == "too_long"
    assert found[0].text.text is None
    assert found[1].text.text == trained().translate(SOURCES[:1])[0].text


def test_a_sentence_that_can_be_cut_is_cut_outside_its_spans(trained: Make) -> None:
    text = "Ana saw the old house; Tom visited the red farm near the black lake."
    span = Span(text.index("Tom"), text.index("Tom") + 3, "PER", id="s1")
    records = [Record("1", text, spans=(span,))]
    (found,) = trained(max_tokens=20).translate_records(records, [0], "train")
    assert found.text.error is None
    assert [text[start:end] for start, end, _, _ in found.segments] == [
        "Ana saw the old house;", "Tom visited the red farm near the black lake.",
    ]  # fmt: skip


def test_output_that_never_ends_is_a_reason(of_family: Make) -> None:
    """Random weights do not know when to stop."""
    found = of_family("marian", beam_size=1).translate_texts(SOURCES[:10])
    assert {item.error for item in found} <= {"length_limit", "repetition", "empty_translation"}
    assert "length_limit" in {item.error for item in found}
    assert all(item.text is None for item in found)


def test_nothing_to_translate_is_nothing(trained: Make) -> None:
    assert trained().translate([]) == []
    assert trained().score([], []) == []


def test_the_revision_tells_what_changes_results(trained: Make, trained_model: Path) -> None:
    first = trained().info
    assert trained().info == first
    assert trained(inter_threads=1, batch_tokens=99, device="cpu").info == first
    assert trained(beam_size=2).info.revision != first.revision
    assert trained(compute_type="float32").info.revision != first.revision
    assert str(trained_model.parent) not in first.source
    assert first.source.endswith("int8_float32 on cpu")


def test_two_targets_share_one_model(trained: Make) -> None:
    first, second = trained(), trained(n_best=2)
    assert first._model().engine is second._model().engine
    assert trained(intra_threads=2)._model().engine is not first._model().engine
