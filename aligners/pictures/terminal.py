"""A pair in the terminal: a matrix where it fits the width, else a list of links.

Nothing is told by colour alone, so both can be read in a log.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from typing import Literal

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.segment import Segment
from rich.text import Text

from spanferry.aligners.pictures.picture import Kind, Picture
from spanferry.aligners.pictures.svg import describe
from spanferry.aligners.pictures.terminal_list import link_list
from spanferry.aligners.pictures.text import clusters, shortened, visible

View = Literal["auto", "matrix", "list"]

#: Cells of the terminal that a word of the other side takes: letters of double width fit.
_COLUMN = 2
#: Clusters of a word in front of its row, and of one above its column.
_ROW_LABEL, _COLUMN_LABEL = 18, 12
#: A strong line of dots after so many words.
_GUIDE = 5
_STYLES = {
    Kind.LINK: "bold blue", Kind.SURE: "bold", Kind.RIGHT: "bold green", Kind.FALSE: "bold red",
    Kind.MISSED: "bold yellow", Kind.POSSIBLE: "dim",
}  # fmt: skip
_SIGNS = {
    Kind.SURE: "■", Kind.RIGHT: "●", Kind.FALSE: "✕", Kind.MISSED: "□", Kind.POSSIBLE: "○",
}  # fmt: skip
#: Without gold the sign of a link says how high its score is.
_SCORES = ((0.75, "█"), (0.5, "▓"), (0.25, "▒"), (0.0, "░"))


class PictureView:
    """A picture as something that rich prints."""

    def __init__(self, picture: Picture, view: View = "auto") -> None:
        self.picture = picture
        self.view = view

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        picture = self.picture
        yield Text.assemble((visible(picture.id), "bold"), (f"  {visible(picture.origin)}", "dim"))
        yield Text(f"  {describe(picture)}", "dim")
        as_matrix = self._as_matrix(options.max_width)
        if as_matrix:
            for code, words in zip(
                picture.languages, (picture.source, picture.target), strict=True
            ):
                yield Text.assemble((f"  {visible(code)} ", "dim"), " ".join(map(visible, words)))
        for side, spans, words in (
            ("source", picture.source_spans, picture.source),
            ("target", picture.target_spans, picture.target),
        ):
            told = [
                f"{visible(span.label)} “{' '.join(map(visible, words[span.start : span.end]))}”"
                for span in spans
            ]
            if told:
                yield Text(f"  {side} spans: {', '.join(told)}", "dim")
        yield from matrix(picture) if as_matrix else link_list(picture)
        yield Segment.line()

    def _as_matrix(self, width: int) -> bool:
        return self.view == "matrix" or (
            self.view == "auto" and matrix_width(self.picture) <= width
        )


def matrix_width(picture: Picture) -> int:
    """The cells of a terminal that the matrix of a picture takes."""
    return 4 + _label_width(picture.source) + _COLUMN * len(picture.target)


def matrix(picture: Picture) -> Iterator[Text]:
    """The lines of a matrix: target words stand above their columns and are read downwards."""
    label = _label_width(picture.source)
    for line in _heads(picture.target):
        yield _line(Text(" " * (label + 3)).append_text(line))
    cells = picture.cells()
    scores = picture.link_scores()
    for row, word in enumerate(picture.source):
        shown = shortened(visible(word), _ROW_LABEL)
        line = Text(" " * (label - cell_len(shown)) + shown).append(" │ ", "dim")
        for column in range(len(picture.target)):
            kind = cells.get((row, column))
            if kind is None:
                guide = row % _GUIDE == _GUIDE - 1 or column % _GUIDE == _GUIDE - 1
                line.append("· " if guide else "  ", "dim")
            else:
                line.append(_sign(kind, scores.get((row, column), 0.0)) + " ", _STYLES[kind])
        yield _line(line)
    yield _line(_key(set(cells.values())))


def _line(text: Text) -> Text:
    text.no_wrap = True
    text.overflow = "ignore"
    return text


def _label_width(words: Sequence[str]) -> int:
    return max((cell_len(shortened(visible(word), _ROW_LABEL)) for word in words), default=0)


def _heads(words: Sequence[str]) -> Iterator[Text]:
    """Lines with a letter of each word, the words ending on the last line."""
    columns = [clusters(shortened(visible(word), _COLUMN_LABEL)) for word in words]
    height = max(map(len, columns), default=0)
    for line in range(height):
        text = Text()
        for number, pieces in enumerate(columns):
            place = line - (height - len(pieces))
            piece = pieces[place] if place >= 0 else " "
            padding = " " * max(0, _COLUMN - cell_len(piece))
            text.append(piece + padding, "bold" if number % _GUIDE == _GUIDE - 1 else "")
        yield text


def _sign(kind: Kind, score: float) -> str:
    if kind is Kind.LINK:
        return next(sign for least, sign in _SCORES if score >= least)
    return _SIGNS[kind]


def _key(there: Set[Kind]) -> Text:
    text = Text("  ")
    if Kind.LINK in there:
        parts = [f"{sign} {least:g} and up" for least, sign in _SCORES[:-1]]
        text.append(f"link with score: {', '.join(parts)}, {_SCORES[-1][1]} lower", "dim")
    for kind, sign in _SIGNS.items():
        if kind in there:
            text.append(sign, _STYLES[kind]).append(f" {kind.value}   ", "dim")
    return text
