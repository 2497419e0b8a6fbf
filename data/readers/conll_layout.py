"""How a CoNLL file is laid out: columns, separator, scheme of the tags, what is a comment."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from spanferry.data.errors import ConfigError, InputError
from spanferry.data.readers.conll_comments import KEY_VALUE
from spanferry.data.readers.conll_settings import ConllSettings
from spanferry.data.tag_schemes import detect_scheme
from spanferry.data.tags import OUTSIDE, Scheme, split_tag

#: Lines that are looked at before a file is read.
SCAN_LINES = 100_000
DOCSTART = "-DOCSTART-"
BLANKS = " \t"


@dataclass(frozen=True, slots=True)
class Layout:
    """What a file's lines look like.

    Args:
        separator: `tab` or `space`.
        width: number of columns.
        token: the words' column.
        tag: the tags' column, or None.
        scheme: of the tags.
        tags: the tags that the scan saw.
        documents: whether the scan saw a `-DOCSTART-`.
        comment: what comments begin with, or None.
        layers: columns of word tags by the name of their layer.
    """

    separator: Literal["tab", "space"]
    width: int
    token: int
    tag: int | None
    scheme: Scheme
    tags: frozenset[str]
    documents: bool
    comment: str | None
    layers: Mapping[str, int]

    def cells(self, line: str) -> list[str]:
        """The columns of a line."""
        return split_line(line, self.separator)

    def is_comment(self, line: str) -> bool:
        """Whether a line is a comment and not a word.

        `# id = 7` and `# a remark` are; `#\tO`, `#hashtag O` and `# O` are words. A comment
        begins with the mark and a space, or is the mark alone. It is a word nevertheless where
        it has the file's number of columns and a tag in the tags' column, unless it reads
        `key = value`.
        """
        if self.comment is None or not looks_like_comment(line, self.comment):
            return False
        if KEY_VALUE.match(line[len(self.comment) :]):
            return True
        cells = self.cells(line)
        if len(cells) != self.width:
            return True
        return self.tag is not None and not self._is_tag(cells[self.tag])

    def _is_tag(self, tag: str) -> bool:
        if self.scheme == "io":  # where any word could be a label
            return tag in OUTSIDE or tag in self.tags
        try:
            split_tag(tag, self.scheme, bare_label="bare")
        except InputError:
            return False
        return True


def split_line(line: str, separator: Literal["tab", "space"]) -> list[str]:
    """The cells of a line; no-break spaces and their like separate nothing."""
    if separator == "tab":
        return line.split("\t")
    return re.split(r"[ \t]+", line.strip(BLANKS))


def detect_layout(lines: Iterator[str], settings: ConllSettings, path: str) -> Layout:
    """The layout of a file, from its first `SCAN_LINES` lines.

    Raises:
        ConfigError: the file has no such column.
    """
    names = settings.columns
    header: str | None = None
    sentences: list[list[str]] = [[]]
    documents = False
    for line in islice(lines, SCAN_LINES):
        if line.startswith(DOCSTART):
            documents = True
        if not line.strip(BLANKS) or line.startswith(DOCSTART):
            sentences.append([])
        elif settings.header and header is None:
            header = line
        elif settings.comment is None or not looks_like_comment(line, settings.comment):
            sentences[-1].append(line)
    rows = [line for sentence in sentences for line in sentence]
    separator = settings.separator
    if separator == "auto":
        separator = "tab" if sum("\t" in line for line in rows) * 2 > len(rows) else "space"
    if header is not None:
        names = split_line(header, separator)
    widths = Counter(len(split_line(line, separator)) for line in rows)
    width = len(names) if names else widths.most_common(1)[0][0] if widths else 0
    token, tag, tags = 0, None, list[list[str]]()
    layers: dict[str, int] = {}
    if width:
        token = _column("token_column", settings.token_column, names, width, path)
        layers = {
            layer: _column(f"word_tag_columns.{layer}", column, names, width, path)
            for layer, column in settings.word_tag_columns.items()
        }
    if width and settings.tag_column is not None:
        tag = _column("tag_column", settings.tag_column, names, width, path)
    if tag in layers.values() and "tag_column" not in settings.model_fields_set:
        tag = None  # nobody said that the last column has spans, and it is known to have word tags
    if tag is not None:
        for sentence in sentences:
            cells = [split_line(line, separator) for line in sentence]
            tags.append([row[tag] for row in cells if len(row) == width])
    return Layout(
        separator=separator,
        width=width,
        token=token,
        tag=tag,
        scheme=detect_scheme(tags) if settings.scheme == "auto" else settings.scheme,
        tags=frozenset(name for sentence in tags for name in sentence),
        documents=documents,
        comment=settings.comment,
        layers=layers,
    )


def _column(
    field: str, wanted: int | str, names: Sequence[str] | None, width: int, path: str
) -> int:
    if isinstance(wanted, str):
        if names is None or wanted not in names:
            raise ConfigError(f"{field} {wanted!r}: {path} has the columns {list(names or ())}")
        return names.index(wanted)
    if not -width <= wanted < width:
        raise ConfigError(f"{field} {wanted}: {path} has {width} columns, numbered from 0")
    return wanted % width


def looks_like_comment(line: str, mark: str) -> bool:
    """Whether a line begins with the mark and a space, or is the mark alone."""
    return line.startswith(f"{mark} ") or line.strip(BLANKS) == mark
