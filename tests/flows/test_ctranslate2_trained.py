"""Builds with a model that means something: spans, documents, markers, lengths, equal bytes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from spanferry.data.manifest import Manifest
from spanferry.projection.evaluate import score_spans
from tests.flows.corpora import hashes
from tests.flows.model_corpora import (
    ARTIFICIAL,
    pair_records,
    published,
    rejected,
    run,
    write_build,
)
from tests.models.held_out import held_out
from tests.models.language import Pair

get_cuda_device_count = pytest.importorskip("ctranslate2").get_cuda_device_count
pytest.importorskip("torch")

#: What the sentences hold that has to come through as it is.
MARKER = re.compile(r"X\d|https://\S+?(?=[\s.?!\"]|$)|</?[ab]>|[\[\]()]")
#: As many words as no sentence of the model may have, and no comma to cut it at.
ENDLESS = "Ana saw " + "the old dog of the old cat of " * 60 + "the queen."


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def write(trained_model: Path, model_cache: Path) -> Any:
    """`write(folder, records, **sections)`: a build with the model and its own links."""

    def make(folder: Path, records: list[dict[str, Any]], **sections: dict[str, Any]) -> Path:
        translate = {"links": True, "device": "cpu", **sections.pop("translate", {})}
        return write_build(
            folder, records, model=trained_model, cache=model_cache, targets=[ARTIFICIAL],
            translate=translate, align={"backend": "attention"}, **sections,
        )  # fmt: skip

    return make


def spans(row: dict[str, Any], labels: Sequence[str] = ("LOC", "PER")) -> set[Any]:
    return {(span["start"], span["end"], labels[span["label"]]) for span in row["spans"]}


def gold(pair: Pair) -> set[tuple[int, int, str]]:
    return {(*name.target, name.kind) for name in pair.names}


@pytest.mark.parametrize("beams", [1, 4])
def test_spans_of_what_it_never_saw(tmp_path: Path, write: Any, beams: int) -> None:
    pairs = held_out()
    everything = {"complete": False, "min_span_score": 0}  # nothing is hidden from the figures
    write(tmp_path, pair_records(pairs), translate={"beam_size": beams}, filter=everything)
    counts = run().published.summary.total()
    assert (
        counts.read
        == len(pairs)
        == counts.published + sum(sum(reasons.values()) for reasons in counts.rejected.values())
    )
    rows = published(ARTIFICIAL)
    exact = [n for n, pair in enumerate(pairs) if rows.get(f"p{n}", {}).get("text") == pair.target]
    named = [n for n in exact if pairs[n].names]
    print(f"{beams=} {len(rows)=} {len(exact)=} {len(named)=} {counts.rejected=}")
    assert len(exact) > 0.8 * len(pairs)
    report = score_spans([(gold(pairs[n]), spans(rows[f"p{n}"])) for n in exact])
    print(report)
    assert report.total.gold > 120
    assert report.total.f1 > 0.95
    assert set(report.labels) == {"LOC", "PER"}


def test_markers_come_through(tmp_path: Path, write: Any) -> None:
    pairs = [pair for pair in held_out() if MARKER.search(pair.source)]
    write(tmp_path, pair_records(pairs))
    run()
    rows = published(ARTIFICIAL)
    kept = Counter[str]()
    for row in rows.values():
        wanted = Counter(MARKER.findall(row["source_text"]))
        assert Counter(MARKER.findall(row["text"])) == wanted, (row["source_text"], row["text"])
        kept.update(re.sub(r"[/\d]|(?<=https).*", "", marker) for marker in wanted)
    assert {"X", "https", "<a>", "[", "("} <= set(kept)
    assert len(rows) > 0.6 * len(pairs)


def test_documents_and_sentences_that_are_too_long(tmp_path: Path, write: Any) -> None:
    pairs = held_out()
    write(tmp_path / "sentences", pair_records(pairs))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path / "sentences")
        run()
        alone = published(ARTIFICIAL)
    good = [n for n, pair in enumerate(pairs) if alone.get(f"p{n}", {}).get("text") == pair.target]
    records, expected = [], {}
    for number in range(0, len(good) - 4, 5):
        # sentences one after another, on lines of their own, and in a paragraph of their own
        chosen, gaps = good[number : number + 5], [" ", "\n", "  ", "\n\n", ""]
        text, translation, names, wanted = "", "", [], set()
        for n, gap in zip(chosen, gaps, strict=True):
            row = alone[f"p{n}"]
            for name in pairs[n].names:
                names.append({"start": len(text) + name.source[0],
                              "end": len(text) + name.source[1], "label": name.kind})  # fmt: skip
            for start, end, label in spans(row):
                wanted.add((len(translation) + start, len(translation) + end, label))
            text, translation = text + pairs[n].source + gap, translation + row["text"] + gap
        records.append({"id": f"d{number}", "text": text, "spans": names})
        expected[f"d{number}"] = (translation, wanted)
    endless = {"start": 0, "end": 3, "label": "PER"}
    records.append({"id": "endless", "text": f"Ana saw Tom. {ENDLESS}", "spans": [endless]})
    write(tmp_path / "documents", records)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path / "documents")
        counts = run().published.summary.total()
        rows, lost = published(ARTIFICIAL), rejected(ARTIFICIAL)
    assert len(expected) >= 25
    assert {key: (row["text"], spans(row)) for key, row in rows.items()} == expected
    assert (counts.read, counts.published) == (len(records), len(records) - 1)
    assert [(key, row["stage"], row["reason"]) for key, row in lost.items()] == [
        ("endless", "translate", "too_long")
    ]


def test_bytes_do_not_depend_on_workers(tmp_path: Path, write: Any) -> None:
    made = []
    for workers in (1, 2):
        folder = tmp_path / f"workers{workers}"
        sizes = {"workers": workers, "shard_records": 30}
        write(folder, pair_records(held_out()), run=sizes)
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(folder)
            assert run().units == 7 * 5
        made.append(hashes(folder / "out/names"))
    assert made[0] == made[1]
    assert any(name.endswith(".parquet") for name in made[0])


def test_only_what_changes_translations_makes_them_anew(tmp_path: Path, write: Any) -> None:
    write(tmp_path, pair_records(held_out(60)), run={"shard_records": 30})
    assert run().units == 2 * 5
    before, entries = hashes(Path("out")), translated()
    idle = [
        "device_index=[0]", "inter_threads=1", "intra_threads=2", "batch_tokens=64",
        "cache_path=elsewhere",
    ]  # fmt: skip
    if not get_cuda_device_count():  # a GPU computes in another type
        idle.append("device=auto")
    for setting in idle:
        again = run(f"translate.{setting}")
        assert (again.units, again.published.fresh) == (0, False), setting
    assert hashes(Path("out")) == before
    assert not Path("elsewhere/models").exists()
    for setting in ("beam_size=1", "compute_type=float32", "length_penalty=0.5"):
        assert run(f"translate.{setting}").published.fresh, setting
        anew = translated()
        assert len(anew) == 2
        assert not anew & entries, setting
        entries |= anew


def translated() -> set[str]:
    """Fingerprints of the translated shards."""
    found = Manifest(Path("out/names.work")).find(f"{ARTIFICIAL}/translate/")
    return {entry.fingerprint for entry in found}
