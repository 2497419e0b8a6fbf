"""`--dry-run`: validates, counts and prints what a build would do; runs and writes nothing."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from spanferry.data.backends import BackendInfo
from spanferry.data.ids import IdSet
from spanferry.data.manifest import Manifest
from spanferry.flows.backends import Backends
from spanferry.flows.layout import Layout
from spanferry.flows.pipeline import prepare
from spanferry.flows.source import check_any, checked, load_source, source_fingerprint
from spanferry.flows.stages import NAMES
from spanferry.flows.units import PREPARE, Workshop
from spanferry.translators.base import Estimate, PaidTranslator

#: Characters of a sentence, for estimates (news and encyclopedias: 100 to 140).
SENTENCE = 120


@dataclass(frozen=True, slots=True)
class Step:
    """A stage of a target: records to do, and seconds by the speed of earlier runs (or None)."""

    target: str
    stage: str
    backend: BackendInfo | None
    records: int
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a build would do.

    Args:
        read: records by split, bad ones included.
        bad: bad records by reason.
        spans, characters: in the good ones.
        steps: stage by stage; `records` is 0 where all is up to date.
        costs: by target language, what translating will cost where that is counted in tokens.
    """

    layout: Layout
    read: dict[str, int]
    bad: dict[str, int]
    spans: int
    characters: int
    steps: tuple[Step, ...]
    costs: dict[str, Estimate] = field(default_factory=dict)


def make_plan(config: Any, limit: int | None) -> Plan:
    """Read the source through, set the backends up as far as a fingerprint needs, and compare.

    Raises:
        ConfigError, InputError: as a build would.
    """
    layout, backends, reader = prepare(config)
    read: dict[str, int] = {}
    bad: dict[str, int] = {}
    good = spans = characters = beside = 0
    for split in reader.splits():
        with tempfile.TemporaryDirectory() as folder, IdSet(Path(folder) / "ids.sqlite") as ids:
            read[split] = 0
            for item in checked(config, reader, split, ids, limit):
                read[split] += 1
                if item.record is None:
                    reason = item.error.reason if item.error else "unknown"
                    bad[reason] = bad.get(reason, 0) + 1
                else:
                    good += 1
                    spans += len(item.record.spans)
                    characters += len(item.record.text)
                    beside += sum(map(len, item.record.side_texts.values()))
    check_any(read)
    for target in config.targets:
        backends.translator(target, setup=False).check(read, partial=limit is not None)
    done = _done(config, layout, backends, source_fingerprint(config, reader, limit))
    speeds = _speeds(Manifest(layout.work)) if layout.work.exists() else {}
    steps = [
        _step(target, stage, backends, wanted - done.get((target, stage), 0), speeds)
        for target in config.targets
        for stage, wanted in _stages(backends, target, good)
    ]
    costs = _costs(steps, backends, (characters + beside) / good if good else 0.0)
    return Plan(layout, read, bad, spans, characters, tuple(steps), costs)


def _costs(steps: list[Step], backends: Backends, characters: float) -> dict[str, Estimate]:
    """What is left to translate, at a server that charges; `characters` are those of a record and
    its side texts, on average."""
    found: dict[str, Estimate] = {}
    for step in steps:
        translator = backends.translator(step.target, setup=False)
        if step.stage == "translate" and step.records and isinstance(translator, PaidTranslator):
            total = int(step.records * characters)
            sentences = max(step.records, total // SENTENCE)
            found[step.target] = translator.estimate(sentences, total)
    return found


def _stages(backends: Backends, target: str, records: int) -> Iterator[tuple[str, int]]:
    """The stages of a target with the records that each is given."""
    for stage in NAMES:
        pairs = backends.corpus_pairs(target) if stage == "align" else 0
        if pairs:
            yield PREPARE, min(pairs, records)
        yield stage, records


def _step(
    target: str, stage: str, backends: Backends, records: int, speeds: dict[str, float]
) -> Step:
    seconds = records * speeds[stage] if stage in speeds else None
    backend = backends.info("align" if stage == PREPARE else stage, target)
    return Step(target, stage, backend, records, seconds)


def _done(
    config: Any, layout: Layout, backends: Backends, fingerprint: str
) -> dict[tuple[str, str], int]:
    """Records that are up to date, by target and stage."""
    done: dict[tuple[str, str], int] = {}
    if not layout.work.exists():
        return done
    manifest = Manifest(layout.work)
    entry = manifest.done("read", fingerprint)
    if entry is None:
        return done
    source = load_source((layout.work / entry.file).parent)
    if source is None:
        return done
    shop = Workshop(config, backends, layout, manifest, source)
    for chain in shop.chains():
        for unit in chain:
            if shop.entry(unit) is not None:
                key = (unit.target, unit.stage.name)
                done[key] = done.get(key, 0) + unit.shard.rows
    for target in config.targets:
        preparation = shop.preparation(target)
        if preparation is not None and shop.entry(preparation) is not None:
            done[target, PREPARE] = preparation.records
    return done


def _speeds(manifest: Manifest) -> dict[str, float]:
    """Seconds a record of each stage, as measured in earlier runs in this work folder."""
    rows: dict[str, int] = {}
    seconds: dict[str, float] = {}
    for entry in manifest.find(""):
        _, _, rest = entry.key.partition("/")
        stage = rest.partition("/")[0]
        if (stage in NAMES or stage == PREPARE) and entry.rows:
            rows[stage] = rows.get(stage, 0) + entry.rows
            seconds[stage] = seconds.get(stage, 0.0) + entry.seconds
    return {stage: seconds[stage] / rows[stage] for stage in rows}


def print_plan(console: Console, plan: Plan) -> None:
    """The plan as a table, with the accounts of the source above it."""
    total = sum(plan.read.values())
    splits = ", ".join(f"{split} {count}" for split, count in plan.read.items())
    console.print(f"source: {total} records ({splits}), {plan.spans} spans, "
                  f"{plan.characters} characters", markup=False)  # fmt: skip
    for reason, count in sorted(plan.bad.items()):
        console.print(f"  {count} would be rejected: {reason}", markup=False)
    table = Table("target", "stage", "backend", "records to do", "estimate")
    for step in plan.steps:
        backend = f"{step.backend.name} ({step.backend.source})" if step.backend else "—"
        table.add_row(step.target, step.stage, backend, str(step.records), _estimate(step))
    console.print(table)
    for target, cost in plan.costs.items():
        price = "" if cost.cost is None else f", {_price(cost.cost)} at the price that is set"
        console.print(
            f"translating into {target}: about {cost.requests:,} requests, {cost.prompt_tokens:,} "
            f"prompt and {cost.completion_tokens:,} completion tokens{price}",
            markup=False,
            soft_wrap=True,
        )
    place = f"{plan.layout.dataset} (work: {plan.layout.work})"
    console.print(f"would write: {place}", markup=False, soft_wrap=True)


def _price(cost: float) -> str:
    return f"{cost:,.2f}" if cost >= 0.01 else "less than 0.01"


def _estimate(step: Step) -> str:
    if step.records == 0:
        return "up to date"
    if step.seconds is None:
        return "not measured yet; try --limit 200"
    return f"{step.seconds:.0f} s of work" if step.seconds >= 1 else "under a second"
