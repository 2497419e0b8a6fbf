"""Settings of the reader of `datasets` datasets."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from spanferry.data.readers.base import Paths
from spanferry.data.readers.tagged import TagSettings


class DatasetsSettings(TagSettings):
    """Settings of the reader `datasets`.

    Columns that are not named are looked for: `text` (or `sentence`, `context`) with `spans` or
    `entities`, which say more than tags, since they nest; else `tokens` (or `words`) with
    `ner_tags`, `tags` or `labels`. Words beside spans become the words of the record where they
    make up its text. The folder of a dataset that spanferry published needs no more than its path.
    """

    reader: Literal["datasets"] = "datasets"
    path: str | list[str] | dict[str, Paths] = Field(
        description="An id on the Hugging Face hub, a folder (of save_to_disk, or of data files), "
        "or Parquet, JSON, CSV or Arrow files, also by split."
    )
    config: str | None = Field(default=None, description="Configuration (subset) of the dataset.")
    revision: str | None = Field(default=None, description="Commit, tag or branch on the hub.")
    split: str | list[str] | None = Field(
        default=None, description="Splits to read; null for all that there are."
    )
    id_column: str | None = Field(
        default=None, description="Ids; null: the column `id`, or else split and row, `train-1`."
    )
    text_column: str | None = Field(default=None, description="Texts.")
    token_column: str | None = Field(default=None, description="Lists of words.")
    tag_column: str | None = Field(
        default=None, description="Lists of tags: names, or class labels with or without B- and I-."
    )
    tag_names: list[str] | None = Field(
        default=None, description="The tags by number, where the dataset does not name them."
    )
    word_tag_columns: dict[str, str] | None = Field(
        default=None,
        description="Tags of words (parts of speech) by the name of their layer: the column of "
        "each, lists of strings or of class labels, {upos: upos_tags}; null: those that have "
        "their scores beside them, `upos` and `upos_scores`, as spanferry publishes them.",
    )
    spans_column: str | None = Field(
        default=None,
        description="Character spans: a list of structs, or a struct of lists, of start, end, "
        "label and, if present, id, attributes (a struct, or a list of key and value) and "
        "fragments. What else a span has becomes an attribute, except text, score, method and "
        "source_span.",
    )
    relations_column: str | None = Field(
        default=None,
        description="Relations: a list of structs, or a struct of lists, of head, tail (ids of "
        "spans) and label; null: the column `relations`, if it is one of these.",
    )
    start_key: str = Field(default="start", description="Start of a span.")
    end_key: str = Field(default="end", description="End of a span, exclusive.")
    label_key: str = Field(default="label", description="Label of a span.")
    label_columns: dict[str, str] = Field(
        default={}, description="Labels of the whole record, by name: the column of each."
    )
    side_text_columns: dict[str, str] = Field(
        default={}, description="Texts that are translated along, by name: the column of each."
    )
    meta_columns: list[str] | None = Field(
        default=None, description="Columns that go to meta; null for all others that JSON can hold."
    )
