"""Pairs of texts in a translation memory (TMX)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from spanferry.translators.base import Translation
from spanferry.translators.parallel.base import found_text
from spanferry.translators.parallel.languages import by_closeness
from spanferry.translators.parallel.line_file import LineFile
from spanferry.translators.parallel.packed import open_file
from spanferry.translators.parallel.tmx_parser import Unit, read_units


class TmxBitext:
    """Source and target texts of the units of a TMX file; see `Bitext` and `read_units`.

    Of several target variants of a unit the one nearest in language counts (see `closeness`), of
    equally near ones the first. Every source variant is a pair of its own. The pairs are written
    to a temporary file that goes away by itself.

    Args:
        path: the file.
        languages: source and target language.

    Raises:
        ConfigError: there is no such file.
    """

    def __init__(self, path: Path, languages: tuple[str, str]) -> None:
        self.name = repr(str(path))
        self._path = path
        self._source, self._target = languages
        self._languages: dict[str, None] = {}
        self._pairs: LineFile | None = None
        with open_file(path):
            pass  # it is there

    def prepare(self) -> None:
        """See `Bitext.prepare`; errors are those of `read_units`."""
        if self._pairs is None:
            pairs = (json.dumps(pair, ensure_ascii=False) for pair in self._parsed())
            self._pairs = LineFile(self._path, (pair.encode() for pair in pairs))

    def entries(self) -> Iterator[tuple[int, str, str]]:
        """See `Bitext.entries`."""
        if self._pairs is None:
            return ((n, *pair) for n, pair in enumerate(self._parsed()))
        return ((n, *self._pair(n)) for n in range(len(self._pairs)))

    def sources(self, number: int) -> list[str]:
        """See `Bitext.sources`."""
        return [self._pair(number)[0]]

    def target(self, number: int) -> Translation:
        """See `Bitext.target`."""
        return found_text(self._pair(number)[1])

    def why_empty(self) -> str:
        """See `Bitext.why_empty`."""
        there = ", ".join(sorted(self._languages)) or "none: it has no units"
        for role, language in (("source", self._source), ("target", self._target)):
            if not by_closeness(self._languages, language):
                return (
                    f"{self.name} has no texts in the {role} language {language!r}; "
                    f"its languages: {there}"
                )
        return (
            f"no unit of {self.name} has texts in both {self._source!r} and {self._target!r}; "
            f"its languages: {there}"
        )

    def _pair(self, number: int) -> tuple[str, str]:
        if self._pairs is None:
            self.prepare()
        assert self._pairs is not None
        source, target = json.loads(self._pairs[number])
        return source, target

    def _parsed(self) -> Iterator[tuple[str, str]]:
        for unit in read_units(self._path):
            yield from self._pairs_of(unit)

    def _pairs_of(self, unit: Unit) -> Iterator[tuple[str, str]]:
        codes = dict.fromkeys(code for code, _ in unit)
        # a file of another kind might have a new code in each unit; some are enough
        if len(self._languages) < 1000:
            self._languages.update(codes)
        targets = by_closeness(codes, self._target)
        texts = (text for best in targets for code, text in unit if code == best and text.strip())
        for target in islice(texts, 1):
            for best in by_closeness(codes, self._source):
                yield from ((text, target) for code, text in unit if code == best)
