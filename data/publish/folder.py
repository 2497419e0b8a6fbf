"""The folder of a dataset: whose it is, what is in it, what is left over in it.

`manifest.json` says so. It is written twice: before the first file, with `complete: false` and the
names of all files that were there or are to come, and last of all with their hashes. So a folder
whose publication was killed is known to be ours, and nothing of it outlives the next publication.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from spanferry.data.errors import ConfigError
from spanferry.data.files import remove_temporary, sha256_file, write_text

MANIFEST = "manifest.json"
FORMAT = "spanferry-dataset-1"
_OURS = re.compile(r"(data|rejected)/[^/]+/[^/]+\.parquet")


def read_manifest(path: Path) -> dict[str, Any] | None:
    """The manifest of a dataset folder; None for a folder that is empty or not there yet.

    Raises:
        ConfigError: something is there that spanferry did not write.
    """
    if path.is_dir():
        names = sorted(each.name for each in path.iterdir())
        if not names:
            return None
        if MANIFEST in names:
            manifest = _load(path / MANIFEST)
            if manifest is not None:
                return manifest
        listed = ", ".join(names[:5]) + (", ..." if len(names) > 5 else "")
        what = f"holds files that spanferry did not write ({listed})"
    elif path.exists():
        what = "is a file"
    else:
        return None
    raise ConfigError(f"publish.path: {path} {what}; give an empty folder or a new one")


def _load(path: Path) -> dict[str, Any] | None:
    try:
        manifest = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):  # no text, or no JSON: not ours
        return None
    ours = isinstance(manifest, dict) and manifest.get("format") == FORMAT
    return manifest if ours else None


def open_folder(path: Path, names: Iterable[str]) -> None:
    """Make a folder ours before the first of the files `names` is written to it.

    Raises:
        ConfigError: something is there that spanferry did not write.
    """
    known = {*names, *_listed(read_manifest(path))}
    path.mkdir(parents=True, exist_ok=True)
    _write(path, {"complete": False, "files": dict.fromkeys(sorted(known))})
    remove_temporary(path)


def close_folder(path: Path, rows: Mapping[str, int | None], content: Mapping[str, Any]) -> None:
    """Remove files of earlier publications and write the manifest.

    Args:
        path: the folder.
        rows: the files of this publication, relative to it, with the number of rows of each (None
            for one that is no table).
        content: what the manifest says besides, as JSON values.
    """
    for name in sorted(_listed(read_manifest(path)) - set(rows)):
        stale = path / name
        stale.unlink(missing_ok=True)
        for folder in stale.relative_to(path).parents[:-1]:
            if (path / folder).is_dir() and not any((path / folder).iterdir()):
                (path / folder).rmdir()
    files = {
        name: {
            "sha256": sha256_file(path / name),
            "bytes": (path / name).stat().st_size,
            **({} if rows[name] is None else {"rows": rows[name]}),
        }
        for name in sorted(rows)
    }
    _write(path, {"complete": True, **content, "files": files})


def _listed(manifest: Mapping[str, Any] | None) -> set[str]:
    """The files that a manifest lists, without any that it has no business with: it may have been
    edited, and they are going to be removed."""
    names = manifest.get("files", {}) if manifest else {}
    ours = {name for name in names if name == "README.md" or _OURS.fullmatch(name)}
    return {name for name in ours if ".." not in Path(name).parts}


def _write(path: Path, content: Mapping[str, Any]) -> None:
    text = json.dumps({"format": FORMAT, **content}, ensure_ascii=False, indent=2)
    write_text(text + "\n", path / MANIFEST)
