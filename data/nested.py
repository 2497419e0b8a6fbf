"""Settings of a backend inside those of another: `first: {backend: embedded, threads: 2}`.

They are checked against the settings class of the backend that they name, so an unknown key is an
error with its whole path (`translate.first.thread`). Which backends there are, plug-ins included,
is asked when a value is checked: at import, those that compose others are among them themselves.

    LEGS = Nested("translators", TRANSLATORS, "embedded", title="Leg")
    Leg = Annotated[BaseModel, LEGS]
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, GetJsonSchemaHandler, ValidationError, create_model
from pydantic_core import InitErrorDetails, PydanticCustomError, PydanticKnownError, core_schema

from spanferry.data import backends


class ComposedSettings(BaseModel):
    """Base of the settings that hold those of other backends."""


class Nested:
    """Makes a field hold the settings of any backend of a kind: `Annotated[BaseModel, nested]`.

    Args:
        kind: of the backends (`translators`).
        builtin: the kind's dictionary.
        default: the backend where none is named.
        title: what the models are called (`Leg`).
        common: further fields that the settings of all backends of the kind have.
        optional: whether null stands for the default backend.
        tag: the key that names the backend.
    """

    def __init__(
        self,
        kind: str,
        builtin: Mapping[str, str],
        default: str,
        *,
        title: str,
        common: Mapping[str, Any] | None = None,
        optional: bool = False,
        tag: str = "backend",
    ) -> None:
        self._tag = tag
        self._kind, self._builtin, self._default = kind, builtin, default
        self._title, self._common, self._optional = title, dict(common or {}), optional
        self._classes: dict[str, type[BaseModel]] = {}

    def settings_class(self, name: str) -> type[BaseModel]:
        """The settings class of a backend, with the field (`backend`) that names it."""
        if name not in self._classes:
            own: type[BaseModel] = backends.load(self._kind, name, self._builtin).Settings
            fields: dict[str, Any] = {self._tag: (Literal[name], name), **self._common}
            made = create_model(
                f"{name.title()}{self._title}", __base__=own, __doc__=own.__doc__, **fields
            )
            self._classes.setdefault(name, made)
        return self._classes[name]

    def backend(self, settings: BaseModel) -> str:
        """The name of the backend that settings are for."""
        return str(getattr(settings, self._tag, self._default))

    def parse(self, value: Any) -> BaseModel:
        """The settings from keys and values; the default backend where none is named.

        Raises:
            ValidationError: they do not fit the backend, or there is none of that name.
        """
        if isinstance(value, BaseModel) and isinstance(
            value, self.settings_class(self.backend(value))
        ):
            return value
        if value is None and self._optional:
            value = {}
        if not isinstance(value, dict):
            raise PydanticKnownError("dict_type")
        data = {self._tag: self._default, **value}
        name, known = data[self._tag], sorted(backends.names(self._kind, self._builtin))
        if name not in known:
            near = difflib.get_close_matches(str(name), known, 1)
            hint = f"did you mean {near[0]!r}? " if near else ""
            text = f"no {self._tag} {name!r}; {hint}allowed: {', '.join(map(repr, known))}"
            raise _errors([_error("unknown_backend", text, (self._tag,), {})])
        kind = self.settings_class(name)
        try:
            return kind.model_validate(data)
        except ValidationError as error:
            raise _errors([_detail(dict(item), kind) for item in error.errors()]) from None

    def default(self) -> BaseModel:
        """The settings of the default backend."""
        return self.parse({})

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self.parse,
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
        for name in sorted(backends.names(self._kind, self._builtin)):
            kind = self.settings_class(name)
            if issubclass(kind, ComposedSettings):
                composed.append(name)
            else:
                # with a name of its own it stands once among the definitions, not once a field
                named = f"{__name__}.{kind.__name__}:{id(kind)}"
                simple.append({**kind.__pydantic_core_schema__, "ref": named})
        found = handler(core_schema.union_schema(simple))
        other = {"type": "object", "properties": {self._tag: {"enum": composed}}}
        others = [{**other, "required": [self._tag]}] if composed else []
        return {"anyOf": [*found.get("anyOf", [found]), *others]}


def _detail(item: dict[str, Any], kind: type[BaseModel]) -> InitErrorDetails:
    """An error as it was; of an unknown key, what is allowed, which only the class itself knows."""
    if item["type"] != "extra_forbidden" or len(item["loc"]) != 1:
        return _error(item["type"], item["msg"], item["loc"], item["input"], item.get("ctx"))
    near = difflib.get_close_matches(str(item["loc"][0]), kind.model_fields, 1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    text = f"unknown key{hint} (allowed: {', '.join(sorted(kind.model_fields))})"
    return _error("unknown_key", text, item["loc"], {})


def _error(
    kind: Any, text: str, place: tuple[int | str, ...], given: Any, context: Any = None
) -> InitErrorDetails:
    made = PydanticCustomError(kind, "{text}", {**(context or {}), "text": text})
    return {"type": made, "loc": place, "input": given}


def _errors(details: list[InitErrorDetails]) -> ValidationError:
    # pydantic puts the place of the field before the places of these
    return ValidationError.from_exception_data("settings", details)
