"""The settings of projection methods: their own fields, and sections that hold models and methods.

A method says in `MODELS` which sections hold models, and in `MEMBERS` that it is made of other
methods. The classes of these settings belong to other folders, so they are put together here.
"""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, Field, create_model

from spanferry.data import backends
from spanferry.data.nested import Nested
from spanferry.projection import METHODS
from spanferry.translators.legs import LEGS

#: The method that is taken where none is named.
DEFAULT_METHOD = "alignment"


class MethodNested(Nested):
    """The settings of a method inside those of another, by name alone where that is enough."""

    def settings_class(self, name: str) -> type[BaseModel]:
        """The settings class of a method, with its sections."""
        return method_settings(name)

    def parse(self, value: Any) -> BaseModel:
        """See `Nested.parse`; `alignment` stands for `{method: alignment}`, and a list for a
        fallback list."""
        return super().parse(named(value))


#: A method inside another.
NESTED = MethodNested("methods", METHODS, DEFAULT_METHOD, title="Method", tag="method")
MemberSettings = Annotated[BaseModel, NESTED]


def _some(members: tuple[BaseModel, ...]) -> tuple[BaseModel, ...]:
    if not members:
        raise ValueError("names no method")
    return members


# not `min_length`, which counts members without those that are wrong
Members = Annotated[tuple[MemberSettings, ...], AfterValidator(_some)]


def named(value: Any) -> Any:
    """The settings that a short form of a `project` section stands for.

    >>> named("translate-match")
    {'method': 'translate_match'}
    >>> named({"method": ["markers", "alignment"]})
    {'method': 'fallback', 'methods': ['markers', 'alignment']}
    """
    if isinstance(value, str):
        return {"method": value.replace("-", "_")}
    if isinstance(value, list):
        return {"method": "fallback", "methods": value}
    if isinstance(value, dict):
        given = value.get("method")
        if isinstance(given, list):
            return {**value, "method": "fallback", "methods": given}
        if isinstance(given, str):
            return {**value, "method": given.replace("-", "_")}
    return value


@cache
def method_settings(name: str) -> type[BaseModel]:
    """The settings class of a method, with the field `method` and its sections.

    Raises:
        ConfigError: there is no method of that name.
    """
    made = backends.load("methods", name, METHODS)
    fields: dict[str, Any] = {"method": (Literal[name], name)}
    for section, (kind, text) in getattr(made, "MODELS", {}).items():
        fields[section] = (_section(kind) | None, Field(None, description=text))
    members = getattr(made, "MEMBERS", None)
    if members:
        fields["methods"] = (Members, Field(description=members))
    own: type[BaseModel] = made.Settings
    title = "".join(part.title() for part in name.split("_"))
    return create_model(f"{title}Method", __base__=own, __doc__=own.__doc__, **fields)


def _section(kind: str) -> Any:
    """The type of a section that holds a model."""
    match kind:
        case "translator":
            return Annotated[BaseModel, LEGS]
        case "generator":
            from spanferry.translators.generation import TextGenerator

            return TextGenerator.Settings
        case "encoder":
            from spanferry.aligners.range_encoder import RangeEncoderSettings

            return RangeEncoderSettings
        case "server":
            from spanferry.translators.openai_server.prompt_client import PromptClient

            return PromptClient.Settings
    raise ValueError(f"a method wants a model of the unknown kind {kind!r}")
