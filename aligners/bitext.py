"""Parallel text of the user's own, read line by line: what aligners learn from.

>>> list(read_bitext([Bitext(joined="pairs.txt")], "texts"))  # doctest: +SKIP
[('The cat sleeps .', 'O gato dorme .')]
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, zip_longest
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, model_validator

from spanferry.aligners.base import WordPair
from spanferry.aligners.words import model_words, split_words
from spanferry.data.errors import ConfigError, InputError
from spanferry.data.files import open_unpacked
from spanferry.data.readers.files import near_names

#: Pairs whose words are found at once.
_PAIRS = 1000
_SEPARATORS = ("|||", "\t")


class Bitext(BaseModel):
    """Parallel text: two files that run line by line, or one with both sides on a line."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str | None = Field(None, description="file of source sentences, one a line")
    target: str | None = Field(None, description="file of their translations, line by line")
    joined: str | None = Field(
        None, description="file of lines `source ||| target`, or source, tab, target"
    )

    @model_validator(mode="after")
    def _one_form(self) -> Bitext:
        two = self.source is not None and self.target is not None
        if two == (self.joined is not None) or (self.source is None) != (self.target is None):
            raise ValueError("must name either source and target, or joined")
        return self


def check_bitext(files: Sequence[Bitext], key: str) -> None:
    """See that the files are there.

    Args:
        key: of the configuration, for errors.

    Raises:
        ConfigError: one is not.
    """
    for each in files:
        for name in (each.source, each.target, each.joined):
            if name is not None and "://" not in name and not Path(name).expanduser().is_file():
                hint = near_names(Path(name).expanduser())
                raise ConfigError(f"{key}: there is no file {name!r}{hint}")


def read_bitext(
    files: Iterable[Bitext], key: str, *, halves: bool = False
) -> Iterator[tuple[str, str]]:
    """The pairs of all files; compressed ones (gz, bz2, xz, zst) are unpacked on the way.

    A pair of which a side is empty is left out.

    Args:
        key: of the configuration, for errors.
        halves: leave out only pairs of which both sides are empty.

    Raises:
        ConfigError: a file cannot be read, or of two files one has more lines than the other.
        InputError: a line is not UTF-8, or has not two sides (`bad_bitext`).
    """
    for each in files:
        for source, target in _joined(each, key) if each.joined else _two(each, key):
            pair = source.strip(), target.strip()
            if all(pair) or (halves and any(pair)):
                yield pair


def bitext_words(
    pairs: Iterable[tuple[str, str]], source_language: str, target_language: str
) -> Iterator[WordPair]:
    """The words of text pairs, found as those of a corpus are.

    Raises:
        ConfigError: see `words.split_words`.
    """
    stream = iter(pairs)
    while block := list(islice(stream, _PAIRS)):
        sides = []
        for texts, language in zip(
            zip(*block, strict=True), (source_language, target_language), strict=True
        ):
            found = split_words(texts, language)
            sides.append([model_words(*each) for each in zip(texts, found, strict=True)])
        yield from (WordPair(*pair) for pair in zip(*sides, strict=True) if all(pair))


def _two(files: Bitext, key: str) -> Iterator[tuple[str, str]]:
    assert files.source is not None
    assert files.target is not None
    sides = _lines(files.source, key), _lines(files.target, key)
    for number, (source, target) in enumerate(zip_longest(*sides), 1):
        if source is None or target is None:
            short = files.source if source is None else files.target
            raise ConfigError(
                f"{key}: {short!r} ends before line {number}, and the other file goes on; line n "
                "of one must be the translation of line n of the other"
            )
        yield source, target


def _joined(files: Bitext, key: str) -> Iterator[tuple[str, str]]:
    assert files.joined is not None
    for number, line in enumerate(_lines(files.joined, key), 1):
        if not line.strip():
            continue
        separator = next((each for each in _SEPARATORS if each in line), None)
        sides = line.split(separator) if separator else [line]
        if len(sides) != 2:
            raise InputError(
                "bad_bitext",
                f"has {len(sides)} sides, and needs two, set apart by ||| or a tab",
                origin=f"{files.joined}:{number}",
                raw=line,
            )
        yield sides[0], sides[1]


def _lines(name: str, key: str) -> Iterator[str]:
    """Lines of a file, without their ends; only line feeds end a line."""
    try:
        with open_unpacked(name) as file:
            for number, line in enumerate(file, 1):
                try:
                    text = line.decode("utf-8-sig" if number == 1 else "utf-8")
                except UnicodeDecodeError:
                    raise InputError(
                        "bad_bitext", "is not UTF-8", origin=f"{name}:{number}", raw=repr(line)
                    ) from None
                yield text.removesuffix("\n").removesuffix("\r")
    except (OSError, EOFError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise ConfigError(f"{key}: {name!r} cannot be read: {error}") from error
