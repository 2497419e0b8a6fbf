"""The store of pairs: the same for the same pairs, and nothing on both sides."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanferry.data.errors import ConfigError, InputError
from spanferry.translators.distil import pair_writer
from spanferry.translators.distil.keys import fold, order_key
from spanferry.translators.distil.pair_writer import Pair, read_rows, write_pairs
from spanferry.translators.distil.pairs import FACTS, PairStore

LINKS = [(0, 1, 0, 1), (2, 3, 2, 4)]


def rows(store: PairStore) -> list[Pair]:
    """All pairs to learn from."""
    return [pair for batch in store.train() for pair in read_rows(pa.Table.from_batches([batch]))]


def made(folder: Path, pairs: list[Pair], *, held_out: int = 2, **more: object) -> PairStore:
    """A store of these pairs."""
    return write_pairs(folder, pairs, count=len(pairs), held_out=held_out, links=False, facts=more)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    pairs = [
        Pair(f"a {k} b", f"c {k}", -k / 4 if k % 2 else None, LINKS if k % 3 else None)
        for k in range(40)
    ]
    store = write_pairs(
        tmp_path / "pairs", iter(pairs), count=40, held_out=3, links=True, facts={"x": {"y": 1}}
    )
    apart = store.held_out()
    assert (store.count, len(apart), store.has_links) == (37, 3, True)
    assert store.facts["x"] == {"y": 1}
    wanted = sorted(pairs, key=lambda pair: order_key(pair.source))
    assert apart == [(pair.source, pair.target) for pair in wanted[:3]]
    assert rows(store) == wanted[3:]
    assert PairStore(tmp_path / "pairs").digest == store.digest
    assert store.whole()
    store.files[0].unlink()
    assert not PairStore(tmp_path / "pairs").whole()


def test_order_files_and_piles_change_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs = [Pair(f"text {k}", f"texto {k}") for k in range(100)]
    one = made(tmp_path / "one", pairs)
    monkeypatch.setattr(pair_writer, "_ROWS_SORTED", 7)
    monkeypatch.setattr(pair_writer, "_ROWS", 4)
    monkeypatch.setattr(pair_writer, "ROWS_PER_FILE", 30)
    other = made(tmp_path / "other", pairs[::-1])
    assert len(other.files) == 4
    assert rows(one) == rows(other)
    assert (one.digest, one.held_out()) == (other.digest, other.held_out())
    assert made(tmp_path / "third", [*pairs[1:], Pair("text 0", "outro")]).digest != one.digest


@settings(max_examples=25, deadline=None)
@given(
    sources=st.lists(st.sampled_from(["a", "A!", "b", "b.", "c", "d", "é", "…", "!"]), min_size=2),
    held_out=st.integers(1, 5),
)
def test_no_source_is_on_both_sides(
    tmp_path_factory: pytest.TempPathFactory, sources: list[str], held_out: int
) -> None:
    folder = tmp_path_factory.mktemp("pairs")
    pairs = [Pair(source, f"x{place}") for place, source in enumerate(sources)]
    if len({order_key(source) for source in sources}) < 2:
        with pytest.raises(InputError, match="are not two"):
            made(folder / "p", pairs, held_out=held_out)
        assert not (folder / "p").exists()
        return
    store = made(folder / "p", pairs, held_out=held_out)
    apart = {fold(source) or source for source, _ in store.held_out()}
    learnt = {fold(pair.source) or pair.source for pair in rows(store)}
    assert not apart & learnt
    assert store.count + len(store.held_out()) == len(pairs)


def test_more_text_hardly_changes_what_is_held_out(tmp_path: Path) -> None:
    pairs = [Pair(f"text {k}", f"texto {k}") for k in range(200)]
    before = set(made(tmp_path / "a", pairs, held_out=10).held_out())
    after = set(made(tmp_path / "b", [*pairs, Pair("new", "novo")], held_out=10).held_out())
    assert len(before & after) >= 9


def test_another_version_is_refused(tmp_path: Path) -> None:
    store = made(tmp_path, [Pair("a", "b"), Pair("c", "d")])
    facts = (store.folder / FACTS).read_text("utf-8")
    (store.folder / FACTS).write_text(facts.replace('"version": 1', '"version": 0'), "utf-8")
    with pytest.raises(ConfigError, match="holds no pairs"):
        PairStore(tmp_path)
    with pytest.raises(ConfigError, match="holds no pairs"):
        PairStore(tmp_path / "nowhere")
