"""Which column of a dataset is what, told from the settings and the dataset's features."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from spanferry.data.errors import ConfigError, InputError
from spanferry.data.readers.hf_settings import DatasetsSettings

TOKENS = ("tokens", "words")
TAGS = ("ner_tags", "tags", "labels")
TEXTS = ("text", "sentence", "context")
SPANS = ("spans", "entities")
RELATIONS = ("relations",)
RELATION_KEYS = frozenset({"head", "tail", "label"})
#: End of the name of the column in which spanferry publishes the scores of word tags.
SCORES = "_scores"
BINARY = frozenset({"binary", "large_binary"})

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a record; None for what the dataset does not have.

    Args:
        id: ids.
        text: texts.
        tokens: lists of words; beside `spans`, they need not make up the text.
        tags: lists of tags.
        tag_names: the tags by number, where they are numbers.
        spans: character spans.
        relations: relations between these.
        meta: columns that are carried along.
        word_tags: lists of tags by the name of their layer.
    """

    id: str | None
    text: str | None
    tokens: str | None
    tags: str | None
    tag_names: list[str] | None
    spans: str | None
    relations: str | None
    meta: tuple[str, ...]
    word_tags: Mapping[str, str]


def find_columns(features: Mapping[str, Any], settings: DatasetsSettings) -> Columns:
    """The columns to read.

    Raises:
        ConfigError: one is not there or of a wrong type, or there is no text; the text lists
            the columns with their types.
    """
    named = {
        "id_column": settings.id_column,
        "text_column": settings.text_column,
        "token_column": settings.token_column,
        "tag_column": settings.tag_column,
        "spans_column": settings.spans_column,
        "relations_column": settings.relations_column,
        **{f"label_columns.{name}": column for name, column in settings.label_columns.items()},
        **{f"side_text_columns.{name}": col for name, col in settings.side_text_columns.items()},
        **{f"word_tag_columns.{n}": col for n, col in (settings.word_tag_columns or {}).items()},
        **{f"meta_columns[{i}]": name for i, name in enumerate(settings.meta_columns or ())},
    }
    for field, column in named.items():
        if column is not None and column not in features:
            raise ConfigError(f"{field} {column!r}: the dataset has {describe(features)}")
    text, tokens, tags, spans = _labelled(features, settings)
    relations = settings.relations_column
    if relations is None and spans and "id" in _keys(features[spans]):
        relations = _first(RELATIONS, features, is_relations)
    _check_types(features, text, tokens, tags, spans, relations)
    names = _tag_names(features, tags, settings)
    id = settings.id_column or _first(("id",), features, is_id)
    word_tags = _word_tags(features, tokens, settings)
    if word_tags and text is None and settings.word_tag_columns is None:
        text = _first(TEXTS, features, is_text)  # published: the words are those of the text
    used = {id, text, tokens, tags, spans, relations, *word_tags.values()}
    if settings.word_tag_columns is None:  # how sure the tags of another text were
        used |= {f"{column}{SCORES}" for column in word_tags.values()}
    used |= {*settings.label_columns.values(), *settings.side_text_columns.values()}
    meta = _meta(features, used, settings)
    return Columns(id, text, tokens, tags, names, spans, relations, meta, word_tags)


def describe(features: Mapping[str, Any]) -> str:
    """The columns with their types, for an error text."""
    return ", ".join(f"{name} ({feature})" for name, feature in features.items())


def is_list(feature: Any) -> bool:
    """Whether a column holds lists of plain values."""
    return hasattr(feature, "feature") and not isinstance(feature.feature, dict)


def is_text(feature: Any) -> bool:
    """Whether a column holds strings."""
    return getattr(feature, "dtype", "") in ("string", "large_string")


def is_id(feature: Any) -> bool:
    """Whether a column holds strings or whole numbers."""
    return is_text(feature) or getattr(feature, "dtype", "").lstrip("u").startswith("int")


def is_structs(feature: Any) -> bool:
    """Whether a column holds a list of structs or a struct of lists."""
    if isinstance(feature, dict):
        return all(hasattr(part, "feature") for part in feature.values())
    return isinstance(getattr(feature, "feature", None), dict)


def is_relations(feature: Any) -> bool:
    """Whether a column holds relations between spans that are named by their ids."""
    if not is_structs(feature) or _keys(feature) != RELATION_KEYS:
        return False
    parts = feature if isinstance(feature, dict) else feature.feature
    ends = (parts["head"], parts["tail"])
    return all(is_text(getattr(end, "feature", end)) for end in ends)


def decode(value: Any, feature: Any) -> Any:
    """A value as JSON has it: class labels by name (none: null), NaN as null, times as text.

    Raises:
        InputError: `bad_label` (a class label has a number that its feature does not name), or
            `bad_field` (an infinite number, which JSON has no word for).
    """
    names = getattr(feature, "names", None)
    if isinstance(value, float) and math.isnan(value):
        return None
    if isinstance(value, float) and math.isinf(value):
        raise InputError("bad_field", f"{value} is no number of JSON")
    if value is None or isinstance(value, str | bool | float):
        return value
    if isinstance(value, int):
        if names is None:
            return value
        if value == -1:  # what `datasets` writes for a label that is withheld
            return None
        if not 0 <= value < len(names):
            raise InputError("bad_label", f"class label {value} of {len(names)}")
        return names[value]
    if isinstance(value, dict):
        parts = feature if isinstance(feature, dict) else {}
        return {key: decode(one, parts.get(key)) for key, one in value.items()}
    if isinstance(value, list | tuple):
        inner = getattr(feature, "feature", None)
        return [decode(one, inner) for one in value]
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _labelled(
    features: Mapping[str, Any], settings: DatasetsSettings
) -> tuple[str | None, str | None, str | None, str | None]:
    """The columns of texts, words, tags and spans, named or found."""
    text, tokens = settings.text_column, settings.token_column
    tags, spans = settings.tag_column, settings.spans_column
    if tokens is None and tags is None and settings.tag_names is None:
        keys = {settings.start_key, settings.end_key, settings.label_key}
        some_text = text or _first(TEXTS, features, is_text)
        some_spans = spans or _first(
            SPANS, features, lambda one: is_structs(one) and _keys(one) >= keys
        )
        if some_text and some_spans:
            return some_text, _first(TOKENS, features, is_list), None, some_spans
    if text is None and tokens is None:
        tokens = None if spans else _first(TOKENS, features, is_list)
        text = None if tokens else _first(TEXTS, features, is_text)
    if tokens and tags is None and spans is None:
        tags = _first(TAGS, features, is_list)
    elif text and spans is None and tags is None:
        spans = _first(SPANS, features, is_structs)
    return text, tokens, tags, spans


def _keys(feature: Any) -> set[str]:
    """The keys of the structs; none where a column holds something else."""
    if not is_structs(feature):
        return set()
    return set(feature if isinstance(feature, dict) else feature.feature)


def _first(
    names: tuple[str, ...], features: Mapping[str, Any], fits: Callable[[Any], bool]
) -> str | None:
    return next((name for name in names if name in features and fits(features[name])), None)


def _check_types(
    features: Mapping[str, Any],
    text: str | None,
    tokens: str | None,
    tags: str | None,
    spans: str | None,
    relations: str | None,
) -> None:
    if not text and not tokens:
        raise ConfigError(
            "no column of texts or words was found; name it with text_column or token_column: "
            f"the dataset has {describe(features)}"
        )
    if tags and not tokens:
        raise ConfigError(f"tag_column {tags!r} needs a token_column")
    if spans and not text:
        raise ConfigError(f"spans_column {spans!r} needs a text_column: spans count characters")
    if relations and not spans:
        raise ConfigError(f"relations_column {relations!r} needs a spans_column")
    if spans and tags:
        raise ConfigError(f"give either tag_column {tags!r} or spans_column {spans!r}, not both")
    for field, column, fits, what in (
        ("text_column", text, is_text, "strings"),
        ("token_column", tokens, is_list, "lists of strings"),
        ("tag_column", tags, is_list, "lists of tags"),
        ("spans_column", spans, is_structs, "lists of structs or structs of lists"),
        ("relations_column", relations, is_structs, "lists of structs or structs of lists"),
    ):
        if column and not fits(features[column]):
            raise ConfigError(f"{field} {column!r} must hold {what}, not {features[column]}")


def _word_tags(
    features: Mapping[str, Any], tokens: str | None, settings: DatasetsSettings
) -> dict[str, str]:
    """The columns of the layers of word tags, named or found."""

    def is_tags(feature: Any) -> bool:
        inner = getattr(feature, "feature", None)
        return is_list(feature) and (is_text(inner) or hasattr(inner, "names"))

    if settings.word_tag_columns is None:
        scored = (name for name in features if f"{name}{SCORES}" in features)
        return {name: name for name in scored if tokens and is_tags(features[name])}
    for layer, column in settings.word_tag_columns.items():
        if not layer:
            raise ConfigError("word_tag_columns: a layer has no name")
        if not tokens:
            raise ConfigError(f"word_tag_columns.{layer} {column!r} needs a token_column")
        if not is_tags(features[column]):
            raise ConfigError(
                f"word_tag_columns.{layer} {column!r} must hold lists of strings or of class "
                f"labels, not {features[column]}"
            )
    return dict(settings.word_tag_columns)


def _tag_names(
    features: Mapping[str, Any], tags: str | None, settings: DatasetsSettings
) -> list[str] | None:
    if tags is None:
        return None
    inner = features[tags].feature
    names: list[str] | None = settings.tag_names or getattr(inner, "names", None)
    if names is None and not is_text(inner):
        raise ConfigError(f"tag_column {tags!r} holds numbers without names: give tag_names")
    return None if is_text(inner) else names


def _meta(
    features: Mapping[str, Any], used: set[str | None], settings: DatasetsSettings
) -> tuple[str, ...]:
    if settings.meta_columns is not None:
        for column in settings.meta_columns:
            if not _fits_json(features[column]):
                raise ConfigError(f"meta_columns: {column!r} ({features[column]}) is no JSON")
        return tuple(settings.meta_columns)
    others = [name for name in features if name not in used]
    left_out = [name for name in others if not _fits_json(features[name])]
    if left_out:
        logger.warning("columns left out of meta, since JSON cannot hold them: %s", left_out)
    return tuple(name for name in others if name not in left_out)


def _fits_json(feature: Any) -> bool:
    if isinstance(feature, dict):
        return all(_fits_json(part) for part in feature.values())
    if hasattr(feature, "feature"):
        return _fits_json(feature.feature)
    kind = type(feature).__name__
    if kind in ("Translation", "TranslationVariableLanguages", "ClassLabel"):
        return True
    return kind == "Value" and feature.dtype not in BINARY
