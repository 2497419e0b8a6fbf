"""What must hold of the image, read off the Dockerfile."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from fnmatch import fnmatch

from tests.docker.dockerfile import DOCKERFILE, REPOSITORY, stages


def test_every_image_is_pinned_to_a_patch_version() -> None:
    images = [stage.image for stage in stages()]
    assert images
    for image in images:
        assert re.fullmatch(r"python:3\.12\.\d+-slim-bookworm", image), image


def test_the_process_does_not_run_as_root() -> None:
    final = stages()[-1]
    assert final.values("USER") == ["1000:1000"]
    last_copy = max(n for n, step in enumerate(final.steps) if step.instruction == "COPY")
    user = next(n for n, step in enumerate(final.steps) if step.instruction == "USER")
    assert user > last_copy, "copies are made by root, so that the process cannot change the code"


def test_entry_point_volume_and_home() -> None:
    final = stages()[-1]
    assert json.loads(final.values("ENTRYPOINT")[0]) == ["spanferry"]
    assert final.values("VOLUME") == final.values("WORKDIR") == ["/work"]
    environment = dict(item.split("=", 1) for item in shlex.split(" ".join(final.values("ENV"))))
    assert environment["HOME"] == "/home/spanferry"
    assert environment["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert environment["DO_NOT_TRACK"] == "1"


def test_every_listed_package_is_copied() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))
    folders = set(project["tool"]["setuptools"]["package-dir"].values())
    copied = {word for value in stages()[0].values("COPY") for word in value.split()[:-1]}
    assert {folder.split("/")[0] for folder in folders} <= copied
    assert {"pyproject.toml", "constraints.txt", "README.md", "LICENSE"} <= copied


def test_what_is_copied_exists_and_is_not_ignored() -> None:
    lines = (REPOSITORY / ".dockerignore").read_text("utf-8").splitlines()
    let_in = [line.removeprefix("!") for line in lines if line.startswith("!")]
    for value in stages()[0].values("COPY"):
        for source in value.split()[:-1]:
            assert (REPOSITORY / source).exists(), source
            assert any(fnmatch(source, pattern) for pattern in let_in), source


def test_no_secret_is_asked_for() -> None:
    text = DOCKERFILE.read_text("utf-8")
    assert not re.search(r"(?i)\b\w*(token|password|secret|api_key)\w*\s*=", text)
