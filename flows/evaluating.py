"""What `spanferry evaluate` computes: exact-match span F1 against gold."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from spanferry.aligners.base import TextPair
from spanferry.aligners.segments import align_texts, prepared_on, word_pairs
from spanferry.data import backends, samples
from spanferry.data.errors import ConfigError
from spanferry.data.links import Link
from spanferry.data.readers import READERS
from spanferry.data.records import Offsets, Record
from spanferry.flows.backends import links_of, make_aligner, method_for
from spanferry.flows.config import reader_for, settings_class
from spanferry.flows.services import Models
from spanferry.projection.evaluate import LabelledRange, SpanReport, score_spans
from spanferry.projection.gold import GoldResult, LinkSource, evaluate_gold
from spanferry.projection.ranking import Links
from spanferry.translators import DEFAULT


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
    if links:
        kind: Links = "any"
    else:
        kind = links_of(config.align) if config else "embedded"
    translate: Any = config.translate if config else settings_class("translators", DEFAULT)()
    method = method_for(settings, kind, Models(translate), source, target)
    method.setup()
    return evaluate_gold(path, links or _aligner(config, source, target), method)


def _aligner(config: Any | None, source: str, target: str) -> LinkSource:
    settings: Any = config.align if config else settings_class("aligners", "embedded")()
    aligner = make_aligner(settings, source, target)
    aligner.setup()

    def align(
        pairs: Sequence[tuple[str, Sequence[Offsets], str, Sequence[Offsets]]],
    ) -> Sequence[Sequence[Link]]:
        texts = [TextPair(*pair) for pair in pairs]
        with prepared_on(aligner, word_pairs(texts)):
            return align_texts(aligner, texts)

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
    ours = list(records(predicted, target, split))
    theirs = list(records(gold, target, split))
    pairs = _by_id(ours, theirs, with_split=False) or _by_id(ours, theirs, with_split=True)
    if pairs is None:
        if len(ours) != len(theirs):
            raise ConfigError(
                f"{predicted} has {len(ours)} records and {gold} {len(theirs)}, "
                "and their ids do not tell which belong together"
            )
        pairs = [(wanted, found) for (_, wanted), (_, found) in zip(theirs, ours, strict=True)]
    return score_spans((_ranges(wanted), _ranges_of(found, wanted)) for wanted, found in pairs)


Place = tuple[str, Record]


def _by_id(
    ours: Sequence[Place], theirs: Sequence[Place], *, with_split: bool
) -> list[tuple[Record, Record | None]] | None:
    """Gold records with the predicted ones of the same id; None where ids do not tell.

    A predicted corpus may lack records of the gold one: those that a build rejected.
    """

    def key(place: Place) -> tuple[str, str]:
        return (place[0] if with_split else "", place[1].id)

    found = {key(place): place[1] for place in ours}
    wanted = {key(place) for place in theirs}
    if len(found) < len(ours) or len(wanted) < len(theirs) or not found.keys() <= wanted:
        return None
    return [(place[1], found.get(key(place))) for place in theirs]


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


def records(path: Path, target: str | None, split: str | None) -> Iterator[Place]:
    """The records of a corpus in any readable format, each with its split.

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
            assert item.record is not None
            yield of_split, item.record


def _published(folder: Path, target: str | None, split: str | None) -> dict[str, Any]:
    """Settings of a reader of the dataset that spanferry published in a folder."""
    languages = sorted(path.name for path in folder.glob("data/*"))
    if not languages:
        raise ConfigError(f"{folder} holds no published records")
    language = target or languages[0]
    if language not in languages:
        raise ConfigError(f"{folder}: no language {language!r}; there are: {', '.join(languages)}")
    splits: dict[str, list[str]] = {}
    for file in sorted((folder / "data" / language).glob("*.parquet")):
        splits.setdefault(file.name.partition("-")[0], []).append(str(file))
    if split is not None and split not in splits:
        raise ConfigError(f"{folder}: no split {split!r}; there are: {', '.join(splits)}")
    chosen = {split: splits[split]} if split else splits
    return {"path": chosen, "language": language,
            "id_column": "id", "text_column": "text", "spans_column": "spans"}  # fmt: skip
