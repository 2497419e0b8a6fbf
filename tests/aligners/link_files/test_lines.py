"""One line, one pair: Pharaoh and NAACL links read, written and refused."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanferry.aligners.link_files import naacl, pharaoh, read_links
from spanferry.aligners.link_files.lines import read_lines, words
from spanferry.data.errors import ConfigError, InputError
from spanferry.data.links import Link

indexes = st.integers(0, 300)
scores = st.floats(0, 1)
scored = st.dictionaries(st.tuples(indexes, indexes), scores, max_size=12).map(
    lambda found: tuple(sorted(Link(*cell, score) for cell, score in found.items()))
)


@given(scored, st.data())
def test_lines_come_back(links: tuple[Link, ...], data: st.DataObject) -> None:
    bare = tuple(Link(*link[:2]) for link in links)
    cells = [link[:2] for link in links]
    possible = frozenset(data.draw(st.sets(st.sampled_from(cells)) if cells else st.just(set())))
    line = pharaoh.format_line(links, possible)
    assert pharaoh.parse_line(line, "here:1") == (bare, possible)
    lines = naacl.format_lines(7, links, possible)
    found = naacl.parse(lines, "here")
    assert [each.result() for each in found.values()] == ([(bare, possible)] if links else [])


@given(scored)
def test_scores_come_back(links: tuple[Link, ...]) -> None:
    written = zip(
        pharaoh.format_line(links).split(), pharaoh.format_scores(links).split(), strict=True
    )
    line = " ".join(f"{link}:{score}" for link, score in written)
    assert pharaoh.parse_line(line, "here:1")[0] == links


def test_signs_of_possible_links_and_counting_from_one() -> None:
    assert pharaoh.parse_line("1-1 2p2\t3?4", "x:1", first=1) == (
        (Link(0, 0), Link(1, 1), Link(2, 3)),
        frozenset({(1, 1), (2, 3)}),
    )


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("0-0\n0-0 1_1", ":2: '1_1' is no link"),
        ("0-0 0-0", ":1: the link '0-0' stands twice"),
        ("0-0 0p0", ":1: the link '0p0' stands twice"),
        ("0-0\n0-0:1.5", ":2: the score '1.5' is no number between 0 and 1"),
        ("0-0\n0-0:1e", ":2: the score '1e' is no number between 0 and 1"),
        ("0-0\n-1-0", ":2: '-1-0' is no link"),
        ("1 1 1 S\n1 1 1 P", ":2: the link 1 1 of sentence 1 stands twice"),
        ("1 1 1 S\n1 2", ":2: '1 2' is no link"),
        ("1 1 1\n1 2 2 X", ":2: '1 2 2 X' is no link"),
        ("1 1 1\n0 2 2", ":2: sentences are counted from 1"),
        ('{"sure": "0-0 1"}', ":1: sure: '1' is no link"),
        ('{"sure": [[0, 0], [0, 0]]}', ":1: sure: the link '[0, 0]' stands twice"),
        ('{"sure": [[0, true]]}', ":1: sure: '[0, True]' is no link"),
        ('{"sure": [[0, 0, 2]]}', ":1: sure: '[0, 0, 2]' is no link"),
        ('{"sure": 7}', ":1: sure: links look like"),
        ('{"sure": "0-0"}\n{"sure"', ":2: no JSON"),
        ('{"sure": "0-0", "links": "0-0"}', ":1: links stand under `sure` and `possible`, or"),
        ('{"sure": "0-0", "src_tokens": ["a"]}', ":1: src_tokens and tgt_tokens must both"),
        ('{"src_tokens": "a b", "tgt_tokens": []}', ":1: src_tokens: must be a list of strings"),
        (
            '{"sure": "0-3", "src_tokens": ["a"], "tgt_tokens": ["b"]}',
            ":1: pair '1': the link 0-3 (counted from 0) lies outside the 1 target words",
        ),
        (
            '{"sure": "", "src_tokens": ["a"], "tgt_tokens": ["b"], "peer": "2-0"}',
            ":1: pair '1': the link 2-0 (counted from 0) lies outside the 1 source words",
        ),
        (
            '{"src_tokens": ["a"], "src_tags": ["O", "O"], "tgt_tokens": ["b"], "sure": ""}',
            ":1: 1 src_tokens with 2 src_tags",
        ),
        ("a b ||| c\nd", ":2: has 0 times |||, and needs it once"),
        ("a ||| b ||| 0-0", ":1: has 2 times |||, and needs it once"),
    ],
)
def test_errors_name_the_line(tmp_path: Path, text: str, error: str) -> None:
    path = tmp_path / "links"
    path.write_text(text, "utf-8")
    with pytest.raises(InputError) as caught:
        read_links(path)
    assert str(caught.value).startswith(f"{path}{error}")


def test_a_mark_crlf_and_gzip_are_no_part_of_a_line(tmp_path: Path) -> None:
    plain, packed = tmp_path / "links", tmp_path / "links.gz"
    content = b"\xef\xbb\xbf0-0 1-1\r\n\r\n2-2\r\n"
    plain.write_bytes(content)
    packed.write_bytes(gzip.compress(content))
    for path in (plain, packed):
        pairs = read_links(path).pairs
        assert [[link[:2] for link in pair.links] for pair in pairs] == [
            [(0, 0), (1, 1)],
            [],
            [(2, 2)],
        ]
        assert pairs[2].origin == f"{path}:3"


def test_lines_end_at_line_feeds_only(tmp_path: Path) -> None:
    path = tmp_path / "text"
    path.write_text("a\u2028b\x0cc\u0085d\ne", "utf-8")
    assert read_lines(path) == ["a\u2028b\x0cc\u0085d", "e"]


def test_no_break_spaces_stay_inside_a_word() -> None:
    assert words(" 10\u00a0000  «\u202fOui\u3000\t! ") == ("10\u00a0000", "«\u202fOui\u3000", "!")


@pytest.mark.parametrize(
    ("content", "error"),
    [(b"", "is empty"), (b"\x1f\x8bno", "is not UTF-8 (byte 0x8b at 2)"), (None, "cannot be read")],
)
def test_files_that_cannot_be_read(tmp_path: Path, content: bytes | None, error: str) -> None:
    path = tmp_path / "links"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises((ConfigError, InputError)) as caught:
        read_links(path)
    assert error in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_broken_gzip_file_is_said_to_be_one(tmp_path: Path) -> None:
    path = tmp_path / "links.gz"
    path.write_bytes(b"0-0\n")
    with pytest.raises(ConfigError, match=r"links\.gz: cannot be read"):
        read_links(path)
