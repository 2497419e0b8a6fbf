"""Word tags in the terminal: `word/TAG` for every word of a translation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.text import Text

#: A tag with a lower score has a question mark.
UNSURE = 0.7

#: A word, its tag and how sure that is; None where there is no tag.
Tagged = tuple[str, str | None, float | None]


def working_tags(row: Mapping[str, Any]) -> list[tuple[str, list[Tagged]]]:
    """The layers of a row of the working tables (or of `rejected/`) with their words."""
    text, words = row.get("translation"), row.get("target_words")
    if text is None or words is None:
        return []
    found = []
    for layer in row.get("projected_word_tags") or []:
        # maps are lists of {key, value} in rejected files
        name, tags = (layer["key"], layer["value"]) if isinstance(layer, Mapping) else layer
        pairs = zip(words, tags, strict=True)
        shown: list[Tagged] = [
            (text[word["start"] : word["end"]], tag["tag"], tag["score"]) for word, tag in pairs
        ]
        found.append((name, shown))
    return found


def published_tags(
    row: Mapping[str, Any],
    columns: Mapping[str, tuple[str, str]],
    names: Mapping[str, Sequence[str]],
) -> list[tuple[str, list[Tagged]]]:
    """The layers of a published row, whose tags are numbers of classes.

    Args:
        columns: of the tags and their scores, by layer.
        names: of the classes, by layer.
    """
    found = []
    for layer, (tags, scores) in columns.items():
        if row.get(tags) is None:
            continue
        named = [None if tag is None else names[layer][tag] for tag in row[tags]]
        found.append((layer, list(zip(row["tokens"], named, row[scores], strict=True))))
    return found


def shortened(tagged: Sequence[Tagged], longest: int) -> list[Tagged]:
    """The words that fit into so many characters."""
    kept, size = [], 0
    for each in tagged:
        size += len(each[0]) + 1
        if size > longest + 1:
            break
        kept.append(each)
    return kept


def tag_line(layer: str, tagged: Sequence[Tagged]) -> Text:
    """A layer as a line; `?` follows a tag that is not sure."""
    line = Text.assemble((f"{layer}: ", "dim"))
    for at, (word, tag, score) in enumerate(tagged):
        line.append(" " if at else "").append(word).append(f"/{tag or '-'}", "dim")
        if score is not None and score < UNSURE:
            line.append("?", "yellow")
    return line
