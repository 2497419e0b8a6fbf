"""Members of a vote learn of the corpus, one after the other.

The folder of the vote holds one of each such member, called by its place among the aligners:

    0/learnt/  what the member left      0/done  that it has finished

and, while they are at work, the pairs as `pairs.jsonl`: they come once, and memory should not grow
with their number.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path

from spanferry.aligners.base import CorpusAligner, WordPair
from spanferry.aligners.votes.members import blame
from spanferry.data.errors import ConfigError
from spanferry.data.files import write_text

_DONE = "done"
_LEARNT = "learnt"
_PAIRS = "pairs.jsonl"


def prepare_members(
    learners: Mapping[int, CorpusAligner], pairs: Iterable[WordPair], folder: Path
) -> None:
    """Have each member learn of as many of the pairs as it wants.

    Those that an interrupted call had finished with are passed over; the one that it broke off
    gets its folder as it was.

    Raises:
        ConfigError: see the members; the text names the one that it comes from.
    """
    spool = folder / _PAIRS
    most = max((each.corpus_pairs for each in learners.values()), default=0)
    with spool.open("w", encoding="utf-8") as file:
        for pair in islice(pairs, most):
            file.write(json.dumps([list(pair.source), list(pair.target)]) + "\n")
    for place, each in learners.items():
        own = folder / str(place)
        if (own / _DONE).exists():
            continue
        (own / _LEARNT).mkdir(parents=True, exist_ok=True)
        with blame(place):
            each.prepare(islice(_read(spool), each.corpus_pairs), own / _LEARNT)
        write_text("", own / _DONE)
    spool.unlink()


def load_members(learners: Mapping[int, CorpusAligner], folder: Path) -> None:
    """Have each member take up what it learnt.

    Raises:
        ConfigError: a member has not learnt anything there.
    """
    for place, each in learners.items():
        own = folder / str(place)
        with blame(place):
            if not (own / _DONE).exists():
                raise ConfigError(f"{own} does not hold what {each.info.name} learnt")
            each.load(own / _LEARNT)


def _read(path: Path) -> Iterator[WordPair]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            source, target = json.loads(line)
            yield WordPair(source, target)
