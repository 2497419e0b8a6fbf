"""The mean vector of each language, which centering takes away.

Vectors of an encoder lie in a narrow cone that differs with the language; without the language's
mean, words of two languages compare better (Libovicky et al. 2020, arXiv:2004.05160).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from spanferry.aligners.base import WordPair
from spanferry.data.errors import ConfigError
from spanferry.data.files import atomic_path

if TYPE_CHECKING:
    from spanferry.aligners.encoder.chunks import Chunk
    from spanferry.aligners.encoder.engine import EncoderEngine, Means
    from spanferry.aligners.encoder.replica import Replica
    from spanferry.aligners.encoder.settings import TokenType

_FILE = "learnt.npz"


def language_means(
    engine: EncoderEngine, pairs: Sequence[WordPair], token_type: TokenType
) -> Means:
    """Mean vectors of all source and of all target units, [width] each; 0 where there are none.

    Summed in double precision, so that how pairs are batched shows in the last bits at most.
    """

    def sums(replica: Replica, chunk: Chunk) -> list[tuple[npt.NDArray[np.float64], int]]:
        import torch

        table, units = replica.vectors(chunk, token_type)
        texts = np.repeat(np.arange(len(units.counts)), units.counts)
        found = []
        for side in (chunk.sources, chunk.targets):
            # a text that is there twice counts twice
            weights = np.bincount(side, minlength=len(units.counts))[texts]
            column = torch.from_numpy(weights).to(table.device, torch.float64)
            found.append(((column @ table.double()).to("cpu").numpy(), int(weights.sum())))
        return found

    total = [np.zeros(engine.width), np.zeros(engine.width)]
    counts = [0, 0]
    for of_chunk in engine.run(pairs, sums):
        for side, (summed, count) in enumerate(of_chunk):
            total[side] += summed
            counts[side] += count
    source, target = (
        (summed / max(count, 1)).astype(np.float32)
        for summed, count in zip(total, counts, strict=True)
    )
    return source, target


def write_learnt(folder: Path, learnt: Mapping[str, Any]) -> None:
    """Leave arrays in a folder; the same arrays make the same bytes."""
    with atomic_path(folder / _FILE) as path, path.open("wb") as file:
        arrays: dict[str, Any] = {name: np.asarray(learnt[name]) for name in sorted(learnt)}
        np.savez(file, **arrays)


def read_learnt(folder: Path, user: str) -> dict[str, Any]:
    """What `write_learnt` left.

    Raises:
        ConfigError: it is not there or damaged.
    """
    try:
        with np.load(folder / _FILE, allow_pickle=False) as file:
            return dict(file)
    except (OSError, ValueError, EOFError, BadZipFile) as error:
        raise ConfigError(
            f"the {user} cannot read what it learnt of the corpus ({folder.name}/{_FILE}): {error}"
        ) from error
