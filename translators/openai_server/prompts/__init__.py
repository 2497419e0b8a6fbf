"""Prompts: versioned files that come with the package, or a user's own.

A file that comes with the package never changes; a better wording gets a new version and a new
name. The hash of the file is part of the backend's revision either way.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from spanferry.data.errors import ConfigError

SOURCE, TARGET, INSTRUCTIONS = "{source_language}", "{target_language}", "{instructions}"


@dataclass(frozen=True, slots=True)
class Prompt:
    """The text of a prompt file and its SHA-256."""

    text: str
    sha256: str

    def system(self, source: str, target: str, instructions: str | None) -> str:
        """The system message. Only the three known fields are filled in; other braces stay."""
        fields = {SOURCE: source, TARGET: target, INSTRUCTIONS: (instructions or "").strip()}
        text = self.text
        for name, value in fields.items():
            text = text.replace(name, value)
        return text.strip()


def known() -> dict[str, str]:
    """Names and texts of the prompts that come with the package."""
    return {
        file.name.removesuffix(".md"): file.read_text("utf-8")
        for file in files(__package__).iterdir()
        if file.name.endswith(".md")
    }


def load(name: str, *, instructions: bool = False) -> Prompt:
    """The prompt of a name, or else of a path.

    Args:
        instructions: whether there are some, so that the prompt needs a place for them.

    Raises:
        ConfigError: there is none, it cannot be read, or it lacks a field.
    """
    texts = known()
    text = texts.get(name)
    if text is None:
        try:
            text = Path(name).read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "it is not UTF-8"
            raise ConfigError(
                f"translator 'openai': prompt {name!r} is neither a known prompt "
                f"({', '.join(sorted(texts))}) nor a file that can be read: {why}"
            ) from None
    for field in (TARGET, INSTRUCTIONS) if instructions else (TARGET,):
        if field not in text:
            raise ConfigError(f"translator 'openai': prompt {name!r} must hold {field}")
    return Prompt(text, hashlib.sha256(text.encode()).hexdigest())


def user_message(sentences: Sequence[str]) -> str:
    """Sentences as a numbered JSON object: `{"1": "Come in.", "2": "Sit down."}`."""
    numbered = {str(number): text for number, text in enumerate(sentences, 1)}
    return json.dumps(numbered, ensure_ascii=False)


def reminder(count: int) -> str:
    """What is added when the last reply was of no use; a server that does not sample would
    otherwise give the same one again."""
    keys = '"1"' if count == 1 else f'"1" to "{count}"'
    return (
        f"\n\nReply with one valid JSON object, its keys exactly {keys}, each value a string; "
        "nothing before it, nothing after it."
    )
