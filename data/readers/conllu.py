"""CoNLL-U files, the format of Universal Dependencies: tags of words, and the text itself.

https://universaldependencies.org/format.html: ten columns between tabs, comments before a
sentence, a blank line after it. What becomes of it:

- `# sent_id` is the id, `# text` the text; `# newdoc` begins a document (`meta["document"]`), and
  other `# key = value` go to `meta`.
- The words are those that are written: of a multiword token (`1-2`) its parts where together they
  spell it (`don't` = `do` + `n't`), otherwise the whole token, with the tags of its parts joined
  (`du`: `ADP+DET`). Empty nodes (`8.1`) are not written.
- `SpaceAfter=No` says where no space follows. If the text that results is not `# text`, white
  space is taken from there; a text of other words is bad input.
- The columns that `layers` names become word tags. A sentence in which a column is `_`
  throughout has no such layer, but for `feats`, where `_` says that there are none.

Bad sentences: `bad_encoding`, `bad_columns` (not ten, an empty one, or ids out of sequence),
`bad_tokens` (`# text` is of other words), `bad_word_tags` (a tag is missing).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import ClassVar, Literal

from pydantic import Field, field_validator

from spanferry.data.errors import InputError
from spanferry.data.readers.base import Read, ReaderSettings, attempt
from spanferry.data.readers.conll_comments import (
    NEW_DOCUMENT,
    Sentence,
    decode_line,
    read_comments,
)
from spanferry.data.readers.conllu_words import COLUMNS, Row, Word, read_rows, surface_words
from spanferry.data.readers.file_reader import FileReader
from spanferry.data.readers.files import SourceFile, read_lines
from spanferry.data.readers.tokens import locate
from spanferry.data.records import Offsets, Record

ENCODING = "utf-8"
#: What a column has where nothing is known.
UNKNOWN = "_"

Layer = Literal["upos", "xpos", "feats", "deprel"]


class ConlluSettings(ReaderSettings):
    """Settings of the reader `conllu`."""

    reader: Literal["conllu"] = "conllu"
    layers: tuple[Layer, ...] = Field(
        default=("upos",),
        min_length=1,
        description="The columns that become word tags: upos, xpos, feats, deprel.",
    )

    @field_validator("layers")
    @classmethod
    def _once(cls, value: tuple[Layer, ...]) -> tuple[Layer, ...]:
        if len(set(value)) < len(value):
            raise ValueError(f"a layer is named twice: {', '.join(value)}")
        return value


class ConlluReader(FileReader):
    """CoNLL-U: parts of speech and other tags of words, with the exact text."""

    Settings: ClassVar[type[ReaderSettings]] = ConlluSettings

    def __init__(self, settings: ConlluSettings) -> None:
        super().__init__(settings)
        self.settings = settings

    def read_file(self, file: SourceFile) -> Iterator[Read]:
        """The sentences of a file."""
        lines = enumerate(read_lines(file.path), start=1)
        for number, sentence in enumerate(_sentences(lines), start=1):
            first = sentence.lines[0][0]
            yield attempt(
                f"{file.name}:{first}",
                partial(sentence.shown, ENCODING),
                partial(self._record, sentence, file.path, f"{file.prefix}-{number}"),
                at=f"{file.path}:{first}",
            )

    def _record(self, sentence: Sentence, path: str, default_id: str) -> Record:
        rows = [
            Row(line, decode_line(raw, ENCODING, f"{path}:{line}").split("\t"))
            for line, raw in sentence.lines
        ]
        words = surface_words(*read_rows(rows, path), path)
        named, given, meta = read_comments(sentence.comments)
        if sentence.document is not None:
            meta = {"document": sentence.document, **meta}
        text, tokens = _text(words, given, f"{path}:{rows[0].line}")
        layers = {layer: _tags(words, layer, path) for layer in self.settings.layers}
        return Record(
            id=named or default_id,
            text=text,
            language=self.settings.language,
            tokens=tokens,
            word_tags={layer: tags for layer, tags in layers.items() if tags is not None},
            meta=meta,
        )


def _sentences(lines: Iterable[tuple[int, bytes]]) -> Iterator[Sentence]:
    document: str | int | None = None
    documents = 0
    sentence = Sentence()
    for number, raw in lines:
        line = raw.decode(ENCODING, "replace")
        if not line.strip():
            if sentence.lines:
                sentence.document = document
                yield sentence
            sentence = Sentence()
        elif line.startswith("#") and not sentence.lines:
            comment = line[1:].strip()
            if opened := NEW_DOCUMENT.match(comment):
                documents += 1
                document = opened["id"].strip() or documents
            sentence.comments.append(comment)
        else:
            sentence.lines.append((number, raw))
    if sentence.lines:
        sentence.document = document
        yield sentence


def _text(words: Sequence[Word], given: str | None, place: str) -> tuple[str, tuple[Offsets, ...]]:
    """The text and the words' offsets in it, from `SpaceAfter` and from `# text`."""
    parts: list[str] = []
    offsets: list[Offsets] = []
    at = 0
    for word in words:
        offsets.append((at, at + len(word.form)))
        parts.append(word.form + " " * word.space_after)
        at += len(parts[-1])
    text = "".join(parts).rstrip()
    if given is None or given == text:
        return text, tuple(offsets)
    found = locate([word.form for word in words], given)
    if found is None:
        raise InputError("bad_tokens", f"the words do not make up # text = {given}", origin=place)
    return given, found


def _tags(words: Sequence[Word], layer: Layer, path: str) -> tuple[str, ...] | None:
    """A tag for each word; None where the sentence has none in this layer."""
    column = COLUMNS.index(layer)
    tags = []
    for word in words:
        parts = [row.cells[column] for row in word.rows]
        if layer != "feats" and UNKNOWN in parts:
            tags.append(UNKNOWN)
        else:
            tags.append("+".join(parts))
    if layer == "feats" or UNKNOWN not in tags:
        return tuple(tags)
    if all(row.cells[column] == UNKNOWN for word in words for row in word.rows):
        return None
    word = words[tags.index(UNKNOWN)]
    raise InputError(
        "bad_word_tags",
        f"{word.form!r} has no {layer} ({UNKNOWN}), other words of the sentence have one",
        origin=f"{path}:{word.rows[0].line}",
    )
