"""Looks into dist/: the wheel holds `spanferry` and nothing else; the sdist can be built from.

Usage: python .ci/check_dist.py dist
"""

from __future__ import annotations

import sys
import tarfile
import zipfile
from pathlib import Path

CODE = ("aligners", "data", "flows", "projection", "translators")

#: Models that must come along, by the folder of each.
MODELS = ("data/models/en-pt",)


def checkout() -> set[str]:
    """The files of the packages, as they lie here."""
    return {
        path.as_posix()
        for folder in CODE
        for path in Path(folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def wheel_mistakes(names: set[str]) -> list[str]:
    """What is wrong with the files of a wheel."""
    files = {name for name in names if ".dist-info/" not in name}
    wrong = [
        f"outside of spanferry/: {name}" for name in files if not name.startswith("spanferry/")
    ]
    if "spanferry/__init__.py" in files:
        wrong.append("spanferry/ is a namespace and has no __init__.py")
    here = {f"spanferry/{name}" for name in checkout()}
    wrong += [f"not in the wheel: {name}" for name in sorted(here - files)]
    wrong += [f"not in the checkout: {name}" for name in sorted(files - here)]
    models = (f"spanferry/{folder}/model.bin" for folder in MODELS)
    wrong += [f"no model in the wheel: {name}" for name in models if name not in files]
    return wrong


def sdist_mistakes(names: set[str]) -> list[str]:
    """What an sdist lacks."""
    needed = ("pyproject.toml", "README.md", "LICENSE", *sorted(checkout()))
    inside = {name.partition("/")[2] for name in names}
    return [f"not in the sdist: {name}" for name in needed if name not in inside]


def main(folder: Path) -> int:
    """Print all mistakes; the number of them is the exit status, up to 1."""
    (wheel,) = folder.glob("*.whl")
    (sdist,) = folder.glob("*.tar.gz")
    with zipfile.ZipFile(wheel) as archive:
        wrong = wheel_mistakes(set(archive.namelist()))
    with tarfile.open(sdist) as packed:
        wrong += sdist_mistakes(set(packed.getnames()))
    print(*wrong or [f"{wheel.name}, {sdist.name}: all files are there, nothing else"], sep="\n")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
