"""Priors: kept and read back, counted as eflomal's own program counts, and read by it."""

from __future__ import annotations

import gzip
import io
import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanferry.aligners.base import WordPair
from spanferry.aligners.eflomal import counting, priors
from spanferry.aligners.eflomal.texts import TextWriter, Vocabulary, key
from spanferry.data.errors import InputError
from tests.aligners.eflomal.needs import aligner, needs_eflomal, text


def program(name: str) -> list[str]:
    """A command of eflomal's own."""
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.is_file() else shutil.which(name)
    if found is None:
        pytest.skip(f"there is no command {name}")
    return [sys.executable, found]


@given(st.text(), st.integers(-5, 5))
def test_a_key_holds_no_white_space(word: str, stem: int) -> None:
    made = key(word, stem)
    assert made.split() == ([made] if made else [])
    assert stem == 0 or len(made) <= abs(stem)


def test_words_that_count_as_the_same() -> None:
    vocabulary = Vocabulary(4)
    assert vocabulary.line(["Walking", "walked", "WALK", "cat", "e\u0301te\u0301s", "étés"]) == (
        "6 0 0 0 1 2 2\n"
    )


words = st.text(st.characters(exclude_categories=["Z"]), min_size=0, max_size=6).map(key)


@given(
    st.dictionaries(
        st.tuples(words, words), st.integers(1, 10**7).map(lambda n: n / 2), max_size=8
    ),
    st.dictionaries(st.integers(-900, 900), st.integers(1, 99).map(float), max_size=5),
)
@settings(max_examples=60)
def test_priors_come_back_as_they_were(
    tmp_path_factory: pytest.TempPathFactory,
    linked: dict[tuple[str, str], float],
    jumps: dict[int, float],
) -> None:
    source = list(dict.fromkeys(left for left, _ in linked))
    target = list(dict.fromkeys(right for _, right in linked))
    table = priors.added_up(
        np.array([source.index(left) for left, _ in linked], np.int64),
        np.array([target.index(right) for _, right in linked], np.int64),
        np.array(list(linked.values())),
    )
    none = priors.added_up(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
    made = priors.Priors(source, target, table, (jumps, {0: 1.0}), none, none)
    path = tmp_path_factory.mktemp("priors") / "p.gz"
    made.save(path)
    first = path.read_bytes()
    back = priors.load(path)
    rows = zip(back.linked.left, back.linked.right, back.linked.count, strict=True)
    assert {(back.source[i], back.target[j]): n for i, j, n in rows} == linked
    assert back.jumps == made.jumps
    made.save(path)
    assert path.read_bytes() == first


def test_a_broken_line_is_named() -> None:
    with pytest.raises(InputError, match=r"mine:2: no line of eflomal's priors .*\[bad_priors\]"):
        priors.read(["HMMF\t1\t2\n", "LEX\ta\tb\n"], "mine")


def counts(lines: list[str]) -> dict[str, dict[tuple[str, ...], float]]:
    made: dict[str, dict[tuple[str, ...], float]] = defaultdict(dict)
    for line in lines:
        kind, *fields, count = line.rstrip("\n").split("\t")
        made[kind][tuple(fields)] = float(count)
    return made


@needs_eflomal
def test_jumps_and_numbers_of_links_are_those_of_the_published_program(tmp_path: Path) -> None:
    pairs, gold = text(300)
    pairs = tuple(
        WordPair([w.lower() for w in p.source], [w.lower() for w in p.target]) for p in pairs
    )
    ahead = [sorted({j: i for i, j in g.links}.items()) for g in gold]  # one link a target word
    back = [sorted(dict(g.links).items()) for g in gold]
    lines = {
        "s": [" ".join(p.source) for p in pairs],
        "t": [" ".join(p.target) for p in pairs],
        "f": [" ".join(f"{i}-{j}" for j, i in links) for links in ahead],
        "r": [" ".join(f"{i}-{j}" for i, j in links) for links in back],
    }
    for name, content in lines.items():
        (tmp_path / name).write_text("".join(f"{line}\n" for line in content), "utf-8")
    subprocess.run(
        [*program("eflomal-makepriors"), "-s", "s", "-t", "t", "-f", "f", "-r", "r", "-p", "p"],
        cwd=tmp_path, check=True, timeout=60,
    )  # fmt: skip
    theirs = counts((tmp_path / "p").read_text("utf-8").splitlines())

    writer = TextWriter(io.BytesIO(), io.BytesIO(), (0, 0))
    for pair in pairs:
        writer.add(pair)
    writer.close()
    runs = tuple([io.BytesIO((tmp_path / name).read_bytes())] for name in "fr")
    sides = tuple(list(each.keys) for each in writer.vocabularies)
    made = counting.count_links(writer.files, (runs[0], runs[1]), (sides[0], sides[1]))
    made.save(tmp_path / "ours.gz")
    with gzip.open(tmp_path / "ours.gz", "rt", encoding="utf-8") as file:
        ours = counts(list(file))
    assert ours["HMMF"] == theirs["HMMF"]
    assert ours["HMMR"] == theirs["HMMR"]
    for kind in ("FERF", "FERR"):
        # words without links are counted by us alone
        assert {k: n for k, n in ours[kind].items() if k[1] != "0"} == theirs[kind]
    # of the links, those of both directions count, twice
    assert ours["LEX"].keys() <= theirs["LEX"].keys()
    assert sum(ours["LEX"].values()) == 2 * sum(
        len({(i, j) for j, i in a} & set(b)) for a, b in zip(ahead, back, strict=True)
    )


@needs_eflomal
def test_the_published_program_reads_our_priors(tmp_path: Path) -> None:
    pairs, _ = text(60)
    made = aligner(samplers=1, length=0.1)
    made.prepare(pairs, tmp_path)
    with gzip.open(tmp_path / "priors.gz") as packed:
        (tmp_path / "priors").write_bytes(packed.read())
    for name, side in (("s", "source"), ("t", "target")):
        lines = [" ".join(getattr(pair, side)) for pair in pairs]
        (tmp_path / name).write_text("".join(f"{line}\n" for line in lines), "utf-8")
    subprocess.run(
        [*program("eflomal-align"), "-s", "s", "-t", "t", "--priors", "priors", "-f", "f",
         "-r", "r", "--length", "0.01", "--n-samplers", "1"],
        cwd=tmp_path, check=True, timeout=60,
    )  # fmt: skip
    assert (tmp_path / "f").read_text().count("\n") == len(pairs)
