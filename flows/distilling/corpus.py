"""From a configuration to the pairs that a student learns from: read, translate, filter, link."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from spanferry.data.columns import to_tuples
from spanferry.data.errors import AccountingError, ConfigError, InputError
from spanferry.data.files import read_parquet, remove_temporary
from spanferry.data.fingerprint import fingerprint
from spanferry.data.manifest import Manifest
from spanferry.flows.distilling import filtering, linking, teaching
from spanferry.flows.distilling.config import DistilConfig
from spanferry.flows.distilling.filtering import Filtered, Taught, filter_pairs
from spanferry.flows.distilling.linking import Linker, link_pairs
from spanferry.flows.distilling.teaching import Teacher, teach, translations_path
from spanferry.flows.distilling.texts import Reading, TextReader
from spanferry.flows.pipeline import Watcher
from spanferry.flows.run import Silent
from spanferry.translators.distil.pair_writer import Pair, write_pairs
from spanferry.translators.distil.pairs import VERSION, PairStore

#: The folder of the pairs in the work folder.
PAIRS = "pairs"


def make_pairs(config: DistilConfig, work: Path, progress: Watcher | None = None) -> PairStore:
    """The pairs that a student learns from, in `work/pairs`; does what is not up to date.

    The same call goes on where a killed one stopped. The caller sees that no other process is at
    work in the folder (`data.locking.exclusive`).

    `facts` of the pairs hold `read` (sentences, pairs), `duplicate` and `left_out` of them,
    `unusable` (records by reason), `errors` (texts that the teacher could not translate, by
    reason), `dropped` (pairs by reason), `kept`, `teacher` and `aligner` (name, revision, licence,
    source), `median_ratio` (characters of target a character of source) and `lowest_score`.

    Args:
        work: the work folder.
        progress: is told of the stages `read`, `teach`, `filter`, `align` and `write`.

    Raises:
        ConfigError, InputError: a file, the teacher or the aligner is wrong; `too_few_pairs`.
        AccountingError: pairs went missing.
    """
    watcher = progress or Silent()
    teacher = Teacher(config) if config.teacher is not None else None
    linker = Linker(config) if config.align is not None else None
    texts = TextReader(config)
    mark = _mark(texts, teacher, linker)
    found = _found(work / PAIRS, mark)
    if found is not None:
        return found
    work.mkdir(parents=True, exist_ok=True)
    remove_temporary(work)
    manifest = Manifest(work)
    watcher.start("read", None)
    reading = texts.read(manifest, partial(watcher.advance, "read"))
    if teacher is not None and config.texts:
        teach(reading.shards, teacher, config, manifest, *_told(watcher, "teach"))
    taught = _taught(reading, teacher, manifest.folder)
    filtered = filter_pairs(taught, config.filter, manifest, *_told(watcher, "filter"))
    links: Sequence[Path | None] = [None] * len(filtered.shards)
    if linker is not None:
        links = link_pairs(filtered.shards, linker, config, manifest, *_told(watcher, "align"))
    facts = {**_facts(config, reading, filtered, teacher, linker), "made_of": mark}
    if filtered.rows < 2:
        names = ("read", "unusable", "duplicate", "left_out", "errors", "dropped")
        told = {name: facts[name] for name in names}
        raise InputError(
            "too_few_pairs", f"{filtered.rows} pairs are left to learn from: {told}", origin="pairs"
        )
    start, advance = _told(watcher, "write")
    start(filtered.rows)
    store = write_pairs(
        work / PAIRS,
        _pairs(work, filtered, links, advance),
        count=filtered.rows,
        held_out=config.held_out,
        links=linker is not None,
        facts=facts,
    )
    if store.count + store.facts["held_out"] != filtered.rows:
        raise AccountingError(
            f"pairs: {filtered.rows} were kept, {store.count} + {store.facts['held_out']} written"
        )
    _sweep(work, filtered, links)
    return store


def _told(watcher: Watcher, stage: str) -> tuple[Callable[[int], None], Callable[[int], None]]:
    return partial(watcher.start, stage), partial(watcher.advance, stage)


def _mark(texts: TextReader, teacher: Teacher | None, linker: Linker | None) -> str:
    """A hash of everything that the pairs depend on."""
    config = texts.config
    return fingerprint(
        texts=texts.mark,
        teacher=teacher and [teacher.mark, asdict(teacher.info)],
        filter=[filtering.VERSION, config.filter.model_dump(mode="json")],
        align=linker and [linker.mark, linker.wanted(), asdict(linker.info)],
        held_out=config.held_out,
        versions=[VERSION, teaching.VERSION, linking.VERSION],
    )


def _found(folder: Path, mark: str) -> PairStore | None:
    """The pairs that were made before, if they are of the same ingredients and whole."""
    try:
        store = PairStore(folder)
    except ConfigError:
        return None
    return store if store.facts.get("made_of") == mark and store.whole() else None


def _taught(reading: Reading, teacher: Teacher | None, work: Path) -> list[Taught]:
    found = []
    for shard in reading.shards:
        if shard.taught or teacher is None:
            found.append(Taught(shard, work / shard.file, shard.digest))
        else:
            path = translations_path(work, shard, teacher)
            found.append(Taught(shard, path, path.stem))
    return found


def _facts(
    config: DistilConfig,
    reading: Reading,
    filtered: Filtered,
    teacher: Teacher | None,
    linker: Linker | None,
) -> dict[str, Any]:
    counts = dict(reading.counts)
    read = {name: counts.pop(name, 0) for name in ("sentences", "pairs")}
    duplicate, left_out = counts.pop("duplicate", 0), counts.pop("left_out", 0)
    errors, dropped = filtered.counts()
    lost = duplicate + left_out + sum(errors.values()) + sum(dropped.values())
    if sum(read.values()) != lost + filtered.rows:
        raise AccountingError(
            f"pairs: {sum(read.values())} texts and pairs were read, {filtered.rows} kept and "
            f"{lost} left out by a reason"
        )
    return {
        "source": config.source,
        "target": config.target,
        "read": read,
        "unusable": counts,
        "duplicate": duplicate,
        "left_out": left_out,
        "errors": errors,
        "dropped": dropped,
        "kept": filtered.rows,
        "median_ratio": filtered.corpus.median_ratio,
        "lowest_score": filtered.corpus.lowest_score,
        "teacher": teacher and asdict(teacher.info),
        "aligner": linker and asdict(linker.info),
    }


def _pairs(
    work: Path,
    filtered: Filtered,
    links: Sequence[Path | None],
    progress: Callable[[int], None],
) -> Iterator[Pair]:
    for shard, path in zip(filtered.shards, links, strict=True):
        table = read_parquet(work / shard.file)
        columns = [table.column(name).to_pylist() for name in ("source", "target", "score")]
        linked: list[Any] = [None] * shard.rows
        if path is not None:
            linked = to_tuples(read_parquet(path).column("links"))
        yield from map(Pair._make, zip(*columns, linked, strict=True))
        progress(shard.rows)


def _sweep(work: Path, filtered: Filtered, links: Sequence[Path | None]) -> None:
    """Remove what earlier settings kept, dropped and linked; translations are dear, and stay."""
    current = {work / shard.file for shard in filtered.shards} | {path for path in links if path}
    current |= {work / filtering.DROPPED / Path(shard.file).name for shard in filtered.shards}
    for folder in (filtering.KEPT, filtering.DROPPED, linking.FOLDER):
        for path in (work / folder).glob("*.parquet"):
            if path not in current:
                path.unlink()
