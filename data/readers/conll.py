"""CoNLL files: a word and its tag a line, a blank line after each sentence.

What a file looks like (separator, number of columns, scheme of the tags) is told from its first
100,000 lines, file by file. A `-DOCSTART-` line or `# newdoc id = x` begins a document, whose
number or id goes to `meta["document"]`. Of the comments, `# id = x` (or `# sent_id = x`,
`# id x`) names the sentence, `# text = ...` is its text where the words make it up, and any other
`# key = value` goes to `meta`.

Further columns may hold tags of words, a layer each (`word_tag_columns`).

Bad sentences: `bad_encoding` (a byte that is not of the encoding), `bad_columns` (more or fewer
cells than the other lines, or an empty word), `bad_tag`, `bad_word_tags` (an empty one).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from functools import partial
from typing import ClassVar

from spanferry.data.errors import InputError
from spanferry.data.readers.base import Read, ReaderSettings, attempt
from spanferry.data.readers.conll_comments import (
    NEW_DOCUMENT,
    Sentence,
    decode_line,
    read_comments,
)
from spanferry.data.readers.conll_layout import BLANKS, DOCSTART, Layout, detect_layout
from spanferry.data.readers.conll_settings import ConllSettings
from spanferry.data.readers.file_reader import FileReader
from spanferry.data.readers.files import SourceFile, read_lines
from spanferry.data.readers.tagged import tagged_record
from spanferry.data.readers.tokens import Joiner
from spanferry.data.records import Record
from spanferry.data.tags import TagError


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
        layers: dict[str, list[str]] = {name: [] for name in layout.layers}
        for number, raw in sentence.lines:
            place = f"{path}:{number}"
            cells = layout.cells(decode_line(raw, self.settings.encoding, place))
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
            for name, column in layout.layers.items():
                cell = cells[column].strip(BLANKS)
                if not cell:
                    raise InputError("bad_word_tags", f"the {name} tag is empty", origin=place)
                layers[name].append(cell)
        named, text, meta = read_comments(sentence.comments)
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
                word_tags=layers,
                meta=meta,
            )
        except TagError as error:
            error.origin = f"{path}:{sentence.lines[min(error.index, len(tags) - 1)][0]}"
            raise
