"""What a reader is: the name of a split in, one item for each input record out, good or bad.

Adding a reader: a class with the methods of `Reader`, a `Settings` class derived from
`ReaderSettings` with its own `reader: Literal["name"] = "name"`, and a line in `READERS`
(`spanferry/data/readers/__init__.py`), or an entry point of the group `spanferry.readers`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ClassVar, Protocol, runtime_checkable

from pydantic import BaseModel, ConfigDict, Field, field_validator

from spanferry.data import languages
from spanferry.data.errors import ConfigError, InputError
from spanferry.data.records import Record, validate

DEFAULT_SPLIT = "train"
Paths = str | list[str]


@dataclass(frozen=True, slots=True)
class Read:
    """One record of the input: either what it says, or why it cannot be used.

    Args:
        origin: where it stands, `en.conll:17` (the line that it begins on) or `train row 17`. It
            is published and part of the hash of a shard, so it must not change when the corpus
            moves or its path is written otherwise: no folders, unless files share a name
            (`dev/en.conll:17`).
        record: the record, validated; None for a bad one.
        error: what is wrong with it; None for a good one. People read its `origin`, which holds
            the path as they gave it.
    """

    origin: str
    record: Record | None = None
    error: InputError | None = None


class ReaderSettings(BaseModel):
    """What every reader is told; each derives its own class from this one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str | list[str] | dict[str, Paths] = Field(
        description="A file, several files, or files by the name of their split (without names "
        "the split is 'train'). Globs, .gz and other compressed files, and fsspec addresses "
        "(s3://, hf://, https://) will do."
    )
    language: str = Field(
        default="en", description="Language of the texts (BCP-47), where the input does not tell."
    )

    @field_validator("language")
    @classmethod
    def _code(cls, value: str) -> str:
        try:
            return languages.normalize(value)
        except ConfigError as error:
            raise ValueError(str(error)) from None

    @field_validator("path")
    @classmethod
    def _some_path(cls, value: str | list[str] | dict[str, Paths]) -> object:
        groups = value.values() if isinstance(value, dict) else [value]
        lists = [[group] if isinstance(group, str) else group for group in groups]
        if not lists or any(not paths or not all(paths) for paths in lists):
            raise ValueError("names no file: give a path, a list of paths, or paths by split")
        return value


@runtime_checkable
class Reader(Protocol):
    """A source of records.

    `setup` comes first; it does the imports and looks for the files, so that a wrong path fails
    before anything runs.
    """

    Settings: ClassVar[type[ReaderSettings]]

    def setup(self) -> None:
        """Import what is needed and find the input.

        Raises:
            ConfigError: something is not there; the text names it, and names like it.
        """
        ...

    def splits(self) -> tuple[str, ...]:
        """The names of the splits, in the order of the settings."""
        ...

    def read(self, split: str) -> Iterator[Read]:
        """All records of a split in their order, good and bad ones, one item each.

        Raises:
            ConfigError: there is no such split.
            InputError: `bad_file`; the file itself breaks off (a cut gzip), so that nobody can
                say how many records it has. Bad records are yielded, never raised.
        """
        ...

    def fingerprint(self, split: str) -> str:
        """A hash of the split's content, the same wherever the files lie.

        Raises:
            ConfigError: there is no such split.
        """
        ...


def attempt(
    origin: str, raw: Callable[[], str], build: Callable[[], Record], *, at: str = ""
) -> Read:
    """Build and validate a record; a failure becomes an item too.

    Args:
        origin: where the record stands, as `Read` has it.
        raw: gives the input that it is built from; the error keeps it.
        build: makes the record, or raises `InputError`.
        at: the same with the path as the user gave it, for the error.
    """
    try:
        return Read(origin, record=validate(build(), origin=at or origin))
    except InputError as error:
        place = error.origin or at
        return failure(error.reason, error.detail, origin=origin, at=place, raw=raw())


def failure(reason: str, detail: str, *, origin: str, raw: str, at: str = "") -> Read:
    """An item for a bad record.

    Args:
        reason: the short code.
        detail: one sentence.
        origin: where the record begins, as `Read` has it.
        raw: its input; lone surrogates are escaped, since no file can hold them.
        at: where the fault lies, for people: with the path as they gave it.
    """
    kept = raw.encode("utf-8", "backslashreplace").decode("utf-8")
    said = detail.encode("utf-8", "backslashreplace").decode("utf-8")
    return Read(origin, error=InputError(reason, said, origin=at or origin, raw=kept))
