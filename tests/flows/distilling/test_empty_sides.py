"""A given pair with an empty side is no pair, and is counted."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from spanferry.data.errors import ConfigError, InputError
from tests.flows.distilling.corpora import all_pairs, configure, run, sentence


def test_empty_sides_are_counted(tmp_path: Path) -> None:
    rows = [*map(sentence, range(12)), ("Nobody said.", " "), ("", "Ninguém."), ("", "Nada.")]
    (tmp_path / "en.txt").write_text("\n".join([*(a for a, _ in rows), "", ""]), "utf-8")
    (tmp_path / "pt.txt").write_text("\n".join([*(b for _, b in rows), "", ""]), "utf-8")
    pairs = [{"source": str(tmp_path / "en.txt"), "target": str(tmp_path / "pt.txt")}]
    store, _ = run(configure(tmp_path, texts=None, teacher=None, pairs=pairs))
    assert store.facts["unusable"] == {"empty_side": 3}
    assert store.facts["read"] == {"sentences": 0, "pairs": 12}
    assert all_pairs(store) == {sentence(number) for number in range(12)}


def test_nothing_but_empty_sides(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text("One.\t\nTwo.\t \n", "utf-8")
    pairs = [{"joined": str(tmp_path / "a.tsv")}]
    with pytest.raises(InputError, match=r"0 pairs are left .*'unusable': \{'empty_side': 2\}"):
        run(configure(tmp_path, texts=None, teacher=None, pairs=pairs))


def test_a_broken_file_of_pairs(tmp_path: Path) -> None:
    packed = gzip.compress("".join("\t".join(sentence(n)) + "\n" for n in range(9_000)).encode())
    (tmp_path / "a.tsv.gz").write_bytes(packed[:900] + b"\xff" * 500 + packed[1400:])
    config = configure(
        tmp_path, texts=None, teacher=None, pairs=[{"joined": str(tmp_path / "a.tsv.gz")}]
    )
    with pytest.raises(ConfigError, match=r"pairs: '.*a\.tsv\.gz' cannot be read"):
        run(config)
