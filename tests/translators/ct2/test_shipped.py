"""Without the setting `model`: the one that comes with the package, here the trained one."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from pydantic import ValidationError

from spanferry.data.cache import Cache
from spanferry.data.errors import ConfigError
from spanferry.data.models import shipped
from spanferry.flows.config import json_schema
from spanferry.flows.dry_run import make_plan
from spanferry.flows.load import load_config
from spanferry.translators.ct2.convert import converted
from spanferry.translators.ct2.settings import CTranslate2TranslatorSettings
from spanferry.translators.ct2.source import find
from spanferry.translators.ct2.translator import CTranslate2Translator
from spanferry.translators.pivot import PivotTranslator
from spanferry.translators.round_trip import RoundTripTranslator
from tests.flows.model_corpora import pair_records, published, run, write_build
from tests.models.held_out import held_out
from tests.models.vocabulary import update_json

SOURCES = [pair.source for pair in held_out()[:20]]
CARD = "---\nlicense: cc-by-4.0\nlanguage: [en]\n---\n\n# A card\n"


@pytest.fixture
def root(
    trained_model: Path, converted_models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """The models of the package are the converted trained model alone, with a card."""
    cache = Cache(str(converted_models))
    folder = converted(find(str(trained_model), None, cache), cache, "int8", -1, 1)
    root = tmp_path / "shipped"
    shutil.copytree(folder, root / "en-qaa")
    (root / "en-qaa" / "README.md").write_text(CARD, "utf-8")
    monkeypatch.setattr(shipped, "ROOT", root)
    monkeypatch.setenv("SPANFERRY_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    return root


def translator(source: str = "en", target: str = "qaa", **settings: Any) -> CTranslate2Translator:
    return CTranslate2Translator(
        CTranslate2TranslatorSettings(device="cpu", **settings),
        source_language=source,
        target_language=target,
    )


def test_it_translates_and_links_as_when_it_is_named(root: Path) -> None:
    found = translator(links=True).translate(SOURCES)
    named = translator(links=True, model=str(root / "en-qaa")).translate(SOURCES)
    assert [item.text for item in found] == [item.text for item in named]
    assert found == named
    assert sum(item.text == pair.target for item, pair in zip(found, held_out(), strict=False)) > 15
    assert all(item.links for item in found if item.text)
    assert not (root.parent / "cache" / "models").exists()  # nothing to convert


def test_its_card_names_it_without_a_place_on_the_machine(root: Path) -> None:
    info = translator().info
    assert info.source.startswith("spanferry's own en-qaa, CTranslate2 4.")
    assert info.source.endswith(" on cpu")
    assert info.licence == "cc-by-4.0"
    assert str(root) not in f"{info}"
    named = translator(model=str(root / "en-qaa")).info
    assert named.revision == info.revision  # so no shard is made again for naming it
    weights = bytearray((root / "en-qaa" / "model.bin").read_bytes())
    weights[-1] ^= 1
    (root / "en-qaa" / "model.bin").write_bytes(weights)
    assert translator().info.revision != info.revision


def test_a_model_without_a_card_has_an_unknown_licence(root: Path) -> None:
    (root / "en-qaa" / "README.md").unlink()
    assert translator().info.licence == "unknown"


@pytest.mark.parametrize("pair", [("qaa", "en"), ("en", "pt"), ("de", "qaa")])
def test_other_languages_are_told_what_there_is(root: Path, pair: tuple[str, str]) -> None:
    with pytest.raises(ConfigError) as caught:
        translator(*pair)
    said = str(caught.value)
    assert said.startswith(f"translate.model: is missing, and no model for {pair[0]} to {pair[1]}")
    assert "(there is: en to qaa)" in said
    assert "Helsinki-NLP/opus-mt-en-es" in said


def test_where_none_comes_along(root: Path) -> None:
    shutil.rmtree(root / "en-qaa")
    with pytest.raises(ConfigError, match=r"no model for en to qaa .* \(there is: none\)"):
        translator()


def test_other_settings_of_a_name_need_a_name(root: Path) -> None:
    with pytest.raises(ConfigError, match=r"translate\.revision is for Hub ids; .*en-qaa' is a"):
        translator(revision="main").setup()


def test_braces_in_the_place_are_no_languages(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    odd = root.with_name("{source}")
    root.rename(odd)
    monkeypatch.setattr(shipped, "ROOT", odd)
    assert translator().translate(SOURCES[:1])[0].text


def test_a_leg_says_which_it_is(root: Path) -> None:
    leg = {"backend": "ctranslate2", "device": "cpu"}
    with pytest.raises(ConfigError, match=r"^translate\.second\.model: is missing, .* qaa to de "):
        PivotTranslator(
            PivotTranslator.Settings(via="qaa", first=leg, second=leg),
            source_language="en",
            target_language="de",
        )
    with pytest.raises(ConfigError, match=r"^translate\.backward\.model: is missing, .* qaa to en"):
        RoundTripTranslator(
            RoundTripTranslator.Settings(forward=leg), source_language="en", target_language="qaa"
        )


def test_sentences_are_no_longer_than_what_it_was_trained_on(root: Path) -> None:
    text = " ".join(["Ana saw the old dog"] * 12)
    assert translator().fits(text)
    update_json(root / "en-qaa" / "spanferry.json", {"max_tokens": 40})
    assert not translator().fits(text)
    assert translator(max_tokens=100).fits(text)
    assert translator().fits("Ana saw the old dog.")


def test_an_empty_name_is_refused() -> None:
    with pytest.raises(ValidationError, match="at least 1 character"):
        CTranslate2TranslatorSettings(model="")


def test_a_build_needs_nothing_but_the_backend(tmp_path: Path, root: Path) -> None:
    path = write_build(
        tmp_path, pair_records(held_out()[:30]), model=root, cache=tmp_path, targets=["qaa"],
        align={"backend": "attention"},
    )  # fmt: skip
    lines = path.read_text("utf-8").splitlines()
    path.write_text("\n".join(line for line in lines if not line.startswith("  model:")), "utf-8")
    overrides = ("translate.links=true", "translate.device=cpu")
    config: Any = load_config(path, overrides)
    assert config.translate.model is None
    jsonschema.validate(
        {"source": {"path": "a.jsonl", "language": "en"}, "targets": ["qaa"],
         "translate": {"backend": "ctranslate2", "links": True}}, json_schema(),
    )  # fmt: skip
    plan = make_plan(config, None)
    backends = {step.stage: step.backend for step in plan.steps}
    assert backends["translate"]
    assert backends["translate"].source.startswith("spanferry's own en-qaa, ")
    counts = run(*overrides).published.summary.total()
    assert counts.published > 20
    assert published("qaa")
    card = (tmp_path / "out" / "names" / "README.md").read_text("utf-8")
    assert "spanferry's own en-qaa" in card
    assert "cc-by-4.0" in card
    assert str(tmp_path) not in card
