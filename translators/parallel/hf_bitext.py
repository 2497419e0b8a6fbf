"""Pairs of texts in the rows of a dataset."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from spanferry.translators.base import Translation
from spanferry.translators.parallel.base import found_text
from spanferry.translators.parallel.hf import TextColumn, find_column

_BATCH = 1000


class DatasetBitext:
    """Source and target texts of all splits of a dataset; see `Bitext` and `find_column`.

    Args:
        name: what messages call it.
        splits: the splits.
        fields: the columns of source and target text, as far as they are named.
        languages: source and target language.

    Raises:
        ConfigError: see `find_column`.
    """

    def __init__(
        self,
        name: str,
        splits: dict[str, Any],
        fields: tuple[str | None, str | None],
        languages: tuple[str, str],
    ) -> None:
        self.name = repr(name)
        self._splits = list(splits.values())
        settings = ("translate.source_field", "translate.field")
        self._columns: list[list[TextColumn]] = [
            [find_column(one, *found) for found in zip(fields, languages, settings, strict=True)]
            for one in self._splits
        ]
        self._starts: list[int] = [0]
        for one in self._splits:
            self._starts.append(self._starts[-1] + len(one))

    def prepare(self) -> None:
        """See `Bitext.prepare`; all is there already."""

    def entries(self) -> Iterator[tuple[int, str, str]]:
        """See `Bitext.entries`."""
        number = 0
        for dataset, (source, target) in zip(self._splits, self._columns, strict=True):
            names = list(dict.fromkeys([source.column, target.column]))
            for table in dataset.select_columns(names).with_format("arrow").iter(_BATCH):
                rows = zip(
                    table.column(source.column).to_pylist(),
                    table.column(target.column).to_pylist(),
                    strict=True,
                )
                for left, right in rows:
                    translation = next(iter(target.texts(right)), None)
                    if translation is not None:
                        yield from ((number, text, translation) for text in source.texts(left))
                    number += 1

    def sources(self, number: int) -> list[str]:
        """See `Bitext.sources`."""
        return self._at(number, 0)

    def target(self, number: int) -> Translation:
        """See `Bitext.target`."""
        return found_text(next(iter(self._at(number, 1)), None))

    def why_empty(self) -> str:
        """See `Bitext.why_empty`."""
        source, target = self._columns[0]
        return (
            f"no row of the dataset {self.name} has texts in both {source.name!r} "
            f"(translate.source_field) and {target.name!r} (translate.field)"
        )

    def _at(self, number: int, side: int) -> list[str]:
        place = next(n for n, start in enumerate(self._starts[1:]) if number < start)
        return self._columns[place][side].at(number - self._starts[place])
