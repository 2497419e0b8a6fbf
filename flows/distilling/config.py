"""The configuration of `spanferry distil`: one YAML file.

source: en
target: pt
texts: [{path: news.en.txt.gz}]            # to be translated by the teacher
pairs: [{joined: en-pt.tsv.gz}]            # translated already
teacher: {backend: ctranslate2, model: facebook/nllb-200-3.3B}
output: out/en-pt
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from spanferry.aligners import ALIGNERS
from spanferry.aligners.bitext import Bitext
from spanferry.data import languages
from spanferry.data.errors import ConfigError
from spanferry.data.nested import Nested
from spanferry.data.readers import READERS
from spanferry.flows.config import KINDS, reader_for, settings_class
from spanferry.flows.load import read_yaml, validate
from spanferry.translators import DEFAULT, TRANSLATORS
from spanferry.translators.distil.filtering import DistilFilter
from spanferry.translators.distil.settings import StudentSettings, StudentTrainingSettings

#: What a source of texts is called that is no labelled corpus.
PLAIN = "text"
_COMPRESSED = (".gz", ".bz2", ".xz", ".zst")


class PlainText(BaseModel):
    """Text files, a sentence or a paragraph a line."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reader: Literal["text"] = "text"
    path: str | list[str] = Field(
        description="a file or several, compressed or not; globs and fsspec addresses will do"
    )

    @field_validator("path")
    @classmethod
    def _some(cls, value: str | list[str]) -> str | list[str]:
        if not value or not all(value):
            raise ValueError("names no file: give a path or a list of paths")
        return value


class TextsNested(Nested):
    """Plain text, or the settings of a reader where one is named or the path ends like its files.

    A data set of the Hub must be asked for by its reader (`reader: datasets`).
    """

    def settings_class(self, name: str) -> type[BaseModel]:
        """The settings class of a reader as in a build, or that of plain text."""
        return PlainText if name == PLAIN else settings_class("readers", name)

    def parse(self, value: Any) -> BaseModel:
        """See `Nested.parse`."""
        if isinstance(value, dict) and "reader" not in value and "path" in value:
            value = {"reader": _reader(value["path"]), **value}
        return super().parse(value)


def _reader(path: Any) -> str:
    first = next(iter(path.values()), "") if isinstance(path, dict) else path
    first = str(first[0] if isinstance(first, list) and first else first)
    for ending in _COMPRESSED:
        first = first.removesuffix(ending)
    found = reader_for(first)
    return PLAIN if found == "datasets" else found


class AlignNested(Nested):
    """The settings of an aligner as in a build, its calibration among them."""

    def settings_class(self, name: str) -> type[BaseModel]:
        """The settings class of an aligner."""
        return settings_class("aligners", name)


_ALIGNER = KINDS["aligners"][2] or ""
Texts = Annotated[
    BaseModel,
    # the class of plain text is our own and no backend: `Nested` imports nothing for it
    TextsNested("readers", {**READERS, PLAIN: ""}, PLAIN, title="Reader", tag="reader"),
]
Teacher = Annotated[BaseModel, Nested("translators", TRANSLATORS, DEFAULT, title="Teacher")]
Align = Annotated[BaseModel, AlignNested("aligners", ALIGNERS, _ALIGNER, title="Aligner")]


class DistilRun(BaseModel):
    """How the corpus is cut and run; none of it changes the pairs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    shard_sentences: int = Field(
        2_000,
        ge=1,
        description="sentences in a shard, on average; a kill costs at most those at work. Another "
        "number cuts the texts anew, and most are translated anew",
    )
    workers: int | Literal["auto"] = Field("auto", description="shards at work at the same time")
    retries: int = Field(2, ge=0, description="tries again after a failure that may pass")

    @field_validator("workers")
    @classmethod
    def _at_least_one(cls, value: int | str) -> int | str:
        if isinstance(value, int) and value < 1:
            raise ValueError("must be at least 1, or auto")
        return value


class DistilConfig(BaseModel):
    """The configuration of a distillation."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str = Field(description="language of the texts, as a BCP-47 code")
    target: str = Field(description="language that the student translates into")
    texts: tuple[Texts, ...] = Field((), description="text of the source language to translate")
    pairs: tuple[Bitext, ...] = Field((), description="text with translations by the teacher")
    teacher: Teacher | None = Field(
        None, description="the translator to learn from, as `translate` in a build"
    )
    align: Align | None = Field(
        None, description="an aligner, as `align` in a build; its links guide an attention head"
    )
    filter: DistilFilter = Field(
        default_factory=DistilFilter, description="which pairs are not learnt from"
    )
    leave_out: tuple[Texts, ...] = Field(
        (), description="texts that must not be learnt from, such as test sets"
    )
    held_out: int = Field(
        1_000,
        ge=1,
        description="pairs that the student is judged by; at most a tenth of all",
    )
    student: StudentSettings = Field(
        default_factory=StudentSettings, description="the model's shape and vocabulary"
    )
    settings: StudentTrainingSettings = Field(
        default_factory=StudentTrainingSettings, description="how to optimise"
    )
    run: DistilRun = Field(default_factory=DistilRun, description="how the corpus is cut")
    licence: str | None = Field(None, description="SPDX id of the student, for its card")
    output: Path = Field(description="folder of the student")

    @field_validator("source", "target")
    @classmethod
    def _code(cls, value: str) -> str:
        try:
            return languages.normalize(value)
        except ConfigError as error:
            raise ValueError(str(error)) from None

    @field_validator("output")
    @classmethod
    def _folder(cls, value: Path) -> Path:
        place = value.expanduser()
        if place.exists() and not place.is_dir():
            raise ValueError(f"{value} is a file; name a folder")
        return place

    @field_validator("align")
    @classmethod
    def _links_of_texts(cls, value: BaseModel | None) -> BaseModel | None:
        if value is not None and "attention" in backends_in(value):
            raise ValueError(
                "the aligner 'attention' reads the links of a translation made in the same build, "
                "and there is none here; take one that links texts, such as eflomal or embedded"
            )
        return value

    @model_validator(mode="before")
    @classmethod
    def _language_of_texts(cls, data: Any) -> Any:
        """Readers take the texts for `source`, unless they are told otherwise."""
        if not isinstance(data, dict) or not isinstance(data.get("source"), str):
            return data
        data = dict(data)
        for key in ("texts", "leave_out"):
            items = data.get(key)
            if isinstance(items, list | tuple):
                data[key] = [_in_language(item, data["source"]) for item in items]
        return data

    @model_validator(mode="after")
    def _something_to_learn(self) -> Self:
        if not self.texts and not self.pairs:
            raise ValueError("must have texts to translate, or pairs, or both")
        if self.texts and self.teacher is None:
            raise ValueError("texts need a teacher; name one, as {backend: ctranslate2, ...}")
        if self.source == self.target:
            raise ValueError(f"source and target are the same language ({self.source})")
        return self

    @property
    def work(self) -> Path:
        """The folder of what is made on the way, beside the output."""
        return self.output.with_name(self.output.resolve().name + ".work")


def backends_in(settings: BaseModel) -> set[str]:
    """The names of the backend that settings are for and of those that it is made of."""
    found = {str(getattr(settings, "backend", ""))} - {""}
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        for each in value if isinstance(value, tuple | list) else (value,):
            if isinstance(each, BaseModel):
                found |= backends_in(each)
    return found


def _in_language(item: Any, language: str) -> Any:
    if not isinstance(item, dict) or "language" in item or "path" not in item:
        return item
    if item.get("reader", _reader(item["path"])) == PLAIN:
        return item
    return {"language": language, **item}


def load_distil(path: Path, overrides: Sequence[str] = ()) -> DistilConfig:
    """The configuration in a YAML file with `key=value` overrides applied.

    Raises:
        ConfigError: see `load.load_config`.
    """
    return validate(DistilConfig, read_yaml(path, overrides), str(path))
