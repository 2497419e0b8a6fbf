"""Writing a record as JSON and reading it again loses nothing."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from spanferry.data.jsonl import dump_line, record_to_json
from spanferry.data.readers.jsonl import JsonlReader, JsonlSettings
from spanferry.data.records import Record, Relation, Span, validate

#: Combining marks, emoji of several code points, right-to-left text, line ends, joiners.
PIECES = st.sampled_from(
    [
        "e\u0301",
        "👩‍👩‍👧",
        "🇵🇹",
        "שלום",
        "مرحبا",
        "\r\n",
        "\u200d",
        "\u2028",
        "\x85",
        "\t",
        '"\\',
        "क्ष",
    ]
) | st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
WORDS = st.lists(PIECES, min_size=1, max_size=4).map("".join)
MAPS = st.dictionaries(WORDS, WORDS, max_size=2)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | FLOATS | WORDS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(WORDS, inner, max_size=2),
    max_leaves=4,
)


@st.composite
def ranges(draw: st.DrawFn, size: int) -> tuple[tuple[int, int], ...]:
    edges = draw(st.lists(st.integers(0, size), unique=True, max_size=6).map(sorted))
    return tuple(zip(edges[::2], edges[1::2], strict=False))


@st.composite
def records(draw: st.DrawFn) -> Record:
    text = "x" + draw(WORDS) + "y"
    spans = []
    for number in range(draw(st.integers(0, 3))):
        parts = draw(ranges(len(text)))
        if not parts or not text[parts[0][0] : parts[-1][1]].strip():
            continue
        spans.append(
            Span(
                parts[0][0],
                parts[-1][1],
                "L" + draw(WORDS),
                id=f"{number}{draw(WORDS)}",
                attributes=draw(MAPS),
                fragments=parts if len(parts) > 1 else (),
            )
        )
    ids = [span.id for span in spans]
    relations: list[Relation] = []
    if ids:
        end = st.sampled_from(ids)
        relations = draw(st.lists(st.builds(Relation, end, end, WORDS), max_size=2))
    tokens = draw(st.none() | ranges(len(text)))
    size = len(tokens or ())
    layer = st.lists(WORDS.map("T{}".format), min_size=size, max_size=size).map(tuple)
    layers = st.dictionaries(WORDS.map("L{}".format), layer, max_size=2)
    return validate(
        Record(
            id="r" + draw(WORDS),
            text=text,
            language=draw(st.sampled_from(["en", "sr-Latn"])),
            spans=tuple(spans),
            relations=tuple(relations),
            labels=draw(MAPS),
            side_texts=draw(MAPS),
            tokens=tokens,
            word_tags={} if tokens is None else draw(layers),
            meta=draw(st.dictionaries(WORDS, JSON, max_size=2)),
        )
    )


@given(st.lists(records(), max_size=3))
def test_round_trip(given_records: list[Record]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.jsonl"
        lines = "".join(f"{dump_line(record)}\n" for record in given_records)
        path.write_text(lines, encoding="utf-8", newline="")
        reader = JsonlReader(JsonlSettings(path=str(path), language="de"))
        reader.setup()
        items = list(reader.read("train"))
    assert [item.error for item in items] == [None] * len(given_records)
    assert [item.record for item in items] == given_records


def test_what_is_empty_is_left_out() -> None:
    record = Record(id="1", text="x")
    assert record_to_json(record) == {"id": "1", "text": "x", "language": "en"}
    no_words = Record(id="1", text="x", tokens=())
    assert record_to_json(no_words)["tokens"] == []
