"""A folder of pictures: a file a pair, and a page that shows them all."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from spanferry.aligners.pictures.palette import label_colours
from spanferry.aligners.pictures.picture import Picture
from spanferry.aligners.pictures.svg import describe, svg
from spanferry.aligners.pictures.text import visible
from spanferry.data.errors import ConfigError
from spanferry.data.files import write_text

INDEX = "index.html"
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST = 80
#: Names that Windows keeps for devices.
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Word links</title>
<style>
:root { color-scheme: light dark; }
body { font: 15px/1.5 'DejaVu Sans', 'Segoe UI', Arial, sans-serif; margin: 2em auto;
  max-width: 75em; padding: 0 1em; }
section { border-top: 1px solid #8a95a3; padding: 1em 0 2em; }
h2 { font-size: 1.05em; margin: 0; overflow-wrap: anywhere; }
p { margin: .3em 0; overflow-wrap: anywhere; }
.facts { opacity: .7; font-size: .9em; }
img { display: block; max-width: 100%; height: auto; margin-top: 1em; }
</style></head><body>
"""


def write_pictures(pictures: Sequence[Picture], folder: Path) -> list[Path]:
    """Write an SVG file a picture, and `index.html`, which shows them in order.

    A label has the same colour in all of them. Files of other pictures in the folder stay.

    Returns:
        the SVG files, in the order of the pictures.

    Raises:
        ConfigError: the folder is a file.
    """
    if folder.exists() and not folder.is_dir():
        raise ConfigError(f"{folder}: is a file; pictures need a folder")
    colours = label_colours(
        span.label for each in pictures for span in (*each.source_spans, *each.target_spans)
    )
    paths = [folder / name for name in file_names([each.id for each in pictures])]
    for picture, path in zip(pictures, paths, strict=True):
        write_text(svg(picture, colours), path)
    entries = [_entry(each, path.name) for each, path in zip(pictures, paths, strict=True)]
    head = f"<h1>Word links of {len(pictures)} pairs</h1>\n"
    write_text(_PAGE + head + "".join(entries) + "</body></html>\n", folder / INDEX)
    return paths


def file_names(ids: Sequence[str]) -> list[str]:
    """A file name for each id, all different, also where case does not count.

    What is not a letter or digit of ASCII becomes an underscore; such a name, a long one and one
    that another id has taken end in a part of the id's hash.

    >>> file_names(["enfr-7", "a/b", "ENFR-7"])
    ['enfr-7.svg', 'a_b-c14cddc0.svg', 'ENFR-7-28c2bf79.svg']
    """
    taken: set[str] = set()
    names: list[str] = []
    for place, name in enumerate(ids):
        safe = _UNSAFE.sub("_", name).strip(".")[:_LONGEST]
        if safe != name or not safe or safe.lower() in taken or _DEVICES.fullmatch(safe):
            safe = f"{safe}-{_hash(name)}"
        if safe.lower() in taken:  # the same id twice
            safe = f"{safe}-{place + 1}"
        taken.add(safe.lower())
        names.append(f"{safe}.svg")
    return names


def _hash(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def _entry(picture: Picture, file: str) -> str:
    name = escape(visible(picture.id))
    source, target = (
        f'<p dir="auto"{_language(code)}>{escape(" ".join(map(visible, words)))}</p>'
        for words, code in zip(
            (picture.source, picture.target), picture.languages, strict=True
        )
    )  # fmt: skip
    origin = f" — {escape(visible(picture.origin))}" if picture.origin else ""
    return (
        f'<section><h2><a href="{file}">{name}</a></h2>\n'
        f'<p class="facts">{escape(describe(picture))}{origin}</p>\n{source}\n{target}\n'
        f'<a href="{file}"><img src="{file}" alt={quoteattr(f"links of {visible(picture.id)}")} '
        'loading="lazy"></a></section>\n'
    )


def _language(code: str) -> str:
    return f" lang={quoteattr(visible(code))}" if code else ""
