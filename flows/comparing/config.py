"""The configuration of `spanferry compare`: one YAML file.

gold: [gold/targets.jsonl, {source: en.conll, target: de.conll, languages: [en, de]}]
methods: [alignment, {method: alignment, name: no vectors, likeness: none}]
page: out/compare.html
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Optional

from pydantic import Field, create_model, field_validator, model_validator

from spanferry.data import languages
from spanferry.data.errors import ConfigError
from spanferry.flows.comparing.entries import Candidate, Entry, GoldSet, candidate
from spanferry.flows.config import KINDS, config_class, reader_for
from spanferry.flows.load import read_yaml, validate

#: Sections that a build has too.
_SHARED = {"align": "aligners", "translate": "translators"}


class CompareConfig(Entry):
    """What does not depend on the backends that are installed."""

    gold: tuple[GoldSet, ...] = Field((), description="hand-made spans, set by set")
    targets: tuple[str, ...] = Field(
        (),
        description="languages that `source` is translated to, once, for methods to be compared "
        "without gold: how far they agree",
    )
    links: str | None = Field(
        None, description="use the stored links of this name instead of an aligner's"
    )
    methods: tuple[Candidate, ...] = Field(
        description="what is compared: names, settings as those of a `project` section with a "
        "`name` of your choice besides, or lists of them, of which each takes what those before "
        "it could not place; the first one is what the others are compared with",
    )
    limit: int | None = Field(None, ge=1, description="take the first N pairs of each set only")
    repeat: int = Field(
        1, ge=1, description="runs of each method, in turns; speed is the median of them"
    )
    own_models: bool = Field(
        False,
        description="each method loads models of its own, so that what one has put into a cache "
        "makes no other one faster; takes more memory",
    )
    resamples: int = Field(
        1000, ge=1, description="resamples of the paired bootstrap of F1 differences"
    )
    page: Path | None = Field(None, description="HTML file of the figures and disagreements")
    page_spans: int = Field(500, ge=0, description="spans shown on the page at most, for each set")
    output: Path | None = Field(None, description="folder for figures.json and predictions.parquet")

    @field_validator("gold", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        many = value if isinstance(value, list | tuple) else [value]
        return [{"path": one} if isinstance(one, str | Path) else one for one in many]

    @field_validator("methods", mode="before")
    @classmethod
    def _names_apart(cls, value: Any) -> Any:
        if not isinstance(value, list | tuple) or not value:
            raise ValueError("must be a list of methods")
        return [candidate(one) for one in value]

    @model_validator(mode="before")
    @classmethod
    def _name_backends(cls, data: Any) -> Any:
        """Fill in `backend` where the user left it out."""
        if not isinstance(data, dict):
            return data
        data = dict(data)
        targets, source = data.get("targets"), data.get("source")
        if isinstance(targets, str):
            data["targets"] = [targets]
        if isinstance(source, dict) and "reader" not in source and "path" in source:
            data["source"] = {"reader": reader_for(source["path"]), **source}
        for key, kind in _SHARED.items():
            _, tag, default = KINDS[kind]
            if isinstance(data.get(key), dict) and tag not in data[key]:
                data[key] = {tag: default, **data[key]}
        return data

    @field_validator("gold", "methods")
    @classmethod
    def _titles(cls, value: tuple[Any, ...]) -> tuple[Any, ...]:
        titles = [one.title for one in value]
        twice = next((title for title in titles if titles.count(title) > 1), None)
        if twice is not None:
            raise ValueError(f"{twice!r} stands twice; give each a `name` of its own")
        return value

    @field_validator("targets")
    @classmethod
    def _codes(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        try:
            return tuple(dict.fromkeys(languages.normalize(code) for code in value))
        except ConfigError as error:
            raise ValueError(str(error)) from None

    @model_validator(mode="after")
    def _of_something(self) -> CompareConfig:
        source = getattr(self, "source", None)
        if self.gold and (source is not None or self.targets):
            raise ValueError("give gold, or source and targets, and not both")
        if not self.gold and (source is None or not self.targets):
            raise ValueError("needs gold, or source and targets")
        if not self.gold and self.links:
            raise ValueError("links: stored ones are for gold; the aligner links a corpus")
        return self

    @field_validator("output")
    @classmethod
    def _folder(cls, value: Path | None) -> Path | None:
        if value is not None and value.expanduser().exists() and not value.expanduser().is_dir():
            raise ValueError("is a file; name a folder")
        return value and value.expanduser()

    @field_validator("page")
    @classmethod
    def _file(cls, value: Path | None) -> Path | None:
        if value is not None and value.expanduser().is_dir():
            raise ValueError("is a folder; name an HTML file")
        return value and value.expanduser()


@cache
def compare_class() -> type[CompareConfig]:
    """The model of the whole file, over the backends that are installed."""
    of_builds = config_class().model_fields
    fields: dict[str, Any] = {key: (of_builds[key].annotation, of_builds[key]) for key in _SHARED}
    readers = of_builds["source"]
    fields["source"] = (
        Optional[readers.annotation],  # noqa: UP045 (made at run time)
        Field(
            None,
            discriminator=readers.discriminator,
            description="a labelled corpus, where there is no gold",
        ),
    )
    return create_model(
        "Comparison", __base__=CompareConfig, __doc__=CompareConfig.__doc__, **fields
    )


def load_comparison(path: Path, overrides: Sequence[str] = ()) -> Any:
    """The configuration in a YAML file with `key=value` overrides applied.

    Raises:
        ConfigError: see `load.load_config`.
    """
    config = validate(compare_class(), read_yaml(path, overrides), str(path))
    if not config.gold:
        build_of(config, str(path))
    return config


def build_of(config: Any, where: str = "") -> Any:
    """The configuration of a build with the corpus, translator and aligner of a comparison.

    Raises:
        ConfigError: they do not go together; `where` is the name of the file.
    """
    keys = ("source", "targets", "translate", "align")
    return validate(config_class(), {key: getattr(config, key) for key in keys}, where)
