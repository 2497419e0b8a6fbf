"""Settings of a backend inside those of another: `first: {backend: embedded, threads: 2}`.

They are checked against the settings class of the backend that they name, so an unknown key is an
error with its whole path (`translate.first.thread`). Which backends there are, plug-ins included,
is asked when a value is checked: at import, those that compose others are among them themselves.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, GetJsonSchemaHandler, ValidationError, create_model
from pydantic_core import InitErrorDetails, PydanticCustomError, PydanticKnownError, core_schema

from spanferry.data import backends
from spanferry.translators import DEFAULT, TRANSLATORS

KIND = "translators"


class ComposedSettings(BaseModel):
    """Base of the settings that hold those of other backends."""


@cache
def leg_class(name: str) -> type[BaseModel]:
    """The settings class of a backend, with the field `backend` that names it."""
    own: type[BaseModel] = backends.load(KIND, name, TRANSLATORS).Settings
    named: Any = {"backend": (Literal[name], name)}
    return create_model(f"{name.title()}Leg", __base__=own, __doc__=own.__doc__, **named)


def leg(value: Any = None) -> BaseModel:
    """The settings of a leg from keys and values; the default backend where none is named.

    Raises:
        ValidationError: they do not fit the backend, or there is none of that name.
    """
    if isinstance(value, BaseModel) and isinstance(value, leg_class(_backend(value))):
        return value
    if value is not None and not isinstance(value, dict):
        raise PydanticKnownError("dict_type")
    data = {"backend": DEFAULT, **(value or {})}
    name, known = data["backend"], sorted(backends.names(KIND, TRANSLATORS))
    if name not in known:
        near = difflib.get_close_matches(str(name), known, 1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        text = f"no backend {name!r}; {hint}allowed: {', '.join(map(repr, known))}"
        raise _errors(
            [{"type": _custom("unknown_backend", text), "loc": ("backend",), "input": {}}]
        )
    kind = leg_class(name)
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        raise _errors([_detail(dict(item), kind) for item in error.errors()]) from None


def _backend(settings: BaseModel) -> str:
    return str(getattr(settings, "backend", DEFAULT))


def _detail(item: dict[str, Any], kind: type[BaseModel]) -> InitErrorDetails:
    """An error as it was; of an unknown key, what is allowed, which only the leg's class knows."""
    if item["type"] != "extra_forbidden" or len(item["loc"]) != 1:
        made = _custom(item["type"], item["msg"], item.get("ctx"))
        return {"type": made, "loc": item["loc"], "input": item["input"]}
    near = difflib.get_close_matches(str(item["loc"][0]), kind.model_fields, 1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    text = f"unknown key{hint} (allowed: {', '.join(sorted(kind.model_fields))})"
    return {"type": _custom("unknown_key", text), "loc": item["loc"], "input": {}}


def _custom(kind: Any, text: str, context: Mapping[str, Any] | None = None) -> PydanticCustomError:
    return PydanticCustomError(kind, "{text}", {**(context or {}), "text": text})


def _errors(details: list[InitErrorDetails]) -> ValidationError:
    # pydantic puts the place of the leg before the places of these
    return ValidationError.from_exception_data("leg", details)


class _AnyBackend:
    """Makes a field hold the settings of any backend."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            leg,
            serialization=core_schema.plain_serializer_function_ser_schema(
                lambda value, info: value.model_dump(mode=info.mode), info_arg=True
            ),
        )

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Each simple backend in full; those made of others by name, or it would never end."""
        simple: list[Any] = []
        composed = []
        for name in sorted(backends.names(KIND, TRANSLATORS)):
            kind = leg_class(name)
            if issubclass(kind, ComposedSettings):
                composed.append(name)
            else:
                # with a name of its own it stands once among the definitions, not once a leg
                named = f"{__name__}.{kind.__name__}:{id(kind)}"
                simple.append({**kind.__pydantic_core_schema__, "ref": named})
        other = {"type": "object", "properties": {"backend": {"enum": composed}}}
        found = handler(core_schema.union_schema(simple))
        return {"anyOf": [*found.get("anyOf", [found]), {**other, "required": ["backend"]}]}


#: The type of a field that holds the settings of another backend.
Leg = Annotated[BaseModel, _AnyBackend()]
