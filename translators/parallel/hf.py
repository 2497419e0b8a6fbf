"""Texts in the columns of a `datasets` dataset; they stay in Arrow, memory-mapped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from spanferry.data.errors import ConfigError
from spanferry.data.readers.hf_columns import describe, is_text
from spanferry.data.readers.hf_load import load
from spanferry.data.readers.hf_settings import DatasetsSettings
from spanferry.translators.parallel.languages import by_closeness, texts_in
from spanferry.translators.parallel.settings import TARGET, ParallelTranslatorSettings


def open_dataset(path: str, settings: ParallelTranslatorSettings, target: str) -> dict[str, Any]:
    """The splits of a dataset.

    Raises:
        ConfigError: see `hf_load.load`; or it lacks the split that is to be looked in.
    """
    config, split = (
        None if name is None else name.replace(TARGET, target)
        for name in (settings.config, settings.split)
    )
    found = load(DatasetsSettings(path=path, config=config, revision=settings.revision))
    if split is None:
        return found
    if split not in found:
        raise ConfigError(
            f"translate.split: the dataset {path!r} has no split {split!r}; "
            f"it has: {', '.join(found)}"
        )
    return {split: found[split]}


class Cells:
    """The values of a column by row, from 0, read one by one from the memory-mapped table."""

    def __init__(self, dataset: Any, column: str) -> None:
        self._chunks = dataset.data.column(column).chunks
        self._ends = np.cumsum([len(chunk) for chunk in self._chunks])

    def __getitem__(self, number: int) -> Any:
        place = int(np.searchsorted(self._ends, number, side="right"))
        start = int(self._ends[place - 1]) if place else 0
        return self._chunks[place][number - start].as_py()


class TextColumn:
    """The texts of one language in a column, or in a part of one.

    Args:
        dataset: a split.
        name: the column; after a dot the key in a column of structs (`translation.pt`).
        language: which language to take from a column of several, see `texts_in`.
        setting: how errors call the column.

    Raises:
        ConfigError: there is no such column, it holds no texts, or none in the language.
    """

    def __init__(self, dataset: Any, name: str, language: str, setting: str) -> None:
        self.name, self._language = name, language
        features = dataset.features
        self.column, key = _split_name(name, features)
        if self.column not in features:
            raise ConfigError(f"{setting} {name!r}: the dataset has {describe(features)}")
        feature = features[self.column]
        parts = _languages(feature)
        if key is None and parts is not None:
            best = by_closeness(parts, language)
            if not best:
                raise ConfigError(
                    f"{setting} {name!r} has no texts in {language!r}; its languages: "
                    f"{', '.join(parts)}"
                )
            key = best[0]
        fits = key in parts if parts is not None else is_text(feature) or is_variable(feature)
        if not fits or (key is not None and parts is None):
            raise ConfigError(
                f"{setting} {name!r} must hold texts, or texts by language, not {feature}"
            )
        self._key = key
        self._cells = Cells(dataset, self.column)

    def at(self, number: int) -> list[str]:
        """The texts in a row, in this language; none where it is null."""
        return self.texts(self._cells[number])

    def texts(self, value: Any) -> list[str]:
        """The texts in a value of the column."""
        if self._key is not None and isinstance(value, Mapping):
            value = value.get(self._key)
        return texts_in(value, self._language)


def find_column(
    dataset: Any, named: str | None, language: str, setting: str, guesses: Sequence[str] = ()
) -> TextColumn:
    """The column of the texts in a language: the named one, or one that is there for it.

    Without a name: a column of the type `Translation` or `TranslationVariableLanguages`, else one
    that is called like the language (`pt`, `pt_BR`), else one of the `guesses`.

    Raises:
        ConfigError: see `TextColumn`; or there is none, or more than one.
    """
    if named is not None:
        return TextColumn(dataset, named, language, setting)
    features = dataset.features
    several = [
        name
        for name, one in features.items()
        if is_variable(one) or by_closeness(_languages(one) or (), language)
    ]
    called = by_closeness([n for n, one in features.items() if is_text(one)], language)
    found = several or called[:1] or [n for n in guesses if n in features][:1]
    if len(found) != 1:
        what = "several columns hold" if found else "no column was found that holds"
        raise ConfigError(
            f"{what} texts in {language!r}; name it with {setting}: "
            f"the dataset has {describe(features)}"
        )
    return TextColumn(dataset, found[0], language, setting)


def is_variable(feature: Any) -> bool:
    """Whether a column is of the type `TranslationVariableLanguages`, or is stored like one."""
    if type(feature).__name__ == "TranslationVariableLanguages":
        return True
    return (
        isinstance(feature, dict)
        and feature.keys() == {"language", "translation"}
        and all(hasattr(part, "feature") for part in feature.values())
    )


def _languages(feature: Any) -> list[str] | None:
    """The keys of a column of the type `Translation`, or of structs of texts; else None."""
    if type(feature).__name__ == "Translation":
        return list(feature.languages)
    if isinstance(feature, dict):
        return [key for key, part in feature.items() if is_text(part)]
    return None


def _split_name(name: str, features: Mapping[str, Any]) -> tuple[str, str | None]:
    if name in features or "." not in name:
        return name, None
    column, _, key = name.partition(".")
    return (column, key) if column in features else (name, None)
