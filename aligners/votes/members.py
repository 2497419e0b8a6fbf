"""Settings of an aligner inside those of another: `{backend: embedded, min_score: 0.2}`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from pydantic import BaseModel

from spanferry.aligners import ALIGNERS
from spanferry.aligners.base import Aligner
from spanferry.aligners.calibration import CALIBRATION, with_calibration
from spanferry.data import backends
from spanferry.data.errors import ConfigError
from spanferry.data.nested import Nested

MEMBERS = Nested(
    "aligners", ALIGNERS, "embedded", title="Member", common={"calibration": CALIBRATION}
)
#: The type of a field that holds the settings of another aligner.
Member = Annotated[BaseModel, MEMBERS]


def make_member(settings: BaseModel, source_language: str, target_language: str) -> Aligner:
    """The aligner that a member's settings are for, calibrated if they say so; not set up.

    Raises:
        ConfigError: it refuses its languages or settings, or there is no such calibration.
    """
    made = backends.load("aligners", MEMBERS.backend(settings), ALIGNERS)
    aligner = made(settings, source_language=source_language, target_language=target_language)
    return with_calibration(aligner, settings)


@contextmanager
def blame(place: int) -> Iterator[None]:
    """Name the member in its errors: `align.model: ...` becomes `align.aligners.0.model: ...`."""
    try:
        yield
    except ConfigError as error:
        text = str(error)
        own = text.removeprefix("align.")
        key = f"align.aligners.{place}"
        raise type(error)(f"{key}: {text}" if own == text else f"{key}.{own}") from error
