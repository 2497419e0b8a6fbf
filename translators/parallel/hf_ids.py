"""Rows of a dataset by the record's id."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from spanferry.data.errors import ConfigError, InputError
from spanferry.data.readers.hf_columns import describe, is_id
from spanferry.data.records import Record
from spanferry.translators.base import TranslatedRecord, Translation
from spanferry.translators.parallel.base import found_text, some, whole
from spanferry.translators.parallel.fields import DEFAULT_FIELDS
from spanferry.translators.parallel.hash_index import HashIndex
from spanferry.translators.parallel.hf import Cells, find_column

_BATCH = 1000


class DatasetIdLookup:
    """Rows of a dataset by the record's id, side texts in a struct column `side_texts`.

    A dataset with one split serves the only split of the source, whatever both are called; of a
    dataset with several, each split of the source gets the one of its name.

    Args:
        name: what messages call it.
        splits: the splits.
        id_field: the column of the ids, texts or whole numbers.
        field: the column of the translation, if it is named.
        language: the target language.

    Raises:
        ConfigError: see `find_column`; or there is no such column of ids.
        InputError: `duplicate_id` or `missing_id`, with the row.
    """

    def __init__(
        self, name: str, splits: dict[str, Any], id_field: str, field: str | None, language: str
    ) -> None:
        self.one_split = "datasets" if len(splits) == 1 else ""
        self._name = name
        self._rows = {
            split: _Rows(f"{name} {split}", one, id_field, field, language)
            for split, one in splits.items()
        }

    def check(self, split: str, count: int, *, partial: bool) -> None:
        """See `Lookup.check`."""
        self._of(split)

    def prepare(self) -> None:
        """See `Lookup.prepare`; all is there already."""

    def find(self, record: Record, row: int, split: str) -> TranslatedRecord:
        """See `Lookup.find`."""
        text, sides = self._of(split).find(record.id)
        found = {name: found_text(sides.get(name)) for name in record.side_texts}
        return TranslatedRecord(text, found, whole(record, text))

    def tell(self, records: Sequence[Record], rows: Sequence[int], split: str) -> tuple[str, str]:
        """See `Lookup.tell`."""
        wanted = f"; ids looked for: {some([record.id for record in records])}"
        return wanted, f"ids in the dataset: {some(list(islice(self._of(split).ids(), 4)))}"

    def _of(self, split: str) -> _Rows:
        if self.one_split:
            return next(iter(self._rows.values()))
        if split not in self._rows:
            raise ConfigError(
                f"the dataset {self._name!r} has no split {split!r} for the one of the source; "
                f"it has: {', '.join(self._rows)}"
            )
        return self._rows[split]


class _Rows:
    """The rows of one split by id."""

    def __init__(
        self, name: str, dataset: Any, id_field: str, field: str | None, language: str
    ) -> None:
        features = dataset.features
        if id_field not in features or not is_id(features[id_field]):
            raise ConfigError(
                f"translate.id_field {id_field!r} must be a column of texts or whole numbers: "
                f"the dataset has {describe(features)}"
            )
        self._name = name
        self._column = find_column(dataset, field, language, "translate.field", DEFAULT_FIELDS)
        self._ids = Cells(dataset, id_field)
        self._sides = Cells(dataset, "side_texts") if "side_texts" in features else None
        self._batches = dataset.select_columns([id_field]).with_format("arrow")
        self._index = HashIndex((n, one, "") for n, one in enumerate(self.ids()))
        for first, second in self._index.twins.tolist():
            if str(self._ids[first]) == str(self._ids[second]):
                raise InputError(
                    "duplicate_id",
                    f"id {str(self._ids[second])!r} stands in row {first + 1} already",
                    origin=f"{name} row {second + 1}",
                )

    def ids(self) -> Iterator[str]:
        """The ids in the order of the rows."""
        number = 0
        for table in self._batches.iter(_BATCH):
            for value in table.column(0).to_pylist():
                number += 1
                if value is None:
                    raise InputError(
                        "missing_id", "the row has no id", origin=f"{self._name} row {number}"
                    )
                yield str(value)

    def find(self, id: str) -> tuple[Translation, dict[str, Any]]:
        """The translation and the side texts under an id."""
        for number in self._index.find(id):
            if str(self._ids[number]) == id:
                sides = self._sides[number] if self._sides is not None else None
                text = next(iter(self._column.at(number)), None)
                return found_text(text), sides if isinstance(sides, dict) else {}
        return found_text(None), {}
