"""Rows of "Students" about the pairs that one learns from."""

from __future__ import annotations

from pathlib import Path

from spanferry.translators.distil.pair_writer import Pair, write_pairs
from spanferry.translators.distil.pairs import PairStore
from tests.translators.errors.desk import Desk, Rows

row = Rows("Students")


@row("a folder without pairs, or with those of another version")
def _(desk: Desk) -> None:
    desk.write("pairs/facts.json", '{"version": 0}')
    PairStore(Path("pairs"))


@row("pairs of a single source text")
def _(desk: Desk) -> None:
    pairs = [Pair("He left.", "Ele partiu."), Pair("he left", "Partiu.")]
    write_pairs(Path("pairs"), pairs, count=2, held_out=1, links=False)
