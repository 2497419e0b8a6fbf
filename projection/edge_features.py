"""What is told of the edges of each candidate segment; see `features.py` for the names."""

from __future__ import annotations

import numpy as np

from spanferry.projection.features import Columns, Spots
from spanferry.projection.sentence import View

#: Columns that have another weight for clauses.
CLAUSE = (
    *(
        f"{side}{name}"
        for side in "LR"
        for name in ("_both_open", "_source_opens", "_target_opens", "e_free_c", "o_free_c")
    ),
    *(
        f"{side}{name}"
        for side in "LR"
        for name in ("o_fence", "e_fence", "o_out_c", "_best")
    ),
    *(f"L{name}" for name in ("e_free_s_s", "o_free_s_s", "e_free_s_c", "o_free_s_c")),
    "long",
    "short",
    "best",
)  # fmt: skip


def edge_columns(view: View, spots: Spots) -> Columns:
    """Columns of both edges.

    - `_both_open`, `_source_opens`, `_target_opens`: whether a clause or the text begins (ends)
      there in both texts, or in one of them only.
    - `fence`: mass between the word and the source word just outside of the span. It holds the
      edge where it is outside (`o_fence`), and speaks against it where it is inside.
    - `edge`: mass between the span's own edge word and the segment's.
    - A suffix `_s` or `_c` says what the source span begins (ends) with.
    """
    sentence = view.sentence
    source, target = sentence.source, sentence.target
    stop, mark, content, capital = (
        view.cut(array) for array in (target.stop, target.mark, target.content, target.capital)
    )
    free = 1 - view.cut(sentence.linked)
    free[[0, -1]] = 0
    inside, outside = np.minimum(1, view.inside), np.minimum(1, view.outside)
    columns: Columns = {}
    for side, edge, step, word in (
        ("L", spots.first, -1, view.words[0]),
        ("R", spots.last, 1, view.words[-1]),
    ):
        at, beyond = word + 1, word + 1 + step
        own_opens = (source.opens if step < 0 else source.closes)[at]
        opens = view.cut(target.opens if step < 0 else target.closes)[edge]
        out = edge + step
        is_stop, is_mark = source.stop[at], source.mark[at]
        is_word = 1 - is_stop
        columns[f"{side}_both_open"] = opens * own_opens
        columns[f"{side}_source_opens"] = (1 - opens) * own_opens
        columns[f"{side}_target_opens"] = opens * (1 - own_opens)
        columns[f"{side}e_s_s"] = stop[edge] * is_stop
        columns[f"{side}e_s_c"] = stop[edge] * (1 - is_stop) * (1 - is_mark)
        columns[f"{side}e_c_s"] = content[edge] * is_stop
        columns[f"{side}e_k"] = mark[edge] * (1 - is_mark)
        columns[f"{side}e_k_k"] = mark[edge] * is_mark
        columns[f"{side}e_free_c"] = free[edge] * content[edge]
        columns[f"{side}o_free_c"] = free[out] * content[out]
        columns[f"{side}e_free_s_s"] = free[edge] * stop[edge] * is_stop
        columns[f"{side}o_free_s_s"] = free[out] * stop[out] * is_stop
        columns[f"{side}e_free_s_c"] = free[edge] * stop[edge] * is_word
        columns[f"{side}o_free_s_c"] = free[out] * stop[out] * is_word
        own = np.minimum(1, view.mass_from(word))
        columns[f"{side}_edge"] = own[edge]
        columns[f"{side}_edge_next"] = own[edge - step] * (spots.first != spots.last)
        columns[f"{side}e_in"] = inside[edge]
        columns[f"{side}e_out"] = outside[edge]
        columns[f"{side}o_in"] = inside[out]
        columns[f"{side}o_out_c"] = outside[out] * content[out]
        columns[f"{side}o_out_sk"] = outside[out] * np.minimum(1, stop[out] + mark[out])
        fence = np.minimum(1, view.mass_from(word + step))
        columns[f"{side}o_fence"] = fence[out]
        columns[f"{side}e_fence"] = fence[edge]
        columns[f"{side}e_s_after_s"] = stop[edge] * source.stop[beyond] * is_word
        loose = max(0.0, 1 - 2 * float(sentence.leaving[at]))
        columns[f"{side}o_s_loose"] = stop[out] * free[out] * is_stop * loose
        columns[f"{side}e_capital"] = capital[edge] * source.capital[at]
        columns[f"{side}e_small"] = (1 - capital[edge]) * source.capital[at]
        columns[f"{side}o_capital"] = (
            capital[out] * source.capital[at] * (1 - source.capital[beyond]) * (1 - opens)
        )
        reached = np.minimum(1, 2 * spots.total(view.mass_from(word))) * source.content[at]
        columns[f"{side}e_free_reached"] = reached * free[edge] * content[edge]
    return columns
