"""Runs what the Dockerfile says, without Docker, in an empty folder: `make docker-check`.

Not collected by a plain `pytest`, since it installs the whole of spanferry anew (one to two
minutes, and a package index is needed). COPY, ENV, WORKDIR and RUN are carried out as written, with
/src, /opt, /work and /home moved below a temporary folder; the two things left out are the base
image (this machine's Python stands for it) and the accounts, which need root.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import string
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docker.dockerfile import REPOSITORY, Stage, stages

MOVED = re.compile(r"(?<![\w./}])/(src|opt|work|home)\b")
FLAGS = re.compile(r"^(--\w+=\S+\s+)+")
NOT_WHEEL = shutil.ignore_patterns("__pycache__", "*.pyc")


class Machine:
    """Carries out Dockerfile instructions below a folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.built: dict[str, Path] = {}
        self.skipped: list[str] = []
        self.folder = root
        self.environment: dict[str, str] = {}

    def place(self, text: str) -> str:
        """A command or a path with the image's folders moved: `/opt/x` is `<root>/opt/x`."""
        return MOVED.sub(lambda match: f"{self.root}/{match[1]}", text)

    def begin(self, stage: Stage) -> None:
        """`FROM`: an empty root, with nothing but a `python`."""
        own = ("VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME")
        kept = {
            name: value
            for name, value in os.environ.items()
            if name not in own and not name.startswith(("PREFECT_", "HF_"))
        }
        self.environment = {**kept, "PATH": f"{self.root}/bin:/usr/bin:/bin"}
        self.folder = self.root
        python = self.root / "bin" / "python"
        python.parent.mkdir(parents=True)
        # not a link: `venv` would look for the standard library beside it
        version = f"python{sys.version_info.major}.{sys.version_info.minor}"
        real = Path(sys.base_prefix) / "bin" / version
        python.write_text(f'#!/bin/sh\nexec "{real}" "$@"\n')
        python.chmod(0o755)

    def end(self, stage: Stage) -> None:
        """Put the root away; a later `COPY --from` takes from there."""
        kept = self.root.with_name(f"{self.root.name}-{stage.name or 'final'}")
        self.root.rename(kept)
        self.built[stage.name] = kept

    def carry_out(self, instruction: str, value: str) -> None:
        """Do one instruction."""
        match instruction:
            case "RUN":
                self.run(FLAGS.sub("", value))
            case "COPY":
                self.copy(value)
            case "WORKDIR":
                self.folder = Path(self.place(value))
                self.folder.mkdir(parents=True, exist_ok=True)
            case "ENV":
                for item in shlex.split(value):
                    name, _, text = item.partition("=")
                    text = string.Template(self.place(text)).safe_substitute(self.environment)
                    self.environment[name] = text
            case "LABEL" | "USER" | "VOLUME" | "ENTRYPOINT" | "CMD":
                pass
            case _:
                pytest.fail(f"this check does not know {instruction}")

    def run(self, command: str) -> subprocess.CompletedProcess[str] | None:
        """`RUN`, or any command in the image."""
        if command.startswith("groupadd"):
            self.skipped.append(command)
            return None
        done = subprocess.run(
            ["/bin/sh", "-c", self.place(command)],
            cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            pytest.fail(f"{command}\nended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done

    def copy(self, value: str) -> None:
        """`COPY`, from the checkout or from an earlier stage."""
        *sources, target = shlex.split(value)
        if sources[0].startswith("--from="):
            stage = sources.pop(0).removeprefix("--from=")
            assert sources == [target], "a virtual environment works in its own place only"
            # moved, not copied: it is a gigabyte
            shutil.move(self.built[stage] / target.lstrip("/"), self.place(target))
            return
        for source in sources:
            origin, place = REPOSITORY / source, self.folder / target
            if origin.is_dir():
                shutil.copytree(origin, place, ignore=NOT_WHEEL)
            else:
                shutil.copy(origin, place / source if target.endswith("/") else place)


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    yield Machine(tmp_path / "image")
    shutil.rmtree(tmp_path)  # a gigabyte, which pytest would keep


@pytest.mark.timeout(1200)
def test_the_steps_of_the_dockerfile_make_a_working_spanferry(machine: Machine) -> None:
    found = stages()
    for stage in found:
        machine.begin(stage)
        for step in stage.steps:
            machine.carry_out(step.instruction, step.value)
        if stage is not found[-1]:
            machine.end(stage)

    assert len(machine.skipped) == 1, "only the accounts may be left out"
    entry = shlex.join(json.loads(found[-1].values("ENTRYPOINT")[0]))
    assert machine.run(f"{entry} {json.loads(found[-1].values('CMD')[0])[0]}")
    machine.run(f"{entry} build sample:quickstart.yaml")
    result = machine.run(
        "python -c 'import datasets, spanferry.data as d; print(d.__file__); "
        'print(len(datasets.load_dataset("out/quickstart", split="train")))\''
    )
    assert result is not None
    module, count = result.stdout.split()
    assert module.startswith(str(machine.root)), "the checkout was imported, not the wheel"
    assert int(count) > 0
    assert not list(REPOSITORY.glob("build/lib*")), "the wheel was built in the checkout"
