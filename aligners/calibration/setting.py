"""The setting `calibration`, which all aligners have, and the calibrations that come with us.

`calibration: true` is the one that is shipped for an aligner, `calibration: FILE` one's own.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field

from spanferry.aligners.base import Aligner
from spanferry.aligners.calibration.curve import Calibration
from spanferry.aligners.calibration.wrapper import calibrated
from spanferry.data.errors import ConfigError

#: Settings that a calibration that comes with us must share: other ones have other scores
#: altogether. Of names that are paths or Hub ids the last part counts.
_MODEL = ("model", "layer")
_OWN = (
    "fit your own on hand-made links and give its path: "
    "spanferry evaluate --links GOLD --fit-calibration FILE"
)
#: Settings that say nothing about what a score means.
NO_MATTER = frozenset({"backend", "calibration", "min_score"})


def _bool_or_path(value: Any) -> Any:
    if isinstance(value, str) and not value.strip():
        raise ValueError("must be true, false or the path of a calibration file")
    if not isinstance(value, bool | str | Path):
        raise ValueError("must be true, false or the path of a calibration file")
    return value


CalibrationSetting = Annotated[bool | Path, BeforeValidator(_bool_or_path)]

#: The field for `pydantic.create_model`: `create_model(..., calibration=CALIBRATION)`.
CALIBRATION: tuple[Any, Any] = (
    CalibrationSetting,
    Field(
        False,
        description="scores become probabilities that a link is right: true (the curve that comes "
        "with the aligner) or the path of a file that `spanferry evaluate` fitted",
    ),
)


@cache
def shipped() -> dict[str, Calibration]:
    """The calibrations that come with us, by the name of their aligner."""
    folder = resources.files(__package__) / "maps"
    found = {}
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(".json"):
            with resources.as_file(entry) as path:
                made = Calibration.load(path)
            found[made.aligner] = made
    return found


def find_calibration(setting: Literal[True] | Path, aligner: str) -> Calibration:
    """The calibration that the setting of an aligner asks for.

    Raises:
        ConfigError: none is shipped for that aligner; the file cannot be read, is no calibration
            or was fitted for another aligner.
    """
    if setting is True:
        if aligner not in shipped():
            raise ConfigError(
                f"align.calibration: none comes with the aligner {aligner!r}, only with "
                f"{', '.join(sorted(shipped())) or 'none'}; {_OWN}"
            )
        return shipped()[aligner]
    try:
        found = Calibration.load(setting.expanduser())
    except ConfigError as error:
        raise ConfigError(f"align.calibration: {error}") from error
    if found.aligner != aligner:
        raise ConfigError(
            f"align.calibration: {setting} was fitted for the aligner {found.aligner!r}, "
            f"not for {aligner!r}"
        )
    return found


def settings_of(settings: BaseModel) -> dict[str, Any]:
    """The settings that the meaning of an aligner's scores may depend on, as JSON values.

    Of paths the last part: the same model may lie anywhere.
    """
    idle = {*getattr(settings, "IDLE", ()), *NO_MATTER} - {"model"}
    found = settings.model_dump(mode="json", exclude=idle)
    return {key: _name(value) for key, value in found.items()}


def _name(value: Any) -> Any:
    return Path(value).name if isinstance(value, str) and Path(value).is_absolute() else value


def with_calibration(aligner: Aligner, settings: BaseModel) -> Aligner:
    """The aligner, calibrated as its settings ask for.

    Args:
        aligner: made with these settings; need not be set up.
        settings: may have a key `calibration`.

    Raises:
        ConfigError: see `find_calibration`; or the one that is shipped was fitted with another
            model. (Other settings that differ are logged; see `CalibratedAligner`.)
    """
    asked = getattr(settings, "calibration", False)
    if asked is False:  # `info` may ask the Hub which commit a model is
        return aligner
    name = aligner.info.name
    found = find_calibration(asked, name)
    here = settings_of(settings)
    if asked is True:
        for key in _MODEL:
            then, now = (str(which.get(key)) for which in (found.settings, here))
            if then.rpartition("/")[2] != now.rpartition("/")[2]:
                raise ConfigError(
                    f"align.calibration: the one that comes with {name!r} was fitted with {key} "
                    f"{then!r}, not {now!r}; {_OWN}"
                )
    return calibrated(aligner, found, settings=here)
