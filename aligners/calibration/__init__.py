"""Scores that mean something: the estimated probability that a link is right.

A link is right if it is among the possible links (which the sure ones belong to) that people drew.
What an aligner calls a score is rarely that; a calibration is a rising curve that was fitted on
hand-made links and turns the one into the other. The order of scores stays as it was.
"""

from spanferry.aligners.calibration.curve import Calibration, HeldOut
from spanferry.aligners.calibration.fit import calibrate, fit
from spanferry.aligners.calibration.setting import (
    CALIBRATION,
    CalibrationSetting,
    find_calibration,
    settings_of,
    with_calibration,
)
from spanferry.aligners.calibration.wrapper import CalibratedAligner, calibrated

__all__ = [
    "CALIBRATION",
    "CalibratedAligner",
    "Calibration",
    "CalibrationSetting",
    "HeldOut",
    "calibrate",
    "calibrated",
    "find_calibration",
    "fit",
    "settings_of",
    "with_calibration",
]
