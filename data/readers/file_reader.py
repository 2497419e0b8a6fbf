"""Base of the readers whose input is files: finds them, hashes them, reads one after the other."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import ClassVar

from spanferry.data.readers.base import Read, ReaderSettings
from spanferry.data.readers.files import SourceFile, files_of, find_files, hash_files


class FileReader(ABC):
    """A reader that says how one file is read; see `Reader` for the methods."""

    Settings: ClassVar[type[ReaderSettings]]

    def __init__(self, settings: ReaderSettings) -> None:
        self._path = settings.path
        self._files: dict[str, tuple[SourceFile, ...]] = {}

    @abstractmethod
    def read_file(self, file: SourceFile) -> Iterator[Read]:
        """All records of a file, good and bad ones."""

    def setup(self) -> None:
        """Find the files.

        Raises:
            ConfigError: one is not there or cannot be opened.
        """
        self._files = find_files(self._path)

    def splits(self) -> tuple[str, ...]:
        """The splits of the setting `path`."""
        return tuple(self._files)

    def fingerprint(self, split: str) -> str:
        """A hash of the files' bytes."""
        return hash_files(files_of(self._files, split))

    def read(self, split: str) -> Iterator[Read]:
        """The records of all files of a split; see `Reader.read`.

        Raises:
            ConfigError: there is no such split, or a file has no such column.
        """
        for file in files_of(self._files, split):
            yield from self.read_file(file)
