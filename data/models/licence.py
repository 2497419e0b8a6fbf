"""The licence that a model's card names."""

from __future__ import annotations

import re
from pathlib import Path

from spanferry.data.models import Model

_HEAD = re.compile(r"\A---\s*\n(.*?)\n---\s*$", re.DOTALL | re.MULTILINE)
_LICENCE = re.compile(r"^license:[ \t]*[\"']?([\w.+-]+)", re.MULTILINE)
_NAME = re.compile(r"^license_name:[ \t]*[\"']?([\w.+ -]+?)[\"']?[ \t]*$", re.MULTILINE)


def licence_of(model: Model) -> str:
    """The licence in the head of a model's README (`gemma`, `apache-2.0`), or `unknown`.

    For a Hub id the README is looked for where the Hub keeps what was downloaded; it is never
    asked for, as it is no part of the model.
    """
    try:
        text = _card(model).read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return "unknown"
    head = _HEAD.search(text)
    if not head:
        return "unknown"
    found = _LICENCE.search(head[1])
    name = found[1] if found else "unknown"
    if name == "other":
        own = _NAME.search(head[1])
        return own[1] if own else name
    return name


def _card(model: Model) -> Path:
    if model.folder is not None:
        return model.folder / "README.md"
    try:
        from huggingface_hub import try_to_load_from_cache
    except ImportError:
        return Path("README.md", "")
    found = try_to_load_from_cache(model.name, "README.md", revision=model.revision)
    return Path(found) if isinstance(found, str) else Path(model.name, "README.md")
