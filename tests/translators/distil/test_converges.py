"""A student learns an artificial language to the end, and serves as any converted model does."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ctranslate2")
torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
sacrebleu = pytest.importorskip("sacrebleu")

from spanferry.aligners.attention import AttentionAligner  # noqa: E402
from spanferry.aligners.base import TextPair  # noqa: E402
from spanferry.aligners.evaluate import score_links  # noqa: E402
from spanferry.translators.ct2.convert import convert  # noqa: E402
from spanferry.translators.ct2.settings import CTranslate2TranslatorSettings  # noqa: E402
from spanferry.translators.ct2.translator import CTranslate2Translator  # noqa: E402
from spanferry.translators.distil.scoring import Scorer  # noqa: E402
from spanferry.translators.distil.settings import StudentReport  # noqa: E402
from spanferry.translators.distil.vocabulary import Vocabulary  # noqa: E402
from tests.models.language import Pair  # noqa: E402
from tests.models.students import SETTINGS, STUDENT, unseen  # noqa: E402

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]  # whichever comes first trains it


@pytest.fixture(scope="module")
def pairs() -> list[Pair]:
    return unseen()


@pytest.fixture(scope="module")
def exact(distilled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The student converted with the weights as they are."""
    folder = tmp_path_factory.mktemp("exact")
    convert(distilled / "checkpoint", folder, "exact", "float32")
    return folder


def translator(model: Path, **settings: Any) -> CTranslate2Translator:
    given = {"model": str(model), "device": "cpu", **settings}
    return CTranslate2Translator(
        CTranslate2TranslatorSettings(**given), source_language="en", target_language="qaa"
    )


def texts(model: Path, pairs: list[Pair], **settings: Any) -> list[str]:
    """Translations by the backend; those that it refuses are empty."""
    found = translator(model, **settings).translate([pair.source for pair in pairs])
    assert sum(bool(each.error) for each in found) <= len(pairs) // 50
    return [each.text or "" for each in found]


def chrf(outputs: list[str], pairs: list[Pair]) -> float:
    return float(sacrebleu.corpus_chrf(outputs, [[pair.target for pair in pairs]]).score)


def test_it_translates_what_it_has_not_seen(
    distilled: Path, exact: Path, pairs: list[Pair]
) -> None:
    report = StudentReport.model_validate_json((distilled / "report.json").read_text("utf-8"))
    assert report.chrf >= 90
    assert report.evaluations[0].chrf < 20
    assert report.steps == report.planned_steps == SETTINGS.steps
    outputs = texts(distilled / "model", pairs)
    assert chrf(outputs, pairs) >= 90
    # weights of eight bits lose hardly anything
    whole = texts(exact, pairs, compute_type="float32")
    print(f"chrF {chrf(outputs, pairs):.2f} in int8, {chrf(whole, pairs):.2f} in float32")
    assert abs(chrf(outputs, pairs) - chrf(whole, pairs)) < 1


def test_its_attention_gives_the_links(distilled: Path, pairs: list[Pair]) -> None:
    """Of all translations, against the links that the generator of the language knows."""
    found = translator(distilled / "model", links=True).translate([pair.source for pair in pairs])
    cases = []
    for pair, each in zip(pairs, found, strict=True):
        if each.text != pair.target:  # other words have no gold links
            continue
        words = [tuple((word.start, word.end) for word in side)
                 for side in (pair.source_words, pair.target_words)]  # fmt: skip
        cases.append(
            (TextPair(pair.source, words[0], pair.target, words[1], (), each.links), pair.links)
        )
    assert len(cases) > len(pairs) // 3
    aligner = AttentionAligner(source_language="en", target_language="qaa")
    linked = aligner.align_texts([case for case, _ in cases])
    scores = score_links(
        (set(gold), set(gold), {(a, b) for a, b, _ in links})
        for (_, gold), links in zip(cases, linked, strict=True)
    )
    print(f"AER {scores.aer:.3f} of {scores.pairs} pairs")
    assert scores.aer < 0.05


def test_transformers_and_ctranslate2_agree(
    distilled: Path, exact: Path, pairs: list[Pair]
) -> None:
    """Greedy translations in float32, sub-word by sub-word."""
    import ctranslate2

    folder = distilled / "checkpoint"
    tokenizer = transformers.MarianTokenizer.from_pretrained(folder)
    model = transformers.MarianMTModel.from_pretrained(folder).eval()
    given = tokenizer([pair.source for pair in pairs], padding=True, return_tensors="pt")
    with torch.no_grad():
        rows = model.generate(**given, num_beams=1, do_sample=False, max_length=100)
    expected = []
    for row in rows.tolist():
        ids = row[1:]  # behind the start token
        ids = ids[: ids.index(0)] if 0 in ids else ids
        expected.append(tokenizer.convert_ids_to_tokens(ids))
    converted = ctranslate2.Translator(
        str(exact), device="cpu", compute_type="float32", intra_threads=1
    )
    tokens = [
        tokenizer.convert_ids_to_tokens(tokenizer(pair.source)["input_ids"]) for pair in pairs
    ]
    results = converted.translate_batch(tokens, beam_size=1, max_decoding_length=99)
    assert [result.hypotheses[0] for result in results] == expected


def test_an_evaluation_is_the_backend_with_one_beam(
    distilled: Path, exact: Path, pairs: list[Pair]
) -> None:
    """From text to text, in float32: tokenizers, order and scores are the same."""
    model = transformers.MarianMTModel.from_pretrained(distilled / "checkpoint").eval()
    scorer = Scorer(
        [(pair.source, pair.target) for pair in pairs], Vocabulary(distilled / "checkpoint"),
        longest=90, tokens=500, dtype="float32",
    )  # fmt: skip
    outputs = texts(exact, pairs, compute_type="float32", beam_size=1, keep_items=False)
    expected = scorer.translate(model)
    # one that does not end is given up by the backend
    refused = Counter(outputs)[""]
    assert (Counter(outputs) & Counter(expected)).total() == len(pairs) - refused
    assert scorer.chrf(model) == pytest.approx(chrf(outputs, pairs), abs=0.5)


def test_what_is_exported(distilled: Path) -> None:
    files = {path.name for path in (distilled / "model").iterdir()}
    needed = {"model.bin", "shared_vocabulary.json", "source.spm", "target.spm", "spanferry.json"}
    assert needed <= files
    facts = json.loads((distilled / "model" / "spanferry.json").read_text("utf-8"))
    assert facts["languages"] == ["en", "qaa"]
    assert facts["type"] == "marian"
    assert facts["positions"] == STUDENT.positions
    assert facts["max_tokens"] == SETTINGS.max_tokens + 1
    weights = (distilled / "checkpoint" / "model.safetensors").stat().st_size
    assert (distilled / "model" / "model.bin").stat().st_size < 0.4 * weights
