"""What stands in the lists of a comparison's configuration: gold sets and methods."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from spanferry.data import languages, samples
from spanferry.data.errors import ConfigError
from spanferry.flows.method_settings import MemberSettings, named


class Entry(BaseModel):
    """Keys and values of which none is ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class GoldSet(Entry):
    """Hand-made spans: a file of labelled pairs (`path`), or a corpus on each side."""

    name: str = Field("", description="what it is called; the name of its file if unset")
    path: Path | None = Field(None, description="JSONL of pairs that are labelled on both sides")
    source: Path | None = Field(None, description="the source corpus, in any input format")
    target: Path | None = Field(
        None, description="its translation with hand-made spans: the same ids, or the same order"
    )
    languages: tuple[str, str] | None = Field(
        None, description="of source and target, as BCP-47 codes"
    )
    links: str | None = Field(
        None,
        description="use the links of this name that the file of pairs holds (several, with "
        "commas between them, add up); those of `links`, or of the aligner, if unset",
    )

    @field_validator("path", "source", "target")
    @classmethod
    def _there(cls, value: Path | None) -> Path | None:
        if value is None:
            return None
        place = Path(samples.resolve(str(value.expanduser())))
        if not place.exists():
            raise ValueError("there is no such file")
        return place

    @field_validator("languages")
    @classmethod
    def _codes(cls, value: tuple[str, str] | None) -> tuple[str, str] | None:
        try:
            return value and (languages.normalize(value[0]), languages.normalize(value[1]))
        except ConfigError as error:
            raise ValueError(str(error)) from None

    @model_validator(mode="after")
    def _one_form(self) -> GoldSet:
        corpora = (self.source, self.target)
        if self.path is not None and any(part is not None for part in (*corpora, self.languages)):
            raise ValueError("give path, or source, target and languages, and not both")
        if self.path is None and (None in corpora or self.languages is None):
            raise ValueError("needs path, or source, target and languages")
        if self.path is None and self.links:
            raise ValueError("links are stored in files of pairs (path), not in corpora")
        return self

    @property
    def title(self) -> str:
        """What it is called in tables."""
        return self.name or str((self.path or self.target or Path()).name)


class Candidate(Entry):
    """One of the methods that are compared.

    Args:
        name: what it is called in tables.
        settings: those of a `project` section.
    """

    name: str = Field("", max_length=60)
    settings: MemberSettings

    @property
    def title(self) -> str:
        """The name; if unset, the method and the settings that were given."""
        return self.name or describe(self.settings)


def describe(settings: BaseModel) -> str:
    """A method and the settings that were given for it, in short.

    >>> from spanferry.flows.method_settings import method_settings
    >>> describe(method_settings("alignment")(likeness="none"))
    'alignment, likeness none'
    """
    values: dict[str, Any] = vars(settings)
    name = str(values["method"])
    members = values.get("methods")
    if isinstance(members, tuple):
        joint = " > " if name == "fallback" else " + "
        listed = joint.join(map(describe, members))
        name = listed if name == "fallback" else f"{name} of {listed}"
    keys = [key for key in type(settings).model_fields if key in settings.model_fields_set]
    given = [_given(key, values[key]) for key in keys if key not in ("method", "methods")]
    return ", ".join([name, *given])


def _given(key: str, value: Any) -> str:
    """A setting in short; of a model, what it is."""
    if isinstance(value, BaseModel):
        value = getattr(value, "backend", "") or getattr(value, "model", "")
    return f"{key.replace('_', ' ')} {value}".strip()


def candidate(one: Any) -> Any:
    """A method of the list as the user writes it, with its name beside its settings."""
    if isinstance(one, Candidate):
        return one
    found = named(one)
    if isinstance(found, dict):
        given = {key: value for key, value in found.items() if key != "name"}
        return {"settings": given, **({"name": found["name"]} if "name" in found else {})}
    return {"settings": found}
