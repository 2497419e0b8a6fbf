"""Projection: records a second, seconds a word in long texts, and memory.

usage: python -m tests.bench.project speed GOLD [--links NAME] [--rounds N]
       python -m tests.bench.project length GOLD [--links NAME] [--rounds N]
       python -m tests.bench.project memory GOLD [--links NAME] [--counts N...]

GOLD is a file of labelled pairs with stored links (`projection/gold.py`). All times are CPU time,
medians of the rounds, in which the things measured take turns.

`speed`: projection with the stored links, without word vectors and with them, and the aligner
`embedded` with projection, on one core and in two processes at once (their sum). Beside them stands
the rule that published projectors over the same links have (Easy-Label-Projection): it does next to
nothing, so it is the least that a projection in Python can cost. `length`: pairs joined to texts of
more and more words, with spans in proportion. `memory`: the peak of a process that projects more
and more records, shard by shard.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

from spanferry.aligners.base import WordPair
from spanferry.aligners.embedded import EmbeddedAligner
from spanferry.aligners.embedded.likeness import EmbeddedLikeness
from spanferry.aligners.words import model_words
from spanferry.data.links import Link
from spanferry.projection.alignment import AlignmentProjection
from spanferry.projection.base import ProjectionInput
from spanferry.projection.gold import read_gold, with_links
from spanferry.projection.lexicon import is_mark

#: Records that the stage `project` hands over at once.
SHARD = 5_000
#: Words of the long texts.
LENGTHS = (50, 100, 200, 500, 1000, 2000)
#: Words that are projected for each figure of `length`.
WORDS = 20_000

Work = Callable[[Sequence[ProjectionInput]], object]


def main() -> None:
    """See the module's text."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.project")
    parser.add_argument("task", choices=["speed", "length", "memory", "peak"])
    parser.add_argument("gold", type=Path)
    parser.add_argument("--links", default="awesome")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--counts", type=int, nargs="+", default=[2_000, 20_000, 100_000])
    parser.add_argument("--likeness", action="store_true")
    given = parser.parse_args()
    items = read_items(given.gold, given.links)
    match given.task:
        case "speed":
            speed(items, given.rounds)
        case "length":
            length(items, given.rounds)
        case "memory":
            for count in given.counts:
                for more in ([], ["--likeness"]):
                    _child("peak", given.gold, "--links", given.links, "--counts", count, *more)
        case "peak":
            peak(items, given.counts[0], likeness=given.likeness)


def read_items(path: Path, links: str) -> list[ProjectionInput]:
    """The pairs of a gold file that have spans, with its stored links of that name."""
    return [
        with_links(pair.item, pair.links[links])
        for pair in read_gold(path)
        if pair.item.spans and links in pair.links
    ]


def works(first: ProjectionInput) -> dict[str, Work]:
    """What is measured, by name; all of it set up."""
    bare, with_vectors = AlignmentProjection(), AlignmentProjection(likeness=EmbeddedLikeness())
    own = AlignmentProjection(likeness=EmbeddedLikeness(), links="embedded")
    aligner = EmbeddedAligner(source_language=first.language, target_language=first.target_language)
    for part in (bare, with_vectors, own, aligner):
        part.setup()

    def embedded(items: Sequence[ProjectionInput]) -> object:
        words = [
            WordPair(
                model_words(item.text, item.source_words),
                model_words(item.translation, item.target_words),
            )
            for item in items
        ]
        found = aligner.align(words)
        return own.project([with_links(i, f) for i, f in zip(items, found, strict=True)])

    return {
        "published rule, given links": lambda items: [published_rule(item) for item in items],
        "projection, given links": bare.project,
        "projection, given links, word vectors": with_vectors.project,
        "aligner embedded and projection": embedded,
    }


def published_rule(item: ProjectionInput) -> list[tuple[int, int]]:
    """Target words of each span by the rule of Easy-Label-Projection (Garcia-Ferrero et al., 2022).

    All words that the span's words are linked to, without punctuation; runs are joined while the
    joined one is at most two words longer than its ends need be; the longest run, the first of
    equals.
    """
    linked: dict[int, list[int]] = {}
    for link in item.links:
        linked.setdefault(link.source, []).append(link.target)
    found = []
    for span in item.spans:
        targets: set[int] = set()
        for place, (start, end) in enumerate(item.source_words):
            if start < span.end and end > span.start:
                targets.update(linked.get(place, ()))
        runs: list[tuple[int, int]] = []
        for t in sorted(targets):
            start, end = item.target_words[t]
            if is_mark(item.translation[start:end]):
                continue
            if runs and (t == runs[-1][1] + 1 or t - runs[-1][0] <= 2):
                runs[-1] = (runs[-1][0], t)
            else:
                runs.append((t, t))
        if runs:
            found.append(max(runs, key=lambda run: run[1] - run[0]))
    return found


def seconds(work: Callable[[], object]) -> float:
    """CPU time of a call."""
    start = time.process_time()
    work()
    return time.process_time() - start


def speed(items: Sequence[ProjectionInput], rounds: int) -> None:
    """All works in turns, in one process and in two."""
    spans = sum(len(item.spans) for item in items)
    words = sum(len(item.source_words) for item in items)
    print(f"{len(items)} records, {spans} spans, {words / len(items):.1f} words a record")
    all_works = works(items[0])
    for work in all_works.values():
        work(items)  # words are looked up for the first time
    times: dict[str, list[float]] = {name: [] for name in all_works}
    for _ in range(rounds):
        for name, work in all_works.items():
            times[name].append(seconds(lambda work=work: work(items)))  # type: ignore[misc]
    rule = statistics.median(times["published rule, given links"])
    for name, found in times.items():
        middle = statistics.median(found)
        print(
            f"{name:40}{len(items) / middle:9.0f} records/s {spans / middle:9.0f} spans/s "
            f"{1e6 * middle / len(items):7.0f} us a record, {middle / rule:6.1f} x the rule"
        )
    # two processes, by the clock: what a machine with two cores does
    context = multiprocessing.get_context("spawn")
    with context.Pool(2, _start, (items[0],)) as pool:
        halves = [items[::2], items[1::2]]
        for name in all_works:
            pool.starmap(_run, [(name, items)] * 4, chunksize=1)  # warm
            found = []
            for _ in range(rounds):
                start = time.perf_counter()
                pool.starmap(_run, [(name, half) for half in halves], chunksize=1)
                found.append(time.perf_counter() - start)
            middle = statistics.median(found)
            print(f"two processes: {name:40}{len(items) / middle:9.0f} records/s by the clock")


_WORKS: dict[str, Work] = {}


def _start(first: ProjectionInput) -> None:
    _WORKS.update(works(first))


def _run(name: str, items: Sequence[ProjectionInput]) -> None:
    _WORKS[name](items)


def length(items: Sequence[ProjectionInput], rounds: int) -> None:
    """Seconds a word by the length of the text, of projection alone."""
    texts = {words: list(islice(long_texts(items, words), WORDS // words)) for words in LENGTHS}
    all_works = {
        name: work for name, work in works(items[0]).items() if name.startswith("projection")
    }
    times: dict[tuple[str, int], list[float]] = {}
    for turn in range(rounds + 1):
        for name, work in all_works.items():
            for words, made in texts.items():
                taken = seconds(lambda work=work, made=made: work(made))  # type: ignore[misc]
                if turn:
                    times.setdefault((name, words), []).append(taken)
    for name in all_works:
        base = None
        for words, made in texts.items():
            every = sum(len(item.source_words) for item in made)
            cost = 1e6 * statistics.median(times[name, words]) / every
            base = base or cost
            print(f"{name:40}{words:6} words {cost:8.2f} us a word, {cost / base:5.2f} x")


def long_texts(items: Sequence[ProjectionInput], words: int) -> Iterator[ProjectionInput]:
    """Texts of about so many source words, made of pairs that follow one another, again and again.

    Their spans and links are those of the pairs.
    """
    part: list[ProjectionInput] = []
    size = 0
    while True:
        for item in items:
            part.append(item)
            size += len(item.source_words)
            if size >= words:
                yield joined(part)
                part, size = [], 0


def joined(items: Sequence[ProjectionInput]) -> ProjectionInput:
    """One input of several, with a space between their texts."""
    text = translation = ""
    source_words: list[tuple[int, int]] = []
    target_words: list[tuple[int, int]] = []
    spans, links = [], []
    for k, item in enumerate(items):
        here, there = len(text), len(translation)
        links += [
            Link(link.source + len(source_words), link.target + len(target_words), link.score)
            for link in item.links
        ]
        source_words += [(start + here, end + here) for start, end in item.source_words]
        target_words += [(start + there, end + there) for start, end in item.target_words]
        spans += [
            replace(span, start=span.start + here, end=span.end + here, id=f"{k}.{span.id}")
            for span in item.spans
        ]
        text, translation = f"{text}{item.text} ", f"{translation}{item.translation} "
    return replace(
        items[0],
        text=text,
        spans=tuple(spans),
        translation=translation,
        source_words=source_words,
        target_words=target_words,
        links=links,
    )


def peak(items: Sequence[ProjectionInput], count: int, *, likeness: bool) -> None:
    """Peak memory of this process after so many records, each with a word of its own."""
    method = AlignmentProjection(likeness=EmbeddedLikeness() if likeness else None)
    method.setup()
    for start in range(0, count, SHARD):
        shard = [
            _numbered(items[n % len(items)], n) for n in range(start, min(start + SHARD, count))
        ]
        assert len(method.project(shard)) == len(shard)
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{count:8} records, {'with' if likeness else 'no'} word vectors: peak {used} MB")


def _numbered(item: ProjectionInput, number: int) -> ProjectionInput:
    """The input with a number at the end of its text and its translation, so that words differ."""
    text, translation, word = (
        f"{item.text} n{number}",
        f"{item.translation} n{number}",
        f"n{number}",
    )
    return replace(
        item,
        text=text,
        translation=translation,
        source_words=(*item.source_words, (len(text) - len(word), len(text))),
        target_words=(*item.target_words, (len(translation) - len(word), len(translation))),
    )


def _child(task: str, *arguments: object) -> None:
    command = [sys.executable, "-m", "tests.bench.project", task, *map(str, arguments)]
    subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
