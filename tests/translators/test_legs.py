"""Settings of a backend inside those of another: what is filled in, refused and described."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, ValidationError

from spanferry.translators import TRANSLATORS
from spanferry.translators.legs import Leg, leg
from spanferry.translators.pivot import PivotTranslatorSettings
from tests.translators.dictionary import PLACE


class Outer(BaseModel):
    """Settings with two legs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    one: Leg
    two: Leg | None = None


def errors(**values: Any) -> list[tuple[str, str]]:
    with pytest.raises(ValidationError) as error:
        Outer.model_validate(values)
    return [(".".join(map(str, item["loc"])), item["msg"]) for item in error.value.errors()]


def test_the_default_backend_is_filled_in() -> None:
    made = Outer.model_validate({"one": {"max_tokens": 50}})
    assert made.model_dump() == {
        "one": {"backend": "embedded", "max_tokens": 50, "newlines": "line", "threads": "auto"},
        "two": None,
    }
    assert Outer.model_validate({"one": None}).one == leg()
    assert Outer.model_validate(made.model_dump(mode="json")) == made


def test_a_plug_in_may_be_a_leg(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TRANSLATORS, "dictionary", PLACE)
    made = Outer.model_validate({"one": {"backend": "dictionary", "words": {"a": "b"}}})
    assert made.model_dump()["one"]["words"] == {"a": "b"}


@pytest.mark.parametrize(
    ("values", "place", "message"),
    [
        (
            {"one": {"thread": 3}},
            "one.thread",
            "unknown key; did you mean 'threads'? "
            "(allowed: backend, max_tokens, newlines, threads)",
        ),
        ({"one": {"max_tokens": 3}}, "one.max_tokens",
         "Input should be greater than or equal to 10"),
        ({"one": {}, "two": 3}, "two", "Input should be a valid dictionary"),
        ({"one": {"backend": "pivot"}}, "one.via", "Field required"),
        (
            {"one": {"backend": "pivot", "via": "pt", "first": {"backend": "pivot", "via": "es",
                     "second": {"newline": "line"}}}},
            "one.first.second.newline",
            "unknown key; did you mean 'newlines'? "
            "(allowed: backend, max_tokens, newlines, threads)",
        ),
    ],
)  # fmt: skip
def test_errors_have_the_whole_path(values: Any, place: str, message: str) -> None:
    assert errors(**values) == [(place, message)]


def test_an_unknown_backend_lists_those_there_are() -> None:
    ((place, message),) = errors(one={"backend": "embeded"})
    assert place == "one.backend"
    assert message.startswith("no backend 'embeded'; did you mean 'embedded'? allowed: ")
    assert "'embedded', " in message
    assert "'round_trip'" in message
    assert errors(one={"backend": ["embedded"]})[0][0] == "one.backend"


def test_the_schema_describes_simple_legs_in_full_and_composed_ones_by_name() -> None:
    schema = PivotTranslatorSettings.model_json_schema()
    choices = schema["properties"]["first"]["anyOf"]
    assert {"$ref": "#/$defs/EmbeddedLeg"} in choices
    assert schema["$defs"]["EmbeddedLeg"]["additionalProperties"] is False
    assert "max_tokens" in schema["$defs"]["EmbeddedLeg"]["properties"]
    assert choices[-1]["properties"] == {"backend": {"enum": ["marked", "pivot", "round_trip"]}}
    assert choices == schema["properties"]["second"]["anyOf"]
