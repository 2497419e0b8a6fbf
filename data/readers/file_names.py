"""Names of the files of an input: short ones that tell them apart, wherever the input lies."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Mapping
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

COMPRESSED = frozenset({".gz", ".bz2", ".xz"})


def short_names(paths: Collection[str]) -> dict[str, str]:
    """The name of each file, with as many folders as it takes to tell it from the others.

    Spellings of one and the same file get one name.

    >>> short_names(["/a/en.conll", "/b/en.conll", "./c/de.conll"])
    {'/a/en.conll': 'a/en.conll', '/b/en.conll': 'b/en.conll', './c/de.conll': 'de.conll'}
    """
    parts = {path: _parts(path) for path in paths}
    left = dict.fromkeys(parts.values())
    found: dict[tuple[str, ...], str] = {}
    length = 1
    while left:
        names = {one: "/".join(one[-length:]) for one in left}
        counts = Counter(names.values())
        for one, name in names.items():
            if counts[name] == 1 or length >= len(one):
                found[one] = name
                del left[one]
        length += 1
    return {path: found[one] for path, one in parts.items()}


def prefixes(paths: Collection[str]) -> dict[str, str]:
    """What the ids of each file begin with; see `files.find_files`."""
    short = short_names(paths)
    chosen: dict[str, str] = {}
    for length in range(5):
        names = {path: _spellings(path, short)[length] for path in paths if path not in chosen}
        counts = Counter(names.values())
        chosen |= {path: name for path, name in names.items() if counts[name] == 1}
    return chosen


def readable(name: str) -> str:
    r"""A file name as text: its bytes that are not UTF-8 as backslash escapes.

    >>> readable("caf\udce9.conll")
    'caf\\xe9.conll'
    """
    # Python hides the byte 0xe9 in such a name as the lone surrogate U+DCE9
    bytes_shown = (f"\\x{ord(c) - 0xDC00:02x}" if "\udc80" <= c <= "\udcff" else c for c in name)
    return "".join(bytes_shown).encode("utf-8", "backslashreplace").decode("utf-8")


def _spellings(path: str, short: Mapping[str, str]) -> tuple[str, ...]:
    """Spellings of a file's name, from the short one to the exact one."""
    whole = PurePosixPath(Path(path.partition("::")[0]).as_posix())
    bare = whole.with_suffix("") if whole.suffix in COMPRESSED else whole
    folder = whole.parent.name
    return bare.stem, f"{folder}/{bare.stem}", f"{folder}/{whole.name}", short[path], path


def _parts(path: str) -> tuple[str, ...]:
    """The folders and the name: of an address without protocol, password and query.

    What lies in an archive follows the archive: `zip://x/a.conll::b.zip` is `b.zip`, `x`,
    `a.conll`; a protocol alone, as in `simplecache::s3://b/a.conll`, is no part.
    """
    parts: list[str] = []
    *chain, last = path.split("::")
    for link in (last, *reversed(chain)):
        protocol, separator, address = link.partition("://")
        if protocol in ("http", "https") and separator:
            url = urlsplit(link)
            parts += [url.hostname or "", *url.path.split("/")]
        elif separator:
            parts += address.split("/")
        elif link == last:
            parts += Path(os.path.abspath(link)).parts  # noqa: PTH100 - folds `..` without asking
    return tuple(part for part in parts if part.strip("/")) or (path,)
