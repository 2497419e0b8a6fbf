"""Projection methods: records a second, model calls and memory, each in a process of its own.

usage: python -m tests.bench.methods speed GOLD METHOD... [--links NAME] [--pairs N] [--rounds N]
       python -m tests.bench.methods memory GOLD METHOD... [--links NAME] [--counts N...]

GOLD is a file of labelled pairs with stored links (`projection/gold.py`); METHOD is what the
section `project` may hold, as YAML: `embedding`, or
`{method: markers, translator: {backend: apertium}}`.

`speed`: wall time of `project` alone, the models loaded before, medians of rounds in which all
methods take turns; each round gets texts that no other had (numbers are written into them), so that
nothing is found in a cache. `memory`: the peak of a process that projects more and more records,
shard by shard.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import yaml

from spanferry.flows.backends import method_for
from spanferry.flows.config import settings_class
from spanferry.flows.method_settings import NESTED
from spanferry.flows.services import Models
from spanferry.projection.base import ProjectionInput, ProjectionMethod
from spanferry.projection.gold import read_gold, with_links

#: Records that the stage `project` hands over at once.
SHARD = 2_000


def main() -> None:
    """See the module's text."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.methods")
    parser.add_argument("task", choices=["speed", "memory", "peak"])
    parser.add_argument("gold", type=Path)
    parser.add_argument("methods", nargs="+", type=yaml.safe_load)
    parser.add_argument("--links", default="awesome")
    parser.add_argument("--pairs", type=int, default=600)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--counts", type=int, nargs="+", default=[2_000, 10_000])
    given = parser.parse_args()
    if given.task == "memory":
        for one in given.methods:
            for count in given.counts:
                _child("peak", given.gold, yaml.safe_dump(one), "--links", given.links,
                       "--counts", count)  # fmt: skip
        return
    items = read_items(given.gold, given.links)
    if given.task == "peak":
        [one], [count] = given.methods, given.counts
        peak(items, one, count)
    else:
        speed(items[: given.pairs], given.methods, given.rounds)


def read_items(path: Path, links: str) -> list[ProjectionInput]:
    """The pairs of a file with spans and links of that name."""
    pairs = [pair for pair in read_gold(path) if links in pair.links and pair.item.spans]
    return [with_links(pair.item, pair.links[links]) for pair in pairs]


def prepared(given: Any, item: ProjectionInput) -> tuple[ProjectionMethod, Models]:
    """A method that is set up, with the counts of what its models do."""
    models = Models(settings_class("translators", "embedded")())
    settings = NESTED.parse(given)
    method = method_for(settings, "any", models, item.language, item.target_language)
    method.setup()
    return method, models


def speed(items: Sequence[ProjectionInput], methods: Sequence[Any], rounds: int) -> None:
    """Print records a second and calls of each method."""
    ready = [prepared(given, items[0]) for given in methods]
    found: list[list[float]] = [[] for _ in methods]
    for round_ in range(rounds):
        fresh = [numbered(item, round_) for item in items]
        for (method, _), times in zip(ready, found, strict=True):
            start = time.perf_counter()
            method.project(fresh)
            times.append(time.perf_counter() - start)
    spans = sum(len(item.spans) for item in items) * rounds
    for given, (_, models), times in zip(methods, ready, found, strict=True):
        calls = {name: f"{100 * n / spans:.0f}" for name, n in models.calls.counts().items()}
        print(f"{len(items) / statistics.median(times):8.1f} records/s  "
              f"calls per 100 spans {calls}  {given}")  # fmt: skip


def peak(items: Sequence[ProjectionInput], given: Any, count: int) -> None:
    """Project so many records and print the peak of the process."""
    method, _ = prepared(given, items[0])
    endless = many(items)
    for start in range(0, count, SHARD):
        method.project(list(islice(endless, min(SHARD, count - start))))
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{count:8} records  {used:6.0f} MB  {given}", flush=True)


def many(items: Sequence[ProjectionInput]) -> Iterator[ProjectionInput]:
    """The items again and again, never the same text twice."""
    number = 0
    while True:
        for item in items:
            yield numbered(item, number)
        number += 1


def numbered(item: ProjectionInput, number: int) -> ProjectionInput:
    """The same pair with a number behind each of its texts and spans' words, as a new word."""
    mark = f" ({number})"
    text, translation = item.text + mark, item.translation + mark
    words = [
        (text, item.text, item.source_words),
        (translation, item.translation, item.target_words),
    ]
    source, target = ([*own, (len(old) + 1, len(new))] for new, old, own in words)
    return replace(item, text=text, translation=translation,
                   source_words=source, target_words=target)  # fmt: skip


def _child(task: str, *arguments: object) -> None:
    command = [sys.executable, "-m", "tests.bench.methods", task, *map(str, arguments)]
    subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
