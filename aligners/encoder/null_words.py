"""The entropy beyond which a word is taken to have no partner (Jalili Sabet et al. 2020, 3.3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from spanferry.aligners.base import WordPair

if TYPE_CHECKING:
    from spanferry.aligners.encoder.chunks import Chunk
    from spanferry.aligners.encoder.engine import EncoderEngine
    from spanferry.aligners.encoder.replica import Replica
    from spanferry.aligners.encoder.settings import TokenType
    from spanferry.aligners.matchers.simalign import Method


def entropy_threshold(
    engine: EncoderEngine,
    pairs: Sequence[WordPair],
    method: Method,
    distortion: float,
    token_type: TokenType,
    share: float,
) -> float:
    """The quantile of the entropies of all links of the pairs, as the authors' script takes it.

    Args:
        share: of the links that are to stay, below 1.
    """
    from spanferry.aligners.matchers.simalign import cells, entropies, find_links, similarities

    def collect(replica: Replica, chunk: Chunk) -> npt.NDArray[np.float64]:
        found = [np.zeros(0)]
        for _, batch, _ in engine.vector_batches(replica, chunk, token_type):
            there = cells(batch)
            similarity = similarities(batch, distortion)
            links = find_links(method, similarity, there, batch)
            entropy = entropies(similarity, there, batch)
            found.append(entropy[links & (entropy > 0)].to("cpu").numpy())
        return np.concatenate(found)

    every = np.sort(np.concatenate([np.zeros(0), *engine.run(pairs, collect)]))
    return float(every[int(share * len(every))]) if len(every) else 1.0
