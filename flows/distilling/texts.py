"""The corpus as shards of sentences: each text once, and none that must not be learnt from.

A shard ends where the hash of a sentence says so, and not after a number of them. A line that
comes or goes then changes the shard that it is in, perhaps a few more, and the translations of all
others stay valid.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice

import pyarrow as pa

from spanferry.data.files import read_parquet, write_parquet, write_text
from spanferry.data.fingerprint import fingerprint
from spanferry.data.manifest import Entry, Manifest
from spanferry.flows.distilling.config import DistilConfig
from spanferry.flows.distilling.seen import Seen
from spanferry.flows.distilling.shards import Shard
from spanferry.flows.distilling.sources import (
    Item,
    Pairs,
    Source,
    sentences,
    text_sources,
)
from spanferry.translators.distil.keys import fold, text_hash
from spanferry.translators.distil.pairs import Digest

#: Raised with every change of what is read, or where shards end.
VERSION = 1
FOLDER = "texts"
#: A shard is at most so many times longer than at least, and about twice on average.
_LONGEST = 6
_SCHEMA = pa.schema([("source", pa.string()), ("target", pa.string())])


@dataclass(frozen=True, slots=True)
class Reading:
    """The corpus as it was read.

    Args:
        shards: pairs first, then texts, in the order of the configuration.
        counts: `sentences` and `pairs` that were read; of these, `duplicate` and `left_out` ones;
            and records that could not be used, by reason.
    """

    shards: tuple[Shard, ...]
    counts: dict[str, int]


class TextReader:
    """Reads the texts and pairs of a configuration.

    A text that stands among the pairs as well is a duplicate, and is not translated again.

    Raises:
        ConfigError: a file is not there.
    """

    def __init__(self, config: DistilConfig) -> None:
        self.config = config
        self.sources: list[Source] = [Pairs(each) for each in config.pairs]
        self.sources += text_sources(config.texts, config.source, "texts")
        self.left_out = text_sources(config.leave_out, config.source, "leave_out")
        #: Of everything that the shards depend on: contents, and not the folders they lie in.
        self.mark = fingerprint(
            version=VERSION,
            sources=[source.fingerprint() for source in self.sources],
            left_out=[source.fingerprint() for source in self.left_out],
            language=config.source,
            shard=config.run.shard_sentences,
        )

    def read(
        self, manifest: Manifest, progress: Callable[[int], None] = lambda rows: None
    ) -> Reading:
        """The corpus as shards; read only where it changed, and on from the last whole shard.

        Args:
            progress: is told of sentences and pairs that were read.

        Raises:
            InputError: see `sources`.
            ConfigError: a file cannot be read.
        """
        return _Run(self, manifest, progress).read()


class _Run:
    """One reading of the corpus, with what has been seen of it."""

    def __init__(
        self, reader: TextReader, manifest: Manifest, progress: Callable[[int], None]
    ) -> None:
        self.config, self.mark = reader.config, reader.mark
        self.sources, self.left_out = reader.sources, reader.left_out
        self.manifest, self.progress = manifest, progress
        self.folder = manifest.folder / FOLDER / self.mark[:12]
        self.seen, self.banned = Seen(), Seen()
        self.counts: Counter[str] = Counter()

    def read(self) -> Reading:
        entry = self.manifest.done("texts", self.mark)
        if entry is None:
            shards = self._read()
            index = {"shards": [asdict(shard) for shard in shards], "counts": dict(self.counts)}
            write_text(json.dumps(index, ensure_ascii=False, indent=1), self.folder / "index.json")
            self.manifest.enter(
                "texts",
                self.mark,
                self.folder / "index.json",
                rows=sum(each.rows for each in shards),
            )
            for old in self.folder.parent.iterdir():
                if old != self.folder:
                    shutil.rmtree(old)
        index = json.loads((self.folder / "index.json").read_text("utf-8"))
        found = tuple(Shard(**each) for each in index["shards"])
        return Reading(found, index["counts"])

    def _read(self) -> list[Shard]:
        self._ban()
        shards, place, skipped = self._resume()
        for at, source in enumerate(self.sources[place:], place):
            rows: list[Item] = []
            pieces = islice(source.pieces(), skipped, None)
            for number, piece in enumerate(pieces, skipped + 1):
                new = self._new(source.items(piece, self.counts))
                rows += new
                if self._ends(new, len(rows)):
                    shards.append(self._write(len(shards), rows, at, number))
                    rows = []
            if rows:
                shards.append(self._write(len(shards), rows, at + 1, 0))
            skipped = 0
        return shards

    def _ban(self) -> None:
        """Take up the texts that must not be learnt from, whole and sentence by sentence."""
        unused: Counter[str] = Counter()
        for source in self.left_out:
            for piece in source.pieces():
                for text in source.texts(piece, unused):
                    for each in (text, *sentences(text, self.config.source)):
                        if folded := fold(each):
                            self.banned.add(text_hash(folded))

    def _resume(self) -> tuple[list[Shard], int, int]:
        """The shards that a killed run has written, the source it was at and pieces of that."""
        shards: list[Shard] = []
        place = skipped = 0
        while entry := self._entry(len(shards)):
            shards.append(Shard(**entry.facts["shard"]))
            place, skipped = entry.facts["place"]
            self.counts = Counter(entry.facts["counts"])
            table = read_parquet(self.manifest.folder / entry.file, ["source"])
            for text in table.column("source").to_pylist():
                self.seen.add(text_hash(text))
        return shards, place, skipped

    def _key(self, number: int) -> str:
        return f"texts/{self.mark[:12]}/{number:06d}"

    def _entry(self, number: int) -> Entry | None:
        return self.manifest.done(self._key(number), self.mark)

    def _new(self, items: Sequence[Item]) -> list[Item]:
        """Those of the items that are learnt from; counts all."""
        self.progress(len(items))
        return [item for item in items if self._takes(item)]

    def _takes(self, item: Item) -> bool:
        source, target = item
        self.counts["sentences" if target is None else "pairs"] += 1
        if self.banned and any(text_hash(fold(each)) in self.banned for each in self._parts(item)):
            self.counts["left_out"] += 1
        elif not self.seen.add(text_hash(source)):
            self.counts["duplicate"] += 1
        else:
            return True
        return False

    def _parts(self, item: Item) -> Iterator[str]:
        """What of an item is looked for among the texts to leave out; in pairs all sentences."""
        source, target = item
        yield source
        if target is not None:
            yield target
            yield from sentences(source, self.config.source)

    def _ends(self, new: Sequence[Item], rows: int) -> bool:
        """Whether a shard ends here: it is half as long as wanted, and a hash says so."""
        half = max(1, self.config.run.shard_sentences // 2)
        if rows < half:
            return False
        return rows >= _LONGEST * half or any(text_hash(each) % half == 0 for each, _ in new)

    def _write(self, number: int, rows: Sequence[Item], place: int, pieces: int) -> Shard:
        path = self.folder / f"{number:06d}.parquet"
        digest = Digest()
        for source, target in rows:
            digest.add((source, target or "", None, None))
        sources, targets = zip(*rows, strict=True)
        columns = [pa.array(side, pa.string()) for side in (sources, targets)]
        write_parquet(pa.Table.from_arrays(columns, schema=_SCHEMA), path)
        name = path.relative_to(self.manifest.folder).as_posix()
        shard = Shard(name, len(rows), digest.text(), targets[0] is not None)
        facts = {"shard": asdict(shard), "place": [place, pieces], "counts": dict(self.counts)}
        self.manifest.enter(self._key(number), self.mark, path, rows=len(rows), facts=facts)
        return shard
