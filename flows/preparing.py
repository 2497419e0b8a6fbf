"""Before a target's first shard is aligned: what its aligner learns of the whole corpus.

Most aligners learn nothing. A statistical one estimates its priors, a neural one is tuned or finds
the means that centering takes away (`aligners.base.CorpusAligner`).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from itertools import islice

from spanferry.aligners.base import CorpusAligner, WordPair
from spanferry.aligners.segments import word_pairs
from spanferry.data.files import write_text
from spanferry.data.manifest import Entry
from spanferry.flows.stages import align
from spanferry.flows.units import Preparation, Unit, Workshop

#: Written into the folder when all is done.
DONE = "prepared.json"


#: One target at a time: tuning draws from the random numbers of the whole process, loads models and
#: uses all cores.
_alone = threading.Lock()


def do_preparation(shop: Workshop, preparation: Preparation) -> Entry:
    """Have the aligner learn, write, enter. Skips it if that has been done.

    The folder is kept between tries: long work goes on where a killed run left it.
    """
    with _alone:
        return _do(shop, preparation)


def _do(shop: Workshop, preparation: Preparation) -> Entry:
    done = shop.entry(preparation)
    if done is not None:
        return done
    start = time.perf_counter()
    aligner = shop.backends.aligner(preparation.target)
    assert isinstance(aligner, CorpusAligner)
    folder = shop.folder(preparation)
    folder.mkdir(parents=True, exist_ok=True)
    read = 0

    def counted() -> Iterator[WordPair]:
        nonlocal read
        for pair in islice(_pairs(shop, preparation.units), preparation.pairs):
            read += 1
            yield pair

    aligner.prepare(counted(), folder)
    write_text(f'{{"fingerprint": "{preparation.fingerprint}"}}\n', folder / DONE)
    return shop.manifest.enter(
        preparation.key,
        preparation.fingerprint,
        folder / DONE,
        rows=read,
        seconds=time.perf_counter() - start,
    )


def _pairs(shop: Workshop, units: tuple[Unit, ...]) -> Iterator[WordPair]:
    for unit in units:
        table = shop.columns(unit.shard, unit, align.COLUMNS)
        _, pairs = align.text_pairs(table, with_links=False)
        yield from (pair for pair in word_pairs(pairs) if pair.source and pair.target)
