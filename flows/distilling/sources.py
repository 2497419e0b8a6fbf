"""What a corpus is read from: text files, labelled corpora, and pairs that are there already."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, Protocol

from pydantic import BaseModel

from spanferry.aligners.bitext import Bitext, check_bitext, read_bitext
from spanferry.data import backends, samples
from spanferry.data.errors import ConfigError, InputError
from spanferry.data.fingerprint import fingerprint
from spanferry.data.languages import base
from spanferry.data.readers import READERS
from spanferry.data.readers.base import Read, Reader
from spanferry.data.readers.files import SourceFile, find_files, hash_files, read_lines
from spanferry.data.sentences import split_sentences
from spanferry.flows.distilling.config import PlainText

#: A text and, if there is one, its translation.
Item = tuple[str, str | None]


class Source(Protocol):
    """Something to read, in pieces (a line, a record, a pair), always in the same order."""

    def fingerprint(self) -> str:
        """A hash of the content and of the settings that decide how it is read.

        Raises:
            ConfigError: a file is not there; the text begins with the key.
        """
        ...

    def pieces(self) -> Iterator[Any]:
        """All pieces, unsplit, so that those that are known can be skipped at little cost."""
        ...

    def items(self, piece: Any, counts: Counter[str]) -> list[Item]:
        """The sentences or the pair of a piece; what cannot be used is counted by its reason."""
        ...


class TextSource(Source, Protocol):
    """A source without translations."""

    def texts(self, piece: Any, counts: Counter[str]) -> list[str]:
        """The texts of a piece before they are split into sentences."""
        ...


class TextFiles:
    """Plain text in one language.

    Args:
        key: of the configuration, for errors.
    """

    def __init__(self, settings: PlainText, language: str, key: str) -> None:
        self._path, self._language, self._key = settings.path, language, key

    @cached_property
    def _files(self) -> tuple[SourceFile, ...]:
        try:
            return find_files(self._path)["train"]
        except ConfigError as error:
            raise ConfigError(f"{self._key}: {error}") from error

    def fingerprint(self) -> str:
        """See `Source`."""
        return fingerprint(text=hash_files(self._files), language=self._language)

    def pieces(self) -> Iterator[str]:
        """The lines.

        Raises:
            InputError: `bad_encoding`, a line is not UTF-8; `bad_file`, a file breaks off.
        """
        for file in self._files:
            for number, line in enumerate(read_lines(file.path), 1):
                try:
                    yield line.decode("utf-8")
                except UnicodeDecodeError:
                    raise InputError(
                        "bad_encoding", "is not UTF-8", origin=f"{file.path}:{number}",
                        raw=repr(line),
                    ) from None  # fmt: skip

    def texts(self, piece: str, counts: Counter[str]) -> list[str]:
        """See `TextSource`."""
        return [piece]

    def items(self, piece: str, counts: Counter[str]) -> list[Item]:
        """The sentences of a line."""
        return [(sentence, None) for sentence in sentences(piece, self._language)]


class Corpus:
    """The texts and side texts of a labelled corpus, all splits one after the other.

    Args:
        language: that its texts are to have.
        key: of the configuration, for errors.
    """

    def __init__(self, settings: Any, language: str, key: str) -> None:
        self._language, self._key = language, key
        self._stop = settings.on_error == "stop"
        settings = settings.model_copy(update={"path": samples.resolve(settings.path)})
        self._settings = settings
        self._reader: Reader = backends.load("readers", settings.reader, READERS)(settings)
        self._ready = False

    def _set_up(self) -> Reader:
        if not self._ready:
            try:
                self._reader.setup()
            except ConfigError as error:
                raise type(error)(f"{self._key}: {error}") from error
            self._ready = True
        return self._reader

    def fingerprint(self) -> str:
        """See `Source`."""
        reader = self._set_up()
        return fingerprint(
            settings=self._settings.model_dump(mode="json", exclude={"path"}),
            content={split: reader.fingerprint(split) for split in reader.splits()},
            language=self._language,
        )

    def pieces(self) -> Iterator[Read]:
        """The records, good and bad ones."""
        reader = self._set_up()
        for split in reader.splits():
            yield from reader.read(split)

    def texts(self, piece: Read, counts: Counter[str]) -> list[str]:
        """See `TextSource`.

        Raises:
            InputError: the record is bad, or in another language (`wrong_language`), and the
                settings say to stop.
        """
        error = piece.error or self._other_language(piece)
        if error is not None:
            if self._stop:
                raise error
            counts[error.reason] += 1
            return []
        assert piece.record is not None
        return [piece.record.text, *piece.record.side_texts.values()]

    def items(self, piece: Read, counts: Counter[str]) -> list[Item]:
        """The sentences of a record; see `texts` for errors."""
        texts = self.texts(piece, counts)
        return [(each, None) for text in texts for each in sentences(text, self._language)]

    def _other_language(self, piece: Read) -> InputError | None:
        assert piece.record is not None
        if base(piece.record.language) == base(self._language):
            return None
        detail = f"is in {piece.record.language!r}, the student's source is {self._language!r}"
        return InputError("wrong_language", detail, origin=piece.origin, raw=piece.record.text)


class Pairs:
    """Texts with their translations."""

    def __init__(self, files: Bitext) -> None:
        self._files = files

    def fingerprint(self) -> str:
        """See `Source`."""
        check_bitext([self._files], "pairs")
        named = (self._files.source, self._files.target, self._files.joined)
        found = [find_files(name)["train"] for name in named if name is not None]
        return fingerprint(pairs=[hash_files(files) for files in found])

    def pieces(self) -> Iterator[tuple[str, str]]:
        """The pairs; see `read_bitext` for its errors."""
        return read_bitext([self._files], "pairs", halves=True)

    def items(self, piece: tuple[str, str], counts: Counter[str]) -> list[Item]:
        """The pair; one of which a side is empty is counted as `empty_side`."""
        if all(piece):
            return [piece]
        counts["empty_side"] += 1
        return []


def text_sources(settings: Sequence[BaseModel], language: str, key: str) -> list[TextSource]:
    """The sources of a list of texts of the configuration."""
    return [
        TextFiles(each, language, key)
        if isinstance(each, PlainText)
        else Corpus(each, language, key)
        for each in settings
    ]


def sentences(text: str, language: str) -> list[str]:
    """The sentences of a text, as translators find them."""
    return [text[start:end] for start, end in split_sentences(text, language)]
