"""Pictures of the links that a build made: they lie in its work folder, shard by shard."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from spanferry.aligners.base import CorpusAligner, SimilarityAligner, WordPair
from spanferry.aligners.pictures.picture import Picture, Stretch
from spanferry.aligners.words import model_words
from spanferry.data.errors import ConfigError
from spanferry.data.files import read_parquet
from spanferry.data.links import Link
from spanferry.data.manifest import Manifest
from spanferry.flows.backends import make_aligner
from spanferry.flows.layout import Layout
from spanferry.flows.link_pictures import Choice, similarities
from spanferry.flows.source import Shard, Source, load_source
from spanferry.flows.units import PREPARE

#: What a picture needs of each stage.
_COLUMNS = {
    "read": ["id", "origin", "text", "language", "spans"],
    "translate": ["translation"],
    "align": ["source_words", "target_words", "links"],
    "project": ["projected"],
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """Pictures, and how many chosen records have no links because they have no translation."""

    pictures: tuple[Picture, ...]
    untranslated: int


def work_folder(dataset: Path, config: Any | None) -> Path:
    """The work folder of a dataset.

    Raises:
        ConfigError: it is not there.
    """
    if config is not None:
        work = Layout.of(config).work
    else:
        whole = dataset.resolve()
        work = whole.with_name(whole.name + ".work")
    if not (work / "manifest.jsonl").is_file():
        hint = "" if config else ", or give the config if its run.work_path is another folder"
        raise ConfigError(
            f"{work} holds no work of a build: links are kept there and not in the dataset; "
            f"run the build again{hint}"
        )
    return work


def draw_records(
    work: Path, choice: Choice, *, target: str | None = None, split: str | None = None
) -> Drawn:
    """Pictures of chosen records of a build.

    Raises:
        ConfigError: the build has no links yet, none of the target or the split, or its files do
            not belong together.
    """
    manifest = Manifest(work)
    source, language = _source(work, manifest), _target(work, manifest, target)
    shards = [shard for shard in source.shards if split in (None, shard.split)]
    if not shards:
        listed = ", ".join(source.splits)
        raise ConfigError(f"{work}: no split {split!r}; there are: {listed}")
    pictures: list[Picture] = []
    untranslated = 0
    for table in _chosen(work, manifest, source, shards, language, choice):
        for row in table.to_pylist():
            if row["links"] is None:
                untranslated += 1
            elif len(pictures) < choice.count:
                pictures.append(_picture(row, language, choice, work))
        if len(pictures) >= choice.count:
            break
    return Drawn(tuple(pictures), untranslated)


def _source(work: Path, manifest: Manifest) -> Source:
    entry = next((each for each in manifest.find("read") if each.key == "read"), None)
    source = load_source((work / entry.file).parent) if entry else None
    if source is None:
        raise ConfigError(f"{work}: its source shards are gone or damaged; run the build again")
    return source


def _target(work: Path, manifest: Manifest, target: str | None) -> str:
    aligned = [each.key.split("/")[0] for each in manifest.find("") if "/align/" in each.key]
    if not aligned:
        raise ConfigError(f"{work}: holds no links yet; run `spanferry align` or `spanferry build`")
    if target is not None and target not in aligned:
        listed = ", ".join(dict.fromkeys(aligned))
        raise ConfigError(f"{work}: no language {target!r}; there are: {listed}")
    return target or aligned[0]


def _chosen(
    work: Path,
    manifest: Manifest,
    source: Source,
    shards: Sequence[Shard],
    target: str,
    choice: Choice,
) -> Iterator[pa.Table]:
    """The chosen rows of each shard, with the columns that a picture needs."""
    sample: set[int] | None = None
    if choice.seed is not None and not choice.ids:
        total = sum(shard.rows for shard in shards)
        count = min(choice.count, total)
        sample = set(random.Random(choice.seed).sample(range(total), count))
    start = 0
    for shard in shards:
        rows = range(start, start + shard.rows)
        start += shard.rows
        here = None if sample is None else [row - rows.start for row in rows if row in sample]
        if here == []:
            continue
        first = read_parquet(source.folder / shard.file, _COLUMNS["read"])
        if choice.ids:
            found = pc.is_in(first["id"], value_set=pa.array(list(choice.ids), pa.string()))
            here = pc.indices_nonzero(found).to_pylist()
            if not here:
                continue
        table = _joined(work, manifest, first, shard, target)
        yield table if here is None else table.take(pa.array(here, pa.int64()))


def _joined(work: Path, manifest: Manifest, table: pa.Table, shard: Shard, target: str) -> pa.Table:
    """A shard of the source with what the stages added."""
    for stage in ("translate", "align", "project"):
        key = f"{target}/{stage}/{shard.name}"
        entry = next((each for each in manifest.find(key) if each.key == key), None)
        path = work / entry.file if entry else None
        if path is None or not path.is_file():
            if stage == "project":
                continue  # a build that has not come so far, or stopped at `align`
            raise ConfigError(f"{work}: {stage} has not done {key}; run `spanferry {stage}` first")
        added = read_parquet(path, _COLUMNS[stage])
        if added.num_rows != table.num_rows:
            raise _mixed(work)
        for name in added.column_names:
            table = table.append_column(name, added[name])
    return table


def _picture(row: dict[str, Any], target: str, choice: Choice, work: Path) -> Picture:
    sides = []
    for text, words in (
        (row["text"], row["source_words"]),
        (row["translation"], row["target_words"]),
    ):
        ranges = [(word["start"], word["end"]) for word in words]
        if ranges and ranges[-1][1] > len(text):
            raise _mixed(work)
        sides.append((ranges, tuple(text[start:end] for start, end in ranges)))
    links = [Link(link["source"], link["target"], link["score"]) for link in row["links"]]
    (source_ranges, source), (target_ranges, translated) = sides
    return Picture(
        row["id"],
        source,
        translated,
        choice.kept(links),
        source_spans=_stretches(row["spans"], source_ranges),
        target_spans=_stretches(row.get("projected"), target_ranges),
        languages=(row["language"], target),
        origin=row["origin"],
    )


def _stretches(
    spans: Sequence[dict[str, Any]] | None, words: Sequence[tuple[int, int]]
) -> tuple[Stretch, ...]:
    """Spans as the words that they touch, the parts of a discontinuous one each for itself."""
    found = []
    for span in spans or ():
        for part in span["fragments"] or [span]:
            touched = [k for k, (a, b) in enumerate(words) if a < part["end"] and b > part["start"]]
            if touched:
                found.append(Stretch(touched[0], touched[-1] + 1, span["label"]))
    return tuple(found)


def _mixed(work: Path) -> ConfigError:
    return ConfigError(
        f"{work}: texts and links are of different runs (a build was stopped midway); run it again"
    )


def shaded(work: Path, pictures: Sequence[Picture], config: Any) -> list[Picture]:
    """The pictures of records with the similarities that the build's aligner sees.

    Raises:
        ConfigError: it has none to show, or cannot run here.
    """
    if not pictures:
        return []
    target = pictures[0].languages[1]
    aligner = make_aligner(config.align, config.source.language, target)
    if not isinstance(aligner, SimilarityAligner):
        raise ConfigError(
            f"align.backend {config.align.backend!r} tells no similarities (--similarities)"
        )
    aligner.setup()
    if isinstance(aligner, CorpusAligner) and aligner.corpus_pairs:
        key = f"{target}/{PREPARE}"
        entry = next((each for each in Manifest(work).find(key) if each.key == key), None)
        if entry is None:
            raise ConfigError(f"{work}: the aligner of this config has learnt nothing; build first")
        aligner.load((work / entry.file).parent)
    pairs = [WordPair(_given(each.source), _given(each.target)) for each in pictures]
    alike = similarities(aligner, pairs)
    return [
        replace(picture, similarities=matrix)
        for picture, matrix in zip(pictures, alike, strict=True)
    ]


def _given(words: Sequence[str]) -> list[str]:
    """Words as a build gives them to its aligner."""
    return [model_words(word, [(0, len(word))])[0] for word in words]
