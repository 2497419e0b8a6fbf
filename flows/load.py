"""Reads a configuration file; errors name the file, the key, the value and what is allowed."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError

from spanferry.data.errors import ConfigError
from spanferry.flows.config import BaseConfig, config_class

M = TypeVar("M", bound=BaseModel)


class _Loader(yaml.SafeLoader):
    """YAML in which a key that stands twice is an error, and not the last one right."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key, _ in node.value:
            name = self.construct_object(key, deep=True)
            if name in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {name!r} stands twice", key.start_mark
                )
            seen.add(name)
        return super().construct_mapping(node, deep)


def load_config(path: Path, overrides: Sequence[str] = ()) -> BaseConfig:
    """The configuration in a YAML file with `key=value` overrides applied.

    Raises:
        ConfigError: the file cannot be read, is no YAML mapping, or does not fit the model.
    """
    data = read_yaml(path, overrides)
    publish = data.get("publish", {})
    if isinstance(publish, dict) and publish.get("path") is None:
        data["publish"] = {**publish, "path": f"out/{path.stem}"}
    return validate(config_class(), data, str(path))


def read_yaml(path: Path, overrides: Sequence[str] = ()) -> dict[str, Any]:
    """The keys and values of a YAML file with `key=value` overrides applied.

    Raises:
        ConfigError: the file cannot be read or is no YAML mapping.
    """
    try:
        data = yaml.load(path.read_text("utf-8"), _Loader)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: is not valid YAML: {error}") from error
    if not isinstance(data, dict):
        raise ConfigError(f"{path}: must hold keys and values, not {type(data).__name__}")
    for override in overrides:
        apply_override(data, override)
    # a section whose lines are all commented out is as good as none
    return {key: value for key, value in data.items() if value is not None}


def validate(model: type[M], data: dict[str, Any], where: str) -> M:
    """The data as a model.

    Args:
        where: name of the file, for errors.

    Raises:
        ConfigError: they do not fit; a line a key says what is wrong.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise ConfigError(explain(error, data, where, model)) from None


def apply_override(data: dict[str, Any], override: str) -> None:
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
        place[last] = yaml.load(value, _Loader)
    except yaml.YAMLError as error:
        raise ConfigError(f"--set {override!r}: the value is not valid YAML: {error}") from None


def explain(
    error: ValidationError, data: Any, where: str, model: type[BaseModel] | None = None
) -> str:
    """A validation error as lines `file: key: what is wrong (got ...)`, one line a key."""
    found: dict[str, list[str]] = {}
    for item in error.errors(include_url=False):
        place = item["loc"]
        if item["type"] == "union_tag_invalid":
            place = (*place, item["ctx"]["discriminator"].strip("'"))
        key = _key(place, data) or "(top level)"
        text = _text(dict(item), model or config_class())
        if text not in found.setdefault(key, []):
            found[key].append(text)
    # what is wrong with a part makes the whole wrong too, which says nothing new
    keys = [key for key in found if not any(other.startswith(f"{key}.") for other in found)]
    return "\n".join(f"{where}: {key}: {' | '.join(found[key])}" for key in keys)


def _key(location: tuple[int | str, ...], data: Any) -> str:
    """The key as it stands in the file: a location also names the members of unions."""
    parts: list[str] = []
    for part in location:
        inside = isinstance(data, dict) and part in data
        if inside or (isinstance(data, list) and isinstance(part, int) and part < len(data)):
            data = data[part]
            parts.append(str(part))
    last = location[-1] if location else ""
    # a key that is missing is not in the data; the name of a type (`dict[str,str]`) is no key, nor
    # is that of a member of a union (`translate.parallel`), which the file names as a value
    named = isinstance(data, dict) and last in data.values()
    if isinstance(data, dict) and not named and last not in parts and str(last).isidentifier():
        parts.append(str(last))
    return ".".join(parts)


def _text(item: dict[str, Any], model: type[BaseModel]) -> str:
    given = item.get("input")
    context = item.get("ctx", {})
    text = str(item["msg"]).removeprefix("Value error, ")
    match item["type"]:
        case "extra_forbidden":
            return "unknown key" + _near(item["loc"], model)
        case "missing":
            return "is missing"
        case "union_tag_invalid":
            name, tag = context["discriminator"].strip("'"), context["tag"]
            allowed = [one.strip("' ") for one in context["expected_tags"].split(",")]
            near = difflib.get_close_matches(str(tag), allowed, 1)
            hint = f"did you mean {near[0]!r}? " if near else ""
            return f"no {name} {tag!r}; {hint}allowed: {context['expected_tags']}"
        case "union_tag_not_found":
            return "names no path" if isinstance(given, dict) else "must hold keys and values"
        case "secret_in_file":
            return text  # what was given is not to be shown
        case "model_type" | "model_attributes_type" | "dict_type":
            return f"must hold keys and values (got {given!r})"
        case "string_type" if isinstance(given, bool):
            word = "no, off or false" if given is False else "yes, on or true"
            return f"YAML reads {word} as a truth value; put it in quotes"
    return text if isinstance(given, dict | list | tuple) else f"{text} (got {given!r})"


def _near(location: tuple[int | str, ...], model: type[BaseModel]) -> str:
    """What is allowed beside an unknown key, with the nearest name first."""
    models: tuple[Any, ...] = (model,)
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
