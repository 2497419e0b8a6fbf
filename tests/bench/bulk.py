"""Bulk building: records a second, peak memory, and the share of each stage.

usage: python -m tests.bench.bulk DATASET [RECORDS [WORKERS]]

DATASET is a folder that `spanferry build sample:quickstart.yaml` published. Its records are
repeated under new ids to RECORDS (100,000) with their translations in a column, so that the build
is bound by everything but translation.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import datasets
import yaml

from spanferry.data.manifest import Manifest


def main(dataset: Path, records: int, workers: str) -> None:
    """Write the corpus, build it in a process of its own, and print the figures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_corpus(dataset, folder, records)
        start = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "spanferry.flows.cli", "build", "bulk.yaml",
             "--set", f"run.workers={workers}"],
            cwd=folder, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        if status:
            sys.exit("the build failed")
        seconds: dict[str, float] = defaultdict(float)
        for entry in Manifest(folder / "out/bulk.work").find("pt/"):
            seconds[entry.key.split("/")[1]] += entry.seconds
    print(f"{records} records in {wall:.1f} s: {records / wall:.0f} records a second")
    print(f"processor time {usage.ru_utime + usage.ru_stime:.1f} s, "
          f"peak memory {usage.ru_maxrss / 1024:.0f} MB")  # fmt: skip
    for stage, spent in seconds.items():
        print(f"  {stage:<10} {spent:7.1f} s over all workers")
    if workers == "1":  # only then do the stages' seconds add up to a share of the wall clock
        core = sum(seconds[stage] for stage in ("translate", "align", "project"))
        print(f"outside translation, alignment and projection: {1 - core / wall:.0%}")


def write_corpus(dataset: Path, folder: Path, records: int) -> None:
    """The dataset's records over and over, with ids of their own."""
    rows = datasets.load_dataset(str(dataset), split="train").to_list()
    names = datasets.load_dataset(str(dataset), split="train").features["spans"].feature["label"]
    with (folder / "bulk.jsonl").open("w", encoding="utf-8") as file:
        for number in range(records):
            row = rows[number % len(rows)]
            spans = [
                {"start": s["start"], "end": s["end"], "label": names.int2str(s["label"])}
                for s in row["source_spans"]
            ]
            line = {
                "id": f"bulk-{number}",
                "text": row["source_text"],
                "spans": spans,
                "translation": row["text"],
            }
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
    config = {
        "source": {"reader": "jsonl", "path": "bulk.jsonl", "language": "en"},
        "targets": ["pt"],
        "translate": {"backend": "parallel", "column": "translation"},
        "publish": {"path": "out/bulk"},
    }
    (folder / "bulk.yaml").write_text(yaml.safe_dump(config), "utf-8")


if __name__ == "__main__":
    given = dict(enumerate(sys.argv))
    main(Path(given[1]), int(given.get(2, 100_000)), given.get(3, "auto"))
