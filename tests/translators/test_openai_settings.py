"""Settings, prompts, revisions, names of languages, costs: all that needs no server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from spanferry.data.errors import ConfigError
from spanferry.translators.base import Estimate, Usage
from spanferry.translators.language_names import language_name
from spanferry.translators.openai_server import prompts
from spanferry.translators.openai_server.costs import cost
from spanferry.translators.openai_server.settings import OpenAITranslatorSettings, Price
from spanferry.translators.openai_server.translator import OpenAITranslator
from tests.servers.backend import backend
from tests.servers.chat import ChatServer

HERE = "http://localhost:8000/v1"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"model": ""}, "at least 1 character"),
        ({"base_url": "localhost:8000/v1"}, "must be an address such as"),
        ({"base_url": "http://me:secret@localhost/v1"}, "no user name and no password"),
        ({"api_key_env": "sk-12345"}, "the name of an environment variable, not the key itself"),
        ({"extra_body": {"model": "x", "n": 2, "top_p": 1}}, "must not hold model, n"),
        ({"score": True, "sentences_per_request": 8}, "needs sentences_per_request: 1"),
        ({"temprature": 0}, "Extra inputs are not permitted"),
    ],
)
def test_wrong_settings(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        OpenAITranslatorSettings.model_validate({"model": "m", **wrong})


def test_every_setting_is_described() -> None:
    for name, field in OpenAITranslatorSettings.model_fields.items():
        assert field.description, name
    assert OpenAITranslatorSettings.model_fields.keys() >= OpenAITranslatorSettings.IDLE


def revision(**settings: Any) -> str:
    return backend(HERE, **settings).info.revision


@pytest.mark.parametrize(
    "change",
    [
        {"model": "other"},
        {"base_url": "http://elsewhere:8000/v1"},
        {"instructions": "Be formal."},
        {"sentences_per_request": 2},
        {"json_mode": "off"},
        {"temperature": 0.5},
        {"temperature": None},
        {"seed": 1},
        {"score": True},
        {"extra_body": {"top_p": 0.5}},
        {"language_names": {"pt": "Brazilian"}},
        {"max_characters": 500},
        {"keep_items": False},
    ],
)
def test_what_may_change_a_translation_changes_the_revision(change: dict[str, Any]) -> None:
    assert revision(**change) != revision() == revision()


@pytest.mark.parametrize(
    "change",
    [
        {"base_url": "http://localhost:9000/v1"},
        {"concurrency": 2},
        {"timeout": 1},
        {"retries": 0},
        {"price_per_million": {"prompt": 1}},
        {"api_key_env": "OTHER"},
    ],
)
def test_what_changes_no_translation_leaves_the_revision(change: dict[str, Any]) -> None:
    assert revision(**change) == revision()


def test_the_languages_and_the_prompt_file_are_in_the_revision(tmp_path: Path) -> None:
    settings = OpenAITranslatorSettings(model="m", base_url=HERE)
    made = [
        OpenAITranslator(settings, source_language=source, target_language=target).info.revision
        for source, target in [("en", "pt"), ("en", "es"), ("de", "pt")]
    ]
    assert len(set(made)) == 3
    copy, other = tmp_path / "copy.md", tmp_path / "other.md"
    copy.write_text(prompts.known()["translate-v1"], "utf-8")
    other.write_text("To {target_language}!", "utf-8")
    assert revision(prompt=str(copy)) == revision()  # the content counts, not the place
    assert revision(prompt=str(other)) != revision()
    info = backend(HERE).info
    assert (info.name, info.source) == ("openai", "stub at localhost")


def test_the_prompt_that_comes_with_the_package_never_changes() -> None:
    # a better wording is a new file: corpora that were built with this one name it
    assert prompts.load("translate-v1").sha256.startswith("24752a6e113734a8")
    assert sorted(prompts.known()) == ["translate-v1"]


def test_the_system_message() -> None:
    made = backend(HERE, instructions="Address the reader as {you}.")
    text = made.system()
    assert text.startswith("You are a professional translator from English into Portuguese.")
    assert text.endswith("Address the reader as {you}.")
    assert "{name}, %s or $1" in text  # braces that are no field stay
    assert "_language}" not in text
    assert not backend(HERE).system().endswith("\n")


def test_prompts_of_the_user(tmp_path: Path) -> None:
    own = tmp_path / "own.txt"
    own.write_text("{source_language} to {target_language}, please.\n", "utf-8")
    assert backend(HERE, prompt=str(own)).system() == "English to Portuguese, please."
    with pytest.raises(ConfigError, match=r"must hold \{instructions\}"):
        backend(HERE, prompt=str(own), instructions="Be formal.")
    own.write_text("Translate.", "utf-8")
    with pytest.raises(ConfigError, match=r"must hold \{target_language\}"):
        backend(HERE, prompt=str(own))
    own.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="it is not UTF-8"):
        backend(HERE, prompt=str(own))
    with pytest.raises(ConfigError, match=r"neither a known prompt \(translate-v1\) nor a file"):
        backend(HERE, prompt="translate-v7")


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("pt", "Portuguese"),
        ("pt-BR", "Portuguese (Brazil)"),
        ("sr-Latn", "Serbian (Latin)"),
        ("zh-Hant", "Chinese (Traditional)"),
        ("ast", "Asturian"),
        ("gl", "Galician"),
        ("en", "Queen's English"),
    ],
)
def test_language_names(code: str, name: str) -> None:
    assert (
        language_name(code, {"en": "Queen's English"}, user="openai", key="language_names") == name
    )


def test_a_language_without_a_name() -> None:
    with pytest.raises(ConfigError, match=r"'qaa'; give one: language_names: \{qaa: \.\.\.\}"):
        language_name("qaa", {}, user="openai", key="language_names")


def test_costs() -> None:
    price = Price(prompt=0.5, completion=2.0)
    assert cost(Usage(3_000_000, 500_000), price) == pytest.approx(2.5)
    assert cost(Usage(), price) == 0


def test_estimates() -> None:
    alone = backend(HERE).estimate(1000, 80_000)
    assert isinstance(alone, Estimate)
    assert (alone.requests, alone.cost) == (1000, None)
    assert alone.prompt_tokens > 1000 * len(backend(HERE).system()) / 4
    price = {"prompt": 1, "completion": 4}
    eight = backend(HERE, sentences_per_request=8, price_per_million=price)
    fewer = eight.estimate(1000, 80_000)
    assert fewer.requests == 125
    assert fewer.prompt_tokens < alone.prompt_tokens / 3
    assert fewer.completion_tokens == alone.completion_tokens > 20_000
    told = Usage(fewer.prompt_tokens, fewer.completion_tokens)
    assert fewer.cost == pytest.approx(cost(told, Price(prompt=1, completion=4)))
    assert backend(HERE).estimate(0, 0) == Estimate(0, 0, 0, None)


@pytest.mark.parametrize("named", [False, True])
def test_a_key_goes_only_where_it_is_meant_to_go(
    named: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-another-server")
    monkeypatch.setenv("LOCAL_KEY", "sk-local")
    with ChatServer() as server:
        backend(server, api_key_env="LOCAL_KEY" if named else None).setup()
    sent = server.requests[0].headers["authorization"]
    assert sent == ("Bearer sk-local" if named else "Bearer none")


@pytest.mark.parametrize(
    ("settings", "value", "words"),
    [
        ({"base_url": "https://api.openai.com/v1"}, None, "variable OPENAI_API_KEY is not set"),
        ({"api_key_env": "OPENAI_API_KEY"}, " ", "variable OPENAI_API_KEY is not set"),
        ({"api_key_env": "OPENAI_API_KEY"}, "sk-\u00e9", "OPENAI_API_KEY holds cannot be a key"),
    ],
)
def test_a_key_that_is_not_there(
    settings: dict[str, Any], value: str | None, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    if value is not None:
        monkeypatch.setenv("OPENAI_API_KEY", value)
    with pytest.raises(ConfigError, match=words):
        backend(HERE, **settings).setup()


def test_extra_fields_reach_the_server() -> None:
    with ChatServer() as server:
        extra = {"chat_template_kwargs": {"enable_thinking": False}}
        backend(server, extra_body=extra, temperature=None).setup()
    body = server.requests[0].body
    assert body["chat_template_kwargs"] == {"enable_thinking": False}
    assert "temperature" not in body
