"""Which family a model is of, and how it is told its languages."""

from __future__ import annotations

from typing import Any

import pytest

from spanferry.data.errors import ConfigError
from spanferry.translators.ct2.families import Vocabulary, detect, direct
from spanferry.translators.ct2.settings import CTranslate2TranslatorSettings
from tests.models.families import FAMILIES
from tests.translators.ct2.conftest import Make

NLLB = frozenset([
    "eng_Latn", "por_Latn", "spa_Latn", "arb_Arab", "ary_Arab", "zho_Hans", "zho_Hant", "srp_Cyrl",
    "pes_Arab",
])  # fmt: skip
MARIAN = Vocabulary(frozenset(["▁a"]), frozenset(["▁b"]), ("eng", "deu"))


def settings(**given: Any) -> CTranslate2TranslatorSettings:
    return CTranslate2TranslatorSettings(model="some/model", **given)


@pytest.mark.parametrize("name", FAMILIES)
def test_a_family_is_known_by_its_vocabulary(of_family: Make, name: str) -> None:
    found = of_family(name)._model().direction
    assert found.family == name.removesuffix("_multi")


def test_a_model_without_language_tokens_is_marian_or_t5() -> None:
    assert detect({"▁a", "</s>"}, two_tokenizers=False) == "marian"
    assert detect({"▁a", "<extra_id_0>"}, two_tokenizers=False) == "t5"
    assert detect({"por_Latn", "eng_Latn"}, two_tokenizers=True) == "marian"


@pytest.mark.parametrize(
    ("language", "token"),
    [
        ("pt", "por_Latn"), ("pt-BR", "por_Latn"), ("ar", "arb_Arab"), ("ary", "ary_Arab"),
        ("zh", "zho_Hans"), ("zh-TW", "zho_Hant"), ("fa", "pes_Arab"), ("sr", "srp_Cyrl"),
    ],
)  # fmt: skip
def test_a_code_becomes_the_models_own(language: str, token: str) -> None:
    found = direct(settings(), "nllb", Vocabulary(NLLB, NLLB), "en", language)
    assert found.source_tokens == ("eng_Latn",)
    assert found.target_tokens == (token,)


def test_a_language_that_the_model_lacks_is_an_error_with_near_ones() -> None:
    with pytest.raises(ConfigError) as error:
        direct(settings(), "nllb", Vocabulary(NLLB, NLLB), "en", "gl")
    text = str(error.value)
    assert text.startswith(
        "translate.model: 'some/model' (nllb) does not know the target language 'gl'; it knows 9 "
        "languages, near ones: spa_Latn, "
    )
    assert text.endswith("; translate.target_code names one outright")


def test_another_script_is_another_language() -> None:
    with pytest.raises(ConfigError, match=r"'sr-Latn'.*near ones: srp_Cyrl"):
        direct(settings(), "nllb", Vocabulary(NLLB, NLLB), "en", "sr-Latn")


def test_a_code_given_outright_must_be_the_models() -> None:
    both = Vocabulary(NLLB, NLLB)
    found = direct(settings(target_code="ary_Arab"), "nllb", both, "en", "ar")
    assert found.target_tokens == ("ary_Arab",)
    with pytest.raises(ConfigError, match=r"translate\.target_code: 'some/model' has no language"):
        direct(settings(target_code="por"), "nllb", both, "en", "pt")


def test_a_bilingual_model_of_other_languages_is_refused() -> None:
    direct(settings(), "marian", MARIAN, "en", "de-AT")
    with pytest.raises(ConfigError, match="translates from eng to deu; the target language is 'pt"):
        direct(settings(), "marian", MARIAN, "en", "pt")
    direct(settings(target_code="deu"), "marian", MARIAN, "en", "bar")


def test_a_model_of_a_group_of_languages_asks_for_a_token() -> None:
    codes = frozenset([">>por<<", ">>spa<<", ">>pt_br<<"])
    many = Vocabulary(codes, codes, ("eng", "roa"))
    found = direct(settings(), "marian", many, "en", "es")
    assert found.source_tokens == (">>spa<<",)
    with pytest.raises(ConfigError, match="does not know the target language 'ro'"):
        direct(settings(), "marian", many, "en", "ro")


def test_t5_translates_what_its_configuration_names() -> None:
    known = Vocabulary((), (), prefixes={("en", "de"): "translate English to German: "})
    assert direct(settings(), "t5", known, "en", "de").lead == "translate English to German: "
    with pytest.raises(ConfigError, match=r"no task for en to pt .it has: en to de.*Portuguese: "):
        direct(settings(), "t5", known, "en", "pt")
    own = direct(settings(prefix="to Portuguese: "), "t5", known, "en", "pt")
    assert own.lead == "to Portuguese: "


def test_a_prefix_is_for_t5_alone() -> None:
    with pytest.raises(ConfigError, match=r"translate\.prefix is for T5 models"):
        direct(settings(prefix="x: "), "nllb", Vocabulary(NLLB, NLLB), "en", "pt")
