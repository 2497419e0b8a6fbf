"""Word links of the pairs that are learnt from, as character ranges, shard by shard."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa

from spanferry.aligners.base import CorpusAligner, TextPair, WordPair
from spanferry.aligners.segments import align_texts, word_pairs
from spanferry.aligners.words import check_language, split_words, tokenizer_revision
from spanferry.data.backends import BackendInfo
from spanferry.data.columns import from_tuples
from spanferry.data.files import read_parquet, write_parquet, write_text
from spanferry.data.fingerprint import fingerprint
from spanferry.data.manifest import Manifest
from spanferry.flows.backends import make_aligner
from spanferry.flows.distilling.config import DistilConfig
from spanferry.flows.distilling.filtering import Kept
from spanferry.flows.distilling.shards import work_on
from spanferry.flows.units import settings_that_matter
from spanferry.translators.distil.pairs import LINK

#: Raised when the same aligner and pairs give other links than before.
VERSION = 1
FOLDER = "links"
#: What begins the names of the folders of what an aligner learnt of the corpus.
PREPARED = "prepare-"
_SCHEMA = pa.schema([("links", pa.list_(LINK))])


class Linker:
    """The aligner of a configuration; `info` is cheap, and it is loaded when it has to work.

    Raises:
        ConfigError: see `make_aligner`.
    """

    def __init__(self, config: DistilConfig) -> None:
        self._settings: Any = config.align
        assert self._settings is not None
        self._codes = config.source, config.target
        self.aligner = make_aligner(self._settings, *self._codes)

    @property
    def info(self) -> BackendInfo:
        """What identifies the aligner."""
        return self.aligner.info

    @property
    def mark(self) -> str:
        """A hash of everything that links depend on, but for the pairs."""
        return fingerprint(
            version=VERSION,
            backend=[self.info.name, self.info.revision],
            settings=settings_that_matter(self._settings),
            words=self._words(),
            languages=list(self._codes),
        )

    def _words(self) -> list[str]:
        return [tokenizer_revision(code) for code in self._codes]

    def set_up(self) -> None:
        """Load it.

        Raises:
            ConfigError, MissingExtraError: it cannot run here, or words cannot be found.
        """
        for code in self._codes:
            check_language(code)
        self.aligner.setup()

    def wanted(self) -> int:
        """How many pairs of the corpus it learns from before it links any; 0 for most."""
        aligner = self.aligner
        return aligner.corpus_pairs if isinstance(aligner, CorpusAligner) else 0

    def learning_mark(self, shards: Sequence[Kept], pairs: int) -> str:
        """A hash of everything that it learns of the corpus."""
        inner = getattr(self.aligner, "inner", self.aligner)
        info: BackendInfo = getattr(inner, "learner_info", inner.info)
        return fingerprint(
            version=VERSION,
            words=self._words(),
            input=[shard.digest for shard in shards],
            pairs=pairs,
            backend=[info.name, info.revision],
            settings=settings_that_matter(self._settings, learnt=True),
            languages=list(self._codes),
        )

    def pairs(self, table: pa.Table) -> list[TextPair]:
        """The rows of a shard with their words."""
        sides = [table.column(name).to_pylist() for name in ("source", "target")]
        words = [split_words(texts, code) for texts, code in zip(sides, self._codes, strict=True)]
        columns = (sides[0], words[0], sides[1], words[1])
        return [TextPair(*row) for row in zip(*columns, strict=True)]

    def links(self, table: pa.Table) -> pa.Table:
        """The links of a shard as `pairs.LINK`, row by row."""
        pairs = self.pairs(table)
        rows = [
            [(*pair.source_words[link.source], *pair.target_words[link.target]) for link in found]
            for pair, found in zip(pairs, align_texts(self.aligner, pairs), strict=True)
        ]
        return pa.Table.from_arrays([from_tuples(rows, pa.list_(LINK))], schema=_SCHEMA)


def link_pairs(
    shards: Sequence[Kept],
    linker: Linker,
    config: DistilConfig,
    manifest: Manifest,
    start: Callable[[int], None] = lambda rows: None,
    progress: Callable[[int], None] = lambda rows: None,
) -> list[Path]:
    """Link the shards that are not linked yet; the files of all, column `links`, in order.

    An aligner that learns of its corpus learns of the first pairs, before the first shard. A kill
    costs the shards at work, and of learning what the aligner itself does not save.

    Args:
        start: is told how many pairs are to be linked, where there are any.
        progress: is told of pairs that were.
    """
    prepared = _prepared_on(shards, linker)
    mark = linker.mark if prepared is None else fingerprint(links=linker.mark, prepared=prepared[1])
    marks = [fingerprint(links=mark, pairs=shard.digest) for shard in shards]
    paths = [
        manifest.folder / FOLDER / f"{shard.digest[:16]}-{each[:12]}.parquet"
        for shard, each in zip(shards, marks, strict=True)
    ]
    units = list(zip(shards, marks, paths, strict=True))
    pending = [unit for unit in units if manifest.done(_key(unit[2]), unit[1]) is None]
    if not pending:
        return paths
    start(sum(shard.rows for shard, _, _ in pending))
    linker.set_up()
    if prepared is not None:
        _load_prepared(linker, *prepared, manifest)

    def work(unit: tuple[Kept, str, Path]) -> None:
        shard, mark, path = unit
        began = time.perf_counter()
        table = read_parquet(manifest.folder / shard.file, ["source", "target"])
        path.parent.mkdir(parents=True, exist_ok=True)
        rows = write_parquet(linker.links(table), path)
        took = time.perf_counter() - began
        manifest.enter(_key(path), mark, path, rows=rows, seconds=took)
        progress(rows)

    work_on(pending, work, workers=config.run.workers, retries=config.run.retries)
    return paths


def _key(path: Path) -> str:
    return f"link/{path.stem}"


def _prepared_on(shards: Sequence[Kept], linker: Linker) -> tuple[list[Kept], str] | None:
    """The first shards, as many as the aligner wants to learn from, and a hash of what it learns;
    None for one that learns nothing of its corpus."""
    pairs = linker.wanted()
    if pairs < 1:
        return None
    first: list[Kept] = []
    for shard in shards:
        if sum(each.rows for each in first) >= pairs:
            break
        first.append(shard)
    return first, linker.learning_mark(first, pairs)


def _load_prepared(linker: Linker, shards: list[Kept], mark: str, manifest: Manifest) -> None:
    """Have the aligner learn if it has not, and take up what it learnt."""
    aligner = linker.aligner
    assert isinstance(aligner, CorpusAligner)
    folder = manifest.folder / FOLDER / f"{PREPARED}{mark[:12]}"
    if manifest.done("prepare", mark) is None:
        began = time.perf_counter()
        for old in folder.parent.glob(f"{PREPARED}*"):
            if old != folder:
                shutil.rmtree(old)
        folder.mkdir(parents=True, exist_ok=True)
        read = 0

        def counted() -> Iterator[WordPair]:
            nonlocal read
            for pair in islice(_word_pairs(shards, linker, manifest), aligner.corpus_pairs):
                read += 1
                yield pair

        aligner.prepare(counted(), folder)
        done = folder / "prepared.json"
        write_text(f'{{"fingerprint": "{mark}"}}\n', done)
        took = time.perf_counter() - began
        manifest.enter("prepare", mark, done, rows=read, seconds=took)
    aligner.load(folder)


def _word_pairs(shards: list[Kept], linker: Linker, manifest: Manifest) -> Iterator[WordPair]:
    for shard in shards:
        table = read_parquet(manifest.folder / shard.file, ["source", "target"])
        found = word_pairs(linker.pairs(table))
        yield from (pair for pair in found if pair.source and pair.target)
