"""The word tags of a shard, for the stage `project`."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from spanferry.data.columns import to_tuples
from spanferry.data.errors import AccountingError
from spanferry.data.links import Link
from spanferry.data.records import Offsets
from spanferry.projection.word_tags import TagTarget, Witness, project_word_tags

#: One layer of a record as the column `projected_word_tags` has it.
Layer = tuple[str, list[dict[str, Any]]]


def run(table: pa.Table) -> list[list[Layer] | None]:
    """The layers of word tags of each record's translation, a tag for each of its words.

    The tags of a layer are learnt over all records of the shard that have it, see
    `projection.word_tags`.

    Returns:
        A row of the column `projected_word_tags` each; None where the record has no word tags or
        no translation.
    """
    layers = table["word_tags"].to_pylist()
    valid = table["translation"].is_valid().to_pylist()
    whole = [i for i, given in enumerate(layers) if given and valid[i]]
    found: list[list[Layer] | None] = [None] * len(layers)
    if not whole:
        return found
    part = table.take(pa.array(whole, pa.int64()))
    parts = _parts(part)
    for name in dict.fromkeys(name for i in whole for name, _ in layers[i]):
        tagged = [
            (i, dict(layers[i])[name], *each)
            for i, each in zip(whole, parts, strict=True)
            if name in dict(layers[i])
        ]
        targets = [
            TagTarget(target, [Witness(words, [tags[n] for n in places], links)])
            for _, tags, words, places, target, links in tagged
        ]
        results = project_word_tags(targets)
        if not any(results):
            continue  # not one tagged word: nobody knows what tags the layer has
        for (i, *_), target, tags in zip(tagged, targets, results, strict=True):
            if len(tags) != len(target.words):
                raise AccountingError(f"{len(target.words)} words, but {len(tags)} {name} tags")
            rows = [{"tag": tag, "score": score} for tag, score in tags]
            found[i] = [*(found[i] or []), (name, rows)]
    return found


def _parts(table: pa.Table) -> list[tuple[list[str], list[int], list[str], list[Link]]]:
    """Of each record its words, the token that each of them is of, the target words, the links."""
    columns = zip(
        table["text"].to_pylist(),
        to_tuples(table["tokens"]),
        to_tuples(table["source_words"]),
        table["translation"].to_pylist(),
        to_tuples(table["target_words"]),
        to_tuples(table["links"]),
        strict=True,
    )
    return [
        (
            [text[start:end] for start, end in source],
            _tokens_of(tokens, source),
            [translation[start:end] for start, end in target],
            [Link(*link) for link in links],
        )
        for text, tokens, source, translation, target, links in columns
    ]


def _tokens_of(tokens: Sequence[Offsets], words: Sequence[Offsets]) -> list[int]:
    """The token that each word is of: words are tokens, without those of white space alone."""
    starts = [start for start, _ in tokens]
    return [bisect_right(starts, start) - 1 for start, _ in words]
