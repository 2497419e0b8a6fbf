"""`--fit-confidence`: from gold sets to a file of weights that a method takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from spanferry.data.errors import ConfigError
from spanferry.flows.comparing.cases import CaseSet
from spanferry.flows.comparing.figures import SetResult, measure
from spanferry.flows.comparing.fit import examples, fit_and_write
from spanferry.flows.comparing.gold import read_set
from spanferry.flows.comparing.running import MethodRun
from spanferry.projection.methods.confidence import Confidence
from spanferry.projection.methods.proposals import ProposalMethod
from tests.flows.comparing.small import write_gold
from tests.flows.comparing.test_config import load
from tests.projection.methods.test_proposals import linked


def gold(folder: Path, count: int) -> CaseSet:
    """Pairs whose only span is right where its link is sure, and wrong where it is weak."""
    rows = []
    for k in range(count):
        links = "0-0 1-1" if k % 3 else "0-0 0-1"  # the second word too: one too many
        rows.append((f"Ada{k} slept", "B-PER O", f"Ada{k} durmió", "B-PER O", links))
    write_gold(folder / "gold.jsonl", rows)
    config = load(folder, gold=str(write_gold(folder / "many.jsonl", rows)), links="hand")
    return read_set(config.gold[0], config)


def run(data: CaseSet, method: ProposalMethod) -> SetResult:
    items = [case.item for case in data.cases]
    done = MethodRun("mine", method, method.project(items), [1.0])
    return measure(data, [done], resamples=1)


def test_weights_of_a_method_are_fitted_and_written(tmp_path: Path) -> None:
    found = run(gold(tmp_path, 90), linked(min_confidence=0.0))
    told = fit_and_write([found], tmp_path / "weights.json")
    assert told[0].startswith("linked: 90 places, 60 of them right; ECE ")
    assert told[0].endswith("fitted (5 folds)")
    assert told[1] == f"weights of linked: {tmp_path / 'weights.json'}"
    before, after = told[0].split("; ")[1:]
    assert float(after.split()[1].strip(",")) < float(before.split()[1].strip(","))
    fitted = linked(min_confidence=0.0, confidence=str(tmp_path / "weights.json"))
    again = run(found.data, fitted)
    told_by = again.figures.methods[0].reliability
    assert told_by is not None
    assert told_by.error < 0.05
    assert Confidence.of("linked", str(tmp_path / "weights.json")).weights


def test_groups_go_on_from_set_to_set(tmp_path: Path) -> None:
    data = gold(tmp_path, 6)
    found = examples(data, linked(), start=10)
    assert [example.group for example in found] == list(range(10, 16))
    assert [example.right for example in found] == [False, True, True, False, True, True]


def test_too_little_is_said_and_nothing_is_written(tmp_path: Path) -> None:
    told = fit_and_write([run(gold(tmp_path, 10), linked())], tmp_path / "weights.json")
    assert told[0] == (
        "linked: 10 places, 6 of them right; a fit needs at least 30, right ones and wrong ones"
    )
    assert told[1].endswith("not written, as nothing was fitted")
    assert not (tmp_path / "weights.json").exists()


def test_without_gold_nothing_can_be_fitted(tmp_path: Path) -> None:
    data = gold(tmp_path, 3)
    bare = CaseSet(data.name, data.cases, data.links, data.kind, {}, gold=False)
    with pytest.raises(ConfigError, match="--fit-confidence: needs gold"):
        fit_and_write([run(bare, linked())], tmp_path / "weights.json")
