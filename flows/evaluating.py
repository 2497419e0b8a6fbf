"""What `spanferry evaluate` computes: exact-match span F1 against gold."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

from spanferry.aligners import ALIGNERS
from spanferry.aligners.base import WordPair
from spanferry.aligners.words import model_words
from spanferry.data import backends, samples
from spanferry.data.errors import ConfigError, InputError
from spanferry.data.readers import READERS
from spanferry.data.records import Offsets, Record
from spanferry.flows.config import reader_for, settings_class
from spanferry.projection import METHODS
from spanferry.projection.evaluate import LabelledRange, SpanReport, score_spans
from spanferry.projection.gold import GoldResult, LinkSource, evaluate_gold


def evaluate_pairs(path: Path, config: Any | None, links: str | None) -> GoldResult:
    """Project the source labels of a file of gold pairs and score them.

    Args:
        config: whose `align` and `project` are used; the defaults if None.
        links: name of links stored in the file, to be used instead of the aligner's.
    """
    try:
        with path.open(encoding="utf-8") as file:
            first = json.loads(file.readline())
        source, target = first["src_lang"], first["tgt_lang"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigError(f"{path}: is no file of gold pairs: {error!r}") from None
    settings: Any = config.project if config else settings_class("methods", "alignment")()
    method = backends.load("methods", settings.method, METHODS)(settings)
    method.setup()
    return evaluate_gold(path, links or _aligner(config, source, target), method)


def _aligner(config: Any | None, source: str, target: str) -> LinkSource:
    settings: Any = config.align if config else settings_class("aligners", "embedded")()
    made = backends.load("aligners", settings.backend, ALIGNERS)
    aligner = made(settings, source_language=source, target_language=target)
    aligner.setup()

    def align(
        pairs: Sequence[tuple[str, Sequence[Offsets], str, Sequence[Offsets]]],
    ) -> Sequence[Any]:
        words = [WordPair(model_words(s, a), model_words(t, b)) for s, a, t, b in pairs]
        found: Sequence[Any] = aligner.align(words)
        return found

    return align


def evaluate_files(
    predicted: Path, gold: Path, *, target: str | None = None, split: str | None = None
) -> SpanReport:
    """Score the spans of one corpus against those of another, in characters.

    Records are matched by id where both have the same ids, else in order; their texts must be
    the same. A folder that spanferry published is read as the translation with projected spans.

    Raises:
        ConfigError: a corpus cannot be read, or they do not hold the same texts.
    """
    ours, theirs = list(records(predicted, target, split)), list(records(gold, target, split))
    if {record.id for record in ours} <= {record.id for record in theirs}:
        # records that were rejected count as found nowhere
        by_id = {record.id: record for record in ours}
        pairs = [(record, by_id.get(record.id)) for record in theirs]
    else:
        if len(ours) != len(theirs):
            raise ConfigError(
                f"{predicted} has {len(ours)} records and {gold} {len(theirs)}, "
                "and their ids differ"
            )
        pairs = [(one, other) for one, other in zip_longest(theirs, ours)]
    return score_spans((_ranges(wanted), _ranges_of(found, wanted)) for wanted, found in pairs)


def _ranges(record: Record) -> frozenset[LabelledRange]:
    return frozenset((span.start, span.end, span.label) for span in record.spans)


def _ranges_of(found: Record | None, wanted: Record) -> frozenset[LabelledRange]:
    if found is None:
        return frozenset()
    if found.text != wanted.text:
        raise ConfigError(
            f"record {wanted.id!r}: the texts differ: {found.text[:60]!r} and {wanted.text[:60]!r}"
        )
    return _ranges(found)


def records(path: Path, target: str | None, split: str | None) -> Iterator[Record]:
    """The records of a corpus in any readable format.

    Raises:
        ConfigError: there is no such corpus. InputError: one of its records is bad.
    """
    place = Path(samples.resolve(str(path)))
    if (place / "manifest.json").is_file():
        name, options = "datasets", _published(place, target, split)
    else:
        name, options = reader_for(str(place)), {"path": str(place)}
        options["language"] = target or "und"
    reader = backends.load("readers", name, READERS)(settings_class("readers", name)(**options))
    reader.setup()
    for of_split in reader.splits():
        for item in reader.read(of_split):
            if item.error is not None:
                raise item.error
            yield item.record


def _published(folder: Path, target: str | None, split: str | None) -> dict[str, Any]:
    languages = sorted(path.name for path in (folder / "data").iterdir())
    language = target or languages[0]
    if language not in languages:
        raise ConfigError(f"{folder}: no language {language!r}; there are: {', '.join(languages)}")
    files = sorted((folder / "data" / language).glob(f"{split or '*'}-*.parquet"))
    if not files:
        raise InputError("no_split", f"no split {split!r}", origin=str(folder))
    return {"path": [str(file) for file in files], "language": language,
            "id_column": "id", "text_column": "text", "spans_column": "spans"}  # fmt: skip
