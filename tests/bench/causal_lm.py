"""A language model as the judge of spans: how well it judges, and how fast.

usage: python -m tests.bench.causal_lm judge MODEL GOLD [--spans N] [--candidates N] [--dtype NAME]
       python -m tests.bench.causal_lm speed MODEL GOLD [--spans N] [--candidates 8] [--rounds N]

GOLD is a file of JSON lines with `src_tokens`, `tgt_tokens` and either BIO tags of both sides or
sure links (phrases of two or three words are then taken from these).

`judge`: of each gold span the share of other n-grams of the translation that score below it (AUC,
ties count half), and how often none scores above it, by prompt and direction: of the target given
the source, of the source given the target, their mean, and both normalised by the score of each
text given itself (as NMTScore and T-Projection do, in probabilities). `speed`: pairs a second of
one source with some candidates, each pair alone through the bare model with all its predictions,
beside `score`; the two take turns.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import statistics
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from spanferry.translators.causal_lm.settings import CausalLMTranslatorSettings
from spanferry.translators.causal_lm.translator import CausalLMTranslator

#: Short texts as spans are, in the languages of the gold data.
EXAMPLES = (
    {"en": "the green house", "es": "la casa verde", "de": "das grüne Haus",
     "fr": "la maison verte"},
    {"en": "Ministry of Finance", "es": "Ministerio de Hacienda", "de": "Finanzministerium",
     "fr": "ministère des Finances"},
    {"en": "friendly neighbours", "es": "vecinos amables", "de": "freundliche Nachbarn",
     "fr": "voisins aimables"},
    {"en": "Anna", "es": "Anna", "de": "Anna", "fr": "Anna"},
)  # fmt: skip
#: Texts that are the same in all of these languages.
NEUTRAL = tuple(
    dict.fromkeys(("en", "es", "de", "fr"), text) for text in ("Anna", "2019", "Toyota")
)
INSTRUCTION = "Translations from {source_language} to {target_language}:"
PROMPTS: dict[str, dict[str, object]] = {
    "bare": {},
    "an instruction": {"instruction": INSTRUCTION},
    "neutral examples": {"examples": NEUTRAL},
    "two examples": {"examples": EXAMPLES[:2]},
    "four examples": {"examples": EXAMPLES},
    "four examples, an instruction": {"examples": EXAMPLES, "instruction": INSTRUCTION},
}


class Case(NamedTuple):
    """A gold span, its translation, and other n-grams of the translated sentence."""

    source: str
    target: str
    others: tuple[str, ...]


def main() -> None:
    """See the module's text."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.causal_lm")
    parser.add_argument("task", choices=["judge", "speed"])
    parser.add_argument("model", type=Path)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--spans", type=int, default=60)
    parser.add_argument("--candidates", type=int, default=0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--dtype", default="float32")
    parser.add_argument("--prompts", nargs="+", default=list(PROMPTS), choices=list(PROMPTS))
    given = parser.parse_args()
    count = given.candidates or (24 if given.task == "judge" else 8)
    found, languages = cases(given.gold, given.spans, count)
    if given.task == "judge":
        for name in given.prompts:
            judge(name, given.model, given.dtype, found, languages)
    else:
        speed(given.model, given.dtype, found, languages, given.rounds)


def cases(path: Path, spans: int, count: int) -> tuple[list[Case], tuple[str, str]]:
    """Gold spans with other n-grams, drawn once for all."""
    drawn = random.Random(7)
    records = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    languages = records[0]["src_lang"], records[0]["tgt_lang"]
    drawn.shuffle(records)
    found: list[Case] = []
    for record in records:
        words = record["tgt_tokens"]
        for source, (start, end) in _pairs(record):
            target = " ".join(words[start:end])
            most = end - start + 2
            grams = {
                " ".join(words[a:b])
                for a in range(len(words))
                for b in range(a + 1, min(a + most, len(words)) + 1)
            } - {target}
            # a source that stands in its translation as it is tells nothing of a translator
            if len(grams) >= count and source.lower() != target.lower():
                found.append(Case(source, target, tuple(drawn.sample(sorted(grams), count))))
                break
    return found[:spans], languages


def _pairs(record: dict[str, list[str]]) -> Iterator[tuple[str, tuple[int, int]]]:
    """Source spans and where their translations are."""
    if "src_tags" in record:
        sides = [_spans(record["src_tags"]), _spans(record["tgt_tags"])]
        if len(sides[0]) == len(sides[1]) == 1:  # with several, which is which is not told
            (start, end), place = sides[0][0], sides[1][0]
            yield " ".join(record["src_tokens"][start:end]), place
        return
    links = [tuple(map(int, link.split("-"))) for link in str(record["sure"]).split()]
    words = record["src_tokens"]
    for size in (3, 2):
        for start in range(len(words) - size + 1):
            inside = [(i, j) for i, j in links if start <= i < start + size]
            if len({i for i, _ in inside}) < size:
                continue
            low, high = min(j for _, j in inside), max(j for _, j in inside) + 1
            back = {i for i, j in links if low <= j < high}
            if back <= set(range(start, start + size)) and high - low <= size + 2:
                yield " ".join(words[start : start + size]), (low, high)


def _spans(tags: Sequence[str]) -> list[tuple[int, int]]:
    starts = [n for n, tag in enumerate(tags) if tag.startswith("B-")]
    ends = [
        next((n for n in range(a + 1, len(tags)) if not tags[n].startswith("I-")), len(tags))
        for a in starts
    ]
    return list(zip(starts, ends, strict=True))


def scorer(
    model: Path, dtype: str, source: str, target: str, prompt: dict[str, object]
) -> CausalLMTranslator:
    """A translator over the model, loaded once for all."""
    settings = CausalLMTranslatorSettings.model_validate(
        {"model": str(model), "dtype": dtype, **prompt}
    )
    made = CausalLMTranslator(settings, source_language=source, target_language=target)
    made.setup()
    return made


def judge(
    name: str, model: Path, dtype: str, found: Sequence[Case], languages: tuple[str, str]
) -> None:
    """Print AUC and share of firsts by direction."""
    a, b = languages
    prompt = PROMPTS[name]
    sources = [case.source for case in found for _ in (case.target, *case.others)]
    targets = [text for case in found for text in (case.target, *case.others)]
    started = time.perf_counter()
    forth = scorer(model, dtype, a, b, prompt).score(sources, targets)
    back = scorer(model, dtype, b, a, prompt).score(targets, sources)
    own_a = scorer(model, dtype, a, a, prompt).score(sources, sources)
    own_b = scorer(model, dtype, b, b, prompt).score(targets, targets)
    each = list(zip(forth, back, own_a, own_b, strict=True))
    ways = {
        f"{b}|{a}": forth,
        f"{a}|{b}": back,
        "mean": [(p + q) / 2 for p, q, _, _ in each],
        "normalised": [(math.exp(p - t) + math.exp(q - s)) / 2 for p, q, s, t in each],
        "mean - own": [p + q - s - t for p, q, s, t in each],
    }
    size = len(found[0].others) + 1
    print(f"{name} ({len(found)} spans, {time.perf_counter() - started:.0f} s)", flush=True)
    for way, scores in ways.items():
        rows = [scores[n : n + size] for n in range(0, len(scores), size)]
        below = [sum((x < r[0]) + (x == r[0]) / 2 for x in r[1:]) / (size - 1) for r in rows]
        first = [all(x <= r[0] for x in r[1:]) for r in rows]
        print(f"  {way:12} AUC {statistics.mean(below):.3f}  first {statistics.mean(first):.3f}")


def speed(
    model: Path, dtype: str, found: Sequence[Case], languages: tuple[str, str], rounds: int
) -> None:
    """Print pairs a second of the bare model, pair by pair, and of `score`."""
    import torch

    made = scorer(model, dtype, *languages, {})
    loaded = made._model()
    bare, ours = [], []
    for _ in range(rounds):
        for case in found:
            wholes = [loaded.prompt.whole(case.source, text) for text in case.others]
            tokens = [ids for ids, _ in loaded.model.encode([w for w, _ in wholes], special=False)]
            started = time.perf_counter()
            with torch.inference_mode():
                for ids in tokens:
                    loaded.model.model(torch.tensor([ids]).to(loaded.model.device)).logits.float()
            bare.append(time.perf_counter() - started)
            started = time.perf_counter()
            made.score([case.source] * len(case.others), case.others)
            ours.append(time.perf_counter() - started)
    pairs = len(found[0].others)
    one, two = pairs / statistics.median(bare), pairs / statistics.median(ours)
    print(
        f"1 source, {pairs} candidates: bare {one:.2f} pairs/s, score {two:.2f} ({two / one:.1f}x)"
    )


if __name__ == "__main__":
    main()
