"""The method `translate_match` on gold: F1, spans placed, and what each part of it is worth.

usage: python -m tests.bench.translate_match figures GOLD [--links NAME] [--backend NAME]
           [--first N] [--server URL --model NAME] [KEY=JSON ...]
       python -m tests.bench.translate_match parts GOLD [--links NAME] [--backend NAME]
       python -m tests.bench.translate_match speed GOLD [--links NAME] [--backend NAME] [--rounds N]

GOLD is a file of labelled pairs (`projection/gold.py`) with stored links; `--links embedded` aligns
them. `figures` prints those of `alignment` on the same links and of `translate_match` with the
settings given, by how the places equal their phrases and by where these come from; `parts` what is
left without each of its parts, and by threshold; `speed` the CPU time of the search alone, with the
translations at hand, beside that of `alignment`. `--backend none` leaves the translator out
(`sources=["source"]`).
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections import Counter
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from spanferry.aligners.base import WordPair
from spanferry.aligners.embedded import EmbeddedAligner
from spanferry.aligners.words import model_words
from spanferry.flows.config import settings_class
from spanferry.flows.services import MethodServices, Models
from spanferry.projection.alignment import AlignmentProjection
from spanferry.projection.base import Projection, ProjectionInput, ProjectionMethod
from spanferry.projection.evaluate import score_spans
from spanferry.projection.gold import GoldPair, projected_tokens, read_gold, with_links
from spanferry.projection.methods.proposals import Query
from spanferry.projection.methods.translate_match import TranslateMatch, TranslateMatchSettings
from spanferry.projection.services import RenderedText
from spanferry.translators.openai_server.prompt_client import PromptSettings

#: Settings by the name of what they leave out.
PARTS: dict[str, dict[str, Any]] = {
    "all": {},
    "alone": {"sources": ["alone"]},
    "in_context": {"sources": ["in_context"]},
    "source": {"sources": ["source"]},
    "without in_context": {"sources": ["alone", "source"]},
    "without source": {"sources": ["alone", "in_context"]},
    "no base forms": {"lemmas": "none"},
    "no nearness": {"near_weight": 0.0},
    "nothing similar": {"fuzzy": 1.0},
    **{f"fuzzy {least}": {"fuzzy": least} for least in (0.5, 0.6, 0.7, 0.8)},
}


class Sections(TranslateMatchSettings):
    """The settings with the section for the server."""

    server: PromptSettings | None = None


def main() -> None:
    """See the module's text."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.translate_match")
    parser.add_argument("task", choices=["figures", "parts", "speed"])
    parser.add_argument("gold", type=Path)
    parser.add_argument("settings", nargs="*")
    parser.add_argument("--links", default="awesome")
    parser.add_argument("--backend", default="apertium")
    parser.add_argument("--first", type=int)
    parser.add_argument("--server")
    parser.add_argument("--model", default="")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    pairs, items = read(given.gold, given.links, given.first)
    chosen = {
        key: json.loads(value) for key, _, value in (s.partition("=") for s in given.settings)
    }
    if given.backend == "none":
        chosen = {"sources": ["source"], **chosen}
    if given.server:
        chosen["server"] = {"model": given.model, "base_url": given.server, "timeout": 600}
    desk = Desk(given.backend, items[0])
    alignment = AlignmentProjection(links="embedded" if given.links == "embedded" else "any")
    alignment.setup()
    match given.task:
        case "figures":
            report("alignment", alignment, pairs, items)
            method = desk.make(**chosen)
            report("translate_match", method, pairs, items)
            by_kind(method, pairs, items)
            print("calls", desk.counts())
        case "parts":
            report("alignment", alignment, pairs, items)
            for name, settings in PARTS.items():
                report(name, desk.make(**{**chosen, **settings}), pairs, items)
        case "speed":
            speed(desk.make(**chosen), alignment, items, given.rounds)


def read(path: Path, links: str, first: int | None) -> tuple[list[GoldPair], list[ProjectionInput]]:
    """The pairs with spans, and the inputs that they are, with links."""
    found = (pair for pair in read_gold(path) if pair.item.spans)
    if links != "embedded":
        found = (pair for pair in found if links in pair.links)
    pairs = list(islice(found, first))
    if links != "embedded":
        return pairs, [with_links(pair.item, pair.links[links]) for pair in pairs]
    one = pairs[0].item
    aligner = EmbeddedAligner(source_language=one.language, target_language=one.target_language)
    aligner.setup()
    made = aligner.align(
        [
            WordPair(
                model_words(pair.item.text, pair.item.source_words),
                model_words(pair.item.translation, pair.item.target_words),
            )
            for pair in pairs
        ]
    )
    return pairs, [with_links(pair.item, own) for pair, own in zip(pairs, made, strict=True)]


class Desk:
    """Makes the method for a pair of languages; what was translated once is kept."""

    def __init__(self, backend: str, item: ProjectionInput) -> None:
        name = "embedded" if backend == "none" else backend
        self._models = Models(settings_class("translators", name)())
        self._languages = item.language, item.target_language
        self._kept: dict[str, RenderedText] = {}

    def make(self, **given: Any) -> TranslateMatch:
        """The method, set up."""
        settings = Sections.model_validate({"min_confidence": 0, **given})
        services = MethodServices(settings, *self._languages, self._models, lambda *_: None)  # type: ignore[arg-type]
        method = TranslateMatch(settings, services)
        method.setup()
        inner = method._phrases._translator
        if inner is not None:
            method._phrases._translator = Kept(inner, self._kept)
        return method

    def counts(self) -> dict[str, int]:
        """What the models did."""
        return self._models.calls.counts()


class Kept:
    """A translator that is asked for each text once."""

    def __init__(self, inner: Any, kept: dict[str, RenderedText]) -> None:
        self.inner, self.kept, self.info = inner, kept, inner.info

    def setup(self) -> None:
        """It is set up."""

    def translate_texts(self, texts: Sequence[str]) -> list[RenderedText]:
        """The results, kept or made now."""
        new = [text for text in texts if text not in self.kept]
        self.kept.update(zip(new, self.inner.translate_texts(new) if new else [], strict=True))
        return [self.kept[text] for text in texts]


def report(
    name: str,
    method: ProjectionMethod,
    pairs: Sequence[GoldPair],
    items: Sequence[ProjectionInput],
) -> list[Projection]:
    """One line of figures."""
    found = method.project(items)
    total = score_spans(
        (pair.wanted, projected_tokens(one, pair.item.target_words))
        for pair, one in zip(pairs, found, strict=True)
    ).total
    spans = sum(len(item.spans) for item in items)
    placed = sum(len(one.spans) for one in found) / spans
    print(
        f"{name:20} F1 {100 * total.f1:5.1f}  P {100 * total.precision:5.1f}  "
        f"R {100 * total.recall:5.1f}  placed {100 * placed:5.1f} % of {spans}",
        flush=True,
    )
    return found


def by_kind(
    method: TranslateMatch, pairs: Sequence[GoldPair], items: Sequence[ProjectionInput]
) -> None:
    """How often the best option of a span is right, by kind of match and by origin."""
    queries = [Query(k, item, span) for k, item in enumerate(items) for span in item.spans]
    seen: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for query, proposals in zip(queries, method.propose(queries), strict=True):
        if not proposals.options:
            seen[proposals.reason] += 1
            continue
        best = max(proposals.options, key=lambda option: option.score)
        words = query.item.target_words
        hit = [k for k, (a, b) in enumerate(words) if a < best.end and best.start < b]
        is_right = (hit[0], hit[-1] + 1, query.span.label) in pairs[query.record].wanted
        for name in best.told:
            if best.told[name] == 1 and name not in {"likeness", "near", "rank", "agreeing"}:
                seen[name] += 1
                right[name] += is_right
    for name, count in seen.most_common():
        share = f"{100 * right[name] / count:5.1f} % right" if name in right else ""
        print(f"  {name:12}{count:6}  {share}")


def speed(
    method: TranslateMatch,
    alignment: AlignmentProjection,
    items: Sequence[ProjectionInput],
    rounds: int,
) -> None:
    """CPU time of the search, with all translations kept, beside alignment's; in turns."""
    times: dict[str, list[float]] = {"translate_match": [], "alignment": []}
    method.project(items)
    for _ in range(rounds):
        for name, one in (("translate_match", method), ("alignment", alignment)):
            start = time.process_time()
            one.project(items)
            times[name].append(time.process_time() - start)
    for name, found in times.items():
        middle = statistics.median(found)
        print(f"{name:20}{len(items) / middle:9.0f} records/s of CPU time, median of {rounds}")


if __name__ == "__main__":
    main()
