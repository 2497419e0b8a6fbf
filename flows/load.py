"""Reads a configuration file; errors name the file, the key, the value and what is allowed."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ValidationError

from spanferry.data.errors import ConfigError
from spanferry.flows.config import BaseConfig, config_class


def load_config(path: Path, overrides: Sequence[str] = ()) -> BaseConfig:
    """The configuration in a YAML file with `key=value` overrides applied.

    Raises:
        ConfigError: the file cannot be read, is no YAML mapping, or does not fit the model.
    """
    try:
        data = yaml.safe_load(path.read_text("utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: is not valid YAML: {error}") from error
    if not isinstance(data, dict):
        raise ConfigError(f"{path}: must hold keys and values, not {type(data).__name__}")
    for override in overrides:
        _apply(data, override)
    publish = data.get("publish") or {}
    if isinstance(publish, dict) and publish.get("path") is None:
        data["publish"] = {**publish, "path": f"out/{path.stem}"}
    try:
        return config_class().model_validate(data)
    except ValidationError as error:
        raise ConfigError(explain(error, str(path))) from None


def _apply(data: dict[str, Any], override: str) -> None:
    """Set `a.b.c=value` in nested mappings; the value is read as YAML."""
    key, equals, value = override.partition("=")
    if not equals or not key.strip():
        raise ConfigError(f"--set {override!r}: write key=value, e.g. filter.min_span_score=0.5")
    *parents, last = key.strip().split(".")
    place = data
    for parent in parents:
        if place.get(parent) is None:
            place[parent] = {}
        place = place[parent]
        if not isinstance(place, dict):
            raise ConfigError(f"--set {override!r}: {parent!r} holds a value, not keys")
    try:
        place[last] = yaml.safe_load(value)
    except yaml.YAMLError as error:
        raise ConfigError(f"--set {override!r}: the value is not valid YAML: {error}") from None


def explain(error: ValidationError, where: str) -> str:
    """A validation error as lines `file: key: what is wrong (got ...)`."""
    lines = []
    for item in error.errors(include_url=False):
        key = ".".join(str(part) for part in item["loc"]) or "(top level)"
        given = item.get("input")
        text = item["msg"].removeprefix("Value error, ")
        if item["type"] == "extra_forbidden":
            text = "unknown key" + _near(item["loc"])
        elif item["type"] == "missing":
            text = "is missing"
        elif item["type"] == "union_tag_invalid":
            known = item["ctx"]
            text = f"no {known['discriminator']} {known['tag']!r}"
            text += f"; allowed: {known['expected_tags']}"
        elif item["type"] != "union_tag_not_found" and not isinstance(given, dict | list):
            text += f" (got {given!r})"
        lines.append(f"{where}: {key}: {text}")
    return "\n".join(lines)


def _near(location: tuple[int | str, ...]) -> str:
    """What is allowed beside an unknown key, with the nearest name first."""
    models: tuple[Any, ...] = (config_class(),)
    for part in location[:-1]:
        models = _under(models, str(part))
    fields = sorted({name for model in models for name in model.model_fields})
    if not fields:
        return ""
    near = difflib.get_close_matches(str(location[-1]), fields, 1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return f"{hint} (allowed: {', '.join(fields)})"


def _under(models: tuple[Any, ...], part: str) -> tuple[Any, ...]:
    """The models under a key; or, of the members of a union, the one that is called `part`."""
    found = []
    for model in models:
        if part in model.model_fields:
            kind: Any = model.model_fields[part].annotation
            found += [
                member
                for member in (get_args(kind) or (kind,))
                if isinstance(member, type) and issubclass(member, BaseModel)
            ]
    return tuple(found) or tuple(
        model
        for model in models
        if any(field.default == part for field in model.model_fields.values())
    )
