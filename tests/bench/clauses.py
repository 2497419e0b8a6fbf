"""Sets of labelled clauses, made from the gold sets of short spans and of word links.

usage: python -m tests.bench.clauses OUT_FOLDER

Arguments, stances and answers are whole clauses, and no gold set here has any. This makes some from
what people labelled: a clause lies between two cuts (see `tests.bench.cuts`), has at least five
words, and its brackets and quotes are closed. One to three that do not overlap are drawn of each
pair, lengths alike. `rules` of a record says why each start and end was taken. Links that come with
a pair are kept; for French these are `awesome` and the hand-made `sure` ones.

Same files, same sets: draws depend on the id of the pair alone.
"""

from __future__ import annotations

import json
import random
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from spanferry.aligners.base import WordPair
from spanferry.aligners.embedded import EmbeddedAligner
from spanferry.projection.gold import tag_ranges
from tests.bench.cuts import LEAST_LINKED, Cut, Pairs, Sentences, balanced, cuts, is_word

GOLD = Path(__file__).resolve().parents[3] / "shared" / "gold"
SETS = {
    "clauses.en-es.train": "opinion_targets.en-es.train",
    "clauses.en-es.test": "opinion_targets.en-es",
    "clauses.en-de": "named_entities.en-de",
    "clauses.en-fr": "word_alignment.en-fr",
}
#: Makers of the stored links that have a say.
VOTERS = ("awesome", "simalign", "mgiza")
#: Source words of a clause; clauses of a set; clauses of a pair.
LEAST_WORDS, MOST_SPANS, MOST_CLAUSES = 5, 800, 3
#: Words of a clause for one word of its translation, at least and at most.
RATIO = (0.5, 2.0)
#: Lengths in words, so that a draw of a length comes before the draw of a clause of that length.
LENGTHS = ((5, 8), (9, 13), (14, 20), (21, 999))
#: Of clauses that are all of their sentence, this share stays.
WHOLE = 0.2


def clauses(pair: Sentences) -> list[tuple[Cut, Cut]]:
    """All clauses of a pair, each once."""
    starts, ends = cuts(pair)
    found: dict[tuple[int, int, int, int], tuple[Cut, Cut]] = {}
    for start in starts:
        for end in ends:
            width, other = end.source - start.source, end.target - start.target
            weak = start.rule.startswith("links") and end.rule == "links"
            if width < LEAST_WORDS or other < LEAST_WORDS - 1 or weak:
                continue
            sides = pair.source[start.source : end.source], pair.target[start.target : end.target]
            if not all(map(balanced, sides)):
                continue
            if not RATIO[0] <= width / other <= RATIO[1]:
                continue
            if pair.linked_share(start, end) < LEAST_LINKED:
                continue
            key = (start.source, end.source, start.target, end.target)
            found.setdefault(key, (start, end))
    return [found[key] for key in sorted(found)]


def drawn(pair: Sentences, rng: random.Random) -> list[tuple[Cut, Cut]]:
    """One to three clauses that do not overlap, a length drawn before each."""
    free = clauses(pair)
    chosen: list[tuple[Cut, Cut]] = []
    wanted = rng.randint(1, MOST_CLAUSES)
    while free and len(chosen) < wanted:
        lengths = [[c for c in free if low <= c[1].source - c[0].source <= high]
                   for low, high in LENGTHS]  # fmt: skip
        clause = rng.choice(rng.choice([group for group in lengths if group]))
        if (clause[0].rule, clause[1].rule) != ("first", "last") or rng.random() < WHOLE:
            chosen.append(clause)
        else:
            free.remove(clause)
            continue
        free = [
            c for c in free
            if (c[1].source <= clause[0].source and c[1].target <= clause[0].target)
            or (c[0].source >= clause[1].source and c[0].target >= clause[1].target)
        ]  # fmt: skip
    return sorted(chosen)


def read(rows: list[dict[str, Any]]) -> list[Sentences]:
    """What is known of each pair."""
    language = rows[0]["tgt_lang"]
    if language == "de":
        aligner = EmbeddedAligner()
        aligner.setup()
        found = aligner.align([WordPair(r["src_tokens"], r["tgt_tokens"]) for r in rows])
        links = [
            [{(x.source, x.target) for x in one if x.score >= least} for least in (0.5, 0.9)]
            for one in found
        ]
    elif language == "fr":
        links = [[_pharaoh(r["sure"]) | _pharaoh(r["possible"]), _pharaoh(r["sure"])] for r in rows]
    else:
        links = [[_pharaoh(r["alignments"][name]) for name in VOTERS] for r in rows]
    return [
        Sentences(
            row["src_tokens"],
            row["tgt_tokens"],
            language,
            voters,
            _pharaoh(row.get("sure", "")),
            list(_labelled(row)),
        )
        for row, voters in zip(rows, links, strict=True)
    ]


def _labelled(row: dict[str, Any]) -> Iterator[tuple[int, int, int, int]]:
    """Labelled spans of both sides, of labels that stand once on either."""
    here, there = (tag_ranges(row.get(side, [])) for side in ("src_tags", "tgt_tags"))
    kinds = [Counter(label for _, _, label in side) for side in (here, there)]
    for a, b, label in here:
        for c, d, other in there:
            if label == other and kinds[0][label] == 1 == kinds[1][label]:
                yield a, b, c, d


def _pharaoh(links: str) -> Pairs:
    return {(int(a), int(b)) for a, b in (link.split("-") for link in links.split())}


def labelled(row: dict[str, Any], chosen: list[tuple[Cut, Cut]], flip: int) -> dict[str, Any]:
    """The pair with its clauses as tags."""
    source, target = ["O"] * len(row["src_tokens"]), ["O"] * len(row["tgt_tokens"])
    for k, (start, end) in enumerate(chosen):
        label = ("Claim", "Premise")[(k + flip) % 2]
        source[start.source : end.source] = _tags(end.source - start.source, label)
        target[start.target : end.target] = _tags(end.target - start.target, label)
    links = dict(row.get("alignments", {}))
    if "sure" in row:
        links |= {"awesome": row["peer"], "sure": row["sure"]}
    return {
        "id": f"{row['id']}-clauses", "task": "clauses",
        "src_lang": row["src_lang"], "tgt_lang": row["tgt_lang"],
        "src_tokens": row["src_tokens"], "src_tags": source,
        "tgt_tokens": row["tgt_tokens"], "tgt_tags": target,
        "alignments": links, "rules": [f"{s.rule} -> {e.rule}" for s, e in chosen],
    }  # fmt: skip


def _tags(width: int, label: str) -> list[str]:
    return [f"B-{label}"] + [f"I-{label}"] * (width - 1)


def main(folder: Path) -> None:
    """Write the sets and print what is in each."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, source in SETS.items():
        lines = (GOLD / f"{source}.jsonl").read_text(encoding="utf-8").splitlines()
        rows = list({(*r["src_tokens"], "|", *r["tgt_tokens"]): r for r in map(json.loads, lines)
                     if all(any(map(is_word, r[side])) for side in ("src_tokens", "tgt_tokens"))
                     and (r["tgt_lang"] != "es" or r["alignments"])}.values())  # fmt: skip
        made = []
        for row, pair in zip(rows, read(rows), strict=True):
            rng = random.Random(row["id"])
            chosen = drawn(pair, rng)
            if chosen:
                made.append(labelled(row, chosen, rng.randint(0, 1)))
        random.Random(name).shuffle(made)
        kept, spans = [], 0
        for record in made:
            if spans < MOST_SPANS:
                kept.append(record)
                spans += len(record["rules"])
        text = "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in kept)
        (folder / f"{name}.jsonl").write_text(text, encoding="utf-8")
        rules = Counter(rule for record in kept for rule in record["rules"])
        print(f"{name}: {spans} clauses in {len(kept)} of {len(rows)} pairs", dict(rules))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
