"""The links of a pair as lines `source word → target words`, for pairs too long for a matrix."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from rich.text import Text

from spanferry.aligners.pictures.picture import Kind, Picture
from spanferry.aligners.pictures.text import right_to_left, visible

#: After a word written from right to left, so that the arrow keeps its place beside it.
_LEFT_TO_RIGHT = "\u200e"
_MARKS = {
    Kind.LINK: ("", ""), Kind.RIGHT: ("✓", "green"), Kind.FALSE: ("✕", "red"),
    Kind.MISSED: ("missed", "yellow"), Kind.SURE: ("", ""), Kind.POSSIBLE: ("possible", "dim"),
}  # fmt: skip


def link_list(picture: Picture) -> Iterator[Text]:
    """A line a source word with the target words that it is linked to; then those left over."""
    cells = picture.cells()
    scores = picture.link_scores()
    of_row: dict[int, list[tuple[int, Kind]]] = defaultdict(list)
    linked = set()
    for (row, column), kind in cells.items():
        # what was possible and not predicted is no matter, unless gold links are all there is
        if kind is not Kind.POSSIBLE or picture.links is None:
            of_row[row].append((column, kind))
            linked.add(column)
    digits = len(str(max(len(picture.source), len(picture.target), 1) - 1))
    for row, word in enumerate(picture.source):
        line = Text(f"  {row:>{digits}} ", "dim").append(_shown(word), "bold").append(" → ", "dim")
        if row not in of_row:
            line.append("–", "dim")
        for number, (column, kind) in enumerate(of_row[row]):
            if number:
                line.append(", ", "dim")
            score = scores.get((row, column))
            line.append_text(_partner(picture.target[column], column, kind, score))
        yield line
    left = [
        f"{column} {_shown(word)}"
        for column, word in enumerate(picture.target)
        if column not in linked
    ]
    if left:
        yield Text("  no link: ", "dim").append(", ".join(left))


def _partner(word: str, column: int, kind: Kind, score: float | None) -> Text:
    mark, style = _MARKS[kind]
    text = Text(_shown(word), style or "bold blue").append(f" {column}", "dim")
    if score is not None and score < 1:
        text.append(f" ({score:.2f})", "dim")
    return text.append(f" {mark}", style) if mark else text


def _shown(word: str) -> str:
    word = visible(word)
    return word + _LEFT_TO_RIGHT if right_to_left(word) else word
