"""Aligners over an encoder beside the packages that they come from, and beside the bare encoder.

usage: python -m tests.bench.align speed PAIRS [MODEL] [--layer N] [--pairs N] [--rounds N]
       python -m tests.bench.align precision GOLD MODEL [--layer N ...] [--method NAME]
       python -m tests.bench.align memory PAIRS [MODEL] --counts N...
       python -m tests.bench.align device PAIRS [MODEL] [--pairs N]

PAIRS is a file of JSON lines with `src_tokens` and `tgt_tokens`; MODEL is a checkpoint. Without
one, a model of mBERT's size with random weights is made.

`speed`: in each round the `simalign` package's API, the bare forward pass over our batches, our
aligner by arithmetic, and the `awesome-align` program take turns on the same pairs; medians of the
rounds, and how many pairs have equal links. `precision`: AER on gold links by arithmetic.
`memory`: peak memory over more and more pairs, each in a process of its own. `device`: pairs a
second on a GPU, with the package on the same GPU.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from spanferry.aligners.awesome import AwesomeAligner
from spanferry.aligners.base import WordPair
from spanferry.aligners.evaluate import score_links
from spanferry.aligners.simalign import SimalignAligner
from spanferry.data.links import Link

Pairs = frozenset[tuple[int, int]]


def main() -> None:
    """See the module's text."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.align")
    parser.add_argument("task", choices=["speed", "precision", "memory", "device", "peak"])
    parser.add_argument("file", type=Path)
    parser.add_argument("model", nargs="?", type=Path)
    parser.add_argument("--layer", type=int, nargs="+", default=[8])
    parser.add_argument("--pairs", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--method", default="inter")
    parser.add_argument("--dtypes", nargs="+", default=["float32", "bfloat16", "int8"])
    parser.add_argument("--counts", type=int, nargs="+", default=[1000, 5000, 20000])
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        pairs = read_pairs(given.file)
        model = given.model or _random(Path(name) / "mbert", pairs)
        match given.task:
            case "speed":
                speed(model, pairs[: given.pairs], given, Path(name))
            case "precision":
                precision(model, given)
            case "memory":
                for count in given.counts:
                    _child("peak", given.file, model, "--pairs", count, "--layer", *given.layer)
            case "peak":
                peak(model, pairs, given)
            case "device":
                device(model, pairs[: given.pairs], given)


def read_pairs(path: Path) -> list[WordPair]:
    """The sentence pairs of a gold file."""
    rows = map(json.loads, path.read_text("utf-8").splitlines())
    return [WordPair(row["src_tokens"], row["tgt_tokens"]) for row in rows]


def _random(folder: Path, pairs: Sequence[WordPair]) -> Path:
    from tests.bench.random_models import mbert_sized

    return mbert_sized(folder, [" ".join(side) for p in pairs for side in (p.source, p.target)])


def aligner(model: Path, given: argparse.Namespace, **more: Any) -> SimalignAligner:
    """Our aligner, set up."""
    settings = SimalignAligner.Settings(
        model=str(model), layer=given.layer[0], method=given.method, **more
    )
    made = SimalignAligner(settings)
    made.setup()
    return made


def seconds(work: Callable[[], object]) -> float:
    """Wall clock of a call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def speed(model: Path, pairs: Sequence[WordPair], given: argparse.Namespace, scratch: Path) -> None:
    """Everything in turns, and a table of medians."""
    words = sum(len(pair.source) + len(pair.target) for pair in pairs) / len(pairs)
    print(f"{len(pairs)} pairs of {words:.1f} words, layer {given.layer[0]}, {given.rounds} rounds")
    package = Package(model, given)
    ours = {dtype: aligner(model, given, dtype=dtype) for dtype in given.dtypes}
    program = Program(model, pairs, given.layer[0], scratch)
    awesome = AwesomeAligner(AwesomeAligner.Settings(model=str(model), layer=given.layer[0]))
    awesome.setup()
    plain_model = bare_encoder(model, given.layer[0])
    batches = list(ours["float32"].engine.batches(pairs))
    results: dict[str, list[tuple[Link, ...]]] = {}

    def ours_with(name: str, made: Any) -> Callable[[], None]:
        def work() -> None:
            results[name] = made.align(pairs)

        return work

    runs: dict[str, Callable[[], object]] = {
        "package simalign": lambda: package(pairs),
        "bare forward": lambda: forward(plain_model, batches),
        **{f"ours, {dtype}": ours_with(dtype, made) for dtype, made in ours.items()},
        "program awesome-align": program.run,
        "ours, awesome": ours_with("awesome", awesome),
    }
    for made in runs.values():
        made()  # warm
    found: dict[str, list[float]] = {name: [] for name in runs}
    for number in range(given.rounds):
        for name, work in runs.items():
            found[name].append(seconds(work))
        last = ", ".join(f"{name} {times[-1]:.1f}" for name, times in found.items())
        print(f"round {number + 1}: {last}", flush=True)
    start_up = [seconds(program.start) for _ in range(given.rounds)]
    found["program awesome-align, less its start"] = [
        a - b for a, b in zip(found["program awesome-align"], start_up, strict=True)
    ]
    base = found["package simalign"]
    for name, times in found.items():
        ratio = statistics.median(b / t for b, t in zip(base, times, strict=True))
        rate = len(pairs) / statistics.median(times)
        print(f"{name:40} {rate:8.1f} pairs/s   {ratio:6.2f} x package   "
              f"{' '.join(f'{t:.2f}' for t in times)}")  # fmt: skip
    bare = zip(found["bare forward"], found["ours, float32"], strict=True)
    print(f"share of the bare forward: {statistics.median(a / b for a, b in bare):.3f}")
    wanted = package(pairs)
    for dtype in given.dtypes:
        same = sum(plain(a) == b for a, b in zip(results[dtype], wanted, strict=True))
        print(f"equal to the package, {dtype}: {same} of {len(pairs)} pairs")
    theirs = program.links()
    same = sum(plain(a) == b for a, b in zip(results["awesome"], theirs, strict=True))
    print(f"equal to the program awesome-align: {same} of {len(pairs)} pairs")


def plain(links: Sequence[Link]) -> Pairs:
    """Links without their scores."""
    return frozenset((link.source, link.target) for link in links)


def bare_encoder(model: Path, layer: int) -> Any:
    """The encoder as transformers loads it, in float32, without the layers above the one used."""
    from transformers import AutoModel

    made = AutoModel.from_pretrained(model).float().eval()
    del made.encoder.layer[layer:]
    return made


def forward(model: Any, batches: Sequence[Any]) -> None:
    """The encoder alone, over our batches."""
    import torch

    with torch.inference_mode():
        for batch in batches:
            model(
                input_ids=torch.from_numpy(batch.ids), attention_mask=torch.from_numpy(batch.mask)
            )


class Package:
    """The API of the package `simalign`, one pair a call."""

    def __init__(self, model: Path, given: argparse.Namespace, device: str = "cpu") -> None:
        from simalign import SentenceAligner

        letters = {"inter": "a", "mwmf": "m", "itermax": "i", "fwd": "f", "rev": "r"}
        self.method = given.method
        self.aligner = SentenceAligner(
            model=str(model), token_type="bpe", matching_methods=letters[given.method],
            layer=given.layer[0], device=device,
        )  # fmt: skip

    def __call__(self, pairs: Sequence[WordPair]) -> list[Pairs]:
        return [
            frozenset(
                self.aligner.get_word_aligns(list(pair.source), list(pair.target))[self.method]
            )
            for pair in pairs
        ]


class Program:
    """The program `awesome-align`, as its documentation runs it."""

    def __init__(self, model: Path, pairs: Sequence[WordPair], layer: int, scratch: Path) -> None:
        self.whole, self.one = scratch / "pairs.txt", scratch / "one.txt"
        self.out = scratch / "links.txt"
        lines = [f"{' '.join(pair.source)} ||| {' '.join(pair.target)}\n" for pair in pairs]
        self.whole.write_text("".join(lines), "utf-8")
        self.one.write_text(lines[0], "utf-8")
        self.model, self.layer = model, layer

    def _command(self, data: Path, out: Path) -> None:
        program = Path(sys.executable).with_name("awesome-align")
        subprocess.run(
            [program, "--data_file", data, "--output_file", out, "--model_name_or_path", self.model,
             "--extraction", "softmax", "--batch_size", "32", "--num_workers", "1",
             "--align_layer", str(self.layer)],
            check=True, capture_output=True, env={**os.environ, "TOKENIZERS_PARALLELISM": "false"},
        )  # fmt: skip

    def run(self) -> None:
        """All pairs."""
        self._command(self.whole, self.out)

    def start(self) -> None:
        """One pair: what starting and loading take."""
        self._command(self.one, self.out.with_suffix(".one"))

    def links(self) -> list[Pairs]:
        """What it wrote."""
        return [
            frozenset((int(i), int(j)) for i, j in (link.split("-") for link in line.split()))
            for line in self.out.read_text("utf-8").splitlines()
        ]


def precision(model: Path, given: argparse.Namespace) -> None:
    """AER by layer and arithmetic."""
    rows = [json.loads(line) for line in given.file.read_text("utf-8").splitlines()]
    pairs = [WordPair(row["src_tokens"], row["tgt_tokens"]) for row in rows]
    for layer in given.layer:
        for dtype in given.dtypes:
            chosen = argparse.Namespace(**{**vars(given), "layer": [layer]})
            found = aligner(model, chosen, dtype=dtype).align(pairs)
            scores = score_links(
                (_pairs(row["sure"]), _pairs(row["possible"]), plain(links))
                for row, links in zip(rows, found, strict=True)
            )
            print(f"{given.method} layer {layer:2} {dtype:9} AER {100 * scores.aer:.2f} "
                  f"P {100 * scores.precision:.2f} R {100 * scores.recall:.2f}")  # fmt: skip


def _pairs(links: Any) -> Pairs:
    if isinstance(links, str):
        links = [link.split("-") for link in links.split()]
    return frozenset((int(i), int(j)) for i, j in links)


def peak(model: Path, pairs: Sequence[WordPair], given: argparse.Namespace) -> None:
    """Peak memory of this process after shards of 2,000 pairs, made different by a number."""
    made = aligner(model, given)
    done = 0
    while done < given.pairs:
        shard = [
            WordPair(
                [*pairs[n % len(pairs)].source[:12], str(n)], pairs[n % len(pairs)].target[:12]
            )
            for n in range(done, min(done + 2000, given.pairs))
        ]
        assert len(made.align(shard)) == len(shard)
        done += len(shard)
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{given.pairs:8} pairs: peak {used} MB")


def _child(task: str, *arguments: object) -> None:
    command = [sys.executable, "-m", "tests.bench.align", task, *map(str, arguments)]
    subprocess.run(command, check=True)


def device(model: Path, pairs: Sequence[WordPair], given: argparse.Namespace) -> None:
    """Pairs a second on a GPU; says so where there is none."""
    import torch

    if not torch.cuda.is_available():
        print("no GPU here")
        return
    print(torch.cuda.get_device_name())
    package = Package(model, given, device="cuda")
    few = pairs[: max(1, len(pairs) // 10)]
    package(few[:8])
    base = len(few) / seconds(lambda: package(few))
    print(f"package simalign {base:9.1f} pairs/s")
    for dtype in ("float32", "float16", "bfloat16"):
        made = aligner(model, given, dtype=dtype, device="cuda")
        made.align(pairs[:64])
        times = [seconds(partial(made.align, pairs)) for _ in range(given.rounds)]
        rate = len(pairs) / statistics.median(times)
        memory = torch.cuda.max_memory_allocated() >> 20
        print(f"ours, {dtype:9} {rate:9.1f} pairs/s, {rate / base:6.1f} x, {memory} MB")


if __name__ == "__main__":
    main()
