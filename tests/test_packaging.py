"""Version, changelog, requirements and pins agree."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

REPOSITORY = Path(__file__).parents[1]
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]


def requirements() -> list[Requirement]:
    """Every direct requirement, of all extras, but those on our own extras."""
    groups = [PROJECT["dependencies"], *PROJECT["optional-dependencies"].values()]
    all_ = [Requirement(text) for group in groups for text in group]
    return [requirement for requirement in all_ if requirement.name != PROJECT["name"]]


def pins() -> dict[str, str]:
    """The versions of constraints.txt by normalised name; each line must be an exact pin."""
    found: dict[str, str] = {}
    for line in (REPOSITORY / "constraints.txt").read_text("utf-8").splitlines():
        text = line.partition("#")[0].strip()
        if not text:
            continue
        match = re.fullmatch(r"([A-Za-z0-9._-]+)==([A-Za-z0-9.]+)", text)
        assert match, f"not an exact pin: {line}"
        name = canonicalize_name(match[1])
        assert name not in found, f"{name} is pinned twice"
        found[name] = match[2]
    return found


@pytest.mark.parametrize("requirement", requirements(), ids=str)
def test_every_direct_requirement_is_pinned_within_its_range(requirement: Requirement) -> None:
    pinned = pins()
    name = canonicalize_name(requirement.name)
    assert name in pinned
    assert requirement.specifier.contains(pinned[name], prereleases=True)


def test_what_the_docker_checks_need_is_pinned() -> None:
    lines = (REPOSITORY / "docker" / "lint-requirements.txt").read_text("utf-8").splitlines()
    named = {canonicalize_name(line) for line in lines if line and not line.startswith("#")}
    assert named <= pins().keys()


def test_the_version_is_the_newest_of_the_changelog() -> None:
    changelog = (REPOSITORY / "CHANGELOG.md").read_text("utf-8")
    versions = re.findall(r"^## \[(\d[^\]]*)\]", changelog, re.MULTILINE)
    assert versions
    assert versions[0] == PROJECT["version"]
    assert version("spanferry") == PROJECT["version"], "run make install again"


def test_the_oldest_python_is_the_one_that_the_tools_check_for() -> None:
    oldest = PROJECT["requires-python"].removeprefix(">=")
    major, minor = oldest.split(".")
    config = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["tool"]
    assert config["ruff"]["target-version"] == f"py{major}{minor}"
    assert f"({major}, {minor})" in (REPOSITORY / "Makefile").read_text("utf-8")
