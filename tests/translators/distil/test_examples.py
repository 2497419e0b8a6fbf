"""Pairs as files of sub-words: what is written is what the vocabulary says, links included."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("sentencepiece")

from spanferry.translators.distil.examples import Examples, linked_pieces, write
from spanferry.translators.distil.pairs import PairStore
from spanferry.translators.distil.variation import Link, Variation
from spanferry.translators.distil.vocabulary import Vocabulary
from tests.models.students import store


def made(
    pairs: PairStore,
    vocabulary: Vocabulary,
    folder: Path,
    *,
    longest: int = 96,
    variation: Variation = Variation(),  # noqa: B008 (frozen)
    made_of: str = "a",
) -> Examples:
    return write(pairs, vocabulary, folder, longest=longest, variation=variation, made_of=made_of)


def rows(pairs: PairStore) -> list[dict[str, object]]:
    return [row for batch in pairs.train() for row in batch.to_pylist()]


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_every_pair_as_the_vocabulary_has_it(
    linked_store: PairStore, vocabulary: Vocabulary, tmp_path: Path
) -> None:
    examples = made(linked_store, vocabulary, tmp_path / "a")
    expected = rows(linked_store)
    assert len(examples) == len(expected) == linked_store.count
    assert (examples.too_long, examples.linked) == (0, True)
    for number, row in enumerate(expected):
        sides = examples.pair(number)
        for ids, text in zip(sides, (row["source"], row["target"]), strict=True):
            assert ids.dtype == np.int64
            assert ids[-1] == vocabulary.end
            assert vocabulary.decode(ids[:-1].tolist()) == text
        assert examples.lengths()[number].tolist() == [len(side) for side in sides]


def test_links_join_the_words_of_the_pair(
    linked_store: PairStore, vocabulary: Vocabulary, tmp_path: Path
) -> None:
    """A link of two words is one of each sub-word of the one with each of the other, no more."""
    examples = made(linked_store, vocabulary, tmp_path / "a")
    several = 0
    for number, row in enumerate(rows(linked_store)):
        source, target = (str(row[name]) for name in ("source", "target"))
        left, right = vocabulary.offsets([source])[0], vocabulary.offsets([target])[0]
        expected = {(len(right), len(left))}
        for link in row["links"]:  # type: ignore[attr-defined]
            first, second = (
                [n for n, (start, end) in enumerate(places)
                 if set(range(start, end)) & set(range(link[f"{side}_start"], link[f"{side}_end"]))]
                for side, places in (("source", left), ("target", right))
            )  # fmt: skip
            assert first
            assert second
            expected |= {(b, a) for a in first for b in second}
            several += len(first) * len(second) > 1
        found = examples.links(number)
        assert found.shape == (len(expected), 2)
        assert set(map(tuple, found.tolist())) == expected
        assert examples.linked_rows(number) == len({row for row, _ in expected})
    assert several > 100


def test_longer_pairs_are_counted(
    linked_store: PairStore, vocabulary: Vocabulary, tmp_path: Path
) -> None:
    whole = made(linked_store, vocabulary, tmp_path / "whole")
    lengths = whole.lengths() - 1
    longest = int(np.median(lengths.max(axis=1)))
    some = made(linked_store, vocabulary, tmp_path / "some", longest=longest)
    kept = [number for number, both in enumerate(lengths) if both.max() <= longest]
    assert some.too_long == len(whole) - len(kept) > 0
    assert len(some) == len(kept)
    for number, other in enumerate(kept):
        for one, two in zip(some.pair(number), whole.pair(other), strict=True):
            assert one.tolist() == two.tolist()
        assert some.links(number).tolist() == whole.links(other).tolist()


def test_nothing_fits(linked_store: PairStore, vocabulary: Vocabulary, tmp_path: Path) -> None:
    none = made(linked_store, vocabulary, tmp_path, longest=1)
    assert (len(none), none.too_long) == (0, linked_store.count)
    assert none.lengths().shape == (0, 2)


def test_no_links(vocabulary: Vocabulary, tmp_path: Path) -> None:
    plain = store(tmp_path / "pairs", 60, links=False)
    examples = made(plain, vocabulary, tmp_path / "a")
    assert len(examples) == plain.count
    assert not examples.linked
    assert examples.links(0).shape == (0, 2)


def test_what_is_there_is_used_again(
    linked_store: PairStore, vocabulary: Vocabulary, tmp_path: Path
) -> None:
    folder = tmp_path / "a"
    made(linked_store, vocabulary, folder)
    before = contents(folder)
    stamps = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    made(linked_store, vocabulary, folder)
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == stamps
    assert len(made(linked_store, vocabulary, folder, longest=12, made_of="b")) < linked_store.count
    # a kill before the last file is written
    (folder / "examples.json").unlink()
    (folder / "ids.u16").write_bytes(b"half")
    made(linked_store, vocabulary, folder)
    assert contents(folder) == before


def test_pairs_are_varied_on_the_way(
    linked_store: PairStore, vocabulary: Vocabulary, tmp_path: Path
) -> None:
    variation = Variation(typography=0.5, placeholders=0.5, capitals=0.3, seed=3)
    plain = made(linked_store, vocabulary, tmp_path / "plain")
    # capitals are spelled letter by letter, so that some are long
    varied = made(linked_store, vocabulary, tmp_path / "varied", variation=variation, longest=200)
    changed = 0
    for number, row in enumerate(rows(linked_store)):
        links = [tuple(link.values()) for link in row["links"]]  # type: ignore[attr-defined]
        pair = variation.of(str(row["source"]), str(row["target"]), links)
        sides = varied.pair(number)
        assert [vocabulary.decode(ids.tolist()) for ids in sides] == [pair.source, pair.target]
        left, right = vocabulary.offsets([pair.source])[0], vocabulary.offsets([pair.target])[0]
        expected = linked_pieces(left, right, pair.links)
        assert list(map(tuple, varied.links(number).tolist())) == expected
        if (pair.source, pair.target) != (row["source"], row["target"]):
            changed += 1
        else:
            assert varied.links(number).tolist() == plain.links(number).tolist()
    assert changed > 100


@given(st.data())
def test_links_of_any_pieces(data: st.DataObject) -> None:
    """Against a look at each character."""

    def pieces() -> list[tuple[int, int]]:
        ends = sorted(data.draw(st.sets(st.integers(1, 20), max_size=6)))
        return list(zip([0, *ends], ends, strict=False))

    source, target = pieces(), pieces()
    place = st.tuples(st.integers(0, 20), st.integers(1, 5))
    links: list[Link] = [
        (a, a + n, b, b + m)
        for (a, n), (b, m) in data.draw(st.lists(st.tuples(place, place), max_size=4))
    ]
    expected = {(len(target), len(source))} | {
        (row, column)
        for a, b, c, d in links
        for row, (first, last) in enumerate(target)
        for column, (start, end) in enumerate(source)
        if any(c <= k < d for k in range(first, last))
        and any(a <= k < b for k in range(start, end))
    }
    assert linked_pieces(source, target, links) == sorted(expected)
