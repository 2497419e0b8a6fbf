"""Whole files: formats found out, texts put beside links, files matched."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanferry.aligners.evaluate import score_links
from spanferry.aligners.link_files import (
    LinkFile,
    match,
    read_links,
    read_texts,
    stored_links,
    with_scores,
    write_links,
    write_scores,
)
from spanferry.aligners.link_files.jsonl import parse
from spanferry.data.errors import ConfigError, InputError
from spanferry.data.links import Link

GOLD = Path(__file__).resolve().parents[4] / "shared" / "gold"


def read(folder: Path, text: str, name: str = "links", **options: str) -> LinkFile:
    (folder / name).write_text(text, "utf-8")
    return read_links(folder / name, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "format"),
    [
        ("\n0-0 1-1", "pharaoh"),
        ("\n \n", "pharaoh"),
        ("0p0", "pharaoh"),
        ("0-0:0.5", "pharaoh"),
        ("0001 1 1", "naacl"),
        ("1 1 1 S 0.9", "naacl"),
        ("\n1\t2\t3\tP", "naacl"),
        ('{"sure": ""}', "jsonl"),
        ("a ||| b", "text"),
        ("1 2 3 ||| 4 5 6", "text"),
    ],
)
def test_formats_are_told_by_the_first_line(tmp_path: Path, text: str, format: str) -> None:
    assert read(tmp_path, text).format == format


def test_an_unknown_format_is_refused_with_the_list(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"links:2: 'hello world' is of no known format; .*naacl"):
        read(tmp_path, "\nhello world\n")
    with pytest.raises(ConfigError, match=r"no format of links is called 'giza'; there are: jsonl"):
        read(tmp_path, "0-0", format="giza")


def test_sentences_without_a_line_have_no_links(tmp_path: Path) -> None:
    file = read(tmp_path, "0001 1 2 S\n0003 2 1 P 0.5\n0003 0 2 S\n")
    assert [pair.links for pair in file.pairs] == [(Link(0, 1),), (), (Link(1, 0, 0.5),)]
    assert [pair.possible for pair in file.pairs] == [frozenset(), frozenset(), {(1, 0)}]
    assert file.pairs[2].sure == frozenset()


def test_talp_counts_from_one(tmp_path: Path) -> None:
    assert read(tmp_path, "1-1 2p3", format="talp").pairs[0].links == (Link(0, 0), Link(1, 2))
    with pytest.raises(InputError, match="'0-1' counts from 0, and links here count from 1"):
        read(tmp_path, "0-1", format="talp")


def test_links_that_never_have_a_word_0_are_remarked_on(tmp_path: Path) -> None:
    many = "\n".join("1-1 2-2" for _ in range(10))
    assert "its format is talp" in read(tmp_path, many).notes[0]
    assert read(tmp_path, f"{many}\n0-1").notes == ()


@pytest.fixture
def texts(tmp_path: Path) -> tuple[Path, Path]:
    (tmp_path / "en").write_text("a b\nc d e\n", "utf-8")
    (tmp_path / "fr").write_text("A B\nC D\n", "utf-8")
    return tmp_path / "en", tmp_path / "fr"


def test_texts_beside_links(tmp_path: Path, texts: tuple[Path, Path]) -> None:
    (tmp_path / "links").write_text("0-0\n2-1\n", "utf-8")
    pairs = read_links(tmp_path / "links", sentences=read_texts(*texts)).pairs
    assert (pairs[1].source, pairs[1].target) == (("c", "d", "e"), ("C", "D"))


def test_the_mark_up_of_shared_tasks_is_not_counted(tmp_path: Path) -> None:
    (tmp_path / "e").write_text("<s snum=0001> hear , hear ! </s>\n", "utf-8")
    (tmp_path / "f").write_text("<s snum=0001> bravo ! </s>\n", "utf-8")
    (tmp_path / "links").write_text("0001 1 1 P\n0001 4 2 S\n", "utf-8")
    [pair] = read_links(
        tmp_path / "links", sentences=read_texts(tmp_path / "e", tmp_path / "f")
    ).pairs
    assert (pair.source, pair.target) == (("hear", ",", "hear", "!"), ("bravo", "!"))
    assert pair.sure == {(3, 1)}


@pytest.mark.parametrize(
    ("links", "error"),
    [
        ("0-0\n", "has 1 pairs, and there are 2 sentences"),
        ("0-0\n1-1\n0-0\n", "has 3 pairs, and there are 2 sentences"),
        ("0-0\n2-2\n", ":2: pair '2': the link 2-2 .* outside the 2 target words; if the file"),
        ("1 1 1\n3 1 1\n", ":2: speaks of sentence 3, and there are 2 sentences"),
        ("1 3 1\n", ":1: pair '1': the link 2-0 .* outside the 2 source words"),
        ("a ||| b\n", "holds texts itself"),
        ('{"sure": "0-0", "src_tokens": ["a"], "tgt_tokens": ["b"]}\n' * 2, "holds words itself"),
    ],
)
def test_links_that_do_not_fit_the_texts(
    tmp_path: Path, texts: tuple[Path, Path], links: str, error: str
) -> None:
    (tmp_path / "links").write_text(links, "utf-8")
    with pytest.raises((ConfigError, InputError), match=error):
        read_links(tmp_path / "links", sentences=read_texts(*texts))


def test_texts_of_different_length(tmp_path: Path, texts: tuple[Path, Path]) -> None:
    texts[1].write_text("A B\n", "utf-8")
    with pytest.raises(ConfigError, match=r"en has 2 lines and .*fr 1"):
        read_texts(*texts)


def test_files_are_matched_by_id_or_in_order(tmp_path: Path) -> None:
    gold = read(tmp_path, '{"id": "a", "sure": "0-0"}\n{"id": "b", "sure": "1-1"}', "gold")
    by_id = read(tmp_path, '{"id": "b", "links": "1-1"}\n{"id": "a", "links": [[0, 0, 0.5]]}')
    assert match(gold, by_id) == [(Link(0, 0, 0.5),), (Link(1, 1),)]
    other_ids = read(tmp_path, '{"id": "b", "links": "1-1"}\n{"id": "c", "links": ""}')
    assert match(gold, other_ids) == [(Link(1, 1),), ()]
    assert match(gold, read(tmp_path, "2-2\n\n")) == [(Link(2, 2),), ()]
    with pytest.raises(ConfigError, match=r"gold has 2 pairs and .*links 1"):
        match(gold, read(tmp_path, "0-0"))
    with pytest.raises(ConfigError, match="links: holds no links"):
        match(gold, read(tmp_path, "a ||| b\nc ||| d"))


def test_predicted_links_must_be_of_the_same_words(tmp_path: Path) -> None:
    row = {"src_tokens": ["a"], "tgt_tokens": ["b"], "sure": "0-0"}
    gold = read(tmp_path, json.dumps(row), "gold")
    with pytest.raises(InputError, match=r"links:1: pair '1': the link 0-1 .* 1 target words"):
        match(gold, read(tmp_path, "0-1"))
    with pytest.raises(InputError, match=r"links:1: pair '1': its source words are not those of"):
        match(gold, read(tmp_path, json.dumps({**row, "src_tokens": ["x"]})))


def test_links_of_others_in_the_gold_file(tmp_path: Path) -> None:
    lines = '{"sure": "0-0", "peer": "0-1", "note": "x-1", "alignments": {"giza": ""}}\n' * 2
    gold = read(tmp_path, lines)
    assert stored_links(gold, "peer") == [(Link(0, 1),)] * 2
    assert stored_links(gold, "giza") == [(), ()]
    with pytest.raises(ConfigError, match=r"links:1: has no links called 'note'; .*: giza, peer"):
        stored_links(gold, "note")


links_of_a_corpus = st.lists(
    st.dictionaries(st.tuples(st.integers(0, 9), st.integers(0, 9)), st.floats(0, 1), max_size=6),
    min_size=1,
    max_size=5,
)


@settings(max_examples=25)
@given(corpus=links_of_a_corpus)
def test_written_links_and_scores_come_back(
    tmp_path_factory: pytest.TempPathFactory, corpus: list[dict[tuple[int, int], float]]
) -> None:
    folder = tmp_path_factory.mktemp("written")
    links = [tuple(sorted(Link(*c, s) for c, s in found.items())) for found in corpus]
    write_links(links, folder / "links")
    write_scores(links, folder / "scores")
    again = with_scores(read_links(folder / "links", format="pharaoh"), folder / "scores")
    assert [pair.links for pair in again.pairs] == links


def test_scores_that_do_not_belong_to_the_links(tmp_path: Path) -> None:
    (tmp_path / "scores").write_text("0.5 0.25\n", "utf-8")
    found = with_scores(read(tmp_path, "3-1 1-1\n"), tmp_path / "scores")
    assert found.pairs[0].links == (Link(1, 1, 0.25), Link(3, 1, 0.5))  # in the order of the line
    with pytest.raises(InputError, match="scores:1: 2 scores for 1 links"):
        with_scores(read(tmp_path, "1-1\n"), tmp_path / "scores")
    with pytest.raises(ConfigError, match=r"links has 2 lines and .*scores 1"):
        with_scores(read(tmp_path, "0-0 1-1\n1-1\n"), tmp_path / "scores")
    with pytest.raises(ConfigError, match="scores belong to lines of links, not to naacl"):
        with_scores(read(tmp_path, "1 1 1\n"), tmp_path / "scores")


tokens = st.lists(st.text(st.characters(codec="utf-8"), min_size=1), min_size=1, max_size=5)


@settings(max_examples=50)
@given(tokens, tokens, st.data())
def test_json_lines_come_back(source: list[str], target: list[str], data: st.DataObject) -> None:
    cell = st.tuples(st.integers(0, len(source) - 1), st.integers(0, len(target) - 1))
    sure, possible = data.draw(st.sets(cell)), data.draw(st.sets(cell))
    row = {
        "id": "x", "src_lang": "en", "tgt_lang": "fr", "src_tokens": source, "tgt_tokens": target,
        "sure": " ".join(f"{a}-{b}" for a, b in sure), "possible": [list(c) for c in possible],
    }  # fmt: skip
    [pair] = parse([json.dumps(row)], "here")
    assert (pair.source, pair.target) == (tuple(source), tuple(target))
    assert pair.sure == sure
    assert pair.possible == possible - sure
    assert pair.cells == sure | possible


@pytest.mark.gold
@pytest.mark.skipif(not GOLD.is_dir(), reason="no gold data at ../shared/gold")
def test_the_published_figure_of_a_peer_comes_out() -> None:
    gold = read_links(GOLD / "word_alignment.en-fr.jsonl")
    found = stored_links(gold, "peer")
    scores = score_links(
        (pair.sure, pair.possible, {link[:2] for link in links})
        for pair, links in zip(gold.pairs, found, strict=True)
    )
    assert round(100 * scores.aer, 1) == 4.1
    spec = importlib.util.spec_from_file_location("score", GOLD / "score.py")
    assert spec is not None
    assert spec.loader is not None
    scorer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(scorer)
    rows = [json.loads(line) for line in gold.path.read_text("utf-8").splitlines()]
    wanted = scorer.aer(rows, [row["peer"] for row in rows])
    assert (100 * scores.aer, 100 * scores.precision, 100 * scores.recall) == pytest.approx(wanted)
