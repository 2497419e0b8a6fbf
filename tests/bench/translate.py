"""Translation with CTranslate2: our stage beside a bare loop and `transformers.generate`.

usage: python -m tests.bench.translate speed [MODEL] [--texts FILE] [--sentences N] [--rounds N]
       python -m tests.bench.translate memory MODEL [--texts FILE] RECORDS...
       python -m tests.bench.translate device [--size opus|nllb] [--seconds N]

`speed`: MODEL is a checkpoint's folder; without one, an OPUS-MT-sized Marian model with random
weights is made (6 + 6 layers, 512 wide, 58,101 pieces), whose translations run to the limit of
their length. The stage and the loop take turns in the same run, on the same file; the loop sorts by
length, batches by tokens and tokenizes with SentencePiece, with the best of several batch sizes.

`memory`: peak memory of the translate stage over more and more records (each in a process of its
own).

`device`: tokens a second by compute type, batch size and streams, on a GPU where there is one.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import fsspec

from spanferry.data.machine import cores
from spanferry.data.records import Record
from spanferry.data.schema import READ_SCHEMA, record_to_row
from spanferry.flows.stages import translate
from spanferry.translators.ct2.settings import CTranslate2TranslatorSettings
from spanferry.translators.ct2.translator import CTranslate2Translator

BEAMS = 4
FACTOR, ROOM = 3.0, 16


def main() -> None:
    """See the module's text."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.translate")
    parser.add_argument("task", choices=["speed", "memory", "device", "stage"])
    parser.add_argument("model", nargs="?", type=Path)
    parser.add_argument("records", nargs="*", type=int)
    parser.add_argument("--texts", type=Path)
    parser.add_argument("--sentences", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--factor", type=float, default=1.0, help="longest output by its source")
    parser.add_argument("--size", choices=["opus", "nllb"], default="opus")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        match given.task:
            case "speed":
                model = given.model or opus(scratch / "opus", texts(given.texts, 5_000))
                speed(model, texts(given.texts, given.sentences), given.rounds, given.factor)
            case "memory":
                for count in given.records:
                    memory(given.model, given.texts, count)
            case "stage":
                one_stage(given.model, texts(given.texts, given.records[0]))
            case "device":
                size = opus if given.size == "opus" else nllb
                model = given.model or size(scratch / given.size, texts(given.texts, 5_000))
                device(model, texts(given.texts, given.sentences), given.rounds)


def texts(path: Path | None, count: int) -> list[str]:
    """Sentences of a file, a line each, repeated as often as needed."""
    if path is None:
        from tests.models.language import pairs

        lines = [pair.source for pair in pairs(min(count, 5_000), seed=77)]
        return [lines[n % len(lines)] for n in range(count)]
    with fsspec.open(str(path), "rt", compression="infer", encoding="utf-8") as file:
        lines = [line.strip() for line in file if line.strip()]
    return [lines[n % len(lines)] for n in range(count)]


def speed(model: Path, sources: list[str], rounds: int, factor: float) -> None:
    """The stage and the loop in turn; medians."""
    stage = prepare(model, max_output_factor=factor)
    table = records(sources)
    run_stage: Callable[[], Any] = lambda: translate.run(table, stage, stage.target_language, "x")  # noqa: E731
    loops = {size: bare(stage, sources, size, factor) for size in (256, 512, 1024, 2048, 4096)}
    best = min(loops, key=lambda size: seconds(loops[size]))
    print(f"{len(sources)} sentences, {stage.info.source}; best batch of the loop: {best} tokens")
    seconds(run_stage)
    ours, theirs = [], []
    for _ in range(rounds):
        theirs.append(seconds(loops[best]))
        ours.append(seconds(run_stage))
    for name, times in (("bare loop", theirs), ("translate stage", ours)):
        middle = statistics.median(times)
        print(f"  {name:<16} {middle:7.2f} s ({min(times):.2f} to {max(times):.2f}), "
              f"{len(sources) / middle:7.1f} sentences a second")  # fmt: skip
    ratio = statistics.median(a / b for a, b in zip(theirs, ours, strict=True))
    print(f"  stage / loop: {ratio:.3f} of the throughput (median of the rounds' ratios)")
    peer = transformers_speed(model, sources[: max(1, len(sources) // 4)], factor)
    print(f"  transformers.generate, float32, beams {BEAMS}: {peer:.1f} sentences a second")


def prepare(model: Path, **settings: Any) -> CTranslate2Translator:
    """A translator that is loaded."""
    facts = json.loads((model / "tokenizer_config.json").read_text("utf-8"))
    source, target = facts.get("source_lang") or "en", facts.get("target_lang") or "qaa"
    made = CTranslate2Translator(
        CTranslate2TranslatorSettings(
            model=str(model), cache_path=str(model.parent / "cache"), beam_size=BEAMS, **settings
        ),
        source_language=source,
        target_language=target,
    )
    made.setup()
    return made


def records(sources: list[str]) -> Any:
    """A read shard of one sentence a record."""
    import pyarrow as pa

    rows = [
        {**record_to_row(Record(str(n), text)), "row": n, "origin": ""}
        for n, text in enumerate(sources)
    ]
    return pa.Table.from_pylist(rows, schema=READ_SCHEMA)


def bare(
    stage: CTranslate2Translator, sources: list[str], size: int, factor: float
) -> Callable[[], Any]:
    """The loop that a user would write: sorted, batched by tokens, every core at work.

    The longest output is that of the longest sentence of a batch, as the stage has it.
    """
    loaded = stage._model()
    model, source, target = loaded.engine.model, loaded.source, loaded.target

    def loop() -> list[str]:
        tokens = [[*loaded.lead, *pieces, "</s>"] for pieces in source.encode(sources)]
        order = sorted(range(len(tokens)), key=lambda n: -len(tokens[n]))
        futures: list[Any] = []
        for batch in batches([(n, len(tokens[n])) for n in order], size):
            longest = int(factor * len(tokens[batch[0]])) + ROOM
            futures += model.translate_batch(
                [tokens[n] for n in batch], beam_size=BEAMS, asynchronous=True,
                max_input_length=0, max_decoding_length=longest, return_scores=True,
                disable_unk=True,
            )  # fmt: skip
        out = [""] * len(sources)
        for n, future in zip(order, futures, strict=True):
            out[n] = target._model.decode(future.result().hypotheses[0])  # type: ignore[attr-defined]
        return out

    return loop


def batches(jobs: list[tuple[int, int]], size: int) -> Iterator[list[int]]:
    """Neighbours of a sorted list whose padded size stays within a number of tokens."""
    batch: list[int] = []
    longest = 0
    for number, length in jobs:
        if batch and max(longest, length) * (len(batch) + 1) > size:
            yield batch
            batch, longest = [], 0
        longest = max(longest, length)
        batch.append(number)
    if batch:
        yield batch


def transformers_speed(model: Path, sources: list[str], factor: float) -> float:
    """Sentences a second of `generate`, sorted and batched."""
    import torch
    from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

    torch.set_num_threads(cores())
    tokenizer = AutoTokenizer.from_pretrained(model)
    network = AutoModelForSeq2SeqLM.from_pretrained(model).eval()
    ordered = sorted(sources, key=len, reverse=True)

    def run() -> None:
        for start in range(0, len(ordered), 16):
            inputs = tokenizer(ordered[start : start + 16], return_tensors="pt", padding=True)
            longest = int(factor * inputs.input_ids.shape[1]) + ROOM
            with torch.inference_mode():
                network.generate(**inputs, num_beams=BEAMS, max_new_tokens=longest, do_sample=False)

    return len(ordered) / seconds(run)


def seconds(call: Callable[[], Any]) -> float:
    """How long a call takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def memory(model: Path, path: Path | None, count: int) -> None:
    """Peak memory of the stage in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.translate", "stage", str(model), str(count)]
    if path is not None:
        command += ["--texts", str(path)]
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit("the stage failed")
    spent = time.perf_counter() - start
    print(f"{count:>8} sentences: peak {usage.ru_maxrss / 1024:.0f} MB, {spent:.0f} s, "
          f"{count / spent:.0f} a second")  # fmt: skip


def one_stage(model: Path, sources: list[str]) -> None:
    """The translate stage over shards of 2,000 records, as a build runs it; results are dropped."""
    stage = prepare(model)
    for start in range(0, len(sources), 2_000):
        translate.run(records(sources[start : start + 2_000]), stage, stage.target_language, "x")


def device(model: Path, sources: list[str], rounds: int) -> None:
    """Target tokens a second by compute type, batch size and streams."""
    import ctranslate2

    gpu = ctranslate2.get_cuda_device_count() > 0
    name = "cuda" if gpu else "cpu"
    kinds = ["float16", "bfloat16", "int8_float16", "int8_bfloat16", "float32"] if gpu else [
        "float32", "int8_float32"]  # fmt: skip
    sizes = [4_096, 16_384, 65_536] if gpu else [512, 2_048]
    for kind in (kind for kind in kinds if kind in ctranslate2.get_supported_compute_types(name)):
        for size in sizes:
            for streams in (1, 2, 4) if gpu else (1, 2):
                made = prepare(model, compute_type=kind, batch_tokens=size, inter_threads=streams,
                               max_output_factor=1.0, device=name)  # fmt: skip
                times = [seconds(lambda m=made: m._translate(sources)) for _ in range(rounds + 1)]  # type: ignore[misc]
                out = sum(len(p) + 1 + ROOM for p in made._model().source.encode(sources))
                print(f"{name} {kind:<14} batch {size:>6} streams {streams}: "
                      f"{out / statistics.median(times[1:]):10.0f} tokens a second")  # fmt: skip


def opus(folder: Path, corpus: list[str]) -> Path:
    """A Marian checkpoint of the size of OPUS-MT with random weights."""
    from tests.bench.random_models import opus_sized

    return opus_sized(folder, corpus)


def nllb(folder: Path, corpus: list[str]) -> Path:
    """An NLLB checkpoint of the size of the distilled 600M with random weights."""
    from tests.bench.random_models import nllb_sized

    return nllb_sized(folder, corpus)


if __name__ == "__main__":
    main()
