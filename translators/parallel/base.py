"""What the formats of `parallel` have in common: a lookup, and pairs of texts to look up in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from spanferry.data.errors import ConfigError
from spanferry.data.records import Record
from spanferry.translators.base import Segment, TranslatedRecord, Translation
from spanferry.translators.blank import is_blank


class Lookup(Protocol):
    """Finds the translations of records in one place: a file, a pair of files, a dataset.

    Attributes:
        one_split: what kind of file this is, where it serves a single split only; lines and ids
            start anew in each. Empty where any number of splits may share it.
    """

    one_split: str

    def check(self, split: str, count: int, *, partial: bool) -> None:
        """Compare with a split and its number of records.

        Raises:
            ConfigError: they do not go together, or nothing can be found here at all.
        """
        ...

    def prepare(self) -> None:
        """Make the indexes that `find` needs; once, before records come.

        Raises:
            InputError: a file is broken.
        """
        ...

    def find(self, record: Record, row: int, split: str) -> TranslatedRecord:
        """The translation of a record; `row` is its place in the split, from 0."""
        ...

    def tell(self, records: Sequence[Record], rows: Sequence[int], split: str) -> tuple[str, str]:
        """For a warning: what was looked for (with a `; ` before it), and what there is."""
        ...


class Bitext(Protocol):
    """Pairs of texts by number; the texts stay on disk.

    Attributes:
        name: what messages call it.
    """

    name: str

    def prepare(self) -> None:
        """Make what `sources` and `target` need. `entries` may be asked for its first ones before.

        Raises:
            InputError: a file is broken.
        """
        ...

    def entries(self) -> Iterator[tuple[int, str, str]]:
        """Number, source text and target text of every pair, the numbers rising.

        A number comes more than once where it has several source texts. Pairs that lack a side
        may be left out.
        """
        ...

    def sources(self, number: int) -> list[str]:
        """The source texts under a number."""
        ...

    def target(self, number: int) -> Translation:
        """The target text under a number."""
        ...

    def why_empty(self) -> str:
        """What is wrong, in one sentence, where no pair has both sides."""
        ...


def found_text(value: Any) -> Translation:
    """A text that was found, as it is; `no_translation` for what is no text or shows nothing."""
    if not isinstance(value, str) or is_blank(value):
        return Translation(None, error="no_translation")
    return Translation(value)


def whole(record: Record, text: Translation) -> tuple[Segment, ...]:
    """One segment over both texts; none where there is no translation."""
    return () if text.text is None else ((0, len(record.text), 0, len(text.text)),)


@contextmanager
def about(key: str) -> Iterator[None]:
    """Name the setting in errors that name none: `there is no file ...` becomes
    `translate.path: there is no file ...`."""
    try:
        yield
    except ConfigError as error:
        if str(error).startswith("translate."):
            raise
        raise type(error)(f"translate.{key}: {error}") from error


def either(names: Iterable[str]) -> str:
    """Names in a sentence: `'a' or 'b'`."""
    return " or ".join(map(repr, names))


def some(names: Iterable[object], most: int = 3) -> str:
    """The first names, and a mark where there are more."""
    listed = list(names)
    shown = ", ".join(map(repr, listed[:most]))
    return f"{shown}, ..." if len(listed) > most else shown or "none"
