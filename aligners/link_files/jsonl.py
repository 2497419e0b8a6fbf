"""Sentence pairs with links as JSON objects, one a line.

    {"id": "7", "src_lang": "en", "tgt_lang": "fr",
     "src_tokens": ["oh", "!"], "tgt_tokens": ["oh", "!"], "sure": "0-0 1-1", "possible": ""}

Links are written `0-0 1-1` or `[[0, 0], [1, 1, 0.9]]`, counted from 0, and stand under `sure` and
`possible`, or under `links`. Links of other aligners stand under a name of their own, or under
their name within `alignments`. BIO tags may stand under `src_tags` and `tgt_tags`. All else is left
alone, and everything but one of the ways to have links may be missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from spanferry.aligners.link_files.errors import bad, shown
from spanferry.aligners.link_files.lines import blank
from spanferry.aligners.link_files.pair import LinkedPair
from spanferry.aligners.link_files.pharaoh import is_links, parse_line
from spanferry.data.errors import InputError
from spanferry.data.jsonl import parse_line as parse_object
from spanferry.data.links import Link

_OWN = ("sure", "possible", "links")
_KNOWN = {*_OWN, "id", "task", "src_lang", "tgt_lang", "alignments"}


def parse(lines: Sequence[str], name: str) -> list[LinkedPair]:
    """The pairs of the lines of a file called `name`.

    Raises:
        InputError: a line is no such object.
    """
    return [
        _pair(line, f"{name}:{number}", number)
        for number, line in enumerate(lines, 1)
        if not blank(line)
    ]


def _pair(line: str, origin: str, number: int) -> LinkedPair:
    try:
        row = parse_object(line)
    except InputError as error:
        raise InputError(error.reason, error.detail, origin=origin, raw=line) from None
    source, target = (_words(row, f"{side}_tokens", origin) for side in ("src", "tgt"))
    tags = []
    for side, words in (("src", source), ("tgt", target)):
        found = _words(row, f"{side}_tags", origin) or ()
        if found and len(found) != len(words or ()):
            detail = f"{len(words or ())} {side}_tokens with {len(found)} {side}_tags"
            raise bad(detail, origin, line)
        tags.append(found)
    if (source is None) != (target is None):
        raise bad("src_tokens and tgt_tokens must both be there, or neither", origin, line)
    own = {name: _links(row[name], name, origin) for name in _OWN if name in row}
    if "links" in own and len(own) > 1:
        raise bad("links stand under `sure` and `possible`, or under `links`", origin, line)
    sure = own.get("links") or own.get("sure") or {}
    possible = own.get("possible", {})
    return LinkedPair(
        id=str(row.get("id", number)),
        origin=origin,
        source=source,
        target=target,
        links=tuple(sorted({**possible, **sure}.values())),
        possible=frozenset(possible) - frozenset(sure),
        has_links=bool(own),
        stored=dict(_stored(row, origin)),
        source_tags=tags[0],
        target_tags=tags[1],
        languages=(str(row.get("src_lang", "")), str(row.get("tgt_lang", ""))),
    )


def _words(row: Mapping[str, Any], key: str, origin: str) -> tuple[str, ...] | None:
    found = row.get(key)
    if found is None:
        return None
    if not isinstance(found, list) or not all(isinstance(word, str) for word in found):
        raise bad(f"{key}: must be a list of strings", origin)
    return tuple(found)


def _stored(row: Mapping[str, Any], origin: str) -> Iterator[tuple[str, tuple[Link, ...]]]:
    given = row.get("alignments") or {}
    if not isinstance(given, dict):
        raise bad("alignments: must hold links by the name of their aligner", origin)
    others = {
        key: value
        for key, value in row.items()
        if key not in _KNOWN and isinstance(value, str) and (is_links(value) or blank(value))
    }
    for key, value in {**others, **given}.items():
        yield key, tuple(sorted(_links(value, key, origin).values()))


def _links(value: Any, key: str, origin: str) -> dict[tuple[int, int], Link]:
    """Links by their cell, from a string or a list of lists."""
    if isinstance(value, str):
        try:
            links = parse_line(value, origin)[0]
        except InputError as error:
            raise bad(f"{key}: {error.detail}", origin, value) from None
        return {(link.source, link.target): link for link in links}
    if not isinstance(value, list):
        raise bad(f'{key}: links look like "0-0 1-1" or [[0, 0], [1, 1]]', origin)
    found: dict[tuple[int, int], Link] = {}
    for item in value:
        link = _link(item)
        if link is None:
            raise bad(f"{key}: {shown(str(item))} is no link; write [0, 1] or [0, 1, 0.9]", origin)
        if link[:2] in found:
            raise bad(f"{key}: the link {shown(str(item))} stands twice", origin)
        found[link[:2]] = link
    return found


def _link(item: Any) -> Link | None:
    if not isinstance(item, list) or len(item) not in (2, 3):
        return None
    ends, score = item[:2], item[2] if len(item) == 3 else 1.0
    if any(type(end) is not int or end < 0 for end in ends):
        return None
    if type(score) not in (int, float) or not 0 <= score <= 1:
        return None
    return Link(ends[0], ends[1], float(score))
