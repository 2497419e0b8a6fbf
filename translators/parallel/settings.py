"""Settings of the backend `parallel`."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from spanferry.data.sentences import Newlines
from spanferry.translators.parallel.packed import bare_suffix

#: What stands for the target language in names of files and columns.
TARGET = "{target}"
Format = Literal["lines", "moses", "tmx", "jsonl", "datasets"]
Places = str | dict[str, str]

_SUFFIXES: dict[str, Format] = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".tmx": "tmx",
    ".parquet": "datasets",
    ".arrow": "datasets",
    ".csv": "datasets",
}


class ParallelTranslatorSettings(BaseModel):
    """Settings of the backend `parallel`: either `path` or `column`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: Places | None = Field(
        None,
        description="file of translations (for datasets: hub id, folder or files), or one for each "
        "split; {target} stands for the target language; .gz, .bz2, .xz and .zst are unpacked",
    )
    source_path: Places | None = Field(
        None,
        description="moses: the file with the source side, line by line beside path; by split if "
        "path is",
    )
    format: Literal["auto"] | Format = Field(
        "auto",
        description="lines: one translation a line, in the order of the source; moses: two files "
        "(source_path, path), found by the source text; tmx: translation memory, found by the "
        "source text; jsonl: an object a line, found by the record's id, or with source_field by "
        "the source text; datasets: a dataset, found by the source text, or with id_field by the "
        "id; auto: moses with source_path, else by the suffix, datasets for a folder",
    )
    field: str | None = Field(
        None,
        description="jsonl, datasets: field or column of the translation; a dot goes into objects "
        "(translation.pt), and of an object of texts by language the right one is taken; {target} "
        "as in path; unset: "
        "translation or else text in jsonl, found by its type or name in datasets",
    )
    source_field: str | None = Field(
        None, description="jsonl, datasets: field or column of the source text, to find by it"
    )
    id_field: str | None = Field(
        None, description="jsonl, datasets: field or column of the record's id; id in jsonl"
    )
    config: str | None = Field(
        None, description="datasets: configuration of the dataset; {target} as in path"
    )
    revision: str | None = Field(None, description="datasets: commit, tag or branch on the hub")
    split: str | None = Field(None, description="datasets: the split to look in; all if unset")
    column: str | None = Field(
        None,
        description="key of the translation in the records' meta; {target} stands for the target "
        "language",
    )
    sentences: bool = Field(
        True,
        description="where texts are found by the source text: look up sentence by sentence what "
        "is not there as a whole",
    )
    newlines: Newlines = Field(
        "line",
        description="what ends a sentence besides punctuation: every line break (line), or only "
        "a blank line (paragraph, for hard-wrapped text)",
    )
    unescape: bool = Field(
        False, description="lines, moses: undo the escapes of Moses (&apos; &quot; &#91; ...)"
    )

    @field_validator("path", "source_path")
    @classmethod
    def _files_are_named(cls, path: Places | None) -> Places | None:
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

    @field_validator("column", "field", "source_field", "id_field")
    @classmethod
    def _column_is_named(cls, column: str | None) -> str | None:
        if column is not None and not column.strip():
            raise ValueError("names no key")
        return column

    @model_validator(mode="after")
    def _one_place(self) -> ParallelTranslatorSettings:
        if (self.path is None) == (self.column is None):
            raise ValueError("parallel needs either path or column")
        if self.format == "moses" and self.source_path is None:
            raise ValueError("moses needs source_path, the file of the source side, beside path")
        if self.source_path is not None:
            self._check_sides()
        if self.source_field is not None and self.id_field is not None:
            raise ValueError("source_field finds by text and id_field by id: give one of them")
        wrong = self.misplaced("column") if self.path is None else None
        for format in self.formats():
            wrong = wrong or (format and self.misplaced(format))
        if wrong:
            raise ValueError(wrong)
        return self

    def _check_sides(self) -> None:
        path, source = self.path, self.source_path
        if path is None or self.format not in ("auto", "moses"):
            raise ValueError("source_path goes with path and the format moses")
        if isinstance(path, str) != isinstance(source, str) or (
            isinstance(path, dict) and isinstance(source, dict) and path.keys() != source.keys()
        ):
            raise ValueError("path and source_path must name files for the same splits")

    def formats(self) -> list[Format | None]:
        """The formats of the files; None for what may yet turn out to be a folder."""
        names = [self.path] if isinstance(self.path, str) else (self.path or {}).values()
        found: list[Format | None] = []
        for path in map(Path, names):
            format = self.format_of(path)
            guessed = format == "lines" and self.format == "auto"
            found.append(None if guessed and not path.exists() else format)
        return found

    def misplaced(self, format: str) -> str | None:
        """What is wrong where a key is given that means nothing in a format."""
        for name, formats in _GOES_WITH.items():
            if getattr(self, name) and format not in formats:
                return f"{name} goes with the format {' or '.join(formats)}, not with {format}"
        return None

    def format_of(self, path: Path) -> Format:
        """The format of a file."""
        if self.format != "auto":
            return self.format
        if self.source_path is not None:
            return "moses"
        if path.expanduser().is_dir():
            return "datasets"
        return _SUFFIXES.get(bare_suffix(path), "lines")


_GOES_WITH: dict[str, tuple[Format, ...]] = {
    "field": ("jsonl", "datasets"),
    "source_field": ("jsonl", "datasets"),
    "id_field": ("jsonl", "datasets"),
    "unescape": ("lines", "moses"),
    "config": ("datasets",),
    "revision": ("datasets",),
    "split": ("datasets",),
}
