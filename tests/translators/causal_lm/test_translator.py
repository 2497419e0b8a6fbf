"""Translations, and what is told of the model."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from spanferry.translators.causal_lm.generation import ranked
from spanferry.translators.causal_lm.loading import find
from spanferry.translators.causal_lm.settings import CausalLMTranslatorSettings
from spanferry.translators.causal_lm.translator import CausalLMTranslator
from tests.models.lessons import LESSONS
from tests.translators.causal_lm.conftest import Make

ENGLISH = [lesson.text("en") for lesson in LESSONS]
SPANISH = [lesson.text("es") for lesson in LESSONS]


@pytest.mark.parametrize("settings", [{}, {"beam_size": 3, "n_best": 3}, {"batch_tokens": 80}])
def test_it_writes_what_it_knows(make: Make, settings: dict[str, int]) -> None:
    made = make("taught", **settings)
    found = made.translate(ENGLISH)
    assert [result.text for result in found] == SPANISH
    assert [result.score for result in found] == pytest.approx(
        made.score(ENGLISH, SPANISH), abs=1e-4
    )
    if settings.get("n_best"):
        for result in found:
            scores = [result.score or 0.0, *(other.score or 0.0 for other in result.alternatives)]
            assert scores == sorted(scores, reverse=True)
            assert result.text not in {other.text for other in result.alternatives}


def test_a_text_of_several_sentences(make: Make) -> None:
    (found,) = make("taught").translate_texts([f"{ENGLISH[0]}  {ENGLISH[4]}"])
    assert found.text == f"{SPANISH[0]}  {SPANISH[4]}"


def test_output_that_does_not_end_is_a_reason(make: Make) -> None:
    made = make("llama", chat=False)
    (found,) = made.translate(["Ana lives in Lisbon."])
    assert found.text is None
    assert found.error == "length_limit"
    short = make("taught", max_output_factor=0.1)  # and sixteen
    longest = max(zip(ENGLISH, SPANISH, strict=True), key=lambda pair: len(pair[1]))
    model = short._model().model
    long = len(model.encode([longest[1]], special=True)[0][0]) > 19
    assert (short.translate([longest[0]])[0].error == "length_limit") == long


def test_a_sentence_alone_as_among_others(make: Make) -> None:
    made = make("taught")
    together = made.translate([*ENGLISH, "Something else that nobody taught."])
    alone = [made.translate([text])[0] for text in (ENGLISH[0], ENGLISH[7])]
    assert [together[0].text, together[7].text] == [result.text for result in alone]


def test_outputs_by_their_scores() -> None:
    found = ranked([("b", -0.5), ("a", -0.1), ("b", -0.5)])
    assert (found.text, found.score) == ("a", -0.1)
    assert [(other.text, other.score) for other in found.alternatives] == [("b", -0.5)]
    assert ranked([]).error == "length_limit"


def test_what_fits(make: Make) -> None:
    made = make("gemma", max_tokens=20)
    assert made.fits("Ana lives in Lisbon.")
    assert not made.fits("Ana lives in Lisbon. " * 10)
    assert not make("gemma").fits("Ana lives in Lisbon. " * 40)  # 256 positions for all


def test_directions_share_one_model(make: Make) -> None:
    made = [make("gemma", *pair) for pair in (("en", "es"), ("es", "en"), ("en", "en"))]
    for one in made:
        one.setup()
    assert len({id(one._model().model) for one in made}) == 1
    other = make("gemma", dtype="bfloat16")
    assert other._model().model is not made[0]._model().model
    assert other.score(["Ana"], ["Ana"]) == pytest.approx(made[0].score(["Ana"], ["Ana"]), abs=0.2)


def test_info_loads_nothing_and_names_the_licence(
    checkpoint: Callable[[str], Path], tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(checkpoint("gemma"), tmp_path / "mine"))
    settings = CausalLMTranslatorSettings(model=str(folder))
    made = CausalLMTranslator(settings, source_language="en", target_language="es")
    assert made.info.licence == "unknown"
    for head, licence in (
        ("license: gemma", "gemma"),
        ('license: "apache-2.0"', "apache-2.0"),
        ("license: other\nlicense_name: qwen-research", "qwen-research"),
        ("tags: [x]", "unknown"),
    ):
        (folder / "README.md").write_text(f"---\n{head}\n---\n# Model\nlicense: none\n")
        assert made.info.licence == licence
    assert made.info.source == "mine"
    assert made.info.revision.startswith(find(settings).revision)
    assert made._loaded is None
    other = settings.model_copy(update={"instruction": "Translate:"})
    changed = CausalLMTranslator(other, source_language="en", target_language="es")
    assert changed.info.revision != made.info.revision
