"""The curve of a calibration and its file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanferry.aligners.calibration import Calibration
from spanferry.data.errors import ConfigError
from spanferry.data.links import Link

VALUES: dict[str, Any] = {
    "name": "mine",
    "aligner": "embedded",
    "knots": [[0, 0.1], [0.5, 0.3], [1, 0.9]],
}


@st.composite
def curves(draw: st.DrawFn) -> Calibration:
    inner = sorted(draw(st.sets(st.integers(1, 99), max_size=6)))
    heights = sorted(draw(st.sets(st.integers(0, 100), min_size=len(inner) + 2,
                                  max_size=len(inner) + 2)))  # fmt: skip
    places = [0, *inner, 100]
    knots = tuple((x / 100, y / 100) for x, y in zip(places, heights, strict=True))
    return Calibration(name="any", aligner="embedded", knots=knots)


def test_between_knots_the_curve_is_straight() -> None:
    made = Calibration.model_validate(VALUES)
    assert made.apply([0, 0.25, 0.5, 0.75, 1]).tolist() == [0.1, 0.2, 0.3, 0.6, 0.9]
    assert made.apply([-1, 2]).tolist() == [0.1, 0.9]


@given(curves(), st.lists(st.integers(0, 10_000), min_size=2, unique=True))
def test_the_order_of_scores_stays(made: Calibration, digits: list[int]) -> None:
    scores = sorted(digit / 10_000 for digit in digits)
    found = made.apply(scores).tolist()
    assert found == sorted(set(found))
    assert all(0 <= value <= 1 for value in found)


def test_links_keep_their_words_and_order() -> None:
    made = Calibration.model_validate(VALUES)
    batch = [(Link(0, 1, 0.5), Link(2, 0, 1.0)), (), (Link(3, 3, 0.25),)]
    assert made.apply_links(batch) == [
        (Link(0, 1, 0.3), Link(2, 0, 0.9)),
        (),
        (Link(3, 3, 0.2),),
    ]
    assert made.apply_links([]) == []


@given(curves())
def test_a_file_holds_all_of_it(
    tmp_path_factory: pytest.TempPathFactory, made: Calibration
) -> None:
    path = tmp_path_factory.mktemp("map") / "mine.json"
    made.save(path)
    read = Calibration.load(path)
    assert read == made
    assert read.identity == made.identity


def test_the_identity_is_that_of_the_curve() -> None:
    made = Calibration.model_validate(VALUES)
    assert made.model_copy(update={"name": "other"}).identity == made.identity
    knots = ((0.0, 0.1), (0.5, 0.31), (1.0, 0.9))
    assert made.model_copy(update={"knots": knots}).identity != made.identity


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"knots": [[0, 0.1], [1, 0.1]]}, r"knots: \[1.0, 0.1\] must be above \[0.0, 0.1\]"),
        ({"knots": [[0, 0], [0.6, 0.5], [0.5, 0.6], [1, 1]]}, "knots: .* must be above"),
        ({"knots": [[0.1, 0], [1, 1]]}, "knots: the first score must be 0 and the last 1"),
        ({"knots": [[0, -0.1], [1, 1]]}, "knots.0.1: Input should be greater than or equal to 0"),
        ({"knots": [[0, 0]]}, "knots: Tuple should have at least 2 items"),
        ({"format": 2}, "format: Input should be 1"),
        ({"colour": "red"}, "colour: Extra inputs are not permitted"),
        ({"aligner": ""}, "aligner: String should have at least 1 character"),
    ],
)
def test_what_is_no_calibration_is_refused(
    tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    path = tmp_path / "mine.json"
    path.write_text(json.dumps({**VALUES, **change}))
    with pytest.raises(ConfigError, match=rf"mine\.json: is no calibration: {message}"):
        Calibration.load(path)


def test_what_cannot_be_read_or_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.json: cannot be read: No such file"):
        Calibration.load(tmp_path / "none.json")
    (tmp_path / "bad.json").write_text("{")
    with pytest.raises(ConfigError, match=r"bad\.json: is no calibration: Invalid JSON"):
        Calibration.load(tmp_path / "bad.json")
    with pytest.raises(ConfigError, match="cannot be written"):
        Calibration.model_validate(VALUES).save(tmp_path / "bad.json" / "x.json")
