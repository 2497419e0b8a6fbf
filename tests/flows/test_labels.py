"""Translated labels in a build: what is translated, when, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import datasets
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from spanferry.data.errors import ConfigError
from spanferry.data.manifest import Manifest
from spanferry.flows.labels import distinct
from spanferry.flows.load import load_config
from spanferry.flows.run import Result, build
from spanferry.translators import TRANSLATORS
from spanferry.translators.embedded import EmbeddedTranslator
from tests.flows.corpora import write_corpus

ROWS: list[dict[str, Any]] = [
    {"id": "1", "text": "Wake Ana at noon.", "labels": {"intent": "set_alarm"},
     "spans": [{"id": "a", "start": 5, "end": 8, "label": "person_name"},
               {"id": "b", "start": 12, "end": 16, "label": "TIME"}],
     "relations": [{"head": "a", "tail": "b", "label": "born_in"}]},
    {"id": "2", "text": "Send Rui a message.", "labels": {"intent": "send_message"},
     "spans": [{"id": "a", "start": 5, "end": 8, "label": "person_name"},
               {"id": "b", "start": 11, "end": 18, "label": "message"}],
     "relations": [{"head": "a", "tail": "b", "label": "born_on"}]},
]  # fmt: skip
NAMES = "translate.translate_labels"


@pytest.fixture(autouse=True)
def _corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("corpus.jsonl").write_text("\n".join(map(json.dumps, ROWS)), "utf-8")
    config = {
        "source": {"path": "corpus.jsonl"}, "targets": ["pt"], "publish": {"path": "out"},
        "filter": {"complete": False, "min_span_score": 0},
    }  # fmt: skip
    Path("build.yaml").write_text(yaml.safe_dump(config), "utf-8")


def run(*overrides: str, limit: int | None = None) -> Result:
    return build(load_config(Path("build.yaml"), overrides), limit=limit)


def published() -> Mapping[str, str]:
    manifest = json.loads(Path("out/manifest.json").read_text("utf-8"))
    found: Mapping[str, str] = manifest["label_names"]["pt"]["names"]
    return found


def test_labels_are_translated_once_and_shards_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run().units == 5
    shards = {e.key: e.file for e in Manifest(Path("out.work")).find("pt/")}
    done = run(f"{NAMES}=true")
    assert (done.units, done.published.fresh) == (0, True)
    names = published()
    assert set(names) == {
        "person_name", "TIME", "message", "set_alarm", "send_message", "born_in", "born_on",
    }  # fmt: skip
    assert names["person_name"] == "nome_da_pessoa"
    assert names["TIME"] == "TIME"  # four capitals: an abbreviation, as far as one can tell
    assert (names["born_in"], names["born_on"]) == ("born_in", "born_on")  # both nascido_em
    rows = datasets.load_dataset("out", split="train", cache_dir=str(tmp_path / "cache"))
    assert rows.features["intent"].int2str(rows[0]["intent"]) == names["set_alarm"] != "set_alarm"
    assert rows.features["relations"].feature["label"].names == ["born_in", "born_on"]

    def refuse(self: EmbeddedTranslator) -> None:
        raise AssertionError("nothing is left to translate")

    monkeypatch.setattr(EmbeddedTranslator, "setup", refuse)
    assert not run(f"{NAMES}=true").published.fresh
    # a name that is given, and back again, need no translator either
    done = run(f"{NAMES}={{pt: {{set_alarm: pôr_alarme, TIME: HORA, born_in: natural_de}}}}")
    assert (done.units, done.published.fresh) == (0, True)
    assert published() == {
        **names,
        "set_alarm": "pôr_alarme",
        "TIME": "HORA",
        "born_in": "natural_de",
        "born_on": "nascido_em",  # nothing else is called so now
    }
    run(f"{NAMES}=true")
    assert published() == names
    run()
    assert "label_names" not in Path("out/manifest.json").read_text("utf-8")
    assert {e.key: e.file for e in Manifest(Path("out.work")).find("pt/")} == shards


def test_damaged_translations_are_made_anew() -> None:
    run(f"{NAMES}=true")
    names = published()
    (file,) = Path("out.work/labels/pt").iterdir()
    for damage in (file.read_bytes()[:-9], b"{" * file.stat().st_size):
        file.write_bytes(damage)
        run(f"{NAMES}={{pt: {{TIME: HORA}}}}")
        assert published() == {**names, "TIME": "HORA"}
        assert json.loads(file.read_text("utf-8"))["Message"]["text"]


def test_given_names_need_no_backend_that_translates(tmp_path: Path) -> None:
    write_corpus(tmp_path, 5)
    run(f"{NAMES}=true")  # NAME is an abbreviation to us
    assert Manifest(Path("out/names.work")).find("labels/") == []
    assert run(f"{NAMES}={{pt: {{NAME: NOME}}}}").units == 0
    rows = datasets.load_dataset("out/names", split="train", cache_dir=str(tmp_path / "cache"))
    assert rows.features["spans"].feature["label"].names == ["NOME"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            "{pt: {mesage: mensagem}}",
            f"{NAMES}.pt: the source has no label 'mesage'; did you mean 'message'? (labels: TIME, "
            "born_in, born_on, message, person_name, send_message, set_alarm)",
        ),
        (
            "{pt: {message: X, TIME: X}}",
            f"{NAMES}.pt: 'TIME' and 'message' would both be called 'X'; names must differ",
        ),
        (
            "{pt: {message: TIME}}",
            f"{NAMES}.pt: 'message' and 'TIME' would both be called 'TIME'; names must differ",
        ),
    ],
)
def test_names_that_cannot_be_are_refused_before_anything_is_translated(
    given: str, message: str
) -> None:
    with pytest.raises(ConfigError) as error:
        run(f"{NAMES}={given}")
    assert str(error.value) == message
    assert Manifest(Path("out.work")).find("pt/") == []


def test_labels_that_a_part_of_the_source_lacks_may_be_named() -> None:
    run(f"{NAMES}={{pt: {{born_on: X, message: TIME, TIME: message}}}}", limit=1)
    assert published()["TIME"] == "message"
    assert "born_on" not in published()


def test_a_backend_that_looks_translations_up_cannot_translate_labels() -> None:
    lines = [{**row, "pt": "Olá, Ana."} for row in ROWS]
    Path("corpus.jsonl").write_text("\n".join(map(json.dumps, lines)), "utf-8")
    with pytest.raises(ConfigError) as error:
        run("translate={backend: parallel, column: pt, translate_labels: true}")
    assert str(error.value) == (
        f"{NAMES}: the backend 'parallel' looks translations up by record and cannot translate any "
        "other text, so not the labels born_in, born_on, message, person_name, send_message, "
        f"set_alarm; name them: {NAMES}: {{pt: {{born_in: ...}}}}"
    )


def test_a_label_without_a_translation_keeps_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    place = "tests.translators.dictionary:DictionaryTranslator"
    monkeypatch.setitem(TRANSLATORS, "dictionary", place)
    from spanferry.flows.config import config_class

    config_class.cache_clear()
    lines = [{**row, "labels": {"intent": "lost_luggage"}} for row in ROWS]
    Path("corpus.jsonl").write_text("\n".join(map(json.dumps, lines)), "utf-8")
    try:
        run("translate={backend: dictionary, words: {message: carta}, translate_labels: true}",
            "filter={identical_to_source: false, complete: false, min_span_score: 0}")  # fmt: skip
    finally:
        config_class.cache_clear()
    manifest = json.loads(Path("out/manifest.json").read_text("utf-8"))
    assert manifest["label_names"]["pt"]["kept"] == {"TIME": "code", "lost_luggage": "too_hard"}


@given(st.dictionaries(st.sampled_from("abcdef"), st.sampled_from("abcdxyz"), min_size=1))
def test_names_come_to_differ(names: dict[str, str]) -> None:
    back = distinct(names, ())
    final = {label: label if label in back else name for label, name in names.items()}
    assert len(set(final.values())) == len(final)
    for label in back:  # and none is given back without need
        users = [other for other in names if other != label and names[other] == names[label]]
        assert users or names[label] in back or names[label] in final.values()
