"""Aligners that learn of the corpus: once a target, before its first shard, of its beginning."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from spanferry.data.errors import ConfigError
from spanferry.flows.dry_run import make_plan
from spanferry.flows.load import load_config
from spanferry.flows.pipeline import open_workshop, run_in_threads, run_stages
from spanferry.flows.run import Silent, build
from tests.conftest import Command
from tests.flows.corpora import hashes, write_corpus
from tests.models.encoders import build_bert

pytest.importorskip("torch")

#: Pairs of the corpus that the means are taken from: two shards of three.
PAIRS = 15


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_bert(tmp_path_factory.mktemp("encoder") / "bert")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoder: Path) -> Path:
    monkeypatch.chdir(tmp_path)
    write_corpus(tmp_path, 25, align=settings(encoder), filter={"min_span_score": 0.0})
    return tmp_path


def settings(encoder: Path, **more: Any) -> dict[str, Any]:
    return {"backend": "simalign", "model": str(encoder), "layer": 2, "center": True,
            "center_pairs": PAIRS, **more}  # fmt: skip


def prepared() -> list[Path]:
    return sorted(Path("out/names.work/pt").glob("prepare-*"))


def entry() -> dict[str, Any]:
    lines = Path("out/names.work/manifest.jsonl").read_text("utf-8").splitlines()
    found = [json.loads(line) for line in lines if '"pt/prepare"' in line]
    assert len(found) == 1
    return dict(found[0])


def test_means_are_learnt_once_and_from_the_beginning_alone(folder: Path, encoder: Path) -> None:
    config = load_config(Path("build.yaml"))
    assert build(config).published.summary.total().published > 20
    assert entry()["rows"] == PAIRS
    (place,) = prepared()
    before = hashes(place)
    assert build(config).units == 0
    # the third shard was not read, so the first two keep their links when it grows
    write_corpus(folder, 28, align=settings(encoder), filter={"min_span_score": 0.0})
    assert build(load_config(Path("build.yaml"))).units == 5
    assert hashes(place) == before


def test_another_setting_learns_anew_and_removes_the_old(folder: Path) -> None:
    build(load_config(Path("build.yaml")))
    (old,) = prepared()
    config = load_config(Path("build.yaml"), ["align.center_pairs=5"])
    assert build(config).units == 12  # all but the translations
    (new,) = prepared()
    assert new != old
    first = hashes(Path("out/names/data"))
    config = load_config(Path("build.yaml"), ["align.center=false"])
    build(config)
    assert prepared() == []
    assert hashes(Path("out/names/data")) != first, "centering changed nothing"


def test_workers_shards_and_prefect_change_nothing(folder: Path, spanferry: Command) -> None:
    build(load_config(Path("build.yaml")))
    one = hashes(Path("out/names/data"))
    for place, more in (("a", "run.workers=1"), ("b", "run.shard_records=7")):
        build(load_config(Path("build.yaml"), [f"publish.path=out/{place}", more]))
        assert hashes(Path(f"out/{place}/data")) == one
    spanferry("build", "build.yaml", "--set", "publish.path=out/c")
    assert hashes(Path("out/c/data")) == one


def test_single_stages_and_the_plan(folder: Path) -> None:
    config = load_config(Path("build.yaml"))
    plan = {step.stage: step.records for step in make_plan(config, None).steps}
    assert (plan["prepare"], plan["align"]) == (PAIRS, 25)
    with open_workshop(config, Silent()) as shop:
        with pytest.raises(ConfigError, match="spanferry translate"):
            run_stages(shop, run_in_threads, Silent(), only="align")
        assert run_stages(shop, run_in_threads, Silent(), only="translate") == 3
        assert prepared() == []
        assert run_stages(shop, run_in_threads, Silent(), only="align") == 3
    assert len(prepared()) == 1
    plan = {step.stage: step.records for step in make_plan(config, None).steps}
    assert (plan["prepare"], plan["align"], plan["project"]) == (0, 0, 25)
