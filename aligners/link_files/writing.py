"""Links to files that other programs read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from spanferry.aligners.link_files.pharaoh import format_line, format_scores
from spanferry.data.files import write_text
from spanferry.data.links import Link


def write_links(links: Sequence[Sequence[Link]], path: Path) -> None:
    """A line a pair, `0-0 1-2`, counted from 0 and sorted; an empty line for no links."""
    write_text("".join(f"{format_line(of_pair)}\n" for of_pair in links), path)


def write_scores(links: Sequence[Sequence[Link]], path: Path) -> None:
    """A line a pair, a score a link, in the order of `write_links`."""
    write_text("".join(f"{format_scores(of_pair)}\n" for of_pair in links), path)
