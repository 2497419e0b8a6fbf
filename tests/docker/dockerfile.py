"""The Dockerfile and the compose file as data, for the tests of this folder."""

from __future__ import annotations

import re
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import yaml

REPOSITORY = Path(__file__).parents[2]
DOCKERFILE = REPOSITORY / "docker" / "Dockerfile"
COMPOSE = REPOSITORY / "docker" / "compose.yaml"


@dataclass(frozen=True, slots=True)
class Step:
    """One instruction: `RUN` and what follows it, on one line."""

    instruction: str
    value: str


@dataclass(frozen=True, slots=True)
class Stage:
    """What lies between one `FROM` and the next.

    Args:
        image: the image that it starts from.
        name: the name after `AS`, empty where there is none.
        steps: its instructions in order, without comments.
    """

    image: str
    name: str
    steps: tuple[Step, ...]

    def values(self, instruction: str) -> list[str]:
        """The values of all instructions of a kind."""
        return [step.value for step in self.steps if step.instruction == instruction]


def stages() -> list[Stage]:
    """The stages of docker/Dockerfile; skips the test where the parser is not installed."""
    parse = pytest.importorskip("dockerfile_parse", reason="make docker-lint installs it")
    parser = parse.DockerfileParser(fileobj=BytesIO(DOCKERFILE.read_bytes()))
    found: list[tuple[str, str, list[Step]]] = []
    for item in parser.structure:
        if item["instruction"] == "COMMENT":
            continue
        if item["instruction"] == "FROM":
            image, _, name = item["value"].partition(" AS ")
            found.append((image, name, []))
        else:
            found[-1][2].append(Step(item["instruction"], item["value"]))
    return [Stage(image, name, tuple(steps)) for image, name, steps in found]


def compose() -> dict[str, Any]:
    """The compose file with anchors resolved and every `${NAME:-default}` at its default."""
    text = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", COMPOSE.read_text("utf-8"))
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded
