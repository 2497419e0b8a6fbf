"""Settings that must agree with one another; errors stand at the key that is to be changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from spanferry.data.errors import ConfigError
from spanferry.flows.config import json_schema
from spanferry.flows.load import load_config

BACK = "translate={backend: round_trip}"


def load(folder: Path, *overrides: str) -> Any:
    path = folder / "build.yaml"
    path.write_text('source: {path: "sample:news.conll"}\ntargets: [pt]\n', "utf-8")
    return load_config(path, overrides)


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (
            ["filter.min_round_trip=0.5"],
            "filter.min_round_trip: 0.5 needs translations back, and translate.backend 'embedded' "
            "makes none; use round_trip: {backend: round_trip, forward: {...}}",
        ),
        (
            ["translate.translate_labels={es: {PER: PERSONA}}"],
            "translate.translate_labels.es: 'es' is not among the targets: pt",
        ),
        (
            ["translate.translate_labels={pt: PESSOA}"],
            "translate.translate_labels.pt: must hold keys and values (got 'PESSOA')",
        ),
        (
            ["translate.translate_labels={pt: {PER: ' '}}"],
            "translate.translate_labels.pt.PER: String should have at least 1 character (got ' ')",
        ),
        (
            ["translate.translate_labels=maybe"],
            "translate.translate_labels: Input should be a valid boolean, unable to interpret "
            "input (got 'maybe')",
        ),
        (
            ["translate={backend: pivot, via: es, first: {thread: 2}}"],
            "translate.first.thread: unknown key; did you mean 'threads'? "
            "(allowed: backend, max_tokens, newlines, threads)",
        ),
        (
            ["translate={backend: pivot, via: es, first: {translate_labels: true}}"],
            "translate.first.translate_labels: unknown key "
            "(allowed: backend, max_tokens, newlines, threads)",
        ),
        (["translate={backend: pivot}"], "translate.via: is missing"),
        (
            ["translate={backend: round_trip, forward: 3}"],
            "translate.forward: must hold keys and values (got 3)",
        ),
    ],
)
def test_what_does_not_agree_is_refused(tmp_path: Path, overrides: list[str], message: str) -> None:
    with pytest.raises(ConfigError) as error:
        load(tmp_path, *overrides)
    assert str(error.value) == f"{tmp_path / 'build.yaml'}: {message}"


def test_what_agrees_is_taken(tmp_path: Path) -> None:
    made = load(tmp_path, BACK, "filter.min_round_trip=0.5")
    assert made.translate.forward.backend == "embedded"
    assert made.translate.backward is None
    made = load(tmp_path, "targets=[pt-BR]", "translate.translate_labels={pt_br: {PER: PESSOA}}")
    assert made.translate.translate_labels == {"pt-BR": {"PER": "PESSOA"}}
    assert load(tmp_path).translate.translate_labels is False


def test_the_schema_knows_the_names_of_labels_and_the_legs() -> None:
    from jsonschema import Draft202012Validator

    schema = Draft202012Validator(json_schema())

    def fits(**translate: Any) -> bool:
        source = {"path": "sample:news.conll", "language": "en"}
        data = {"source": source, "targets": ["pt"], "translate": translate}
        return not list(schema.iter_errors(data))

    assert fits(translate_labels=True)
    assert fits(translate_labels={"pt": {"PER": "PESSOA"}})
    assert not fits(backend="embedded", translate_labels={"pt": "PESSOA"})
    leg = {"backend": "embedded", "threads": 2}
    assert fits(backend="pivot", via="es", first=leg)
    assert fits(backend="round_trip", forward={"backend": "pivot", "via": "es"})
    assert not fits(backend="pivot", via="es", first={"backend": "embedded", "thread": 2})


@pytest.mark.parametrize(
    ("translate", "fine"),
    [
        ("{backend: embedded}", False),
        ("{backend: ctranslate2, model: x/y}", False),
        ("{backend: ctranslate2, model: x/y, links: true}", True),
        (
            "{backend: pivot, via: es, first: {backend: ctranslate2, model: x/y, links: true}}",
            False,
        ),
    ],
)
def test_links_from_attention_need_a_translator_that_gives_them(
    tmp_path: Path, translate: str, fine: bool
) -> None:
    path = tmp_path / "build.yaml"
    path.write_text(
        "source: {path: a.jsonl, language: en}\ntargets: [gl]\nalign: {backend: attention}\n"
        f"translate: {translate}\n"
    )
    if fine:
        assert load_config(path)
        return
    with pytest.raises(ConfigError, match=r"align\.backend: attention needs links from the transl"):
        load_config(path)
