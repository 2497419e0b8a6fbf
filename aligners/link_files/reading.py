"""Files of links and of texts, whatever their format, as one list of pairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from spanferry.aligners.link_files import jsonl, naacl, pharaoh, texts
from spanferry.aligners.link_files.errors import bad, shown
from spanferry.aligners.link_files.lines import blank, read_lines, words
from spanferry.aligners.link_files.pair import LinkedPair
from spanferry.aligners.link_files.texts import SEPARATOR, Texts
from spanferry.data.errors import ConfigError

#: What each format looks like.
FORMATS = {
    "jsonl": 'objects with "src_tokens", "tgt_tokens", "sure", "possible"',
    "pharaoh": "lines of `0-0 1?2`, counted from 0",
    "talp": "lines of `1-1 2p2`, counted from 1",
    "naacl": "a link a line, `0001 1 2 S`, counted from 1",
    "text": "lines of `source words ||| target words`, no links",
}
#: Links in a file that make it odd that none of them has a word 0.
_MANY = 20


@dataclass(frozen=True, slots=True)
class LinkFile:
    """What stands in a file.

    Args:
        format: one of `FORMATS`.
        pairs: in the order of the file.
        notes: what a reader of the figures should know.
    """

    path: Path
    format: str
    pairs: tuple[LinkedPair, ...]
    notes: tuple[str, ...] = ()


def read_links(
    path: Path, *, format: str = "auto", sentences: Sequence[Texts] | None = None
) -> LinkFile:
    """The pairs of a file, with the words that stand in it or in `sentences`.

    Args:
        path: the file.
        format: one of `FORMATS`, or `auto`: told by the first line that is not blank.
        sentences: the texts, one for each pair; their words are set apart by blanks.

    Raises:
        ConfigError: the file cannot be read, its format is not known, or it has not as many pairs
            as there are sentences.
        InputError: a line is bad (`bad_links`); among others, it links a word that is not there.
    """
    lines = read_lines(path)
    name = detect(lines, path) if format == "auto" else format
    notes: list[str] = []
    match name:
        case "jsonl":
            pairs = jsonl.parse(lines, str(path))
        case "pharaoh" | "talp":
            first = int(name == "talp")
            pairs = [
                _of_line(number, f"{path}:{number}", line, first)
                for number, line in enumerate(lines, 1)
            ]
            notes += _counted_from_one(path, pairs) if name == "pharaoh" else ()
        case "naacl":
            pairs = _numbered(lines, path, None if sentences is None else len(sentences))
        case "text":
            if sentences is not None:
                raise ConfigError(f"{path}: holds texts itself, and further ones are given")
            joined = texts.parse_joined(lines, str(path))
            pairs = [_of_texts(number, pair) for number, pair in enumerate(joined, 1)]
        case _:
            raise ConfigError(f"no format of links is called {name!r}; there are: {_listed()}")
    if not pairs:
        raise ConfigError(f"{path}: holds no pairs")
    if sentences is not None:
        pairs = _with_words(path, pairs, sentences)
    for pair in pairs:
        check_range(pair, hint=name == "pharaoh")
    return LinkFile(path, name, tuple(pairs), tuple(notes))


def pairs_of_texts(sentences: Sequence[Texts]) -> list[LinkedPair]:
    """Pairs without links; their words are set apart by blanks."""
    return [_of_texts(number, pair) for number, pair in enumerate(sentences, 1)]


def detect(lines: Sequence[str], path: Path) -> str:
    """The format of a file by its first line that is not blank.

    Raises:
        ConfigError: it looks like none of them.
    """
    number, line = next(
        ((k, line) for k, line in enumerate(lines, 1) if not blank(line)), (0, None)
    )
    if line is None:
        return "pharaoh"  # pairs without any link
    if line.lstrip().startswith("{"):
        return "jsonl"
    if pharaoh.is_links(line):
        return "pharaoh"
    if naacl.is_link(line):
        return "naacl"
    if SEPARATOR in line:
        return "text"
    raise ConfigError(
        f"{path}:{number}: {shown(line)} is of no known format; there are: {_listed()}"
    )


def check_range(pair: LinkedPair, *, hint: bool = False) -> None:
    """Refuse links of words that a pair does not have; nothing is known of pairs without words.

    Raises:
        InputError: there is one.
    """
    if pair.source is None or pair.target is None:
        return
    sides = (("source", len(pair.source)), ("target", len(pair.target)))
    stored = [link for links in pair.stored.values() for link in links]
    for link in (*pair.links, *stored):
        for (side, count), place in zip(sides, link[:2], strict=True):
            if place >= count:
                more = "; if the file counts from 1, its format is talp" if hint else ""
                raise bad(
                    f"pair {pair.id!r}: the link {link.source}-{link.target} (counted from 0) "
                    f"lies outside the {count} {side} words{more}",
                    pair.origin,
                )


def _listed() -> str:
    return "; ".join(f"{name} ({looks})" for name, looks in FORMATS.items())


def _of_line(number: int, origin: str, line: str, first: int) -> LinkedPair:
    links, possible = pharaoh.parse_line(line, origin, first=first)
    return LinkedPair(str(number), origin, links=links, possible=possible)


def _of_texts(number: int, pair: Texts) -> LinkedPair:
    return LinkedPair(
        str(number), pair.origin, words(pair.source), words(pair.target), has_links=False
    )


def _numbered(lines: Sequence[str], path: Path, count: int | None) -> list[LinkedPair]:
    """Pairs of a file whose links bear sentence numbers; a sentence without a line has no links."""
    found = naacl.parse(lines, str(path))
    last = max(found, default=0)
    if count is not None and last > count:
        origin = found[last].origin
        raise bad(f"speaks of sentence {last}, and there are {count} sentences", origin)
    pairs = []
    for number in range(1, (count or last) + 1):
        if number in found:
            links, possible = found[number].result()
            pairs.append(
                LinkedPair(str(number), found[number].origin, links=links, possible=possible)
            )
        else:
            pairs.append(LinkedPair(str(number), str(path)))
    return pairs


def _with_words(
    path: Path, pairs: Sequence[LinkedPair], sentences: Sequence[Texts]
) -> list[LinkedPair]:
    if len(pairs) != len(sentences):
        raise ConfigError(
            f"{path} has {len(pairs)} pairs, and there are {len(sentences)} sentences "
            f"(the last one at {sentences[-1].origin})"
        )
    if pairs[0].source is not None:
        raise ConfigError(f"{path}: holds words itself, and texts are given as well")
    return [
        replace(pair, source=words(text.source), target=words(text.target))
        for pair, text in zip(pairs, sentences, strict=True)
    ]


def _counted_from_one(path: Path, pairs: Sequence[LinkedPair]) -> tuple[str, ...]:
    links = [link for pair in pairs for link in pair.links]
    if len(links) < _MANY or any(0 in link[:2] for link in links):
        return ()
    return (f"{path}: no link has a word 0; if the file counts from 1, its format is talp",)
