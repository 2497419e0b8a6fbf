"""The card of a student: what the Hub reads, what people read, and code that runs as it stands."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from spanferry.flows.distilling.card import model_card
from spanferry.flows.distilling.card_body import escaped
from spanferry.flows.distilling.report import DistilReport

TEACHER = {
    "name": "ctranslate2", "revision": "abc/1", "licence": "CC-BY-NC-4.0",
    "source": "facebook/nllb-200-3.3B@0123456789ab",
}  # fmt: skip
FACTS = {
    "read": {"sentences": 1200, "pairs": 0}, "unusable": {"bad_tag": 3}, "duplicate": 100,
    "left_out": 20, "errors": {"repetition": 7}, "dropped": {"marks": 13, "brand_new": 2},
    "kept": 1058, "train": 1000, "held_out": 58, "links": True, "teacher": TEACHER,
    "aligner": {**TEACHER, "name": "eflomal"},
}  # fmt: skip


def report(**changes: Any) -> DistilReport:
    data: dict[str, Any] = {
        "version": "9.9", "source": "en", "target": "pt-BR", "licence": None, "pairs": FACTS,
        "ingredients": {
            "student.dimension": "256", "student.feed_forward": "1024", "student.heads": "4",
            "student.encoder_layers": "6", "student.decoder_layers": "2", "settings.seed": "42",
            "texts.0.reader": '"text"', "texts.0.path": '"news.en"',
            "contents of texts.0: news|*.en": "cafe0123cafe0123",
            "contents of all pairs": "feed",
        },
        "teaching": {"texts": 1080, "seconds": 60.0, "workers": 2},
        "student": {
            "ingredients": {}, "steps": 900, "planned_steps": 1000, "kept_step": 800,
            "examples": 990, "too_long": 10, "tokens": 20_000, "parameters": 8_894_464,
            "vocabulary": 8000, "linked": True, "chrf": 71.25, "losses": [], "evaluations": [],
            "seconds": 3600.0, "device": "cpu, float32",
        },
        "figures": {
            "sentences": 58, "chrf": 70.11, "bleu": 51.26, "signatures": {"chrF": "nrefs:1|case"},
            "same": 0.25, "failed": {"too_long": 2}, "seconds": 0.5, "beam_size": 4, "cores": 2,
            "engine": "en-pt, CTranslate2 4.8, int8_float32 on cpu",
            "links": {
                "pairs": 58, "student": 600, "aligner": 610, "aer": 0.125, "precision": 0.9,
                "recall": 0.85,
            },
            "bytes": {"model.bin": 9_000_000, "source.spm": 400_000},
            "samples": [
                {"source": "a|b *c* <b>", "teacher": "x_y_ [z](u)", "student": None},
                {"source": "1\n2", "teacher": "3", "student": "4"},
            ],
        },
    }  # fmt: skip
    return DistilReport.model_validate({**data, **changes})


def metadata(card: str) -> dict[str, Any]:
    _, block, _ = card.split("---\n", 2)
    found: dict[str, Any] = yaml.safe_load(block)
    return found


def cells(card: str, name: str) -> list[str]:
    """The rest of a table's row that begins with a name."""
    (line,) = [line for line in card.splitlines() if line.startswith(f"| {name} |")]
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[2:-1]]


def test_metadata_of_the_hub() -> None:
    assert metadata(model_card(report())) == {
        "language": ["en", "pt"], "language_bcp47": ["en", "pt-BR"], "license": "unknown",
        "library_name": "ctranslate2", "pipeline_tag": "translation",
        "tags": ["spanferry", "translation", "knowledge-distillation", "marian"],
    }  # fmt: skip
    assert metadata(model_card(report(licence="CC-BY-4.0")))["license"] == "cc-by-4.0"


def test_data_sets_of_the_hub_are_named() -> None:
    texts = {"texts.0.reader": '"datasets"', "texts.0.path": '"wmt/wmt19"'}
    shape = report().ingredients
    found = metadata(model_card(report(ingredients={**shape, **texts})))
    assert "datasets" not in found, "it was read from files"
    shape = {key: value for key, value in shape.items() if "contents" not in key}
    assert metadata(model_card(report(ingredients={**shape, **texts})))["datasets"] == ["wmt/wmt19"]


def test_every_pair_is_accounted_for() -> None:
    card = model_card(report())
    rows = [line for line in card.split("## Data")[1].split("## ")[0].splitlines() if "| " in line]
    numbers = {
        tuple(cell.strip() for cell in line.split("|")[1:3]): line.split("|")[3].strip()
        for line in rows[1:-2]
    }
    read = [int(n.replace(",", "")) for (what, _), n in numbers.items() if what.endswith("read")]
    rest = [int(n.replace(",", "")) for (what, _), n in numbers.items() if "read" not in what]
    assert sum(read) == sum(rest) == 1200
    assert numbers["left out", "`brand_new`"] == "2", "a reason without words is shown as it is"
    assert "3 `bad_tag`" in card
    assert r"| news\|\*.en (texts) | `cafe0123cafe0123` |" in card


def test_figures_and_training() -> None:
    card = model_card(report())
    assert cells(card, "chrF against the teacher") == ["70.1"]
    assert cells(card, "sentences a second") == ["116.0"]
    assert cells(card, "without a translation") == ["2 `too_long`"]
    assert cells(card, "size of the model") == ["9.4 MB"]
    assert "AER 12.5%" in card
    assert "900 of 1,000 updates" in card
    assert "1,080 texts, about 36.0 a second" in card
    assert "8,894,464" in card
    assert "word links of `eflomal`" in card
    assert "spanferry 9.9" in card


def test_samples_are_shown_as_they_are() -> None:
    card = model_card(report())
    assert r"| a\|b \*c\* \<b\> | x\_y\_ \[z\](u) | (none) |" in card
    assert "| 1 2 | 3 | 4 |" in card


@pytest.mark.parametrize(
    ("licence", "teacher", "told"),
    [
        (None, TEACHER, "Not stated by those who made the student. That of the teacher: CC-BY-NC"),
        ("MIT", TEACHER, "MIT, as those who made the student stated. That of the teacher: CC-BY"),
        (None, None, "Not stated by those who made the student. That of the teacher is not known"),
    ],
)
def test_the_licence_is_told_or_told_to_be_missing(
    licence: str | None, teacher: dict[str, str] | None, told: str
) -> None:
    facts = {**FACTS, "teacher": teacher, "read": {"sentences": 0, "pairs": 1200}}
    card = model_card(report(licence=licence, pairs=facts, teaching=None))
    assert told in card
    assert "1,200 translations were given" in card


def test_what_is_not_known_is_not_told() -> None:
    figures = report().figures.model_copy(update={"links": None})
    student = report().student.model_copy(update={"linked": False})
    card = model_card(report(figures=figures, student=student, teaching=None))
    assert "AER" not in card
    assert "attention" not in card
    assert "a second (" not in card


def test_the_code_on_the_card_runs(
    trained_model: Path, model_cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("ctranslate2")
    from spanferry.translators.ct2.settings import CTranslate2TranslatorSettings
    from spanferry.translators.ct2.translator import CTranslate2Translator

    settings = CTranslate2TranslatorSettings(
        model=str(trained_model), cache_path=str(model_cache), keep_items=False, device="cpu"
    )
    student = CTranslate2Translator(settings, source_language="en", target_language="qaa")
    student.setup()
    (code,) = re.findall(r"```python\n(.*?)```", model_card(report()), flags=re.DOTALL)
    text = "The old farmers did not visit Lisbon."
    code = code.replace("path/to/this/folder", str(student._model().folder))
    exec(code.replace("One sentence at a time.", text), {})
    assert capsys.readouterr().out.strip() == student.translate([text])[0].text


def test_the_configuration_on_the_card_is_one() -> None:
    for linked in (True, False):
        student = report().student.model_copy(update={"linked": linked})
        (code,) = re.findall(r"```yaml\n(.*?)```", model_card(report(student=student)), re.DOTALL)
        found = yaml.safe_load(code)
        assert found["translate"]["backend"] == "ctranslate2"
        assert ("align" in found) == linked == bool(found["translate"].get("links"))


@pytest.mark.parametrize("text", ["a`b", r"\*", "#1 & 2", "~x~ $y$", "plain text."])
def test_escaped_text_reads_as_before(text: str) -> None:
    assert re.sub(r"\\(.)", r"\1", escaped(text)) == text
    assert not re.search(r"(?<!\\)[`*_<>#~&$]", escaped(text).replace("\\\\", ""))
