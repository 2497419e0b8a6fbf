"""TMX, the exchange format of translation memories, read as a stream.

Versions 1.1 to 1.4 are read; the DTD is never fetched. Expat finds out the encoding (UTF-8,
UTF-16, or what the XML declaration names). A file that declares entities is refused, so none can
blow up ("billion laughs") or fetch anything; and so is one that uses an entity it does not
declare, since its text would be lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn
from xml.parsers import expat

from spanferry.data.errors import InputError
from spanferry.translators.parallel.packed import open_file

#: Language code and text of each variant of a unit.
Unit = list[tuple[str, str]]

_CHUNK = 1 << 18
#: Elements inside a segment that hold codes of the original file (TMX 1.4b, "content markup").
_CODES = frozenset({"bpt", "ept", "it", "ph", "ut"})


def read_units(path: Path) -> Iterator[Unit]:
    """The translation units of a file, one by one.

    Markup inside a segment is taken out: what stands in `<bpt>`, `<ept>`, `<it>`, `<ph>` and
    `<ut>` is native code (`<b>`, `\\par`) and dropped, with the text of a `<sub>` in it (a
    footnote, the title of a link), which is no part of the sentence; `<hi>` goes, its text stays.

        Click <bpt i="1">&lt;b></bpt>here<ept i="1">&lt;/b></ept>. -> Click here.

    Where something was dropped, runs of white space are made one blank.

    Raises:
        ConfigError: there is no such file, or it cannot be read.
        InputError: `bad_file` (broken compressed data) or `bad_tmx` (not well-formed, no TMX, an
            entity, a variant without language), with the line.
    """
    reader = _Reader(path)
    with open_file(path) as stream:
        while chunk := stream.read(_CHUNK):
            yield from reader.feed(chunk, final=False)
    yield from reader.feed(b"", final=True)


class _Reader:
    """Collects units from the events of expat."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._units: list[Unit] = []
        self._root = False
        self._unit: Unit | None = None
        self._language = ""
        self._text: list[str] | None = None  # of the open segment
        self._codes = 0  # how deep inside elements with codes
        self._dropped = False
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.EntityDeclHandler = self._declared
        self._parser.SkippedEntityHandler = self._skipped

    def feed(self, chunk: bytes, *, final: bool) -> list[Unit]:
        """Parse a piece of the file; the units that it completes."""
        try:
            self._parser.Parse(chunk, final)
        except expat.ExpatError as error:
            self._refuse(f"is no well-formed XML: {expat.ErrorString(error.code)}", error.lineno)
        units, self._units = self._units, []
        return units

    def _refuse(self, detail: str, line: int | None = None) -> NoReturn:
        place = self._parser.CurrentLineNumber if line is None else line
        raise InputError("bad_tmx", f"the file {detail}", origin=f"{self._path}:{place}")

    def _declared(self, name: str, *_: object) -> None:
        self._refuse(f"declares the entity {name!r}; write its text where it is used instead")

    def _skipped(self, name: str, *_: object) -> None:
        self._refuse(f"uses the entity {name!r}, which it does not declare; write its text")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if not self._root:
            self._root = True
            if name != "tmx":
                self._refuse(f"is no TMX: its root is <{name}>")
        if self._text is not None:
            if name in _CODES:
                self._codes += 1
                self._dropped = True
        elif name == "tu":
            self._unit = []
        elif name == "tuv":
            # `lang` was the name of the attribute before TMX 1.4
            self._language = attributes.get("xml:lang") or attributes.get("lang") or ""
            if not self._language.strip():
                self._refuse("has a <tuv> without xml:lang")
        elif name == "seg":
            self._text, self._dropped = [], False

    def _end(self, name: str) -> None:
        if self._text is not None:
            if name in _CODES:
                self._codes -= 1
            elif name == "seg":
                text = "".join(self._text)
                if self._unit is not None:
                    whole = " ".join(text.split()) if self._dropped else text
                    self._unit.append((self._language, whole))
                self._text = None
        elif name == "tu" and self._unit is not None:
            self._units.append(self._unit)
            self._unit = None

    def _characters(self, text: str) -> None:
        if self._text is not None and not self._codes:
            self._text.append(text)
