"""What is told of the edges of each candidate segment; see `features.py` for the names."""

from __future__ import annotations

import numpy as np

from spanferry.projection.sides import Array
from spanferry.projection.spots import Grids, Spots

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


def edge_columns(spots: Spots) -> dict[str, Array]:
    """Columns of both edges.

    - `_both_open`, `_source_opens`, `_target_opens`: whether a clause or the text begins (ends)
      there in both texts, or in one of them only.
    - `fence`: mass between the word and the source word just outside of the span. It holds the
      edge where it is outside (`o_fence`), and speaks against it where it is inside.
    - `edge`: mass between the span's own edge word and the segment's.
    - A suffix `_s` or `_c` says what the source span begins (ends) with.
    """
    return _of_edge(spots, "L", 0, -1) | _of_edge(spots, "R", -1, 1)


def _of_edge(spots: Spots, side: str, place: int, step: int) -> dict[str, Array]:
    """The columns of one edge; `place` is that of the span's word at this edge among its words."""
    grids, views = spots.grids, spots.views
    sources = [view.sentence.source for view in views]
    words = [view.words[place] + 1 for view in views]
    beyond = [word + step for word in words]
    left = side == "L"
    # of the source
    own_opens = spots.of_view(
        [(s.opens if left else s.closes)[w] for s, w in zip(sources, words, strict=True)]
    )
    is_stop = spots.of_view([s.stop[w] for s, w in zip(sources, words, strict=True)])
    is_mark = spots.of_view([s.mark[w] for s, w in zip(sources, words, strict=True)])
    is_content = spots.of_view([s.content[w] for s, w in zip(sources, words, strict=True)])
    is_capital = spots.of_view([s.capital[w] for s, w in zip(sources, words, strict=True)])
    stop_beyond = spots.of_view([s.stop[w] for s, w in zip(sources, beyond, strict=True)])
    capital_beyond = spots.of_view([s.capital[w] for s, w in zip(sources, beyond, strict=True)])
    leaving = [view.sentence.leaving[w] for view, w in zip(views, words, strict=True)]
    loose = np.maximum(0.0, 1 - 2 * spots.of_view(leaving))
    is_word = 1 - is_stop
    # of the target: all words, those at the edge, and those outside of it
    masses = spots.masses([word - 1 for word in words])
    own = np.minimum(1, masses).ravel()
    fence = np.minimum(1, spots.masses([word - 1 for word in beyond])).ravel()
    edge = spots.left if left else spots.right
    out = edge + step
    stop, mark, content, capital, free, inside, outside = (
        grid.ravel()
        for grid in (
            grids.stop, grids.mark, grids.content, grids.capital, grids.free,
            np.minimum(1, grids.inside), np.minimum(1, grids.outside),
        )
    )  # fmt: skip
    opens = _clause_edges(grids.opens if left else grids.closes, grids, step).ravel()[edge]
    stop_e, content_e, free_e, capital_e = stop[edge], content[edge], free[edge], capital[edge]
    stop_o, content_o, free_o, mark_o = stop[out], content[out], free[out], mark[out]
    free_stop_e, free_stop_o = free_e * stop_e, free_o * stop_o
    columns = {
        "_both_open": opens * own_opens,
        "_source_opens": (1 - opens) * own_opens,
        "_target_opens": opens * (1 - own_opens),
        "e_s_s": stop_e * is_stop,
        "e_s_c": stop_e * is_word * (1 - is_mark),
        "e_c_s": content_e * is_stop,
        "e_k": mark[edge] * (1 - is_mark),
        "e_k_k": mark[edge] * is_mark,
        "e_free_c": free_e * content_e,
        "o_free_c": free_o * content_o,
        "e_free_s_s": free_stop_e * is_stop,
        "o_free_s_s": free_stop_o * is_stop,
        "e_free_s_c": free_stop_e * is_word,
        "o_free_s_c": free_stop_o * is_word,
        "_edge": own[edge],
        "_edge_next": own[edge - step] * (spots.first != spots.last),
        "e_in": inside[edge],
        "e_out": outside[edge],
        "o_in": inside[out],
        "o_out_c": outside[out] * content_o,
        "o_out_sk": outside[out] * np.minimum(1, stop_o + mark_o),
        "o_fence": fence[out],
        "e_fence": fence[edge],
        "e_s_after_s": stop_e * stop_beyond * is_word,
        "o_s_loose": stop_o * free_o * is_stop * loose,
        "e_capital": capital_e * is_capital,
        "e_small": (1 - capital_e) * is_capital,
        "o_capital": capital[out] * is_capital * (1 - capital_beyond) * (1 - opens),
    }
    reached = np.minimum(1, 2 * spots.total(masses)) * is_content
    columns["e_free_reached"] = reached * free_e * content_e
    return {f"{side}{name}": column for name, column in columns.items()}


def _clause_edges(flags: Array, grids: Grids, step: int) -> Array:
    """Where clauses begin (step -1) or end, for each span.

    A word at the boundary whose links lead out of the span (`Jednak` of `However, [...]`, which has
    no comma after it in Polish) is none of the clause's: the boundary goes one word inwards.
    """
    share = grids.outside / np.maximum(grids.inside + grids.outside, 1e-9)
    passed = flags * share * np.minimum(1, 2 * grids.outside)
    moved = np.zeros_like(passed)
    if step < 0:
        moved[:, 1:] = passed[:, :-1]
    else:
        moved[:, :-1] = passed[:, 1:]
    found: Array = np.maximum(flags - passed, moved)
    return found
