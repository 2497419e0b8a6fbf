"""Versions and licence of what a mode is made of: its programs and its language data.

Debian's package versions where files belong to packages; a hash of the others.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from spanferry.translators.apertium.modes import Mode

#: Debian's names of licences, and SPDX's.
_SPDX = {
    "GPL-2": "GPL-2.0-only",
    "GPL-2+": "GPL-2.0-or-later",
    "GPL-3": "GPL-3.0-only",
    "GPL-3+": "GPL-3.0-or-later",
}
_DOCUMENTS = Path("/usr/share/doc")


def revision(mode: Mode) -> str:
    """Names and versions of all packages, and a hash of files that belong to none."""
    files = [mode.path, *_data(mode), *_programs(mode)]
    owners = _owners(files)
    parts = _versions(owners.values())
    loose = sorted(path for path in set(files) if str(path) not in owners)
    if loose:
        parts.append(f"files-{_hash(loose)}")
    return "+".join(parts)


def package(mode: Mode) -> str | None:
    """The Debian package that the mode belongs to, if any."""
    return _owners([mode.path]).get(str(mode.path))


def licence(mode: Mode) -> str:
    """SPDX id of the language data, from the package's copyright file.

    All language data that Apertium publishes is under the GPL; without a package that is all that
    is known.
    """
    owner = package(mode)
    if owner is not None:
        path = _DOCUMENTS / owner / "copyright"
        if path.is_file():
            # the first stanza with a licence is that of `Files: *`
            text = path.read_text("utf-8", "replace")
            if found := re.search(r"(?m)^Files: \*$(?:\n(?!\n).*)*?\nLicense: (\S+)", text):
                return _SPDX.get(found[1], found[1])
    return "GPL"


def _data(mode: Mode) -> list[Path]:
    found = (Path(mode.folder) / word for stage in mode.stages for word in stage[1:])
    return [path for path in found if path.is_file()]


def _programs(mode: Mode) -> list[Path]:
    places = (shutil.which(program) for program in mode.programs())
    # /bin is a link to /usr/bin, and dpkg knows one of them
    return [Path(place).resolve() for place in places if place]


def _owners(files: Iterable[Path]) -> dict[str, str]:
    """Package by file, for those that belong to one."""
    said = _dpkg("-S", *sorted({str(path) for path in files}))
    owners: dict[str, str] = {}
    for line in said.splitlines():
        name, separator, path = line.partition(": ")
        if separator and " " not in name:
            owners[path] = name.partition(":")[0]
    return owners


def _versions(packages: Iterable[str]) -> list[str]:
    wanted = sorted(set(packages))
    if not wanted:
        return []
    return sorted(_dpkg("-W", "-f", "${Package}=${Version}\\n", *wanted).split())


def _dpkg(*args: str) -> str:
    if shutil.which("dpkg-query") is None:
        return ""
    # it ends with 1 when one of many is not found, and prints the others
    done = subprocess.run(
        ["dpkg-query", *args], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    return done.stdout


def _hash(files: Iterable[Path]) -> str:
    made = hashlib.sha256()
    for path in files:
        made.update(path.name.encode() + b"\0")
        made.update(hashlib.sha256(path.read_bytes()).digest())
    return made.hexdigest()[:16]
