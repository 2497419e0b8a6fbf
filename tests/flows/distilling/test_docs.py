"""DISTIL.md names every setting with its default."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

import spanferry.translators.distil
from spanferry.flows.distilling.config import DistilConfig, DistilRun
from spanferry.translators.distil.filtering import DistilFilter
from spanferry.translators.distil.settings import StudentSettings, StudentTrainingSettings

TEXT = (Path(spanferry.translators.distil.__file__).parents[1] / "DISTIL.md").read_text("utf-8")


def shown(default: Any) -> str:
    if default is None:
        return "unset"
    return default if isinstance(default, str) else json.dumps(default)


@pytest.mark.parametrize("settings", [DistilFilter, StudentSettings, StudentTrainingSettings])
def test_settings_and_defaults(settings: type[BaseModel]) -> None:
    missing = [
        name
        for name, field in settings.model_fields.items()
        if f"| `{name}` | {shown(field.default)} |" not in TEXT
    ]
    assert not missing


@pytest.mark.parametrize("settings", [DistilConfig, DistilRun])
def test_keys(settings: type[BaseModel]) -> None:
    assert not [name for name in settings.model_fields if f"`{name}`" not in TEXT]
