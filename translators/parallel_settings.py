"""Settings of the backend `parallel`."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

#: What stands for the target language in names of files and columns.
TARGET = "{target}"


class ParallelTranslatorSettings(BaseModel):
    """Settings of the backend `parallel`: either `path` or `column`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str | dict[str, str] | None = Field(
        None,
        description="file of translations, or one for each split; {target} stands for the target "
        "language; .gz is unpacked",
    )
    format: Literal["auto", "lines", "jsonl"] = Field(
        "auto",
        description="lines: one translation a line, in the order of the source; jsonl: an object "
        "a line, found by the record's id; auto: by the suffix",
    )
    field: str | None = Field(
        None, description="field of the translation in jsonl; translation or else text if unset"
    )
    id_field: str = Field("id", description="field of the record's id in jsonl")
    column: str | None = Field(
        None,
        description="key of the translation in the records' meta; {target} stands for the target "
        "language",
    )

    @field_validator("path")
    @classmethod
    def _files_are_named(cls, path: str | dict[str, str] | None) -> str | dict[str, str] | None:
        if isinstance(path, dict):
            if not path:
                raise ValueError("names no file; give one for each split: {train: FILE, dev: FILE}")
            for split, name in path.items():
                if not split.strip():
                    raise ValueError(f"names no split for the file {name!r}")
                if not name.strip():
                    raise ValueError(f"names no file for the split {split!r}")
        elif path is not None and not path.strip():
            raise ValueError("names no file")
        return path

    @field_validator("column")
    @classmethod
    def _column_is_named(cls, column: str | None) -> str | None:
        if column is not None and not column.strip():
            raise ValueError("names no key")
        return column

    @model_validator(mode="after")
    def _one_place(self) -> ParallelTranslatorSettings:
        if (self.path is None) == (self.column is None):
            raise ValueError("parallel needs either path or column")
        return self
