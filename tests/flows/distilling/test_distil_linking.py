"""Links of pairs: between the right characters, made once, and learnt of the corpus first."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from spanferry.translators.distil.pairs import PairStore
from tests.flows.distilling.corpora import configure, run, sentence


def configured(folder: Path, count: int, **align: Any) -> Any:
    """A configuration over given pairs with an aligner."""
    lines = ["\t".join(sentence(k)) for k in range(count)]
    (folder / "pairs.tsv").write_text("\n".join(lines), "utf-8")
    given = [{"joined": str(folder / "pairs.tsv")}]
    shard = {"shard_sentences": 10 if align["backend"] == "embedded" else 100}
    return configure(folder, texts=None, teacher=None, pairs=given, align=align, run=shard)


def linked_words(store: PairStore) -> dict[str, set[tuple[str, str]]]:
    """The words that are linked, by source text."""
    found = {}
    for batch in store.train():
        for row in batch.to_pylist():
            found[row["source"]] = {
                (
                    row["source"][link["source_start"] : link["source_end"]],
                    row["target"][link["target_start"] : link["target_end"]],
                )
                for link in row["links"]
            }
    return found


def test_words_are_linked_by_their_characters(tmp_path: Path) -> None:
    config = configured(tmp_path, 40, backend="embedded")
    store, steps = run(config)
    assert steps.done["align"] == 40
    assert store.has_links
    assert store.facts["aligner"]["name"] == "embedded"
    found = linked_words(store)
    assert len(found) == 36
    for text, links in found.items():
        number = text.split()[3]
        assert {(number, number), ("doors", "portas"), (".", ".")} <= links
    # more pairs: those of few shards
    more, steps = run(configured(tmp_path, 60, backend="embedded"))
    assert 20 <= steps.done["align"] < 60
    assert len(linked_words(more)) == 55


def test_an_aligner_that_learns_of_the_corpus(tmp_path: Path) -> None:
    pytest.importorskip("eflomal")
    config = configured(tmp_path, 60, backend="eflomal")
    store, steps = run(config)
    assert steps.done["align"] == 60
    (prepared,) = (config.work / "links").glob("prepare-*")
    assert (prepared / "prepared.json").exists()
    found = linked_words(store)
    right = sum(("doors", "portas") in links for links in found.values())
    assert right > len(found) * 0.8
    changed = configured(tmp_path, 61, backend="eflomal")
    run(changed)
    (now,) = (config.work / "links").glob("prepare-*")
    assert now != prepared
