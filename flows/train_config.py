"""The configuration of `spanferry train`: one YAML file, told apart by `kind`.

kind: awesome                   # or spans, binary: aligners
model: bert-base-multilingual-cased
source: en
target: pt
texts: [{source: bitext.en, target: bitext.pt}]
output: out/tuned-aligner

kind: tprojection               # a generator for the projection method of that name
model: google/mt5-base
source: {path: train.conll}     # any reader
output: out/mt5
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from spanferry.aligners.bitext import Bitext
from spanferry.aligners.supervised.training_settings import TrainingSettings
from spanferry.aligners.training.settings import FinetuneSettings
from spanferry.data import languages
from spanferry.data.errors import ConfigError
from spanferry.data.nested import Nested
from spanferry.data.readers import READERS
from spanferry.flows.config import reader_for, settings_class
from spanferry.flows.load import read_yaml, validate
from spanferry.translators.generation.training.settings import GenerationTrainingSettings


class _Common(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    model: str = Field(
        "bert-base-multilingual-cased",
        description="a Hub id or the folder of a checkpoint to begin with",
        min_length=1,
    )
    revision: str | None = Field(None, description="commit, tag or branch of a Hub id")
    output: Path = Field(description="folder of the new checkpoint")

    @field_validator("output")
    @classmethod
    def _folder(cls, value: Path) -> Path:
        place = value.expanduser()
        if place.exists() and not place.is_dir():
            raise ValueError(f"{value} is a file; name a folder")
        return place


class AwesomeTraining(_Common):
    """Fine-tuning on parallel text, for the aligner `awesome` and others over an encoder."""

    kind: Literal["awesome"] = "awesome"
    source: str = Field(description="language of the source texts, as a BCP-47 code")
    target: str = Field(description="language of their translations")
    texts: tuple[Bitext, ...] = Field(min_length=1, description="parallel text")
    pairs: int | None = Field(None, ge=1, description="pairs to use, the first ones; all if unset")
    gold: Path | None = Field(
        None, description="file of hand-made links; the checkpoint that does best on them is kept"
    )
    settings: FinetuneSettings = Field(
        default_factory=FinetuneSettings, description="objectives, and how to optimise"
    )

    @field_validator("source", "target")
    @classmethod
    def _code(cls, value: str) -> str:
        try:
            return languages.normalize(value)
        except ConfigError as error:
            raise ValueError(str(error)) from None


class ReaderNested(Nested):
    """The settings of a reader; by the suffix of its path where none is named."""

    def settings_class(self, name: str) -> type[BaseModel]:
        """The settings class of a reader, as in a build."""
        return settings_class("readers", name)

    def parse(self, value: Any) -> BaseModel:
        """See `Nested.parse`."""
        if isinstance(value, dict) and "reader" not in value and "path" in value:
            value = {"reader": reader_for(value["path"]), **value}
        return super().parse(value)


Corpus = Annotated[
    BaseModel, ReaderNested("readers", READERS, "jsonl", title="Reader", tag="reader")
]


class GenerationTraining(_Common):
    """Training of a text-to-text model on a labelled corpus, for the method `tprojection`."""

    kind: Literal["tprojection"]
    model: str = Field(
        "google/mt5-base",
        description="a Hub id or the folder of a T5, mT5 or UMT5 checkpoint to begin with",
        min_length=1,
    )
    source: Corpus = Field(description="the labelled corpus to learn from, as in a build")
    held_out: Corpus | None = Field(
        None, description="another one to evaluate on; a part of source is set apart if unset"
    )
    tags: dict[str, Annotated[str, Field(pattern=r"^[\w.-]+$")]] = Field(
        default_factory=dict,
        description="label to the name of its tag, a word that the model knows (PER: Person)",
    )
    settings: GenerationTrainingSettings = Field(
        default_factory=GenerationTrainingSettings, description="how to optimise"
    )


class SupervisedTraining(_Common):
    """Training on hand-made links, for the aligners `spans` and `binary`."""

    kind: Literal["spans", "binary"]
    gold: Path = Field(description="file of hand-made links with their words, to learn from")
    held_out: Path | None = Field(
        None, description="another one to evaluate on; a part of gold is set apart if unset"
    )
    settings: TrainingSettings = Field(description="how to optimise")

    @model_validator(mode="before")
    @classmethod
    def _kind_of_settings(cls, data: Any) -> Any:
        """The settings are of the same kind, and may be left out."""
        if not isinstance(data, dict):
            return data
        settings = data.get("settings") or {}
        if isinstance(settings, dict):
            if settings.get("kind", data.get("kind")) != data.get("kind"):
                raise ValueError(f"settings.kind is not kind ({data.get('kind')!r}); leave it out")
            settings = {**settings, "kind": data.get("kind")}
        return {**data, "settings": settings}


TrainConfig = AwesomeTraining | SupervisedTraining | GenerationTraining
KINDS: dict[str, type[TrainConfig]] = {
    "awesome": AwesomeTraining,
    "spans": SupervisedTraining,
    "binary": SupervisedTraining,
    "tprojection": GenerationTraining,
}


def load_training(path: Path, overrides: Sequence[str] = ()) -> TrainConfig:
    """The configuration in a YAML file with `key=value` overrides applied.

    Raises:
        ConfigError: see `load.load_config`; or `kind` names none.
    """
    data = read_yaml(path, overrides)
    kind = data.get("kind", "awesome")
    if not isinstance(kind, str) or kind not in KINDS:
        raise ConfigError(f"{path}: kind: must be one of {', '.join(KINDS)} (got {kind!r})")
    return validate(KINDS[kind], data, str(path))
