"""Settings of the CoNLL reader."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from spanferry.data.readers.tagged import TagSettings


class ConllSettings(TagSettings):
    """Settings of the reader `conll`."""

    reader: Literal["conll"] = "conll"
    token_column: int | str = Field(
        default=0, description="The words: a column number from 0 (-1 is the last), or its name."
    )
    tag_column: int | str | None = Field(
        default=-1, description="The tags, likewise; null for a corpus without labels."
    )
    word_tag_columns: dict[str, int | str] = Field(
        default={},
        description="Tags of words (parts of speech) by the name of their layer: {upos: 3, xpos: "
        "4}. If the last column is among them, it is no tag_column, unless you say so.",
    )
    columns: list[str] | None = Field(
        default=None, description="Names of all columns, to call them by name."
    )
    header: bool = Field(default=False, description="The first line of a file names the columns.")
    separator: Literal["auto", "tab", "space"] = Field(
        default="auto",
        description="'tab', or 'space' for any run of spaces and tabs; 'auto' is 'tab' where "
        "most lines hold one.",
    )
    comment: str | None = Field(
        default="#",
        min_length=1,
        description="A line that begins with this and a space is a comment, unless it has as "
        "many columns as the others and a tag in its place; null: there are none.",
    )
    encoding: str = Field(default="utf-8", description="Encoding of the files.")

    @model_validator(mode="after")
    def _named(self) -> Self:
        named = {"token_column": self.token_column, "tag_column": self.tag_column}
        named |= {f"word_tag_columns.{key}": one for key, one in self.word_tag_columns.items()}
        if "" in self.word_tag_columns:
            raise ValueError("word_tag_columns: a layer has no name")
        for field, name in named.items():
            if not isinstance(name, str) or self.header:
                continue
            if self.columns is None:
                raise ValueError(f"{field} {name!r} is a name: give `columns` or `header: true`")
            if name not in self.columns:
                raise ValueError(f"{field} {name!r} is none of the columns {self.columns}")
        if self.columns and self.header:
            raise ValueError("give either `columns` or `header: true`, not both")
        try:
            if "\n#\t".encode(self.encoding) != b"\n#\t":
                raise ValueError(f"encoding {self.encoding!r}: only encodings that extend ASCII")
        except LookupError:
            raise ValueError(f"encoding {self.encoding!r} is unknown") from None
        return self
