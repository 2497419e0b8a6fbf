"""The same items give the same spans and scores, bit by bit, in any batch, order or thread."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from spanferry.projection.alignment import AlignmentProjection
from spanferry.projection.base import ProjectionInput
from spanferry.projection.likeness import BATCH
from tests.projection.cases import pair
from tests.projection.test_properties import METHODS

SOURCE = "the red wine of Porto was not bad , but our grilled duck with rice and cheesecake ,"
TARGET = "el vino tinto de Oporto no era malo , pero nuestro pato asado con arroz y tarta de"


def items(count: int) -> list[ProjectionInput]:
    """Sentences put together at random, with noisy links and two spans each."""
    dice = random.Random(7)
    found = []
    english, spanish = SOURCE.split(), TARGET.split()
    for _ in range(count):
        first = dice.randrange(len(english) - 8)
        source, target = english[first : first + 8], spanish[first : first + 8]
        dice.shuffle(target)
        i = dice.randrange(3)
        source[i], source[i + 1] = f"[{source[i]}", f"{source[i + 1]}]"
        source[i + 4] = f"[{source[i + 4]}]"
        ends = {(dice.randrange(8), dice.randrange(8)) for _ in range(9)}
        links = " ".join(f"{s}-{t}:{dice.random():.3f}" for s, t in sorted(ends))
        found.append(pair(" ".join(source), " ".join(target), links))
    return found


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_batches_order_and_threads(method: AlignmentProjection) -> None:
    given = items(BATCH + 20)
    wanted = method.project(given)
    assert len({span.score for one in wanted for span in one.spans}) > BATCH
    # other batches
    assert [one for k in range(0, len(given), 37) for one in method.project(given[k : k + 37])] == (
        wanted
    )
    assert [method.project([item])[0] for item in given[:30]] == wanted[:30]
    # another order
    assert method.project(given[::-1]) == wanted[::-1]
    # several threads at once
    with ThreadPoolExecutor(4) as pool:
        pieces = list(pool.map(method.project, [given[k : k + 23] for k in range(0, 276, 23)]))
    assert [one for piece in pieces for one in piece] == wanted
