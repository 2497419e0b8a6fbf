"""CoNLL files: a word and its tag a line, a blank line after each sentence.

What a file looks like (separator, number of columns, scheme of the tags) is told from its first
100,000 lines, file by file. A `-DOCSTART-` line or `# newdoc id = x` begins a document, whose
number or id goes to `meta["document"]`. Of the comments, `# id = x` (or `# sent_id = x`,
`# id x`) names the sentence, `# text = ...` is its text where the words make it up, and any other
`# key = value` goes to `meta`.

Bad sentences: `bad_encoding` (a byte that is not of the encoding), `bad_columns` (more or fewer
cells than the other lines, or an empty word), `bad_tag`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from typing import ClassVar

from spanferry.data.errors import InputError
from spanferry.data.readers.base import Read, ReaderSettings, attempt
from spanferry.data.readers.conll_layout import (
    BLANKS,
    DOCSTART,
    KEY_VALUE,
    Layout,
    detect_layout,
)
from spanferry.data.readers.conll_settings import ConllSettings
from spanferry.data.readers.file_reader import FileReader
from spanferry.data.readers.files import SourceFile, read_lines
from spanferry.data.readers.tagged import tagged_record
from spanferry.data.readers.tokens import Joiner
from spanferry.data.records import Record
from spanferry.data.tags import TagError

ID_KEYS = ("id", "sent_id")
NEW_DOCUMENT = re.compile(r"newdoc\b(?: id)?\s*=?\s*(?P<id>.*)")
ID_ONLY = re.compile(r"id\s+(?P<id>\S+)")


@dataclass(slots=True)
class Sentence:
    """The lines of one sentence, with their numbers in the file, from 1."""

    lines: list[tuple[int, bytes]] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    document: str | int | None = None

    def shown(self, encoding: str) -> str:
        """The lines as text; bytes that are none are escaped."""
        return "\n".join(line.decode(encoding, "backslashreplace") for _, line in self.lines)


class ConllReader(FileReader):
    """CoNLL columns: IOB1, IOB2, BILOU, IOBES or bare labels."""

    Settings: ClassVar[type[ReaderSettings]] = ConllSettings

    def __init__(self, settings: ConllSettings) -> None:
        super().__init__(settings)
        self.settings = settings
        self._joiner = Joiner(settings.language, settings.join)

    def read_file(self, file: SourceFile) -> Iterator[Read]:
        """The sentences of a file.

        Raises:
            ConfigError: the file has no such column.
        """
        encoding = self.settings.encoding
        with closing(read_lines(file.path)) as scanned:
            shown = (line.decode(encoding, "replace") for line in scanned)
            layout = detect_layout(shown, self.settings, file.path)
        lines = enumerate(read_lines(file.path), start=1)
        for number, sentence in enumerate(self._sentences(lines, layout), start=1):
            first = sentence.lines[0][0]
            yield attempt(
                f"{file.name}:{first}",
                partial(sentence.shown, encoding),
                partial(self._record, sentence, layout, file.path, f"{file.prefix}-{number}"),
                at=f"{file.path}:{first}",
            )

    def _sentences(self, lines: Iterable[tuple[int, bytes]], layout: Layout) -> Iterator[Sentence]:
        document: str | int | None = None
        count = 1
        seen = False  # a sentence of the present document
        if layout.documents:
            document = count
        sentence = Sentence()
        header = self.settings.header
        for number, raw in lines:
            line = raw.decode(self.settings.encoding, "replace")
            start = line.startswith(DOCSTART)
            if start or not line.strip(BLANKS):
                if sentence.lines:
                    sentence.document, seen = document, True
                    yield sentence
                    sentence = Sentence()
                if start:
                    count += seen
                    document, seen = count, False
            elif header:
                header = False
            elif layout.is_comment(line):
                comment = line[len(layout.comment or "") :].strip(BLANKS)
                if opened := NEW_DOCUMENT.match(comment):
                    count += seen
                    document, seen = opened["id"] or count, False
                sentence.comments.append(comment)
            else:
                sentence.lines.append((number, raw))
        if sentence.lines:
            sentence.document = document
            yield sentence

    def _record(self, sentence: Sentence, layout: Layout, path: str, id: str) -> Record:
        tokens: list[str] = []
        tags: list[str] = []
        for number, raw in sentence.lines:
            place = f"{path}:{number}"
            cells = layout.cells(_decode(raw, self.settings.encoding, place))
            if len(cells) != layout.width:
                raise InputError(
                    "bad_columns", f"{len(cells)} columns, expected {layout.width}", origin=place
                )
            token = cells[layout.token].strip(BLANKS)
            if not token:
                raise InputError("bad_columns", "the word is empty", origin=place)
            tokens.append(token)
            if layout.tag is not None:
                tags.append(cells[layout.tag].strip(BLANKS))
        named, text, meta = _comments(sentence.comments)
        if sentence.document is not None:
            meta = {"document": sentence.document, **meta}
        try:
            return tagged_record(
                id=named or id,
                tokens=tokens,
                tags=None if layout.tag is None else tags,
                scheme=layout.scheme,
                settings=self.settings,
                joiner=self._joiner,
                text=text,
                meta=meta,
            )
        except TagError as error:
            error.origin = f"{path}:{sentence.lines[min(error.index, len(tags) - 1)][0]}"
            raise


def _decode(raw: bytes, encoding: str, place: str) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        byte = f"byte 0x{raw[error.start]:02x} at {error.start}"
        raise InputError("bad_encoding", f"{byte} is not {encoding}", origin=place) from None


def _comments(comments: Sequence[str]) -> tuple[str | None, str | None, dict[str, str | int]]:
    """The id, the text and the rest that a sentence's comments give."""
    id, text = None, None
    meta: dict[str, str | int] = {}
    for comment in comments:
        pair = KEY_VALUE.match(f" {comment}")
        if NEW_DOCUMENT.match(comment):
            continue
        if pair and pair["key"] in ID_KEYS:
            id = pair["value"] or id
        elif pair and pair["key"] == "text":
            text = pair["value"]
        elif pair:
            meta[pair["key"]] = pair["value"]
        elif only := ID_ONLY.match(comment):
            id = only["id"]
    return id, text, meta
