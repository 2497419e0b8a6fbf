"""A calibration: a rising curve of straight pieces, and the JSON file that holds it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from spanferry.data.errors import ConfigError
from spanferry.data.files import write_text
from spanferry.data.links import Link

#: Digits of a calibrated score: enough for the flattest piece that is fitted (`fit.SLOPE`) to keep
#: apart scores that differ in their fourth digit.
DIGITS = 6

_Share = Annotated[float, Field(ge=0, le=1)]


class HeldOut(BaseModel):
    """How good a calibration is on pairs that it was not fitted on.

    The calibration errors are expected ones, over ten bins; see `evaluate.calibration_error`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    pairs: int = Field(ge=0, description="sentence pairs")
    links: int = Field(ge=0, description="links that the aligner gave them")
    error_before: _Share = Field(description="calibration error of the aligner's own scores")
    error_after: _Share = Field(description="calibration error of the calibrated scores")


class Calibration(BaseModel):
    """A curve from an aligner's scores to probabilities, and where it comes from."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal[1] = Field(1, description="version of this file format")
    name: str = Field(min_length=1, description="what the calibration is called")
    version: str = Field("1", description="version of the calibration of that name")
    aligner: str = Field(min_length=1, description="name of the aligner whose scores it is for")
    revision: str = Field("", description="revision of the aligner that it was fitted with")
    settings: dict[str, Any] = Field(
        default_factory=dict, description="settings of the aligner that it was fitted with"
    )
    fitted_on: str = Field("", description="the hand-made links that it was fitted on")
    languages: tuple[str, str] = Field(("", ""), description="their source and target language")
    pairs: int = Field(0, ge=0, description="sentence pairs that it was fitted on")
    links: int = Field(0, ge=0, description="links that the aligner gave them")
    right: int = Field(0, ge=0, description="how many of these are among the possible ones")
    held_out: HeldOut | None = Field(None, description="how good it is on other pairs")
    knots: tuple[tuple[_Share, _Share], ...] = Field(
        min_length=2, description="(score, probability), both rising, scores from 0 to 1"
    )

    @field_validator("knots")
    @classmethod
    def _rising(cls, knots: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
        if knots[0][0] != 0 or knots[-1][0] != 1:
            raise ValueError("the first score must be 0 and the last 1")
        for (x, y), (next_x, next_y) in pairwise(knots):
            if not (x < next_x and y < next_y):
                raise ValueError(f"{[next_x, next_y]} must be above {[x, y]} in both numbers")
        return knots

    def apply(self, scores: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Probabilities of scores, of whatever shape; scores outside [0, 1] count as 0 or 1."""
        x, y = self._curve
        found: npt.NDArray[np.float64] = np.interp(np.asarray(scores, dtype=np.float64), x, y)
        return np.round(found, DIGITS)

    def apply_links(self, batch: Sequence[Sequence[Link]]) -> list[tuple[Link, ...]]:
        """The links of each pair, in order, with probabilities for scores."""
        scores = [score for links in batch for _, _, score in links]
        values = iter(self.apply(scores).tolist())
        return [tuple(Link(s, t, next(values)) for s, t, _ in links) for links in batch]

    @cached_property
    def _curve(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        x, y = np.array(self.knots, dtype=np.float64).T
        return x, y

    @property
    def identity(self) -> str:
        """Changes whenever a calibrated score may: a hash of the curve."""
        return hashlib.sha256(repr(self.knots).encode()).hexdigest()[:12]

    def save(self, path: Path) -> None:
        """Write the JSON file, all of it or nothing.

        Raises:
            ConfigError: it cannot be written.
        """
        try:
            write_text(self.model_dump_json(indent=1) + "\n", path)
        except OSError as error:
            raise ConfigError(f"{path}: cannot be written: {error.strerror}") from error

    @classmethod
    def load(cls, path: Path) -> Calibration:
        """Read a JSON file.

        Raises:
            ConfigError: it cannot be read, or is no calibration.
        """
        try:
            return cls.model_validate_json(path.read_bytes())
        except OSError as error:
            raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            key = ".".join(map(str, first["loc"]))
            text = str(first["msg"]).removeprefix("Value error, ")
            raise ConfigError(
                f"{path}: is no calibration: {key + ': ' if key else ''}{text}"
            ) from None
