"""Links between sub-words from the cross-attention of a decoder."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from spanferry.data.records import Offsets
from spanferry.translators.base import CharLink

#: Attention below this is noise spread over the sentence, and would only fill the tables.
LEAST = 0.1


def from_attention(
    rows: npt.NDArray[np.float32],
    source: Sequence[Offsets],
    target: Sequence[Offsets],
) -> tuple[CharLink, ...]:
    """The links of a sentence, one for each pair of sub-words with attention of `LEAST` or more.

    Args:
        rows: one row a target sub-word and one column a source sub-word, special tokens cut off;
            a row adds up to 1 less what special tokens drew.
        source, target: characters of the sub-words; empty ranges (a lone blank) are left out.
    """
    links: list[CharLink] = []
    for t, s in zip(*np.nonzero(rows >= LEAST), strict=True):
        (a, b), (c, d) = source[s], target[t]
        if a < b and c < d:
            links.append((a, b, c, d, round(min(1.0, float(rows[t, s])), 4)))
    return tuple(sorted(links))
