"""Units of work: one (target, stage, shard) each, with what makes it up to date."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel

from spanferry.aligners.words import tokenizer_revision
from spanferry.data.errors import AccountingError, SpanferryError
from spanferry.data.files import read_parquet, write_parquet
from spanferry.data.fingerprint import fingerprint
from spanferry.data.manifest import Entry, Manifest
from spanferry.data.schema import SCHEMA_VERSION
from spanferry.flows.backends import Backends
from spanferry.flows.layout import Layout
from spanferry.flows.source import Shard, Source
from spanferry.flows.stages import STAGES, Context, Stage

#: What a preparation is called in plans, in the manifest and in the work folder.
PREPARE = "prepare"


def settings_that_matter(settings: BaseModel, *, learnt: bool = False) -> dict[str, Any]:
    """The settings that change the shards, as JSON values.

    Args:
        learnt: those alone that change what an aligner learns of the corpus; a backend names the
            others (`AFTER`).

    A backend names those that do not (`IDLE`: threads, devices), and so do the backends that it is
    made of. Names of labels are a matter of publishing: shards hold those of the source. Which
    calibration an aligner has, its revision tells.
    """
    idle = {*getattr(settings, "IDLE", ()), "translate_labels", "calibration"}
    if learnt:
        idle |= {*getattr(settings, "AFTER", ())}
    plain = settings.model_dump(mode="json", exclude=idle)
    return {
        name: _that_matter(getattr(settings, name), value, learnt) for name, value in plain.items()
    }


def _that_matter(value: Any, plain: Any, learnt: bool) -> Any:
    if isinstance(value, BaseModel):
        return settings_that_matter(value, learnt=learnt)
    if isinstance(value, tuple) and any(isinstance(each, BaseModel) for each in value):
        return [_that_matter(each, of, learnt) for each, of in zip(value, plain, strict=True)]
    return plain


@dataclass(frozen=True, slots=True)
class Unit:
    """One (target, stage, shard).

    Args:
        before: the unit of the stage before it on the same shard.
        fingerprint: of everything that its result depends on.
        preparation: what must be done for the whole target before it.
    """

    target: str
    stage: Stage
    shard: Shard
    fingerprint: str
    before: Unit | None
    preparation: Preparation | None = None

    @property
    def key(self) -> str:
        """Its key in the manifest."""
        return f"{self.target}/{self.stage.name}/{self.shard.name}"


@dataclass(frozen=True, slots=True)
class Preparation:
    """What the aligner of a target learns of the corpus before its first shard is aligned.

    Args:
        units: translations that it reads, in the order of the corpus.
        pairs: how many pairs of them, the first ones.
        fingerprint: of everything that its result depends on.
    """

    target: str
    units: tuple[Unit, ...]
    pairs: int
    fingerprint: str

    @property
    def key(self) -> str:
        """Its key in the manifest."""
        return f"{self.target}/{PREPARE}"

    @property
    def records(self) -> int:
        """How many records it reads."""
        return min(self.pairs, sum(unit.shard.rows for unit in self.units))


#: What an executor does: each has a key.
Job = Unit | Preparation


@dataclass(frozen=True, slots=True)
class Workshop:
    """Everything that work on a run needs."""

    config: Any
    backends: Backends
    layout: Layout
    manifest: Manifest
    source: Source
    _preparations: dict[str, Preparation | None] = field(default_factory=dict)

    def chain(self, target: str, shard: Shard) -> list[Unit]:
        """The units of a shard, stage by stage.

        Each fingerprint takes in the one before it, so a changed setting makes its own stage and
        those after it run again, and nothing else.
        """
        units: list[Unit] = []
        for stage in STAGES:
            units.append(self._unit(target, stage, shard, units[-1] if units else None))
        return units

    def _unit(self, target: str, stage: Stage, shard: Shard, before: Unit | None) -> Unit:
        info = self.backends.info(stage.name, target)
        preparation = None
        more: dict[str, Any] = {}
        if stage.name == "align":
            preparation = self.preparation(target)
            more["words"] = self._words(target)
            if preparation is not None:
                more["prepared"] = preparation.fingerprint
        mark = fingerprint(
            schema=SCHEMA_VERSION,
            stage=[stage.name, stage.version],
            input=before.fingerprint if before else shard.sha256,
            split=shard.split,
            target=target,
            backend=info and [info.name, info.revision],
            settings=self._settings(stage.name),
            **more,
        )
        return Unit(target, stage, shard, mark, before, preparation)

    def preparation(self, target: str) -> Preparation | None:
        """What the aligner of a target has to learn of the corpus; None for most aligners.

        It reads the first shards that hold enough records, so a corpus that grows at its end
        keeps what was learnt, and the links of its older shards.
        """
        if target not in self._preparations:
            self._preparations[target] = self._preparation(target)
        return self._preparations[target]

    def _preparation(self, target: str) -> Preparation | None:
        pairs = self.backends.corpus_pairs(target)
        if pairs < 1:
            return None
        units: list[Unit] = []
        rows = 0
        for shard in self.source.shards:
            if rows >= pairs:
                break
            units.append(self._unit(target, STAGES[0], shard, None))
            rows += shard.rows
        info = self.backends.learner(target)
        mark = fingerprint(
            words=self._words(target),
            input=[unit.fingerprint for unit in units],
            pairs=pairs,
            backend=[info.name, info.revision],
            settings=settings_that_matter(self.config.align, learnt=True),
            stage=next(stage.version for stage in STAGES if stage.name == "align"),
        )
        return Preparation(target, tuple(units), pairs, mark)

    def _words(self, target: str) -> list[str]:
        """What decides where words end, in both languages."""
        return [tokenizer_revision(code) for code in (self.config.source.language, target)]

    def chains(self) -> Iterator[list[Unit]]:
        """All chains, in the order of targets and shards."""
        for target in self.config.targets:
            for shard in self.source.shards:
                yield self.chain(target, shard)

    def _settings(self, stage: str) -> Any:
        if stage == "score":
            return None
        return settings_that_matter(getattr(self.config, stage))

    def entry(self, unit: Job) -> Entry | None:
        """The manifest's entry of a piece of work that is up to date."""
        return self.manifest.done(unit.key, unit.fingerprint)

    def path(self, unit: Unit) -> Path:
        """The file of a unit. It bears the fingerprint, so that another version of the same unit,
        written by a run that was killed before it could enter it, is never taken for this one.
        """
        folder = self.layout.work / unit.target / unit.stage.name
        return folder / f"{unit.shard.name}-{unit.fingerprint[:8]}.parquet"

    def folder(self, preparation: Preparation) -> Path:
        """The folder of a preparation; it bears the fingerprint, as files of units do."""
        name = f"{PREPARE}-{preparation.fingerprint[:8]}"
        return self.layout.work / preparation.target / name

    def columns(self, shard: Shard, last: Unit | None, names: Sequence[str] | None) -> pa.Table:
        """Columns of a shard up to and with the unit `last`; all that there are for None."""
        files = []
        while last is not None:
            files.append(self.path(last))
            last = last.before
        arrays: dict[str, pa.ChunkedArray] = {}
        for file in (self.source.folder / shard.file, *reversed(files)):
            try:
                here = pq.read_schema(file).names
                wanted = [name for name in here if names is None or name in names]
                table = read_parquet(file, wanted)
            except (OSError, pa.ArrowException) as error:
                raise SpanferryError(
                    f"{file} is damaged ({error}); delete it, and the same command makes it anew"
                ) from error
            arrays.update(zip(wanted, table.columns, strict=True))
        return pa.table({name: arrays[name] for name in names or arrays})

    def work(self, unit: Unit) -> Entry:
        """Do a unit: load, run, write, enter. Skips it if that has been done."""
        done = self.entry(unit)
        if done is not None:
            return done
        start = time.perf_counter()
        table = self.columns(unit.shard, unit.before, unit.stage.columns)
        if unit.preparation is not None:
            self.backends.load_prepared(unit.target, self.folder(unit.preparation))
        context = Context(self.backends, unit.target, unit.shard.split)
        added = unit.stage.run(table, context)
        if added.num_rows != unit.shard.rows:
            raise AccountingError(f"{unit.key}: {unit.shard.rows} rows in, {added.num_rows} out")
        path = self.path(unit)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_parquet(added, path)
        return self.manifest.enter(
            unit.key,
            unit.fingerprint,
            path,
            rows=added.num_rows,
            seconds=time.perf_counter() - start,
        )

    def sweep(self) -> None:
        """Remove what is no longer current: files without an entry, what was learnt before."""
        known = {self.layout.work / entry.file for entry in self.manifest.find("")}
        for target in self.config.targets:
            for stage in STAGES:
                for file in (self.layout.work / target / stage.name).glob("*.parquet"):
                    if file not in known:
                        file.unlink()
            preparation = self.preparation(target)
            current = self.folder(preparation) if preparation else None
            for folder in (self.layout.work / target).glob(f"{PREPARE}-*"):
                if folder != current:
                    shutil.rmtree(folder)
