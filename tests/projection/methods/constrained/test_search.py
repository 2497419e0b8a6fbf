"""The search beside an exhaustive one and the published one, over real models."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from spanferry.projection.methods.constrained.search import Found, Task, marked_tokens, search
from spanferry.projection.methods.constrained.seen import Scoring
from spanferry.projection.methods.constrained.settings import ConstrainedSettings
from spanferry.projection.services import ForcedDecoder
from tests.projection.methods.constrained.conftest import Make, services
from tests.projection.methods.constrained.examples import Example, examples, tasks
from tests.projection.methods.constrained.published import Codec, Table, tables

#: Log-probabilities of the same row in different batches differ by less.
NEAR = 1e-3
SCORINGS: tuple[Scoring, ...] = ("logits", "prefixes")


def _sources(chosen: Sequence[Example]) -> list[str]:
    return [one.pair.source for one in chosen]


@pytest.fixture(scope="module")
def chosen() -> list[Example]:
    return examples(10)


@pytest.fixture(scope="module")
def asked(decoder: ForcedDecoder, chosen: list[Example]) -> list[Task]:
    return tasks(decoder, chosen)[0]


@pytest.fixture(scope="module")
def known(decoder: ForcedDecoder, chosen: list[Example], asked: list[Task]) -> list[Table]:
    return tables(decoder, asked, _sources(chosen))


def _check(found: Found, table: Table, most: int) -> None:
    """The best places, in order; only equal ones may change theirs."""
    wanted = table.all[:most]
    assert [place.log for place in found.places] == pytest.approx(
        [log for log, _, _ in wanted], abs=NEAR
    )
    logs = {(i, j): log for log, i, j in table.all}
    for place in found.places:
        assert place.log == pytest.approx(logs[place.first, place.end], abs=NEAR)


def test_it_finds_the_best_places_of_all(
    decoder: ForcedDecoder, asked: list[Task], known: list[Table]
) -> None:
    for n_best in (1, 5):
        for found, table in zip(search(decoder, asked, n_best=n_best), known, strict=True):
            _check(found, table, n_best)
            assert not found.cut
            assert found.rows < table.asked


@pytest.mark.parametrize("name", ["marian", "nllb"])
def test_where_a_model_knows_nothing_too(
    name: str, family: Callable[[str], Path], model_cache: Path, chosen: list[Example]
) -> None:
    """Bounds that prune nothing, and families that start with a language token."""
    target = "de" if name == "marian" else "pt"
    settings = ConstrainedSettings()
    made = services(family(name), model_cache, settings, target=target).forced("decoder")
    made.setup()
    short = sorted(chosen, key=lambda one: len(one.pair.target))[:2]
    asked, _ = tasks(made, short)
    known = tables(made, asked, _sources(short))
    for found, table in zip(search(made, asked), known, strict=True):
        _check(found, table, 5)


def test_it_finds_what_the_published_search_finds_with_a_tenth_of_its_passes(
    make: Make, chosen: list[Example]
) -> None:
    services = make().services
    decoder = services.forced("decoder")
    asked, _ = tasks(decoder, chosen, pieces=True)
    published = [Codec(table) for table in tables(decoder, asked, _sources(chosen))]
    best = [one.run()[0] for one in published]
    for scoring in SCORINGS:
        before = services.calls.counts()
        ours = search(decoder, asked, margin=10.0, scoring=scoring)
        after = services.calls.counts()
        passes, rows, steps = (after[k] - before[k] for k in ("passes", "rows", "steps"))
        for mine, theirs in zip(ours, best, strict=True):
            assert mine.places[0].log >= theirs[0] - NEAR
        assert rows == sum(found.rows for found in ours)
        if scoring == "logits":
            assert passes * 10 <= sum(one.passes for one in published)
            assert rows * 5 <= sum(one.states for one in published)
        else:  # no pass computes position by position
            assert steps == passes
            assert passes * 4 <= sum(one.passes for one in published)


def test_the_published_search_without_future_steps_is_exact(known: list[Table]) -> None:
    """So it is the published one that the counts are compared with, not a straw man's."""
    for table in known:
        found = Codec(table, restricted=False).run()
        wanted = [log for log, _, _ in table.all[:5]]
        assert [log for log, _, _ in found] == pytest.approx(wanted, abs=NEAR)


def test_places_far_below_the_best_are_left_out(
    decoder: ForcedDecoder, asked: list[Task], known: list[Table]
) -> None:
    whole = search(decoder, asked)
    near = search(decoder, asked, margin=4.0)
    for one, all_of_them, table in zip(near, whole, known, strict=True):
        best = table.all[0][0]
        inside = [log for log, _, _ in table.all[:5] if log > best - 4.0 + NEAR]
        assert [place.log for place in one.places][: len(inside)] == pytest.approx(inside, abs=NEAR)
        assert one.rows <= all_of_them.rows
    assert sum(one.rows for one in near) < 0.7 * sum(one.rows for one in whole)


@pytest.mark.parametrize("most", [2, 3, 6, 11])
def test_few_states_give_a_place_all_the_same(
    decoder: ForcedDecoder, asked: list[Task], known: list[Table], most: int
) -> None:
    ended = 0
    for found, table in zip(search(decoder, asked, max_states=most), known, strict=True):
        assert found.rows <= most + 1
        assert found.places
        assert found.places[0].log <= table.all[0][0] + NEAR
        # five places need an opening and five more states
        assert found.cut or most >= 6
        ended += found.cut
    assert ended


@pytest.mark.parametrize("margin", [np.inf, 4.0])
def test_both_ways_of_asking_find_the_same(make: Make, asked: list[Task], margin: float) -> None:
    services = make().services
    decoder = services.forced("decoder")
    one = search(decoder, asked, margin=margin)
    before = services.calls.counts()["rows"]
    other = search(decoder, asked, margin=margin, scoring="prefixes")
    rows = services.calls.counts()["rows"] - before
    assert rows == sum(found.rows for found in other) > sum(found.rows for found in one)
    for left, right in zip(one, other, strict=True):
        assert [p.log for p in left.places] == pytest.approx(
            [p.log for p in right.places], abs=NEAR
        )


def test_spans_do_not_depend_on_one_another(decoder: ForcedDecoder, asked: list[Task]) -> None:
    together = search(decoder, asked)
    for task, found in zip(asked, together, strict=True):
        [alone] = search(decoder, [task])
        assert [(p.first, p.end) for p in alone.places] == [(p.first, p.end) for p in found.places]
        assert [p.log for p in alone.places] == pytest.approx(
            [p.log for p in found.places], abs=NEAR
        )


def test_what_a_place_is_told_is_what_the_model_says(
    decoder: ForcedDecoder, asked: list[Task]
) -> None:
    for task, found in zip(asked, search(decoder, asked, n_best=2), strict=True):
        for place in found.places:
            tokens = marked_tokens(task, place.first, place.end)
            assert tokens[place.first] == task.markers[0]
            assert tokens[place.end + 1] == task.markers[1]
            [forced] = decoder.force([task.source], [tokens])
            assert forced is not None
            assert place.log == pytest.approx(forced.own.sum(), abs=NEAR)
            assert place.opening == pytest.approx(forced.own[place.first], abs=NEAR)
            assert place.closing == pytest.approx(forced.own[place.end + 1], abs=NEAR)


def test_a_sequence_that_is_too_long_is_told(decoder: ForcedDecoder, asked: list[Task]) -> None:
    task = asked[0]
    last = 40 * len(task.tokens)
    long = Task(task.source, task.tokens * 40, task.markers, ((0, (1, last)), (last - 1, (last,))))
    for scoring in SCORINGS:
        found, other = search(decoder, [long, task], scoring=scoring)
        assert found.too_long
        assert not found.places
        assert other.places
        assert not other.too_long
