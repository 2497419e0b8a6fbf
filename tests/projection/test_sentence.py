"""The arrays of a pair and the window that a span is looked for in."""

from __future__ import annotations

import numpy as np
import pytest

from spanferry.projection.rules import AlignmentSettings
from spanferry.projection.sentence import MARGIN, ROWS, Sentence, View, read_sentence, view_of
from tests.projection.cases import pair

SETTINGS = AlignmentSettings()


def long_pair(place: int, size: int = 60) -> Sentence:
    """One source word that is linked to one target word of many."""
    target = " ".join(f"w{k}" for k in range(size))
    return read_sentence(pair("[duck]", target, f"0-{place}"), SETTINGS)


def seen(sentence: Sentence, *words: int) -> View:
    view = view_of(sentence, words, SETTINGS)
    assert view is not None
    return view


def test_masses_arrive_and_leave() -> None:
    bare = AlignmentSettings(completion=0)
    sentence = read_sentence(pair("red duck", "pato rojo", "0-1 1-0:0.2"), bare)
    assert sentence.masses == pytest.approx([0, 0.2, 1, 0])
    assert sentence.leaving == pytest.approx([0, 1, 0.2, 0])
    # half a mass is enough to be linked
    assert sentence.table[ROWS.index("linked")].tolist() == pytest.approx([0, 0.4, 1, 0])


def test_source_stop_words_count_little() -> None:
    sentence = read_sentence(pair("the duck", "el pato", "0-0 1-1"), SETTINGS)
    assert sentence.masses == pytest.approx([0, SETTINGS.minor_weight, 1, 0])


@pytest.mark.parametrize("place", [0, 5, 30, 59])
def test_the_window_reaches_as_far_on_both_sides(place: int) -> None:
    view = seen(long_pair(place), 0)
    assert (view.low, view.high) == (max(0, place - MARGIN), min(60, place + MARGIN + 1))
    size = view.high - view.low + 2
    assert [len(a) for a in (view.inside, view.outside, view.values)] == [size] * 3
    assert np.flatnonzero(view.inside).tolist() == [place - view.low + 1]
    # what lies beside the window is worth nothing
    assert view.values[0] == view.values[-1] == 0


def test_all_words_of_a_span_widen_the_window() -> None:
    target = " ".join(f"w{k}" for k in range(60))
    sentence = read_sentence(pair("[blue duck]", target, "0-20 1-40"), SETTINGS)
    view = seen(sentence, 0, 1)
    assert (view.low, view.high) == (20 - MARGIN, 40 + MARGIN + 1)
    assert np.flatnonzero(view.inside).tolist() == [20 - view.low + 1, 40 - view.low + 1]


def test_a_span_without_links_has_no_view() -> None:
    sentence = read_sentence(pair("a [duck]", "b", "0-0", target_language="xx"), SETTINGS)
    assert view_of(sentence, [1], AlignmentSettings()) is None


def test_evidence_is_for_words_that_the_span_links_to_and_against_others() -> None:
    sentence = read_sentence(
        pair("red [duck] swims", "pato rojo corre gallina", "0-1 1-0 2-2"), SETTINGS
    )
    duck, red, swims, free = seen(sentence, 1).values[1:-1]
    assert duck > 0 > free > red
    assert red == pytest.approx(swims)
    # as likely of the span as of others, less the cost of having no link
    assert free == pytest.approx(-SETTINGS.unlinked_cost)
