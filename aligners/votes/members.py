"""Settings of an aligner inside those of another: `{backend: embedded, min_score: 0.2}`.

They are checked against the settings class of the aligner that they name, so an unknown key is an
error with its whole path (`align.aligners.0.min_scor`). Which aligners there are, plug-ins
included, is asked when a value is checked: at import, those made of others are among them.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, GetJsonSchemaHandler, ValidationError, create_model
from pydantic_core import InitErrorDetails, PydanticCustomError, PydanticKnownError, core_schema

from spanferry.aligners import ALIGNERS
from spanferry.aligners.base import Aligner
from spanferry.aligners.calibration import CALIBRATION, with_calibration
from spanferry.data import backends
from spanferry.data.errors import ConfigError

KIND = "aligners"
DEFAULT = "embedded"


class ComposedAlignerSettings(BaseModel):
    """Base of the settings that hold those of other aligners."""


@cache
def member_class(name: str) -> type[BaseModel]:
    """The settings class of an aligner, with the keys that all aligners have."""
    own: type[BaseModel] = backends.load(KIND, name, ALIGNERS).Settings
    common: dict[str, Any] = {"backend": (Literal[name], name), "calibration": CALIBRATION}
    return create_model(f"{name.title()}Member", __base__=own, __doc__=own.__doc__, **common)


def member(value: Any) -> BaseModel:
    """The settings of a member from keys and values; the default aligner where none is named.

    Raises:
        ValidationError: they do not fit the aligner, or there is none of that name.
    """
    if isinstance(value, BaseModel) and isinstance(value, member_class(_backend(value))):
        return value
    if not isinstance(value, dict):
        raise PydanticKnownError("dict_type")
    data = {"backend": DEFAULT, **value}
    name, known = data["backend"], sorted(backends.names(KIND, ALIGNERS))
    if name not in known:
        near = difflib.get_close_matches(str(name), known, 1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        text = f"no backend {name!r}; {hint}allowed: {', '.join(map(repr, known))}"
        raise _errors([_error("unknown_backend", text, ("backend",), {})])
    kind = member_class(name)
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        raise _errors([_detail(dict(item), kind) for item in error.errors()]) from None


def make_member(settings: BaseModel, source_language: str, target_language: str) -> Aligner:
    """The aligner that a member's settings are for, calibrated if they say so; not set up.

    Raises:
        ConfigError: it refuses its languages or settings, or there is no such calibration.
    """
    made = backends.load(KIND, _backend(settings), ALIGNERS)
    aligner = made(settings, source_language=source_language, target_language=target_language)
    return with_calibration(aligner, settings)


@contextmanager
def blame(place: int) -> Iterator[None]:
    """Name the member in its errors: `align.model: ...` becomes `align.aligners.0.model: ...`."""
    try:
        yield
    except ConfigError as error:
        text = str(error)
        own = text.removeprefix("align.")
        key = f"align.aligners.{place}"
        raise type(error)(f"{key}: {text}" if own == text else f"{key}.{own}") from error


def _backend(settings: BaseModel) -> str:
    return str(getattr(settings, "backend", DEFAULT))


def _detail(item: dict[str, Any], kind: type[BaseModel]) -> InitErrorDetails:
    """An error as it was; of an unknown key, what is allowed, which only the member's class
    knows."""
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
    # pydantic puts the place of the member before the places of these
    return ValidationError.from_exception_data("member", details)


class _AnyAligner:
    """Makes a field hold the settings of any aligner."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            member,
            serialization=core_schema.plain_serializer_function_ser_schema(
                lambda value, info: value.model_dump(mode=info.mode), info_arg=True
            ),
        )

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Each simple aligner in full; those made of others by name, or it would never end."""
        simple: list[Any] = []
        composed = []
        for name in sorted(backends.names(KIND, ALIGNERS)):
            kind = member_class(name)
            if issubclass(kind, ComposedAlignerSettings):
                composed.append(name)
            else:
                # with a name of its own it stands once among the definitions, not once a member
                named = f"{__name__}.{kind.__name__}:{id(kind)}"
                simple.append({**kind.__pydantic_core_schema__, "ref": named})
        found = handler(core_schema.union_schema(simple))
        other = {"type": "object", "properties": {"backend": {"enum": composed}}}
        others = [{**other, "required": ["backend"]}] if composed else []
        return {"anyOf": [*found.get("anyOf", [found]), *others]}


#: The type of a field that holds the settings of another aligner.
Member = Annotated[BaseModel, _AnyAligner()]
