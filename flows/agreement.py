"""What the parts of a configuration must agree on, and the setting of translated labels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    Discriminator,
    StringConstraints,
    Tag,
    ValidationError,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from spanferry.data import backends, languages
from spanferry.data.errors import ConfigError
from spanferry.translators import TRANSLATORS

_Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
#: Names of labels in a language, by label.
GivenNames = dict[str, _Name]


def _code(value: str) -> str:
    try:
        return languages.normalize(value)
    except ConfigError as error:
        raise ValueError(str(error)) from None


#: Whether labels are translated, and the names that the user gives, by target language.
LabelSetting = Annotated[
    Annotated[bool, Tag("switch")]
    | Annotated[dict[Annotated[str, AfterValidator(_code)], GivenNames], Tag("names")],
    # a union that is told apart has no errors of the member that was not meant
    Discriminator(lambda value: "names" if isinstance(value, dict) else "switch"),
]


def check_together(config: Any) -> None:
    """Check the settings that depend on one another.

    Raises:
        ValidationError: they do not agree; each error is placed at the key that is to be changed.
    """
    found = [
        InitErrorDetails(
            type=PydanticCustomError("agreement", "{text}", {"text": text}), loc=place, input={}
        )
        for place, text in _problems(config)
    ]
    if found:
        raise ValidationError.from_exception_data("agreement", found)


def _problems(config: Any) -> Iterator[tuple[tuple[str, ...], str]]:
    threshold = config.filter.min_round_trip
    made = backends.load("translators", config.translate.backend, TRANSLATORS)
    if threshold and not getattr(made, "MAKES_BACK", False):
        yield (
            ("filter", "min_round_trip"),
            f"{threshold:g} needs translations back, and translate.backend "
            f"{config.translate.backend!r} makes none; use round_trip: "
            "{backend: round_trip, forward: {...}}",
        )
    place = _attention(config.align, ("align",))
    if place and not _gives_links(config.translate):
        yield (
            (*place, "backend"),
            "attention needs links from the translator; of the backends that come with spanferry "
            "ctranslate2 and apertium give them, with translate.links: true",
        )
    given = config.translate.translate_labels
    for language in given if isinstance(given, dict) else ():
        if language not in config.targets:
            yield (
                ("translate", "translate_labels", language),
                f"{language!r} is not among the targets: {', '.join(config.targets)}",
            )


def _attention(settings: Any, place: tuple[str, ...]) -> tuple[str, ...]:
    """Where the aligner `attention` is named: alone, or among others; () if nowhere."""
    if settings.backend == "attention":
        return place
    members = enumerate(getattr(settings, "aligners", ()))
    return next(filter(None, (_attention(m, (*place, "aligners", str(n))) for n, m in members)), ())


def _gives_links(settings: BaseModel) -> bool:
    """Whether a translator gives links: it is told to, or all that it is made of do."""
    if hasattr(settings, "forward"):  # the way back says nothing of the translation
        return _gives_links(settings.forward)
    inside = [value for _, value in settings if isinstance(value, BaseModel)]
    legs = [value for value in inside if hasattr(value, "backend")]
    return bool(getattr(settings, "links", False)) or (bool(legs) and all(map(_gives_links, legs)))
