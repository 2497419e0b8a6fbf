"""Markers: what breaks on the way through each translator, what is repaired, what falls back.

usage: python -m tests.bench.markers table [--trained FOLDER] [--server URL MODEL] [--few N]
                                           [--only NAMES...] [--forms ...]
       python -m tests.bench.markers gold GOLD [--forms ...] [--marks N]

`table`: the spans of sample records (reviews, news, relations) are marked in each form and
translated by the embedded engine (into Portuguese), by Apertium (into Spanish), by the small model
that the tests train (`--trained`, a checkpoint's folder; sentences of its artificial language) and
by a language-model server (`--server`, an OpenAI-compatible one; few records, as it is slow); each
with `keep_items`, which protects tags, and without it. Columns: spans marked; intact; repaired;
lost by reason; spans in sentences that fall back to a translation without marks; the share of
those found that stand where the method `alignment` puts them in the same translation (for the
artificial language: where gold has them, in sentences translated as gold has them); how like the
translation without marks what is left of the one with marks is (chrF); what the marks cost in mean
log-probability a token, where the translator scores. Below: how often each repair was
made.

`gold`: F1 of the method `markers` on a file of labelled pairs whose translation is given, the
marked text being translated by Apertium, beside that of `alignment` with the stored links.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sacrebleu.metrics import CHRF

from spanferry.aligners.base import WordPair
from spanferry.aligners.embedded import EmbeddedAligner
from spanferry.aligners.words import model_words, split_words
from spanferry.data.markers.forms import FORMS, form
from spanferry.data.markers.read import Place
from spanferry.data.records import Record, Span
from spanferry.data.samples import resolve
from spanferry.flows.backends import method_for
from spanferry.flows.config import settings_class
from spanferry.flows.services import Models
from spanferry.projection.alignment import AlignmentProjection
from spanferry.projection.base import ProjectionInput
from spanferry.projection.evaluate import score_spans
from spanferry.projection.gold import projected_tokens, read_gold, with_links
from spanferry.translators.base import Scorer, Translation
from spanferry.translators.legs import LEGS
from spanferry.translators.marked_sentences import Sentence, cut
from tests.models.held_out import held_out
from tests.models.language import Pair

Translate = Callable[[Sequence[str]], Sequence[Translation]]
#: Records for a server, and characters of the longest.
FEW, SHORT = 40, 90
#: Sentences of the artificial language.
ARTIFICIAL = 150


@dataclass(slots=True)
class Way:
    """A translator, and what is sent through it.

    Args:
        gold: sentence pairs by the record's id, for the artificial language.
    """

    name: str
    target: str
    translate: Translate
    records: Sequence[Record]
    scorer: Scorer | None = None
    gold: dict[str, Pair] = field(default_factory=dict)


@dataclass(slots=True)
class Counts:
    """What became of the marks."""

    spans: int = 0
    intact: int = 0
    lost: Counter[str] = field(default_factory=Counter)
    repairs: Counter[str] = field(default_factory=Counter)
    repaired: int = 0
    fell_back: int = 0
    compared: int = 0
    right: int = 0
    costs: list[float] = field(default_factory=list)
    like_plain: float = 0.0


def main() -> None:
    """See the module's text."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.markers")
    tasks = parser.add_subparsers(dest="task", required=True)
    table = tasks.add_parser("table")
    table.add_argument("--trained", type=Path)
    table.add_argument("--server", nargs=2, metavar=("URL", "MODEL"))
    table.add_argument("--only", nargs="+", help="names of translators")
    table.add_argument("--few", type=int, default=FEW, help="records for the server")
    gold = tasks.add_parser("gold")
    gold.add_argument("gold", type=Path)
    gold.add_argument("--links", default="awesome")
    for one in (table, gold):
        one.add_argument("--forms", nargs="+", default=list(FORMS), choices=list(FORMS))
    given = parser.parse_args()
    if given.task == "gold":
        on_gold(given.gold, given.links, given.forms)
        return
    print(
        "| translator | form | spans | intact | repaired | lost | fall back | right | like plain "
        "| cost |",
        "|---|---|---|---|---|---|---|---|---|---|",
        sep="\n",
    )
    repairs: dict[str, Counter[str]] = {}
    for way in ways(given.trained, given.server, given.only, given.few):
        for name in given.forms:
            counts = measure(way, name)
            print(row(way, name, counts), flush=True)
            repairs.setdefault(way.name, Counter()).update(counts.repairs)
    for name, counter in repairs.items():
        told = ", ".join(f"{repair} {number}" for repair, number in counter.most_common())
        print(f"{name}: {told or 'none'}")


def ways(
    trained: Path | None,
    server: tuple[str, str] | None,
    only: Sequence[str] | None,
    few: int = FEW,
) -> Iterator[Way]:
    """The translators, each with the records that it gets."""
    records = sample_records()

    def wanted(name: str) -> bool:
        return only is None or name in only

    if wanted("embedded"):
        engine = backend({"backend": "embedded"}, "pt")
        yield Way("embedded", "pt", engine.translate_texts, records)
        yield Way("embedded, bare", "pt", engine._translate, records)
    if wanted("apertium"):
        rules = backend({"backend": "apertium"}, "es")
        yield Way("apertium", "es", rules.translate_texts, records)
        yield Way("apertium, bare", "es", rules._bare, records)
    if trained and wanted("trained"):
        pairs = {f"p{k}": pair for k, pair in enumerate(held_out()[:ARTIFICIAL])}
        own = [artificial(name, pair) for name, pair in pairs.items()]
        for keep in (True, False):
            model = backend(
                {"backend": "ctranslate2", "model": str(trained), "keep_items": keep}, "qaa"
            )
            name = "trained" if keep else "trained, bare"
            yield Way(name, "qaa", model.translate_texts, own, model, pairs)
    if server and wanted("server"):
        url, name = server
        short = [r for r in records if len(r.text) <= SHORT][:few]
        for keep in (False, True):
            asked = backend(
                {"backend": "openai", "base_url": url, "model": name, "keep_items": keep,
                 "concurrency": 1, "timeout": 600}, "es",
            )  # fmt: skip
            yield Way("server" if keep else "server, bare", "es", asked.translate_texts, short)


def backend(settings: dict[str, Any], target: str) -> Any:
    """A translator from English, set up."""
    parsed = LEGS.parse(settings)
    made = Models(parsed).translator(parsed, "en", target)
    made.setup()
    return made.model


def sample_records() -> list[Record]:
    """The records of the samples `reviews`, `relations` and `news` that have spans."""
    found = []
    for name, reader in (("reviews", "jsonl"), ("relations", "jsonl"), ("news", "conll")):
        suffix = "jsonl" if reader == "jsonl" else "conll"
        settings = settings_class("readers", reader)(
            path=resolve(f"sample:{name}.{suffix}"), language="en"
        )
        found += read(settings, reader)
    return [record for record in found if record.spans]


def read(settings: Any, reader: str) -> list[Record]:
    """The records of a source."""
    from spanferry.data import backends
    from spanferry.data.readers import READERS

    made = backends.load("readers", reader, READERS)(settings)
    made.setup()
    found = (item.record for split in made.splits() for item in made.read(split))
    return [record for record in found if record is not None]


def artificial(name: str, pair: Pair) -> Record:
    """A sentence of the artificial language with its names."""
    spans = tuple(Span(*n.source, n.kind, f"s{k}") for k, n in enumerate(pair.names))
    return Record(name, pair.source, "en", spans)


def measure(way: Way, name: str) -> Counts:
    """Mark, translate, read and count."""
    texts = [(record, cut(record, "en", form(name), 26, "line")) for record in way.records]
    sentences = [(r, s) for r, of_record in texts for s in of_record if s.marked is not None]
    known: dict[str, Translation] = {}

    def ask(wanted: Sequence[str]) -> None:
        new = [text for text in dict.fromkeys(wanted) if text not in known]
        known.update(zip(new, way.translate(new) if new else [], strict=True))

    ask([s.asked for _, s in sentences])
    for _, sentence in sentences:
        sentence.take(known[sentence.asked], way.target)
    ask([part for _, s in sentences for part in s.parts_wanted()])
    for _, s in sentences:
        s.settle({part: known[part] for part in s.parts_wanted()})
    counts = Counts()
    for record, sentence in sentences:
        count(counts, record, sentence)
    usable = [s for _, s in sentences if s.usable]
    ask([s.source for s in usable])
    if way.scorer is not None:
        counts.costs = costs(way.scorer, usable, known)
    plain = [known[s.source].text or "" for s in usable]
    if usable:
        counts.like_plain = CHRF().corpus_score([s.stripped for s in usable], [plain]).score
    (agree_with_gold if way.gold else agree_with_alignment)(counts, way, sentences)
    return counts


def count(counts: Counts, record: Record, sentence: Sentence) -> None:
    """Add what became of a sentence's marks."""
    reading = sentence._reading
    counts.spans += len(sentence.parts)
    if reading is None:
        counts.lost["not_translated"] += len(sentence.parts)
    else:
        counts.intact += reading.intact()
        counts.repairs += reading.repairs()
        found = [place for place in reading.places if isinstance(place, Place)]
        counts.repaired += sum(bool(place.repairs) for place in found)
        counts.lost.update(place for place in reading.places if isinstance(place, str))
    counts.fell_back += 0 if sentence.usable else len(sentence.parts)


def costs(
    scorer: Scorer, sentences: Sequence[Sentence], known: dict[str, Translation]
) -> list[float]:
    """What the marks cost in each sentence."""
    rivals = [(s, known[s.source].text or "") for s in sentences]
    plain = scorer.score([s.source for s, _ in rivals], [text for _, text in rivals])
    marked = scorer.score([s.source for s, _ in rivals], [s.stripped for s, _ in rivals])
    return [a - b for a, b in zip(plain, marked, strict=True)]


def agree_with_gold(counts: Counts, way: Way, sentences: Sequence[tuple[Record, Sentence]]) -> None:
    """Places of the artificial language beside those of gold."""
    for record, sentence in sentences:
        pair = way.gold[record.id]
        if sentence.stripped != pair.target or sentence.source != pair.source:
            continue
        for part, place in zip(sentence.parts, sentence._reading.places, strict=True):  # type: ignore[union-attr]
            if isinstance(place, Place):
                counts.compared += 1
                counts.right += pair.names[part.span].target == (place.start, place.end)


def agree_with_alignment(
    counts: Counts, way: Way, sentences: Sequence[tuple[Record, Sentence]]
) -> None:
    """Places beside those of `alignment`, with links of the aligner `embedded`, as whole words."""
    aligner = EmbeddedAligner(source_language="en", target_language=way.target)
    aligner.setup()
    method = AlignmentProjection(links="embedded")
    method.setup()
    usable = [(r, s) for r, s in sentences if s.usable]
    items = []
    for _, sentence in usable:
        spans = tuple(
            Span(p.start - sentence.start, p.end - sentence.start, "x", str(k))
            for k, p in enumerate(sentence.parts)
        )
        [source] = split_words([sentence.source], "en")
        [target] = split_words([sentence.stripped], way.target)
        items.append(
            ProjectionInput(
                sentence.source, spans, sentence.stripped, source, target, (), "en", way.target
            )
        )
    pairs = [
        WordPair(model_words(i.text, i.source_words), model_words(i.translation, i.target_words))
        for i in items
    ]
    linked = [with_links(i, found) for i, found in zip(items, aligner.align(pairs), strict=True)]
    for (_, sentence), item, done in zip(usable, linked, method.project(linked), strict=True):
        placed = {span.source_span: touched(item, span.start, span.end) for span in done.spans}
        for k, place in enumerate(sentence._reading.places):  # type: ignore[union-attr]
            if isinstance(place, Place) and str(k) in placed:
                counts.compared += 1
                counts.right += placed[str(k)] == touched(item, place.start, place.end)


def touched(item: ProjectionInput, start: int, end: int) -> list[int]:
    """The target words that a range overlaps."""
    return [k for k, (a, b) in enumerate(item.target_words) if a < end and start < b]


def row(way: Way, name: str, counts: Counts) -> str:
    """A line of the table."""
    lost = ", ".join(f"{reason} {n}" for reason, n in counts.lost.most_common()) or "0"
    right = f"{counts.right / counts.compared:.3f} of {counts.compared}" if counts.compared else "-"
    cost = f"{statistics.mean(counts.costs):.3f}" if counts.costs else "-"
    return (
        f"| {way.name} | {name} | {counts.spans} | {counts.intact} | {counts.repaired} | {lost} "
        f"| {counts.fell_back} | {right} | {counts.like_plain:.1f} | {cost} |"
    )


def on_gold(path: Path, links: str, forms: Sequence[str]) -> None:
    """F1 of `markers` through Apertium, and of `alignment`, on given translations."""
    pairs = list(read_gold(path))
    first = pairs[0].item
    items = [with_links(pair.item, pair.links.get(links, ())) for pair in pairs]
    models = Models(LEGS.parse({"backend": "apertium"}))
    methods: list[dict[str, Any]] = [
        {"method": "alignment", "likeness": "none"},
        *({"method": "markers", "form": name} for name in forms),
    ]
    print(
        "| method | placed | precision | recall | F1 | model calls | missing |",
        "|---|---|---|---|---|---|---|",
        sep="\n",
    )
    for given in methods:
        name = given.pop("method")
        before = Counter(models.calls.counts())
        settings = settings_class("methods", name)(**given)
        method = method_for(settings, "any", models, first.language, first.target_language)
        method.setup()
        found = method.project(items)
        report = score_spans(
            (pair.wanted, projected_tokens(one, pair.item.target_words))
            for pair, one in zip(pairs, found, strict=True)
        )
        calls = dict(Counter(models.calls.counts()) - before)
        missing = dict(Counter(m.reason for one in found for m in one.missing))
        total = report.total
        print(
            f"| {name} {json.dumps(given)} | {sum(len(one.spans) for one in found)} "
            f"of {sum(len(i.spans) for i in items)} | {total.precision:.3f} | {total.recall:.3f} "
            f"| {total.f1:.3f} | {calls} | {missing} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
