"""Short forms of the section `project`, its nested methods and models."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from spanferry.data.errors import ConfigError
from spanferry.flows.config import json_schema
from spanferry.flows.load import load_config


def load(tmp_path: Path, project: Any) -> Any:
    path = tmp_path / "c.yaml"
    path.write_text(
        yaml.safe_dump({"source": {"path": "sample:news"}, "targets": "pt", "project": project})
    )
    return load_config(path).project  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "form",
    [
        {"method": ["alignment", {"method": "alignment", "min_confidence": 0.3}]},
        ["alignment", {"min_confidence": 0.3}],
        {"method": "fallback", "methods": ["alignment", {"min_confidence": 0.3}]},
    ],
)
def test_a_list_of_methods(tmp_path: Path, form: Any) -> None:
    found = load(tmp_path, form)
    assert found.method == "fallback"
    assert [member.method for member in found.methods] == ["alignment", "alignment"]
    assert [member.min_confidence for member in found.methods] == [0.1, 0.3]


def test_a_name_alone(tmp_path: Path) -> None:
    assert load(tmp_path, "alignment").method == "alignment"
    assert load(tmp_path, {"min_confidence": 0.3}).min_confidence == 0.3


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ({"method": ["alignmnt"]}, "project.method: no method 'alignmnt'; did you mean"),
        ({"method": "fallback", "methods": ["alignmnt"]}, "methods.0: no method 'alignmnt'"),
        ({"method": ["alignment", {"method": "alignment", "min_confidenc": 1}]},
         "min_confidenc: unknown key; did you mean 'min_confidence'?"),
        ({"method": []}, "project.methods: names no method"),
        ({"method": "fallback"}, "project.methods: is missing"),
        ("nothing", "no method 'nothing'"),
    ],
)  # fmt: skip
def test_errors_name_the_place(tmp_path: Path, form: Any, text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, form)
    assert text in str(caught.value)


def test_the_schema_ends() -> None:
    assert "fallback" in str(json_schema()["properties"]["project"])
