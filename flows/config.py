"""The configuration: one YAML file, read into models that refuse unknown keys.

The models of `source`, `translate`, `align` and `project` are unions over the settings classes of
all backends that are installed, told apart by `reader`, `backend` or `method`, so that the JSON
Schema completes each of them in an editor.
"""

from __future__ import annotations

import json
from functools import cache, partial
from pathlib import Path
from typing import Annotated, Any, Literal, Union

from pydantic import BaseModel, ConfigDict, Field, create_model, field_validator, model_validator

from spanferry.aligners import ALIGNERS
from spanferry.aligners.calibration.setting import CALIBRATION
from spanferry.data import backends, languages
from spanferry.data.errors import ConfigError
from spanferry.data.readers import READERS
from spanferry.flows.agreement import LabelSetting, check_together
from spanferry.flows.method_settings import DEFAULT_METHOD, method_settings, named
from spanferry.projection import METHODS
from spanferry.projection.filters import FilterSettings
from spanferry.translators import DEFAULT, TRANSLATORS

#: kind -> (its dictionary, the key that names a backend, the backend taken when none is named)
KINDS: dict[str, tuple[dict[str, str], str, str | None]] = {
    "readers": (READERS, "reader", None),
    "translators": (TRANSLATORS, "backend", DEFAULT),
    "aligners": (ALIGNERS, "backend", "embedded"),
    "methods": (METHODS, "method", DEFAULT_METHOD),
}
_SUFFIX_READERS = {
    ".conll": "conll", ".conll03": "conll", ".iob": "conll", ".bio": "conll", ".tsv": "conll",
    ".conllu": "conllu", ".jsonl": "jsonl", ".ndjson": "jsonl",
}  # fmt: skip


class _Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PublishSettings(_Settings):
    """Where the dataset goes and what its card says."""

    path: str | None = Field(None, description="folder of the dataset; out/<config name> if unset")
    name: str | None = Field(None, description="title on the card; the folder's name if unset")
    license: str | None = Field(None, description="SPDX id of the corpus, for the card")
    rows_per_file: int = Field(100_000, ge=1, description="records in a published Parquet file")


class RunSettings(_Settings):
    """How the work is cut and run; none of it changes the result, but for word tags, which are
    learnt within a shard."""

    shard_records: int = Field(
        2_000,
        ge=1,
        description="records in a shard, the unit of work; word tags know the word types of one",
    )
    workers: int | Literal["auto"] = Field("auto", description="shards at work at the same time")
    work_path: str | None = Field(
        None, description="folder of intermediate shards; <publish.path>.work if unset"
    )
    retries: int = Field(2, ge=0, description="tries again after a failure that may pass")

    @field_validator("workers")
    @classmethod
    def _at_least_one(cls, value: int | str) -> int | str:
        if isinstance(value, int) and value < 1:
            raise ValueError("must be at least 1, or auto")
        return value


class BaseConfig(_Settings):
    """What does not depend on the backends that are installed."""

    targets: tuple[str, ...] = Field(
        description="languages to build, as BCP-47 codes", min_length=1
    )
    filter: FilterSettings = Field(default_factory=FilterSettings)
    publish: PublishSettings = Field(default_factory=PublishSettings)
    run: RunSettings = Field(default_factory=RunSettings)

    @field_validator("targets", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    @field_validator("targets")
    @classmethod
    def _codes(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        try:
            codes = tuple(languages.normalize(code) for code in value)
        except ConfigError as error:
            raise ValueError(str(error)) from None
        if len(set(codes)) != len(codes):
            raise ValueError(f"a language stands twice: {', '.join(codes)}")
        return codes

    @model_validator(mode="after")
    def _agree(self) -> BaseConfig:
        check_together(self)
        return self

    @model_validator(mode="before")
    @classmethod
    def _name_backends(cls, data: Any) -> Any:
        """Fill in `reader`, `backend` and `method` where the user left them out."""
        if not isinstance(data, dict):
            return data
        data = dict(data)
        for key, kind in (
            ("translate", "translators"),
            ("align", "aligners"),
            ("project", "methods"),
        ):
            _, tag, default = KINDS[kind]
            value = named(data.get(key)) if key == "project" else data.get(key)
            if key == "project" and value is not None:
                data[key] = value
            if value is None or (isinstance(value, dict) and tag not in value):
                data[key] = {tag: default, **(value or {})}
        source = data.get("source")
        if isinstance(source, dict) and "reader" not in source and "path" in source:
            data["source"] = {"reader": reader_for(source["path"]), **source}
        return data


def reader_for(path: Any) -> str:
    """The reader that a path asks for by its suffix; `datasets` for everything else."""
    first = next(iter(path.values()), "") if isinstance(path, dict) else path
    first = first[0] if isinstance(first, list) and first else first
    name = str(first).removesuffix(".gz")
    return _SUFFIX_READERS.get(Path(name).suffix.lower(), "datasets")


@cache
def settings_class(kind: str, name: str) -> type[BaseModel]:
    """The settings class of a backend, with the field that names it."""
    if kind == "methods":
        return method_settings(name)
    table, tag, _ = KINDS[kind]
    own: type[BaseModel] = backends.load(kind, name, table).Settings
    extra: dict[str, Any] = {tag: (Literal[name], name)}
    if kind == "readers":
        extra["on_error"] = (
            Literal["stop", "reject"],
            Field("stop", description="bad input: stop before anything is written, or reject it"),
        )
    if kind == "aligners":
        extra["calibration"] = CALIBRATION
    if kind == "translators":
        extra["translate_labels"] = (
            LabelSetting,
            Field(
                False,
                description="publish the names of labels in the target language: true, or the "
                "names that you give by language ({pt: {PER: PESSOA}}), the others translated",
            ),
        )
    title = f"{name.title()}{kind.title().removesuffix('s')}"
    return create_model(title, __base__=own, __doc__=own.__doc__, **extra)


def _union(kind: str) -> Any:
    table, tag, _ = KINDS[kind]
    classes = tuple(settings_class(kind, name) for name in sorted(backends.names(kind, table)))
    if len(classes) == 1:
        return classes[0]
    return Annotated[Union[classes], Field(discriminator=tag)]  # noqa: UP007 (made at run time)


def _default(kind: str) -> Any:
    """The settings that are taken where the file says nothing about a stage."""
    name = KINDS[kind][2]
    assert name is not None
    return settings_class(kind, name)()


@cache
def config_class() -> type[BaseConfig]:
    """The model of the whole file, over the backends that are installed."""
    fields: dict[str, Any] = {
        key: (_union(kind), Field(default_factory=partial(_default, kind), description=text))
        for key, kind, text in (
            ("translate", "translators", "how texts are translated"),
            ("align", "aligners", "how words are linked"),
            ("project", "methods", "how spans are carried over"),
        )
    }
    return create_model(
        "Config",
        __base__=BaseConfig,
        __doc__="The configuration of a corpus build.",
        source=(_union("readers"), Field(description="the labelled corpus")),
        **fields,
    )


def json_schema() -> dict[str, Any]:
    """The JSON Schema of the file, for editors.

    Backends may be left unnamed, so several members of a union may fit: `anyOf`, not `oneOf`.
    """
    text = json.dumps(config_class().model_json_schema())
    schema: dict[str, Any] = json.loads(text.replace('"oneOf"', '"anyOf"'))
    return schema
