"""Pairs in the fields of JSONL."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from spanferry.data.errors import ConfigError, InputError
from spanferry.translators.parallel import ParallelTranslator, ParallelTranslatorSettings
from tests.translators.parallel.making import ask, make, write_jsonl


@pytest.mark.parametrize(
    ("found", "settings"),
    [
        ({"en": "One.", "pt": "Um."}, {"source_field": "en", "field": "pt"}),
        ({"en": "One.", "pt": "Um."}, {"source_field": "en", "field": "{target}"}),
        ({"text": "One.", "translation": "Um."}, {"source_field": "text"}),
        ({"translation": {"EN": "One.", "pt-BR": "Um."}}, {"source_field": "translation"}),
        (
            {"translation": {"en": "One.", "pt": "Um."}},
            {"source_field": "translation.en", "field": "translation.{target}"},
        ),
        (
            {"a.b": "One.", "a": {"b": "x"}, "c": {"d": {"e": "Um."}}},
            {"source_field": "a.b", "field": "c.d.e"},
        ),
        (
            {"t": {"language": ["pt", "en", "en"], "translation": ["Um.", "1.", "One."]}},
            {"source_field": "t", "field": "t"},
        ),
        ({"src": "One.", "translation": {"es": "Uno."}, "text": "Um."}, {"source_field": "src"}),
    ],
)
def test_fields(tmp_path: Path, found: dict[str, Any], settings: dict[str, str]) -> None:
    path = write_jsonl(tmp_path / "c.jsonl", [{"x": 1}, found])
    translator = make(path=path, **settings)
    translator.check({"train": 1, "dev": 1})
    assert ask(translator, "One.", "x") == ["Um.", "no_translation"]


def test_by_id_takes_the_language_too(tmp_path: Path) -> None:
    objects = [{"id": "r0", "translation": {"es": "Uno.", "pt": "Um."}}]
    path = write_jsonl(tmp_path / "c.jsonl", objects)
    assert ask(make(path=path), "One.") == ["Um."]
    with pytest.raises(ConfigError, match="has the field 'translation' or 'text' of the transl"):
        make(path=path, target="fr").check({"train": 1})


def test_a_text_is_not_its_own_translation(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "c.jsonl", [{"text": "One."}])
    with pytest.raises(
        ConfigError,
        match=r"object in '.*' has a text in 'en' in the field 'text' \(translate.source_field\) "
        r"and one in 'pt' in 'translation' or 'text' \(translate.field\); .* object has: 'text'$",
    ):
        make(path=path, source_field="text").check({"train": 1})


def test_one_file_for_several_targets(tmp_path: Path) -> None:
    objects = [{"translation": {"en": "One.", "pt": "Um.", "es": "Uno."}}]
    path = write_jsonl(tmp_path / "c.jsonl", objects)
    given = {"path": path, "source_field": "translation"}
    with pytest.raises(ConfigError, match=r"stands in the name, or in translate\.field$"):
        ParallelTranslator.check_targets(ParallelTranslatorSettings(**given), ["pt", "es"])
    given["field"] = "translation.{target}"
    ParallelTranslator.check_targets(ParallelTranslatorSettings(**given), ["pt", "es"])
    assert [ask(make(**given, target=one), "One.") for one in ("pt", "es")] == [["Um."], ["Uno."]]


def test_no_objects(tmp_path: Path) -> None:
    translator = make(path=write_jsonl(tmp_path / "c.jsonl", []), source_field="en")
    translator.check({"train": 0})
    with pytest.raises(ConfigError, match=r"c\.jsonl' has no objects$"):
        translator.check({"train": 1})


@pytest.mark.parametrize("line", ["{", "[1]", "[" * 100_000])
def test_bad_lines(tmp_path: Path, line: str) -> None:
    (tmp_path / "c.jsonl").write_text(f'{{"en": "a", "pt": "b"}}\n\n{line}\n')
    with pytest.raises(InputError) as caught:
        make(path=str(tmp_path / "c.jsonl"), source_field="en", field="pt")
    assert caught.value.reason == "bad_json"
    assert caught.value.origin.endswith("c.jsonl:3")
