"""Two files of lines side by side: the source in one, its translation in the other."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path

from spanferry.data.errors import ConfigError
from spanferry.translators.base import Translation
from spanferry.translators.parallel.base import about, found_text
from spanferry.translators.parallel.line_file import LineFile

#: What `escape-special-chars.perl` of Moses writes.
_ESCAPES = {
    "&#124;": "|",
    "&lt;": "<",
    "&gt;": ">",
    "&apos;": "'",
    "&quot;": '"',
    "&#91;": "[",
    "&#93;": "]",
    "&amp;": "&",
}
_ESCAPE = re.compile("|".join(map(re.escape, _ESCAPES)))


class MosesBitext:
    """Line n of one file is the translation of line n of the other; see `Bitext`.

    Source lines that are no UTF-8 cannot be looked up; a warning tells how many there are.

    Raises:
        ConfigError: a file cannot be read, or one has more lines than the other.
        InputError: see `LineFile`.
    """

    def __init__(self, source: Path, target: Path, *, unescape: bool) -> None:
        self.name = f"{str(source)!r} and {str(target)!r}"
        self._unescape = unescape
        with about("source_path"):
            self._sources = LineFile(source)
        self._targets = LineFile(target)
        if len(self._sources) != len(self._targets):
            raise ConfigError(
                f"{str(source)!r} has {len(self._sources)} lines and {str(target)!r} "
                f"{len(self._targets)}; line n of one must be the translation of line n of the "
                "other"
            )

    def prepare(self) -> None:
        """See `Bitext.prepare`; all is there already."""

    def entries(self) -> Iterator[tuple[int, str, str]]:
        """See `Bitext.entries`."""
        bad: list[int] = []
        for number, line in enumerate(self._sources):
            found = decoded(line, unescape=self._unescape)
            if found.text is not None:
                yield number, found.text, self._targets[number].decode("utf-8", "replace")
            elif found.error == "bad_encoding":
                bad.append(number + 1)
        if bad:
            logging.getLogger("spanferry").warning(
                "parallel: %d lines of %s are no UTF-8 and cannot be found, the first is line %d",
                *(len(bad), repr(str(self._sources.path)), bad[0]),
            )

    def sources(self, number: int) -> list[str]:
        """See `Bitext.sources`."""
        found = decoded(self._sources[number], unescape=self._unescape)
        return [] if found.text is None else [found.text]

    def target(self, number: int) -> Translation:
        """See `Bitext.target`; the error may be `bad_encoding`."""
        return decoded(self._targets[number], unescape=self._unescape)

    def why_empty(self) -> str:
        """See `Bitext.why_empty`."""
        return f"{self.name} have no line with a text in both"


def decoded(line: bytes, *, unescape: bool) -> Translation:
    """The text of a line; the error is `no_translation` or `bad_encoding`."""
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        return Translation(None, error="bad_encoding")
    return found_text(_ESCAPE.sub(lambda m: _ESCAPES[m[0]], text) if unescape else text)
