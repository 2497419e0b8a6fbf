"""Fine-tuning of small encoders from random weights: errors on held-out links before and after.

usage: python -m tests.bench.finetune artificial|multi30k [--pairs N] [--scale X]

`artificial`: the artificial language pair of the tests, whose links are known. `multi30k`: real
English-French captions from ../shared/corpora; the errors are against the links that eflomal, given
all of the captions, makes on held-out ones (both directions, intersected), and against the
hand-made links of the Hansards (../shared/gold), which are of another domain: most of their words
are not in the captions. `--scale` multiplies the number of updates.

There are no trained multilingual weights here, so the encoders begin at random, with flat
positions (see `make_bert`): first they learn from the objectives that guess words and from
consistency (and self-training, on the artificial pair), then from self-training and consistency
alone, at half the learning rate.
"""

from __future__ import annotations

import argparse
import gzip
import importlib
import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from spanferry.aligners.base import WordPair
from spanferry.aligners.evaluate import Gold
from spanferry.aligners.training.batches import Batcher
from spanferry.aligners.training.encoder import Encoder
from spanferry.aligners.training.finetune import finetune
from spanferry.aligners.training.scoring import GoldScorer
from spanferry.aligners.training.settings import FinetuneSettings, Objective
from spanferry.aligners.training.tokens import TokenCache
from spanferry.aligners.training.tuning import Objectives
from spanferry.aligners.words import split_words
from spanferry.data.training.state import Progress
from tests.aligners.training.making import lessons, make_bert, sentences

SHARED = Path(__file__).parents[3] / "shared"
HELD_OUT = 300
#: Words of the longest training sentence.
LONGEST = 16
#: On the captions, whose word orders are alike, early self-training makes links of positions sure.
WORDS: dict[Objective, float] = {"translation": 0.3, "masked": 0.3, "consistency": 1.0}
SIZES: dict[str, Any] = {
    "num_hidden_layers": 2, "hidden_size": 128, "num_attention_heads": 4, "intermediate_size": 256,
    "hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Lesson:
    """Pairs to train with, a vocabulary size, the objectives of the first stage, and named sets of
    gold links; the first set decides which checkpoint is kept."""

    pairs: Sequence[WordPair]
    vocabulary: int
    first: dict[Objective, float]
    gold: dict[str, Sequence[Gold]]


def artificial(count: int) -> Lesson:
    train, held = lessons(2 * count, 2 * HELD_OUT)
    short = [pair for pair in train if len(pair.source) <= LONGEST]
    cases = [case for case in held if len(case[0].source) <= LONGEST]
    half = len(cases) // 2
    return Lesson(
        short[:count],
        3000,
        {**WORDS, "self_training": 1.0},
        {"kept by": cases[:half], "held out": cases[half:]},
    )


def multi30k(count: int) -> Lesson:
    texts = {
        language: gzip.decompress((SHARED / f"corpora/multi30k.{language}.gz").read_bytes())
        .decode("utf-8").splitlines()
        for language in ("en", "fr")
    }  # fmt: skip
    words = {
        language: [
            [text[first:last] for first, last in ranges]
            for text, ranges in zip(lines, split_words(lines, language), strict=True)
        ]
        for language, lines in texts.items()
    }
    pairs = [WordPair(*both) for both in zip(words["en"], words["fr"], strict=True)]
    start = time.process_time()
    links = eflomal_links(pairs)
    print(f"eflomal on {len(pairs)} pairs: {time.process_time() - start:.0f} s of this process")
    cases: list[Gold] = [
        (pair, found, frozenset[Any]())
        for pair, found in list(zip(pairs, links, strict=True))[-2 * HELD_OUT :]
    ]
    rest = [pair for pair in pairs[: -2 * HELD_OUT] if len(pair.source) <= LONGEST]
    return Lesson(
        rest[:count],
        6000,
        WORDS,
        {
            "kept by (eflomal)": cases[:HELD_OUT],
            "held out (eflomal)": cases[HELD_OUT:],
            "Hansards": hansards(),
        },
    )


def eflomal_links(pairs: Sequence[WordPair]) -> list[frozenset[tuple[int, int]]]:
    """Links that eflomal makes in both directions."""
    eflomal = importlib.import_module("eflomal")

    found = []
    with tempfile.TemporaryDirectory() as name:
        files = [Path(name) / direction for direction in ("forward", "reverse")]
        eflomal.Aligner().align(
            [" ".join(pair.source) for pair in pairs], [" ".join(pair.target) for pair in pairs],
            links_filename_fwd=str(files[0]), links_filename_rev=str(files[1]),
        )  # fmt: skip
        for file in files:
            lines = file.read_text("utf-8").split("\n")[: len(pairs)]
            found.append([{tuple(map(int, link.split("-"))) for link in line.split()}
                          for line in lines])  # fmt: skip
    return [frozenset((i, j) for i, j in ahead & back) for ahead, back in zip(*found, strict=True)]


def hansards() -> list[Gold]:
    cases: list[Gold] = []
    with (SHARED / "gold/word_alignment.en-fr.jsonl").open(encoding="utf-8") as file:
        for row in map(json.loads, file):
            links = [
                frozenset(
                    (int(i), int(j)) for i, j in (link.split("-") for link in row[kind].split())
                )
                for kind in ("sure", "possible")
            ]
            cases.append((WordPair(row["src_tokens"], row["tgt_tokens"]), links[0], links[1]))
    return cases


def run(lesson: Lesson, folder: Path, scale: float) -> None:
    base = make_bert(
        folder / "base", sentences(lesson.pairs), vocabulary=lesson.vocabulary,
        flat_positions=True, **SIZES,
    )  # fmt: skip
    print(f"{len(lesson.pairs)} pairs")
    settings = FinetuneSettings(
        objectives=lesson.first,
        both_orders=False,
        batch_size=32, batch_tokens=1200, steps=round(600 * scale), learning_rate=1e-3,
        warmup_steps=50, layer=1, eval_every=50, device="cpu", max_length=128,
    )  # fmt: skip
    later = settings.model_copy(
        update={
            "objectives": {"self_training": 1.0, "consistency": 1.0},
            "steps": round(600 * scale), "learning_rate": 5e-4,
        }
    )  # fmt: skip
    report(lesson, base, settings, folder / "at_first")
    for name, stage in (("words", settings), ("links", later)):
        start = time.process_time()
        [gold, *_] = lesson.gold.values()
        finetune(base, lesson.pairs, stage, folder / name, gold=gold, progress=show)
        print(f"{name}: {time.process_time() - start:.0f} s of processor time")
        base = folder / name
        report(lesson, base, settings, folder / f"after_{name}")


def show(progress: Progress) -> None:
    losses = ", ".join(f"{name} {value:.3f}" for name, value in progress.losses.items())
    print(f"  step {progress.step}: AER {progress.score or 0:.3f}; {losses}", flush=True)


def report(lesson: Lesson, base: Path, settings: FinetuneSettings, folder: Path) -> None:
    """Print the errors of a checkpoint on each set of links."""
    encoder = Encoder(base, 0)
    encoder.module.eval()
    cache = TokenCache.make(lesson.pairs[:2], folder, encoder.encode, 126)
    batcher = Batcher(cache, size=1, tokens=1, longest_joined=1, seed=0)
    objectives = Objectives(encoder, batcher, settings, torch.device("cpu"))
    for name, gold in lesson.gold.items():
        with torch.no_grad():
            error = GoldScorer(gold, encoder, objectives, 126).error()
        print(f"{folder.name}: AER {100 * error:.1f} on {name} ({len(gold)} pairs)", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("lesson", choices=["artificial", "multi30k"])
    parser.add_argument("--pairs", type=int, default=4000)
    parser.add_argument("--scale", type=float, default=1.0)
    given = parser.parse_args()
    torch.set_num_threads(1)
    chosen = artificial(given.pairs) if given.lesson == "artificial" else multi30k(given.pairs)
    with tempfile.TemporaryDirectory() as name:
        run(chosen, Path(name), given.scale)
