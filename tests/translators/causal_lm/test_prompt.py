"""Prompts: what a model reads, in lines and in a chat."""

from __future__ import annotations

from pathlib import Path

import pytest

from spanferry.data.errors import ConfigError
from spanferry.translators.causal_lm.examples import pairs, read_examples
from spanferry.translators.causal_lm.prompt import lines
from tests.translators.causal_lm.conftest import Make

EXAMPLES = (
    {"en": "Good morning.", "es": "Buenos días.", "pt": "Bom dia."},
    {"en": "Yes", "es": "Sí"},
)


def test_lines() -> None:
    frame = lines("English", "Spanish", [("Yes", "Sí")], "{source_language} to {target_language}:")
    head = "English to Spanish:\nEnglish: Yes\nSpanish: Sí\n"
    assert frame.ask("The {source_language}\nhouse ") == (
        f"{head}English: The {{source_language}} house\nSpanish:"
    )
    whole, begin = frame.whole("Rain", "Lluvia")
    assert whole == f"{head}English: Rain\nSpanish: Lluvia\n"
    assert whole[begin:] == " Lluvia\n"


def test_chat(make: Make) -> None:
    prompt = (
        make("llama", examples=EXAMPLES[1:], instruction="Into {target_language}:")._model().prompt
    )
    assert prompt.ask("Rain") == (
        "<|im_start|>user\nInto Spanish:\n\nYes<|im_end|>\n<|im_start|>assistant\nSí<|im_end|>\n"
        "<|im_start|>user\nInto Spanish:\n\nRain<|im_end|>\n<|im_start|>assistant\n"
    )
    assert prompt.after == "<|im_end|>"


def test_a_model_without_a_template_is_given_lines(make: Make) -> None:
    assert make("gemma")._model().prompt.ask("Rain") == "English: Rain\nSpanish:"


@pytest.mark.parametrize(
    ("source", "target", "found"),
    [
        ("en", "es", [("Good morning.", "Buenos días."), ("Yes", "Sí")]),
        ("es", "en", [("Buenos días.", "Good morning."), ("Sí", "Yes")]),
        ("en", "pt-BR", [("Good morning.", "Bom dia.")]),
        ("pt", "pt", [("Bom dia.", "Bom dia.")]),
    ],
)
def test_examples_serve_every_direction(
    source: str, target: str, found: list[tuple[str, str]]
) -> None:
    assert pairs(read_examples(EXAMPLES), source, target) == found


def test_examples_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "shown.jsonl"
    file.write_text(
        '{"en": "Good\\nmorning.", "ES": "Buenos días."}\n\n{"en": "Yes", "es": "Sí"}\n'
    )
    assert read_examples(str(file)) == [
        {"en": "Good morning.", "es": "Buenos días."}, {"en": "Yes", "es": "Sí"}
    ]  # fmt: skip


def test_the_examples_are_part_of_the_revision(make: Make, tmp_path: Path) -> None:
    file = tmp_path / "shown.jsonl"
    revisions = []
    for text in ("Sí", "Claro"):
        file.write_text(f'{{"en": "Yes", "es": "{text}"}}\n')
        revisions.append(make("gemma", examples=str(file)).info.revision)
        revisions.append(make("gemma", examples=[{"en": "Yes", "es": text}]).info.revision)
    assert revisions[0] == revisions[1] != revisions[2] == revisions[3]


def test_language_names(make: Make) -> None:
    made = make("gemma", "en", "qaa", language_names={"qaa": "Tongue", "en": "Plain English"})
    assert made._model().prompt.ask("Rain") == "Plain English: Rain\nTongue:"
    with pytest.raises(ConfigError, match="has no name for the language 'qaa'"):
        make("gemma", "en", "qaa").setup()
